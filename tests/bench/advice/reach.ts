/**
 * What the advisor finds: programs that leak, of which the culprit must be the first suspect or among three, and healthy
 * ones, of which nothing must look worse than possible.
 *
 *     node tests/bench/advice/reach.ts [--held-out] [NAME …]
 *
 * `DUMPS` names a folder where dumps are kept and taken from. `PYTHON` names the interpreter; a program that needs a package which it lacks is skipped, and said.
 */
import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createClient } from "../../../shared/session/client.ts";
import type { Client } from "../../../shared/session/contract.ts";
import { createHost } from "../../../shared/session/host.ts";
import { createSession, type Session } from "../../../shared/session/session.ts";
import type { Advice } from "../../../shared/types/advice.ts";
import { findPython } from "../../setup/python.ts";

const HERE = import.meta.dirname;
const DUMPER = join(HERE, "../../../python-dump");

interface Outcome {
  readonly name: string;
  /** From 1; 0 where the culprit is no suspect. Null for healthy programs. */
  readonly rank: number | null;
  readonly advice: Advice;
}

async function main(words: readonly string[]): Promise<number> {
  const python = process.env.PYTHON ?? findPython();
  if (python === null) throw new Error("No CPython 3.9 or later found: install python3 or set PYTHON.");
  const folders = words.includes("--held-out") ? ["held-out"] : ["leaks", "healthy"];
  const names = words.filter((word) => !word.startsWith("--"));
  const programs = folders
    .flatMap((folder) => globSync(join(HERE, folder, "*.py")).sort())
    .filter((path) => names.length === 0 || names.includes(basename(path, ".py")));
  const session = createSession({ stateFolder: null });
  const client = createClient(createHost(session));
  const outcomes: Outcome[] = [];
  for (const path of programs) {
    const text = readFileSync(path, "utf8");
    const culprit = /^# culprit: (.*)$/m.exec(text)?.[1] ?? null;
    const needs = /^# needs: (.*)$/m.exec(text)?.[1];
    if (needs !== undefined && spawnSync(python, ["-c", `import ${needs}`]).status !== 0) {
      console.log(`skipped  ${basename(path)}: ${python} has no ${needs}`);
      continue;
    }
    const advice = await adviceOn(python, path, { client, session });
    if (typeof advice === "string") {
      console.log(`FAILED   ${basename(path)} ${advice}`);
      continue;
    }
    const rank =
      culprit === null ? null : 1 + advice.suspects.findIndex(({ title }) => new RegExp(culprit).test(title));
    outcomes.push({ name: basename(path, ".py"), rank, advice });
    tell(outcomes.at(-1) as Outcome);
  }
  await session.dispose();
  return judge(outcomes);
}

async function adviceOn(
  python: string,
  program: string,
  { client, session }: { client: Client; session: Session },
): Promise<Advice | string> {
  const folder = mkdtempSync(join(tmpdir(), "pyheap-reach-"));
  try {
    const dump =
      process.env.DUMPS === undefined
        ? join(folder, "app.pyheap")
        : join(process.env.DUMPS, `${basename(program, ".py")}.pyheap`);
    // Some programs take the dump by themselves, in the middle of something.
    const own = /pyheap_dump\.dump/.test(readFileSync(program, "utf8"));
    const run = own ? [program] : [join(DUMPER, "pyheap_dump.py"), "run", "-o", dump, program];
    const env = { ...process.env, PYTHONPATH: [HERE, DUMPER].join(":"), PYTHONDONTWRITEBYTECODE: "1", DUMP_TO: dump };
    const failed = existsSync(dump) ? null : runProgram(python, run, { cwd: folder, env });
    if (failed !== null) return failed;
    const { snapshot } = await client.open({ file: session.offer({ path: dump, origin: "command-line" }) });
    const advice = await client.advise({ snapshot });
    await client.close({ snapshot });
    return advice;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Why it failed; null where it did not. */
function runProgram(
  python: string,
  words: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): string | null {
  const { status, signal, stderr } = spawnSync(python, words, { encoding: "utf8", ...options });
  if (status === 0) return null;
  return `ended with ${status ?? signal}: ${stderr.slice(-400)}`;
}

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;

function tell({ name, rank, advice }: Outcome): void {
  const { suspects, liveBytes } = advice;
  const at = rank === null ? "healthy" : rank === 0 ? "MISSED" : `rank ${rank}`;
  const shown = suspects.slice(0, rank === 1 ? 1 : Math.max(3, rank ?? 0));
  console.log(`${at.padEnd(8)} ${name}  (${(liveBytes / 2 ** 20).toFixed(0)} MiB alive)`);
  for (const { confidence, title, bytes } of shown)
    console.log(`           ${confidence.padEnd(8)} ${percent(bytes, liveBytes).padStart(6)}  ${title.slice(0, 150)}`);
}

function judge(outcomes: readonly Outcome[]): number {
  const leaks = outcomes.filter(({ rank }) => rank !== null);
  const healthy = outcomes.filter(({ rank }) => rank === null);
  const first = leaks.filter(({ rank }) => rank === 1).length;
  const amongThree = leaks.filter(({ rank }) => rank !== null && rank >= 1 && rank <= 3).length;
  const alarms = healthy.filter(({ advice }) => advice.suspects.some(({ confidence }) => confidence !== "possible"));
  console.log(`\nculprit first in ${first}, among three in ${amongThree} of ${leaks.length} programs that leak`);
  console.log(`suspects above possible in ${alarms.length} of ${healthy.length} healthy programs`);
  return first >= 0.9 * leaks.length && amongThree === leaks.length && alarms.length === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
