import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { _electron } from "playwright";
import { describe, expect, it } from "vitest";
import { buildIfStale } from "../../electron/build.ts";
import { createClient } from "../../shared/session/client.ts";
import type { Message } from "../../shared/session/contract.ts";
import { writeSmallDump } from "../session/small-dump.ts";

const ROOT = join(import.meta.dirname, "../..");

/** Electron's binary, if there is one. The package is never required: that would begin to download it. */
function binary(): string | null {
  const named = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const note = join(ROOT, "node_modules/electron/path.txt");
  if (named === undefined && !existsSync(note)) return null;
  const name = existsSync(note) ? readFileSync(note, "utf8").trim() : "electron";
  const path = join(named ?? join(ROOT, "node_modules/electron/dist"), name);
  return existsSync(path) ? path : null;
}

const executablePath = binary();
const absent = executablePath === null ? " (Electron binary absent: not verified)" : "";

describe.skipIf(executablePath === null)(`the app in a real Electron${absent}`, () => {
  it(`opens the dump of its command line, in a sandboxed window, on its own engine${absent}`, async () => {
    await buildIfStale();
    const folder = mkdtempSync(join(tmpdir(), "pyheap-electron-"));
    const dump = join(folder, "small.pyheap");
    writeSmallDump(dump);
    const root = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
    const app = await _electron.launch({
      executablePath: executablePath ?? "",
      args: [...root, `--user-data-dir=${join(folder, "data")}`, ROOT, dump],
    });
    try {
      const page = await app.firstWindow();
      await page.waitForFunction(() => "heapShell" in window);
      expect(page.url()).toMatch(/^app:\/\/explorer\//);
      expect(await page.evaluate(() => ["require", "process"].filter((name) => name in window))).toEqual([]);
      const client = createClient((message) =>
        page.evaluate((sent: Message) => {
          if (window.heapShell === undefined) throw new Error("The preload script did not run");
          return window.heapShell.send(sent);
        }, message),
      );
      const file = (await client.files({})).rows.find(({ name }) => name === "small.pyheap")?.file;
      if (file === undefined) throw new Error("The file of the command line was not offered");
      expect(await client.open({ file })).toMatchObject({ name: "small.pyheap" });
    } finally {
      await app.close();
      rmSync(folder, { recursive: true });
    }
  });
});
