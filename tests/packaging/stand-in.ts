import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Marks the place of the fuses in Electron's program: https://github.com/electron/fuses */
const SENTINEL = "dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX";
const WIRE_VERSION = 1;
/** Nine fuses, 1 for on. */
const WIRE = "101100011";

/** The files of an Electron for Linux that packaging looks at; the rest of its 250 MB is only copied. */
const FILES: Readonly<Record<string, string | Buffer>> = {
  electron: Buffer.concat([
    Buffer.from(`#!/bin/sh\necho "This stands in for Electron" >&2\nexit 1\n#${SENTINEL}`),
    Buffer.from([WIRE_VERSION, WIRE.length]),
    Buffer.from(WIRE),
  ]),
  "chrome-sandbox": "",
  LICENSE: "Electron's",
  "LICENSES.chromium.html": "Chromium's",
  "resources.pak": "",
  "locales/en-US.pak": "",
  "resources/default_app.asar": "Electron's demo; not even a valid archive",
  version: "45.4.1",
};

const PROGRAMS = new Set(["electron", "chrome-sandbox"]);

/** A folder that packaging takes for Electron, because no test may fetch one. */
export async function writeElectron(folder: string): Promise<void> {
  for (const [name, content] of Object.entries(FILES)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content, { mode: PROGRAMS.has(name) ? 0o755 : 0o644 });
  }
}

/** The fuses of a program, in Electron's order: 1 for on, 0 for off. */
export function fusesOf(program: Buffer): string {
  const at = program.indexOf(SENTINEL) + SENTINEL.length;
  return program.toString("latin1", at + 2, at + 2 + program.readUInt8(at + 1));
}
