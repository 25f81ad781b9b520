import { lstatSync, readdirSync, rmSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { makeFolder } from "./make-folder.ts";

/** What all indexes together may take on the disk. */
export const MOST_CACHE_BYTES = 4 * 2 ** 30;
/** A partial file this old belongs to a writer that is gone. */
const ABANDONED_MS = 60 * 60 * 1000;

const ENDING = ".index";
const PARTIAL = ".partial";

/**
 * Where this user's computed indexes are kept; null for nowhere. `PYHEAP_CACHE_DIR` names another folder, and, where it
 * is set to nothing, turns the cache off.
 */
export function defaultCacheFolder(): string | null {
  const { PYHEAP_CACHE_DIR, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (PYHEAP_CACHE_DIR !== undefined) return PYHEAP_CACHE_DIR === "" ? null : PYHEAP_CACHE_DIR;
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches", "PyHeap Explorer");
  if (process.platform === "win32" && LOCALAPPDATA) return join(LOCALAPPDATA, "PyHeap Explorer", "Cache");
  return join(XDG_CACHE_HOME || join(homedir(), ".cache"), "pyheap-explorer");
}

/** Makes the folder, readable for its owner only. False for one that somebody else could write to. */
export function preparePrivateFolder(folder: string): boolean {
  makeFolder(folder);
  const stat = lstatSync(folder);
  if (!stat.isDirectory()) return false;
  if (process.getuid === undefined) return true; // Windows: the user's own folders are private
  return stat.uid === process.getuid() && (stat.mode & 0o022) === 0;
}

/** Where compiled code may be kept: a folder that nobody else can write to; null where there is none. */
export function codeFolder(cacheFolder: string): string | null {
  const folder = join(cacheFolder, "code");
  try {
    return preparePrivateFolder(cacheFolder) && preparePrivateFolder(folder) ? folder : null;
  } catch {
    return null; // a folder that can't be made: the worker starts all the same
  }
}

export const indexPath = (folder: string, name: string): string => join(folder, `${name}${ENDING}`);

/** Removes the indexes that were not used for longest until `incoming` more bytes fit. Time O(files). */
export function makeRoom(folder: string, incoming: number, most: number): void {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(ENDING) || name.endsWith(PARTIAL))
    .flatMap((name) => {
      const path = join(folder, name);
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat === undefined
        ? []
        : [{ path, bytes: stat.size, used: stat.mtimeMs, partial: name.endsWith(PARTIAL) }];
    })
    .sort((a, b) => a.used - b.used);
  let total = files.reduce((sum, { bytes }) => sum + bytes, incoming);
  for (const { path, bytes, used, partial } of files) {
    const abandoned = partial && Date.now() - used > ABANDONED_MS;
    if (!abandoned && (partial || total <= most)) continue;
    rmSync(path, { force: true });
    total -= bytes;
  }
}
