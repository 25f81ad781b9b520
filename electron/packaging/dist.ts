import { spawnSync } from "node:child_process";
import { delimiter, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build, Platform } from "electron-builder";
import { buildIfStale } from "../build.ts";
import { configuration } from "./config.ts";

/**
 * Builds what people install: for Linux the folder of the program and a .deb of it, into dist/packages.
 *
 *   npm run dist [-- --out FOLDER]
 *
 * Electron is fetched unless ELECTRON_DIST names a folder with an unpacked one.
 */
const ROOT = join(import.meta.dirname, "../..");
const { values } = parseArgs({ options: { out: { type: "string", default: join(ROOT, "dist/packages") } } });

/** electron-builder fetches a Ruby program for writing packages; where Debian's own is there, ours on top of it does. */
function useOwnFpm(): void {
  if (process.env.CUSTOM_FPM_PATH || spawnSync("dpkg-deb", ["--version"]).status !== 0) return;
  process.env.CUSTOM_FPM_PATH = join(import.meta.dirname, "fpm.ts");
  // Its first line asks for `node`, which must be this one: an older one reads no TypeScript.
  process.env.PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);
}

await buildIfStale();
useOwnFpm();
const electronDist = process.env.ELECTRON_DIST ? resolve(process.env.ELECTRON_DIST) : null;
const packages = await build({
  projectDir: ROOT,
  targets: Platform.LINUX.createTarget(["dir", "deb"]),
  config: configuration({ outDir: resolve(values.out), electronDist }),
  publish: "never",
});
for (const path of packages) console.log(path);
