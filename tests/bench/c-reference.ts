/**
 * What the language costs: the way to retained sizes in TypeScript and in C, on one graph, as a ratio of CPU times.
 *
 *   node tests/bench/c-reference.ts [--objects 1000000] [--runs 5] [--json FILE]
 *
 * The C is compiled on the spot by `cc`; where there is none, the bench says so. Both find the same dominators, or the
 * bench ends with status 1.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { dominators } from "../../shared/graph/dominators.ts";
import { PreorderWalk } from "../../shared/graph/preorder.ts";
import { relabel } from "../../shared/graph/relabel.ts";
import { retainedSizes } from "../../shared/graph/retained.ts";
import { reverse } from "../../shared/graph/reverse.ts";
import { sizesByPreorder } from "../fixtures/numbered.ts";
import { heapLike, type MadeHeap } from "./graphs.ts";
import { asTable, report } from "./report.ts";

const STEPS = ["preorder", "relabel", "reverse", "dominators", "retained sizes"] as const;
type Times = Record<(typeof STEPS)[number], number> & { checksum: number };

function inC({ graph, roots, size }: MadeHeap, runs: number): Times | null {
  const folder = mkdtempSync(join(tmpdir(), "pyheap-bench-c-"));
  try {
    const program = join(folder, "reference");
    const source = join(import.meta.dirname, "reference.c");
    const { status, stderr } = spawnSync("cc", ["-O3", "-march=native", "-o", program, source], { encoding: "utf8" });
    if (status !== 0) {
      process.stdout.write(`No comparison with C: ${stderr || "there is no cc"}\n`);
      return null;
    }
    const input = join(folder, "graph");
    const numbers = [
      [graph.nodeCount, graph.targets.length, roots.length],
      graph.offsets,
      graph.targets,
      roots,
      size,
    ].map((column) => Uint32Array.from(column));
    writeFileSync(input, Buffer.concat(numbers.map((column) => new Uint8Array(column.buffer))));
    return JSON.parse(execFileSync(program, [input, String(runs)], { encoding: "utf8" })) as Times;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function inTypeScript({ graph, roots, size }: MadeHeap, runs: number): Times {
  const least = Object.fromEntries(STEPS.map((step) => [step, Number.POSITIVE_INFINITY])) as Times;
  const timed = <T>(step: (typeof STEPS)[number], work: () => T): T => {
    const before = process.cpuUsage();
    const result = work();
    const { user, system } = process.cpuUsage(before);
    least[step] = Math.min(least[step], (user + system) / 1000);
    return result;
  };
  for (let run = 0; run < runs; run++) {
    const order = timed("preorder", () => {
      const walk = new PreorderWalk(graph);
      for (const root of roots) walk.startAt(root);
      return walk.finish();
    });
    const relabelled = timed("relabel", () => relabel(graph, order));
    const predecessors = timed("reverse", () => reverse(relabelled));
    const idom = timed("dominators", () => dominators(order.parent, predecessors));
    const sizes = sizesByPreorder(order, size);
    timed("retained sizes", () => retainedSizes(idom, sizes));
    least.checksum = 0;
    for (let v = 1; v < idom.length; v++) least.checksum = (Math.imul(least.checksum, 31) + (idom[v] ?? 0)) >>> 0;
  }
  return least;
}

const { values } = parseArgs({
  options: {
    objects: { type: "string", default: "1000000" },
    runs: { type: "string", default: "5" },
    json: { type: "string" },
  },
});
const heap = heapLike({ objects: Number(values.objects) });
const c = inC(heap, Number(values.runs));
if (c !== null) {
  const ts = inTypeScript(heap, Number(values.runs));
  const all = (times: Times): number => STEPS.reduce((sum, step) => sum + times[step], 0);
  const row = (name: string, a: number, b: number) => ({ name, figures: { TypeScript: a, C: b, ratio: a / b } });
  const cases = [...STEPS.map((step) => row(step, ts[step], c[step])), row("all", all(ts), all(c))];
  process.stdout.write(`CPU ms, least of ${values.runs} runs\n${asTable(cases)}`);
  report(values.json, cases);
  if (ts.checksum !== c.checksum) {
    process.stderr.write("TypeScript and C do not find the same dominators\n");
    process.exitCode = 1;
  }
}
