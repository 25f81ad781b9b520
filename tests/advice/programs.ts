import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { advise } from "../../shared/analyses/advice/advise.ts";
import type { EarlierDump } from "../../shared/analyses/advice/since.ts";
import { pairOf } from "../../shared/analyses/compare.ts";
import { loadedCode } from "../../shared/analyses/loaded-code.ts";
import type { HeapView } from "../../shared/analyses/view.ts";
import { DumpSites } from "../../shared/session/dump-sites.ts";
import { type DumpFile, openDump } from "../../shared/store/open-file.ts";
import { readCode, readMeta, readModules } from "../../shared/store/small-tables.ts";
import { readCaches, readStackTables } from "../../shared/store/stack-tables.ts";
import type { Advice, Suspect, SuspectKind } from "../../shared/types/advice.ts";
import { noTick } from "../../shared/types/graph.ts";
import type { Meta } from "../../shared/types/heap.ts";
import { temporaryFolder, viewOfFile } from "../fixtures/drawn-heap.ts";
import { findPython } from "../setup/python.ts";

const ROOT = join(import.meta.dirname, "../..");

/** Runs the program to its end under the real dumper, as a user would, and asks for advice on what it leaves. */
export function adviceOf(program: string, interpreter = findPython()): Advice {
  return adviceOfFile(dumpOf(program, interpreter));
}

/** Runs the program to its end under the real dumper; the path of the dump, which lives as long as the test. */
export function dumpOf(program: string, interpreter = findPython()): string {
  const folder = temporaryFolder();
  const file = join(folder, "app.pyheap");
  writeFileSync(join(folder, "app.py"), program);
  const dumper = join(ROOT, "python-dump/pyheap_dump.py");
  python(folder, [dumper, "run", "-o", file, join(folder, "app.py")], interpreter);
  return file;
}

/** What a program prints that runs by itself: for measuring what a fix really frees. */
export function outputOf(program: string, interpreter = findPython()): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "measured.py"), program);
  return python(folder, [join(folder, "measured.py")], interpreter);
}

function python(cwd: string, words: readonly string[], found = findPython()): string {
  if (found === null) throw new Error("No CPython 3.9 or later found: install python3 or set PYTHON.");
  const { status, stdout, stderr } = spawnSync(found, words, { encoding: "utf8", cwd });
  if (status !== 0) throw new Error(`The program ended with ${status}: ${stderr}`);
  return stdout;
}

/** Runs a program that calls `dump()` twice; the advice on the second dump, with the first one as the earlier. */
export function adviceOfTwo(program: string): Advice {
  const [earlier, later] = dumpsOf(program);
  return adviceOfFile(later, earlier);
}

/** The two dumps that a program takes of itself by `dump()`. */
export function dumpsOf(program: string): readonly [earlier: string, later: string] {
  const folder = temporaryFolder();
  const files = ["earlier", "later"].map((name) => join(folder, `${name}.pyheap`));
  const take = `import sys\nsys.path.insert(0, ${JSON.stringify(join(ROOT, "python-dump"))})
import pyheap_dump
def dump(files=${JSON.stringify(files)}, **options): pyheap_dump.dump(files.pop(0), **options)
`;
  writeFileSync(join(folder, "app.py"), `${take}${program}`);
  python(folder, [join(folder, "app.py")]);
  return [files[0] ?? "", files[1] ?? ""];
}

export function adviceOfFile(path: string, earlier: string | null = null): Advice {
  const view = viewOfFile(path);
  const file = opened(path);
  const meta = readMeta(file);
  const sources = {
    meta,
    isCode: loadedCode(view),
    code: readCode(file),
    modules: readModules(file),
    tracing: new DumpSites(file).tracing(view, meta).state,
    caches: readCaches(file),
    ...readStackTables(file),
    earlier: earlier === null ? null : earlierDump(earlier, view, meta),
  };
  return advise(view, sources, noTick);
}

function earlierDump(path: string, later: HeapView, laterMeta: Meta): EarlierDump {
  const file = opened(path);
  return { pair: pairOf(viewOfFile(path), readMeta(file), later, laterMeta), caches: readCaches(file) };
}

function opened(path: string): DumpFile {
  const file = openDump(path);
  onTestFinished(() => file.close());
  return file;
}

/** The findings of one rule. */
export const ofKind = ({ suspects }: Advice, kind: SuspectKind): Suspect[] =>
  suspects.filter((suspect) => suspect.kind === kind);

/** What a person has to act on: findings that do not fit healthy programs too. */
export const serious = ({ suspects }: Advice): Suspect[] =>
  suspects.filter(({ confidence }) => confidence !== "possible");
