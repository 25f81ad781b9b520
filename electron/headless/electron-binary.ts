import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

type Env = Readonly<Record<string, string | undefined>>;

/** Long enough for 120 MB over a modest line; where the network swallows packets, nobody waits longer. */
const DOWNLOAD_TIMEOUT_MS = 180_000;

/**
 * Electron's program, or null where npm's package came without it. Looked up by path: the package itself, when imported,
 * starts to download.
 */
export function findElectron(modules: string, env: Env = process.env): string | null {
  const record = join(modules, "electron/path.txt"); // written by Electron's installer, last
  const name = existsSync(record) ? readFileSync(record, "utf8").trim() : null;
  const own = env.ELECTRON_OVERRIDE_DIST_PATH;
  if (!name && !own) return null;
  const program = join(own ?? join(modules, "electron/dist"), name ?? PROGRAM[process.platform] ?? "electron");
  return existsSync(program) ? program : null;
}

const PROGRAM: Readonly<Record<string, string>> = {
  darwin: "Electron.app/Contents/MacOS/Electron",
  win32: "electron.exe",
};

/** What keeps a window from opening on this machine, whatever is installed; null if nothing does. */
export function windowObstacle(platform: string, env: Env, root: boolean): string | null {
  if (env.PYHEAP_EXPLORER_NO_ELECTRON) return "PYHEAP_EXPLORER_NO_ELECTRON is set";
  if (platform !== "linux") return null;
  if (!env.DISPLAY && !env.WAYLAND_DISPLAY) return "There is no display for a window here";
  if (root) return "Electron does not run as root"; // its sandbox can't, and without it we don't
  return null;
}

/**
 * Fetches Electron's program, which its npm package does not contain. Tried once for each installed version: a failure
 * is remembered beside the packages, so that later starts don't wait for it again.
 */
export function downloadElectron(modules: string): string | null {
  const failed = join(modules, ".electron-not-available");
  if (existsSync(failed)) return null;
  console.log("Fetching Electron (about 120 MB, once; PYHEAP_EXPLORER_NO_ELECTRON=1 does without) …");
  spawnSync(process.execPath, [join(modules, "electron/install.js")], {
    stdio: ["ignore", "inherit", "ignore"],
    timeout: DOWNLOAD_TIMEOUT_MS,
  });
  const program = findElectron(modules);
  if (!program) writeFileSync(failed, "Electron could not be fetched. Delete this file to try again.\n");
  return program;
}
