import { mkdirSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a folder that only its owner can read, and the folders above it where there are none. Not by Node's `recursive`,
 * which never ends where a parent can't be made, as in `/proc`.
 */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === "EEXIST") return;
    if (code !== "ENOENT" || dirname(folder) === folder) throw thrown;
    makeFolder(dirname(folder));
    mkdirSync(folder, { mode: 0o700 });
  }
}
