import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { writeSmallDump } from "../session/small-dump.ts";
import { type App, type Installation, install, launch, start } from "./harness/launch.ts";
import { clientOf, listed, NOT_ELECTRON, openedFiles } from "./harness/page.ts";

describe(`the ways to open a file (${NOT_ELECTRON})`, () => {
  let folder: string;
  let dump: string;
  let installation: Installation;
  let app: App;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "pyheap-files-"));
    dump = join(folder, "small.pyheap");
    writeSmallDump(dump, { texts: 5 });
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  beforeEach(async () => {
    installation = await install();
  });

  afterEach(async () => {
    await app?.kill();
    await installation.remove();
  });

  const pick = () => window.heapShell?.pickFile();

  it("asks with the system's dialog, and gives the page a handle instead of a path", async () => {
    app = await launch(installation);
    await app.answerDialog(dump);
    const file = (await app.evaluate(pick)) ?? undefined;
    expect(await app.event("dialog")).toMatchObject({
      properties: ["openFile"],
      filters: [{ extensions: ["pyheap"] }, { extensions: ["*"] }],
    });
    expect(file).not.toContain("small");
    expect(await listed(app, file)).toEqual({ name: "small.pyheap", origin: "picked" });

    await app.answerDialog(null);
    expect(await app.evaluate(pick)).toBeNull();
  });

  it("opens by File › Open…", async () => {
    app = await launch(installation);
    await app.answerDialog(dump);
    await app.clickMenu("File", "Open…");
    const [file] = await openedFiles(app, 1);
    expect(await listed(app, file)).toMatchObject({ name: "small.pyheap" });
  });

  it("takes a file dropped on the page (its path comes from a table here)", async () => {
    app = await launch(installation);
    await app.drop(dump);
    await app.until(() => window.seen.dropped.length > 0);
    const [file] = await app.evaluate(() => window.seen.dropped);
    expect(await listed(app, file)).toEqual({ name: "small.pyheap", origin: "dropped" });
    expect(await clientOf(app).open({ file: file as never })).toMatchObject({ name: "small.pyheap", objects: 10 });
  });

  it("shows the files of its command line, but takes no switch for one", async () => {
    app = await launch(installation, { files: ["--ozone-platform=x11", dump] });
    const files = await openedFiles(app, 1);
    expect(files.length).toBe(1);
    expect(await listed(app, files[0])).toEqual({ name: "small.pyheap", origin: "command-line" });
  });

  it("keeps a file that macOS hands over before the app is ready", async () => {
    app = await launch(installation, { holdReady: true });
    expect(await app.openFile(dump)).toBe(true);
    await app.ready();
    await app.event("loaded");
    const [file] = await openedFiles(app, 1);
    expect(await listed(app, file)).toMatchObject({ name: "small.pyheap" });
  });

  it("leaves a file to the instance that runs already, and ends", async () => {
    app = await launch(installation);
    const second = start(installation, { files: [dump] });
    expect(await second.ended).toBe(0);
    const [file] = await openedFiles(app, 1);
    expect(await listed(app, file)).toMatchObject({ name: "small.pyheap" });
    expect((await app.state()).windows.length).toBe(1);
  });

  it("shows files again to a page that was reloaded", async () => {
    app = await launch(installation);
    await app.reloadPage();
    await app.event("reloaded");
    await app.openFile(dump);
    expect((await openedFiles(app, 1)).length).toBe(1);
  });
});
