/**
 * How long a dump takes from `open` to each stage, and what it costs, through the session with its real workers.
 *
 *   node tests/bench/open.ts [--objects 100000,1000000] [--grown 1000000] [--adversarial] [--file DUMP] [--runs 5]
 *                            [--json FILE]
 *
 * Every run is a fresh process that opens a warm file, first without an index, then with one: medians of wall time and
 * CPU time until each stage is done, of the peak memory of the process, and of the longest time for which the thread
 * that answers (in Electron: the engine's, in a server: the only one) could not. Then what is held for each object, as
 * docs/algorithms.md declares it: the bench ends with status 1 where it is more. Heaps of 5,000,000 and 10,000,000
 * objects take minutes to make and are kept in the system's folder for temporary files, as all that are made.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { readExtent } from "../../shared/store/load.ts";
import { HELD } from "../../shared/store/memory.ts";
import { openDump } from "../../shared/store/open-file.ts";
import { grownDump } from "./grown-dump.ts";
import { heldBytes } from "./held.ts";
import { dumpOf, madeDump } from "./made-dump.ts";
import { asTable, type Case, median, report } from "./report.ts";
import { ADVERSARIAL } from "./shapes.ts";

const SAMPLE = join(import.meta.dirname, "../../samples/shop-monday.pyheap");

type Figures = Readonly<Record<string, number>>;

function medians(runs: readonly Figures[], label = ""): Figures {
  const names = Object.keys(runs[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [`${label}${name}`, median(runs.map((run) => run[name] ?? Number.NaN))]),
  );
}

function measure(path: string, runs: number): Case {
  // The program's compiled code is kept from run to run, as it is from a user's second start on.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "pyheap-bench", "code") };
  const once = (cache?: string): Figures => {
    const words = [join(import.meta.dirname, "open-once.ts"), path, ...(cache === undefined ? [] : [cache])];
    return JSON.parse(execFileSync(process.execPath, words, { env }).toString());
  };
  const all = Array.from({ length: runs }, () => once());
  const cache = mkdtempSync(join(tmpdir(), "pyheap-bench-cache-"));
  try {
    once(cache); // writes the index
    const again = Array.from({ length: runs }, () => once(cache));
    return {
      name: basename(path, ".pyheap"),
      figures: { ...held(path), ...medians(all), ...medians(again, "from index: ") },
    };
  } finally {
    rmSync(cache, { recursive: true });
  }
}

function held(path: string): Figures {
  const file = openDump(path);
  const { objects, references } = readExtent(file);
  file.close();
  const columns = heldBytes(path);
  const bytes = [...columns.values()].reduce((sum, n) => sum + n, 0);
  const declared = HELD.object * objects + HELD.reference * references;
  return {
    objects,
    references,
    "file MB": statSync(path).size / 1e6,
    "held B/object": bytes / objects,
    "held, of what is declared": bytes / declared,
  };
}

const { values } = parseArgs({
  options: {
    json: { type: "string" },
    runs: { type: "string", default: "5" },
    objects: { type: "string", default: "100000,1000000" },
    grown: { type: "string", default: "0" },
    adversarial: { type: "boolean", default: false },
    file: { type: "string" },
    columns: { type: "boolean", default: false },
  },
});
const sizes = values.objects.split(",").map(Number);
const files =
  values.file === undefined
    ? [
        ...sizes.filter((objects) => objects > 0).map((objects) => madeDump({ objects })),
        ...(Number(values.grown) > 0 ? [grownDump(SAMPLE, Number(values.grown))] : []),
        ...(values.adversarial ? Object.entries(ADVERSARIAL).map(([name, make]) => dumpOf(name, make)) : []),
      ]
    : [values.file];

if (values.columns) {
  for (const path of files)
    for (const [name, bytes] of heldBytes(path))
      process.stdout.write(`${name.padEnd(36)} ${(bytes / 1e6).toFixed(1).padStart(8)} MB\n`);
} else {
  const cases = files.map((path) => measure(path, Number(values.runs)));
  const machine = `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model}`;
  process.stdout.write(`${machine}, load ${loadavg()[0]?.toFixed(1)}, median of ${values.runs} fresh processes\n`);
  process.stdout.write(asTable(cases));
  report(values.json, cases);
  for (const { name, figures } of cases) {
    // Small dumps have more types, names and starting points than objects worth the while.
    if ((figures.objects ?? 0) < 1_000_000 || (figures["held, of what is declared"] ?? 0) <= 1) continue;
    process.stderr.write(`${name}: more is held than docs/algorithms.md declares\n`);
    process.exitCode = 1;
  }
}
