/**
 * Everything that must hold before a change goes in, one part after the other, with one total at the end.
 *
 *     npm test                     all parts
 *     npm test -- unit python      only these
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { findChromium, installChromium } from "./setup/chromium.ts";
import { fromCheck, fromUnittest, fromVitest, judged, type Outcome, sum, totalLine } from "./setup/outcome.ts";
import { findPython } from "./setup/python.ts";

const ROOT = join(import.meta.dirname, "..");
/** From the project's folder, where all parts run. */
const REPORTS = "tests/output";
const MINUTES = 60_000;
/** Colours are for people; some tools use them in a file too unless told not to. */
const TERMINAL = process.stdout.isTTY === true;
if (!TERMINAL) process.env.NO_COLOR = "1";

const PARTS: Readonly<Record<string, () => Outcome>> = {
  types: () => check("types", "svelte-check", ["--tsgo", "--fail-on-warnings", "--tsconfig", "tsconfig.json"]),
  lint: () =>
    sum([
      check("biome", "biome", ["ci", ...(TERMINAL ? [] : ["--colors=off"]), "."]),
      check("knip", "knip", []),
      check("ruff", process.execPath, ["tests/python/ruff.ts"]),
      check("pyright", "pyright", []),
    ]),
  unit: () => vitest("unit"),
  python: () => {
    const python = findPython();
    if (!python) return failed("python: no CPython 3.9 or later found; install python3 or set PYTHON");
    const code = run(python, ["tests/setup/run_unittest.py", report("python")]);
    return judged("python", code, read("python", fromUnittest));
  },
  e2e: () => {
    const named = process.env.CHROMIUM;
    const chromium = findChromium() ?? (named ? null : installChromium());
    if (!chromium) {
      const reason = named ? `CHROMIUM names no program (${named})` : "no Chromium found, and none could be installed";
      return failed(`e2e: NO END-TO-END TEST RAN: ${reason}`);
    }
    process.env.CHROMIUM = chromium;
    return vitest("e2e");
  },
};

/** A tool of node_modules/.bin, or any program, with the terminal's output and without its input. */
function run(command: string, args: readonly string[]): number | null {
  const { status, error } = spawnSync(command, args, {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
    timeout: 20 * MINUTES,
    shell: process.platform === "win32",
  });
  if (error) console.log(`${command}: ${error.message}`);
  return status;
}

function check(name: string, command: string, args: readonly string[]): Outcome {
  const ok = run(command, args) === 0;
  console.log(`${ok ? "ok" : "FAILED"}: ${name}`);
  return fromCheck(name, ok);
}

function vitest(project: string): Outcome {
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report(project)}`];
  const code = run("vitest", ["run", "--project", project, ...reporters]);
  return judged(project, code, read(project, fromVitest));
}

const failed = (name: string): Outcome => ({ passed: 0, failed: [name], skipped: [] });

const report = (part: string): string => `${REPORTS}/${part}.json`;

/** Null where there is no report: the part broke off. */
function read<T>(part: string, convert: (content: T) => Outcome): Outcome | null {
  try {
    return convert(JSON.parse(readFileSync(join(ROOT, report(part)), "utf8")));
  } catch {
    return null;
  }
}

function main(chosen: readonly string[]): number {
  const unknown = chosen.filter((part) => !Object.hasOwn(PARTS, part));
  if (unknown.length > 0) {
    console.error(`No such part: ${unknown.join(", ")}. There are: ${Object.keys(PARTS).join(", ")}.`);
    return 2;
  }
  mkdirSync(join(ROOT, REPORTS), { recursive: true });
  const outcomes = Object.entries(PARTS)
    .filter(([part]) => chosen.length === 0 || chosen.includes(part))
    .map(([part, runPart]) => {
      console.log(`\n=== ${part} ===`);
      rmSync(join(ROOT, report(part)), { force: true }); // an old report must not speak for this run
      const begin = Date.now();
      const outcome = runPart();
      const seconds = ((Date.now() - begin) / 1000).toFixed(1);
      console.log(`=== ${part}: ${totalLine(outcome).replace("total: ", "")} (${seconds} s) ===`);
      return outcome;
    });
  const all = sum(outcomes);
  console.log("");
  for (const name of all.skipped) console.log(`skipped: ${name}`);
  for (const name of all.failed) console.log(`failed: ${name}`);
  console.log(totalLine(all));
  return all.failed.length > 0 ? 1 : 0;
}

process.exitCode = main(process.argv.slice(2));
