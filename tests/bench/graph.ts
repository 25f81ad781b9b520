/**
 * How long each graph algorithm takes, on heap-like and on hostile graphs.
 *
 *   node tests/bench/graph.ts [--json FILE] [--runs 5] [--only "heap 1M" | --objects 10000000]
 *
 * Milliseconds of CPU time, the least of several runs: other work on the machine hardly changes that. The first run,
 * before the code is compiled to the end, is given too, because a session opens a heap once.
 */

import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { components, cyclicComponents } from "../../shared/graph/components.ts";
import { childrenOf, dominators } from "../../shared/graph/dominators.ts";
import { distances, pathScratch, pathsToRoot } from "../../shared/graph/paths.ts";
import { PreorderWalk } from "../../shared/graph/preorder.ts";
import { relabel } from "../../shared/graph/relabel.ts";
import { retainedByType, retainedSizes } from "../../shared/graph/retained.ts";
import { reverse } from "../../shared/graph/reverse.ts";
import { sourceComponentMembers } from "../../shared/graph/sources.ts";
import { compactColumn } from "../../shared/types/compact.ts";
import type { Csr, Tick } from "../../shared/types/graph.ts";
import { sizesByPreorder, typesByPreorder } from "../fixtures/numbered.ts";
import { seededRandom } from "../fixtures/random.ts";
import { heapLike, type MadeHeap } from "./graphs.ts";
import { report } from "./report.ts";
import { SHAPES } from "./shapes.ts";

/** What the goal "dominators and retained sizes" is made of. */
const UNTIL_RETAINED = ["preorder", "leftovers", "relabel", "reverse", "dominators", "retained sizes"];
const SUM = "until retained";

interface Measured {
  readonly shape: string;
  readonly nodes: number;
  readonly edges: number;
  /** Step -> least CPU milliseconds. */
  readonly least: Record<string, number>;
  /** Step -> CPU milliseconds of the first run. */
  readonly first: Record<string, number>;
  /** Wall milliseconds of ten paths to one object, over 200 objects. */
  readonly paths: { readonly median: number; readonly p95: number; readonly most: number };
  /** The longest wall time in milliseconds for which a cancelled step would have run on. */
  readonly longestSilence: number;
}

function measure(shape: string, heap: MadeHeap, runs: number): Measured {
  const times = new Map<string, number[]>();
  let longestSilence = 0;
  const step = <Result>(name: string, run: (tick: Tick) => Result): Result => {
    let heard = performance.now();
    const listen: Tick = () => {
      const now = performance.now();
      longestSilence = Math.max(longestSilence, now - heard);
      heard = now;
    };
    const before = process.cpuUsage();
    const result = run(listen);
    const { user, system } = process.cpuUsage(before);
    listen(1);
    times.set(name, [...(times.get(name) ?? []), (user + system) / 1000]);
    return result;
  };

  let predecessors: Csr | null = null;
  for (let i = 0; i < runs; i++) predecessors = runAll(heap, step);
  const least: Record<string, number> = {};
  const first: Record<string, number> = {};
  for (const [name, all] of times) {
    least[name] = Math.min(...all);
    first[name] = all[0];
  }
  for (const figures of [least, first]) figures[SUM] = UNTIL_RETAINED.reduce((sum, name) => sum + figures[name], 0);
  const { nodeCount, targets } = heap.graph;
  const paths = predecessors ? measurePaths(predecessors) : { median: 0, p95: 0, most: 0 };
  return { shape, nodes: nodeCount, edges: targets.length, least, first, paths, longestSilence };
}

type Step = <Result>(name: string, run: (tick: Tick) => Result) => Result;

/** All steps in a session's order; the predecessors are kept for path searches. */
function runAll(heap: MadeHeap, step: Step): Csr {
  const walk = step("preorder", (tick) => {
    const walk = new PreorderWalk(heap.graph, tick);
    for (const v of heap.roots) walk.startAt(v);
    walk.beginUnreachable();
    return walk;
  });
  const order = step("leftovers", (tick) => {
    for (const v of sourceComponentMembers(heap.graph, (v) => !walk.isNumbered(v), tick)) walk.startAt(v);
    return walk.finish();
  });
  const graph = step("relabel", (tick) => relabel(heap.graph, order, tick));
  const predecessors = step("reverse", (tick) => reverse(graph, tick));
  const idom = step("dominators", (tick) => dominators(order.parent, predecessors, tick));
  const size = sizesByPreorder(order, heap.size);
  const type = typesByPreorder(order, heap.type);
  const retained = step("retained sizes", (tick) => retainedSizes(idom, size, tick));
  const children = step("children", (tick) => childrenOf(idom, tick));
  const tree = { idom, children, retained: compactColumn(retained), type, typeCount: heap.typeCount };
  step("retained by type", (tick) => retainedByType(tree, 0, tick));
  step("distances", (tick) => distances(graph, tick));
  const found = step("components", (tick) => components(graph, tick));
  step("cyclic components", (tick) => cyclicComponents(graph, found, tick));
  return predecessors;
}

function measurePaths(predecessors: Csr): Measured["paths"] {
  const random = seededRandom(5);
  const scratch = pathScratch(predecessors.nodeCount);
  const times: number[] = [];
  for (let i = 0; i < 200; i++) {
    const target = random.below(predecessors.nodeCount);
    const start = performance.now();
    pathsToRoot(predecessors, target, 10, { scratch });
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return { median: times[100], p95: times[190], most: times[199] };
}

function table(results: readonly Measured[]): string {
  const rows: string[][] = [
    ["CPU ms", ...results.map(({ shape }) => shape)],
    ["objects", ...results.map(({ nodes }) => nodes.toLocaleString("en"))],
    ["references", ...results.map(({ edges }) => edges.toLocaleString("en"))],
    ...Object.keys(results[0].least).map((name) => [name, ...results.map(({ least }) => least[name].toFixed(0))]),
    [`${SUM}, first run`, ...results.map(({ first }) => first[SUM].toFixed(0))],
    ["10 paths, median (wall)", ...results.map(({ paths }) => paths.median.toFixed(2))],
    ["10 paths, p95 (wall)", ...results.map(({ paths }) => paths.p95.toFixed(2))],
    ["longest silence (wall)", ...results.map(({ longestSilence }) => longestSilence.toFixed(0))],
  ];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row: string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  ");
  return rows.map(line).join("\n");
}

const { values: options } = parseArgs({
  options: {
    json: { type: "string" },
    runs: { type: "string", default: "5" },
    only: { type: "string" },
    objects: { type: "string" },
  },
});
const shapes = options.objects
  ? { [`heap of ${options.objects}`]: () => heapLike({ objects: Number(options.objects) }) }
  : SHAPES;
const results = Object.entries(shapes)
  .filter(([shape]) => options.only === undefined || shape === options.only)
  .map(([shape, make]) => measure(shape, make(), Number(options.runs)));
const machine = `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model}`;
process.stdout.write(`${machine}\n\n${table(results)}\n`);
report(
  options.json,
  results.map(({ shape, least, longestSilence, paths }) => ({
    name: shape,
    figures: { ...least, "ten paths p95": paths.p95, "longest silence": longestSilence },
  })),
);
