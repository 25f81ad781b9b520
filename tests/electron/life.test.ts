import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { FileId } from "../../shared/session/contract.ts";
import { writeSmallDump } from "../session/small-dump.ts";
import { type App, type Installation, install, launch } from "./harness/launch.ts";
import { clientOf, listed, NOT_ELECTRON, openedFiles } from "./harness/page.ts";

describe(`how the app begins, fails and ends (${NOT_ELECTRON})`, () => {
  let folder: string;
  let dump: string;
  let installation: Installation;
  let app: App;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "pyheap-life-"));
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

  it("shows its window once the page is there", async () => {
    app = await launch(installation);
    expect((await app.state()).windows).toMatchObject([{ shown: true, url: "app://explorer/index.html" }]);
  });

  it("ends with its window, and the engine with it", async () => {
    app = await launch(installation, { files: [dump] });
    const [file] = await openedFiles(app, 1);
    await clientOf(app).open({ file: file as FileId });
    await app.closeWindow();
    expect(await app.event("engine-exit")).toBe(0);
    expect(await app.event("quit")).toBe(0); // engines left
    expect(await app.ended).toBe(0);
  });

  it("starts the engine again when it dies, and the page's requests fail instead of hanging", async () => {
    app = await launch(installation, { files: [dump] });
    await app.event("engine-start");
    const [file] = await openedFiles(app, 1);
    const client = clientOf(app);
    const info = await client.open({ file: file as FileId });
    let status = await client.watch({ snapshot: info.snapshot, seen: 0 });
    while (status.stages.some(({ state }) => state !== "done"))
      status = await client.watch({ snapshot: info.snapshot, seen: status.version });
    const poll = client.watch({ snapshot: info.snapshot, seen: status.version }).catch((thrown: unknown) => thrown);
    await client.snapshots({}); // the poll has arrived before this one
    await app.answerDialog(join(folder, "other.pyheap"));
    await app.evaluate(() => window.heapShell?.pickFile());
    await app.killEngine();
    expect(await poll).toMatchObject({ failure: { code: "connection-lost" } });

    await app.event("engine-start");
    expect((await client.snapshots({})).rows).toEqual([]);
    const { rows } = await client.files({});
    expect(rows.map(({ name, origin }) => [name, origin])).toEqual([
      ["small.pyheap", "command-line"],
      ["other.pyheap", "picked"], // never opened, so remembered by the main process alone
    ]);
    expect(await client.open({ file: rows[0]?.file as FileId })).toMatchObject({ name: "small.pyheap" });
  });

  it("leaves an engine down that dies twice in a row, and says so at once", async () => {
    app = await launch(installation);
    const client = clientOf(app);
    await client.files({});
    for (let death = 0; death < 2; death++) {
      await app.event("engine-start");
      await app.killEngine();
      await app.event("engine-exit");
    }
    expect((await app.state()).engines).toBe(0);
    await expect(client.files({})).rejects.toMatchObject({ failure: { code: "connection-lost" } });
    await app.answerDialog(dump);
    const pick = () => window.heapShell?.pickFile().then(String, (thrown: Error) => thrown.message);
    expect(await app.evaluate(pick)).toContain("ended twice in a row");

    await app.closeWindow();
    expect(await app.ended).toBe(0);
  });

  it("loads the page again when it crashes, on the same engine", async () => {
    app = await launch(installation, { files: [dump] });
    const [file] = await openedFiles(app, 1);
    const { capture } = await clientOf(app).open({ file: file as FileId });
    await app.crashPage();
    await app.event("reloaded");
    expect((await clientOf(app).snapshots({})).rows).toMatchObject([{ capture }]);
  });

  it("keeps engine and dumps when the page is reloaded", async () => {
    app = await launch(installation, { files: [dump] });
    const [file] = await openedFiles(app, 1);
    const client = clientOf(app);
    const { capture } = await client.open({ file: file as FileId });
    await app.reloadPage();
    await app.event("reloaded");
    expect((await client.snapshots({})).rows).toMatchObject([{ capture }]);
    expect(await listed(app, file)).toMatchObject({ name: "small.pyheap" });
  });

  it("remembers where its window was, and the theme", async () => {
    app = await launch(installation);
    await app.clickMenu("View", "Theme", "Dark");
    const place = { x: 40, y: 50, width: 900, height: 700 };
    await app.moveWindow(place);
    await app.closeWindow();
    await app.ended;
    app = await launch(installation);
    expect(await app.state()).toMatchObject({ windows: [{ bounds: place }], theme: "dark" });
  });

  it("opens the window on a screen where the one it was on is gone", async () => {
    const bounds = { x: 9_000, y: 50, width: 900, height: 700 };
    writeFileSync(
      join(installation.userData, "settings.json"),
      JSON.stringify({ bounds, maximized: false, theme: "dark" }),
    );
    app = await launch(installation);
    const state = await app.state();
    expect(state.windows[0]?.bounds).toEqual({ x: 0, y: 0, width: 1_280, height: 800 });
    expect(state.theme).toBe("dark");
  });
});
