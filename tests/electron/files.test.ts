import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { FileId } from "../../shared/session/contract.ts";
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

  const end = async () => {
    await app?.kill();
    await installation?.remove();
  };

  describe("while it runs", () => {
    beforeAll(async () => {
      installation = await install();
      app = await launch(installation);
    });

    afterAll(end);

    const pick = () => window.heapShell?.pickFile();

    it("asks with the system's dialog, and gives the page a handle instead of a path", async () => {
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
      await app.answerDialog(dump);
      await app.clickMenu("File", "Open…");
      const [file] = await openedFiles(app, 1);
      expect(await listed(app, file)).toMatchObject({ name: "small.pyheap" });
    });

    it("takes a file dropped on the page (its path comes from a table here)", async () => {
      const dropped = join(folder, "dropped.pyheap");
      writeSmallDump(dropped, { texts: 5, captureId: "d".repeat(32) });
      await app.drop(dropped);
      await app.until(() => window.seen.dropped.length > 0);
      const [file] = await app.evaluate(() => window.seen.dropped);
      expect(await listed(app, file)).toEqual({ name: "dropped.pyheap", origin: "dropped" });
      expect(await clientOf(app).open({ file: file as FileId })).toMatchObject({ name: "dropped.pyheap", objects: 10 });
    });

    it("shows the file of a second start, which ends", async () => {
      const second = start(installation, { files: [dump] });
      expect(await second.ended).toBe(0);
      const [, file] = await openedFiles(app, 2);
      expect(await listed(app, file)).toMatchObject({ name: "small.pyheap" });
      expect((await app.state()).windows.length).toBe(1);
    });

    it("keeps a file while the page loads, and shows it when the page listens", async () => {
      const page = { url: "app://explorer/index.html", top: true };
      const before = (await app.evaluate(() => window.seen.opened)).length;
      await app.sendFrom(page, "connect"); // as the preload script does when a page begins
      await app.openFile(dump);
      await clientOf(app).files({}); // all that went before has arrived
      expect((await app.evaluate(() => window.seen.opened)).length).toBe(before);
      await app.sendFrom(page, "page-ready");
      expect((await openedFiles(app, before + 1)).length).toBe(before + 1);
    });

    it("still shows files after the page was reloaded", async () => {
      await app.reloadPage();
      await app.event("reloaded");
      await app.openFile(dump);
      expect((await openedFiles(app, 1)).length).toBe(1);
    });
  });

  describe("when it starts", () => {
    beforeEach(async () => {
      installation = await install();
    });

    afterEach(end);

    it("shows the files of its command line, but takes no switch for one", async () => {
      app = await launch(installation, { files: ["--ozone-platform=x11", dump] });
      const files = await openedFiles(app, 1);
      expect(files.length).toBe(1);
      expect(await listed(app, files[0])).toEqual({ name: "small.pyheap", origin: "command-line" });
    });

    it("offers the samples that lie beside the program, and no other file there", async () => {
      const samples = join(installation.appPath, "samples");
      mkdirSync(samples);
      for (const name of ["shop-monday.pyheap", "other.pyheap"]) copyFileSync(dump, join(samples, name));
      app = await launch(installation);
      const { rows } = await clientOf(app).files({});
      expect(rows.map(({ name, origin }) => [name, origin])).toEqual([["shop-monday.pyheap", "sample"]]);
    });

    it("keeps a file that macOS hands over before the app is ready", async () => {
      app = await launch(installation, { holdReady: true });
      expect(await app.openFile(dump)).toBe(true);
      await app.ready();
      await app.event("loaded");
      const [file] = await openedFiles(app, 1);
      expect(await listed(app, file)).toMatchObject({ name: "small.pyheap" });
    });
  });
});
