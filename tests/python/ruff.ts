/**
 * Ruff over the project's Python, as WebAssembly from npm, so that nobody needs pip.
 *
 *     node tests/python/ruff.ts          lint and format check; exit code 1 if there is anything to say
 *     node tests/python/ruff.ts --fix    sorts imports, drops unused ones, formats
 */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Diagnostic, PositionEncoding, Workspace } from "@astral-sh/ruff-wasm-nodejs";

const ROOT = join(import.meta.dirname, "../..");

const COMMON = ["E", "W", "F", "I", "N", "UP", "B", "C4", "PIE", "SIM", "RUF", "ANN", "D"];
const IGNORE = [
  "ANN401", // `Any` is what an object in a heap is
  "D105", // magic methods say what they do by name
  "D107",
  "N818", // an exception is named after what happened
  "RUF001", // the dashes and dots of the text we show
  "RUF002",
  "RUF003",
];

/** Programs that leak as programs do: written carelessly, on purpose. */
const LEAKY = "tests/bench/advice/";

/** What runs in somebody's production process is held to more than its tests, whose names are sentences already. */
const GROUPS: readonly {
  readonly files: string;
  readonly except?: string;
  readonly select: readonly string[];
  readonly ignore: readonly string[];
}[] = [
  { files: "python-dump/**/*.py", select: [...COMMON, "A", "ARG", "BLE"], ignore: IGNORE },
  { files: "{tests,samples}/**/*.py", except: LEAKY, select: COMMON, ignore: [...IGNORE, "D1"] },
  { files: `${LEAKY}**/*.py`, select: ["E", "F", "I", "W"], ignore: ["E402"] },
];
/** Fixes that change how it is written and not what it does; the others are left to a person. */
const SAFE_TO_FIX = new Set(["I001", "F401", "UP006", "UP007", "UP035", "UP037", "UP045", "RUF100"]);

const workspaceFor = ({ select, ignore }: (typeof GROUPS)[number]): Workspace =>
  new Workspace(
    {
      "line-length": 100,
      "target-version": "py39",
      "indent-width": 4,
      lint: {
        select,
        ignore,
        pydocstyle: { convention: "google" },
        isort: { "known-first-party": ["pyheap_dump", "heapfile", "support", "shop"] },
      },
    },
    PositionEncoding.Utf16,
  );

const check = (workspace: Workspace, source: string): readonly Diagnostic[] => workspace.check(source);

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly content: string;
}

/** The edits of each safe fix, as offsets into the text. */
function safeFixes(workspace: Workspace, text: string): Edit[][] {
  const lineStarts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const offset = ({ row, column }: { row: number; column: number }) => lineStarts[row - 1] + column - 1;
  return check(workspace, text).flatMap(({ code, fix }) =>
    fix && SAFE_TO_FIX.has(code ?? "")
      ? [
          fix.edits.map(({ location, end_location, content }) => ({
            start: offset(location),
            end: offset(end_location),
            content: content ?? "",
          })),
        ]
      : [],
  );
}

/** Applies what does not overlap, again and again: a fix may uncover the next one. */
function fixed(workspace: Workspace, source: string): string {
  let text = source;
  for (let fixes = safeFixes(workspace, text); fixes.length > 0; fixes = safeFixes(workspace, text)) {
    const chosen: Edit[] = [];
    const free = (edit: Edit) => chosen.every((other) => edit.end < other.start || edit.start > other.end);
    for (const edits of fixes) if (edits.every(free)) chosen.push(...edits);
    const before = text;
    for (const { start, end, content } of chosen.sort((a, b) => b.start - a.start)) {
      text = text.slice(0, start) + content + text.slice(end);
    }
    if (text === before) break;
  }
  return workspace.format(text);
}

/** Prints what is wrong and returns how much. */
function complaints(path: string, workspace: Workspace, source: string): number {
  const found = check(workspace, source);
  for (const { code, message, start_location: at } of found) {
    console.log(`${path}:${at.row}:${at.column}: ${code ?? "syntax"} ${message}`);
  }
  if (found.some(({ code }) => code === null)) return found.length; // can't be formatted
  const unformatted = workspace.format(source) !== source;
  if (unformatted) console.log(`${path}: not formatted; \`npm run format\` does it`);
  return found.length + (unformatted ? 1 : 0);
}

function main(fix: boolean): number {
  let files = 0;
  let wrong = 0;
  for (const group of GROUPS) {
    const workspace = workspaceFor(group);
    for (const path of globSync(group.files, { cwd: ROOT })) {
      if (group.except !== undefined && path.startsWith(group.except)) continue;
      const full = join(ROOT, path);
      const source = readFileSync(full, "utf8");
      if (fix) writeFileSync(full, fixed(workspace, source));
      wrong += complaints(path, workspace, fix ? readFileSync(full, "utf8") : source);
      files++;
    }
  }
  console.log(`Ruff ${Workspace.version()}: ${files} files, ${wrong} complaints`);
  return wrong > 0 || files === 0 ? 1 : 0;
}

process.exitCode = main(process.argv.includes("--fix"));
