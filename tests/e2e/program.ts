import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { findPython } from "../setup/python.ts";

const ROOT = join(import.meta.dirname, "../..");

/** A folder of its own for one test file. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "pyheap-e2e-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Runs a program of `tests/fixtures/programs` as a user would, and gives the dump it leaves. */
export function dumpOf(program: string, folder: string): string {
  const dump = join(folder, program.replace(/\.py$/, ".pyheap"));
  python(folder, [join(ROOT, "python-dump/pyheap_dump.py"), "run", "-o", dump, programPath(program)]);
  return dump;
}

/** Runs a program that takes its dumps by itself, into the folder. */
export function runProgram(program: string, folder: string): void {
  python(folder, [programPath(program)]);
}

const programPath = (program: string) => join(ROOT, "tests/fixtures/programs", program);

function python(folder: string, words: readonly string[]): void {
  const found = findPython();
  if (found === null) throw new Error("No CPython 3.9 or later found: install python3 or set PYTHON.");
  const { status, stderr } = spawnSync(found, words, {
    encoding: "utf8",
    cwd: folder,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1", PYTHONPATH: join(ROOT, "python-dump") },
  });
  if (status !== 0) throw new Error(`The program ended with ${status}: ${stderr}`);
}

/** Runs a command of the program without a window, and gives how it ended. */
export function runCommand(words: readonly string[]): { readonly status: number | null; readonly error: string } {
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, "electron/headless/cli.ts"), ...words], {
    encoding: "utf8",
  });
  return { status, error: stderr };
}

export interface Server {
  /** Where the page is, token and all. */
  readonly url: string;
  stop(): Promise<void>;
}

/** The program itself: `pyheap-explorer serve FILE …`, on a free port, with settings of its own. */
export async function serveFiles(files: readonly string[], folder: string): Promise<Server> {
  const home = { HOME: folder, XDG_STATE_HOME: join(folder, "state"), XDG_CONFIG_HOME: join(folder, "config") };
  const server = spawn(process.execPath, [join(ROOT, "electron/headless/cli.ts"), "serve", "--no-browser", ...files], {
    env: { ...process.env, ...home },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  for await (const line of createInterface({ input: server.stdout })) {
    const url = /http:\/\/\S+/.exec(line)?.[0];
    if (url === undefined) continue;
    server.stdout.resume();
    return {
      url,
      async stop() {
        server.kill();
        await ended;
      },
    };
  }
  throw new Error("The server ended before it said where the page is.");
}
