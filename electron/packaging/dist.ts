import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
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

/** The folder that ELECTRON_DIST names, null for none. Looked for here, because electron-builder does so rather late. */
function givenElectron(): string | null {
  const folder = process.env.ELECTRON_DIST;
  if (!folder) return null;
  if (existsSync(join(folder, "electron"))) return resolve(folder);
  console.error(`ELECTRON_DIST names no folder with Electron's program for Linux (${folder}).`);
  process.exit(2);
}

const electronDist = givenElectron();
await buildIfStale();
useOwnFpm();
const packages = await build({
  projectDir: ROOT,
  targets: Platform.LINUX.createTarget(["dir", "deb"]),
  config: configuration({ outDir: resolve(values.out), electronDist }),
  publish: "never",
});
for (const path of packages) console.log(path);
