/**
 * A peer on the same graph: memlab's engine, which finds leaks in the heaps of JavaScript, beside ours.
 *
 *   node tests/bench/memlab.ts [--objects 1000000] [--runs 3] [--json FILE]
 *
 * The peer is no dependency: npm puts it into a folder that is gone afterwards, without its install scripts and without
 * the browser that it drives. It reads the made heap as a V8 heap snapshot, we read it as a dump; each run is a fresh process, and
 * what is shown are medians. Both find dominators and retained sizes; it finds the shortest path to each object as well,
 * we what goes with each cycle. Milliseconds of wall time from the start of reading. Where npm has no network, the bench says so.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { heapLike, type MadeHeap } from "./graphs.ts";
import { benchPath, madeDump } from "./made-dump.ts";
import { asTable, median, report } from "./report.ts";

const PEER = "@memlab/core@2.0.5";

/** What runs in the peer's folder. */
const PEER_SCRIPT = `
const { utils } = require("@memlab/core");
const TraceFinder = require(__dirname + "/node_modules/@memlab/core/dist/paths/TraceFinder.js").default;
(async () => {
  const figures = {};
  const start = performance.now();
  const done = (name) => { figures[name] = performance.now() - start; };
  const snapshot = await utils.getSnapshotFromFile(process.argv[2], { buildNodeIdIndex: true });
  done("read");
  const finder = new TraceFinder();
  finder.calculateAllNodesRetainedSizes(snapshot);
  done("dominators and retained sizes");
  finder.annotateShortestPaths(snapshot);
  done("everything");
  figures["peak MB"] = process.resourceUsage().maxRSS * 1024 / 1e6;
  figures["bytes alive"] = snapshot.nodes.get(0).retainedSize;
  process.stdout.write("\\n" + JSON.stringify(figures));
})();
`;

/** Numbers as text in pieces, since no string holds a heap of many millions. */
function writeNumbers(fd: number, count: number, line: (i: number) => string): void {
  const PIECE = 50_000;
  for (let first = 0; first < count; first += PIECE) {
    const lines = Array.from({ length: Math.min(PIECE, count - first) }, (_, i) => line(first + i));
    writeSync(fd, `${first === 0 ? "" : ",\n"}${lines.join(",\n")}`);
  }
}

/** The heap as V8 writes its own (v8/src/profiler/heap-snapshot-generator.cc): node 0 holds the starting points. */
function writeSnapshot(path: string, { graph, roots, size, type, typeCount }: MadeHeap): void {
  const { nodeCount, offsets, targets } = graph;
  const NODE_FIELDS = ["type", "name", "id", "self_size", "edge_count", "trace_node_id", "detachedness"];
  const fields = NODE_FIELDS.length;
  const [OBJECT, SYNTHETIC, ELEMENT] = [3, 9, 1];
  const types = "hidden,array,string,object,code,closure,regexp,number,native,synthetic".split(",");
  const edgeTypes = "context,element,property,internal,hidden,shortcut,weak".split(",");
  const meta = {
    node_fields: NODE_FIELDS,
    node_types: [types, "string", "number", "number", "number", "number", "number"],
    edge_fields: ["type", "name_or_index", "to_node"],
    edge_types: [edgeTypes, "string_or_number", "node"],
    trace_function_info_fields: [],
    trace_node_fields: [],
    sample_fields: [],
    location_fields: [],
  };
  const edges = roots.length + targets.length;
  const counts = { node_count: nodeCount + 1, edge_count: edges, trace_function_count: 0 };
  const fd = openSync(path, "w");
  writeSync(fd, `{"snapshot":${JSON.stringify({ meta, ...counts })},\n"nodes":[`);
  writeNumbers(fd, nodeCount + 1, (i) => {
    const v = i - 1;
    if (i === 0) return `${SYNTHETIC},0,1,0,${roots.length},0,0`;
    return `${OBJECT},${1 + (type[v] ?? 0)},${2 * i + 1},${size[v]},${(offsets[i] ?? 0) - (offsets[v] ?? 0)},0,0`;
  });
  writeSync(fd, '],\n"edges":[');
  writeNumbers(fd, edges, (e) => {
    const target = e < roots.length ? roots[e] : targets[e - roots.length];
    return `${ELEMENT},${e},${fields * (1 + (target ?? 0))}`;
  });
  const names = ["", ...Array.from({ length: typeCount }, (_, t) => `Type${t}`)];
  const empty = '"trace_function_infos":[],"trace_tree":[],"samples":[],"locations":[]';
  writeSync(fd, `],\n${empty},\n"strings":${JSON.stringify(names)}}\n`);
  closeSync(fd);
}

function medians(runs: readonly Record<string, number>[]): Record<string, number> {
  const names = Object.keys(runs[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, median(runs.map((run) => run[name] ?? Number.NaN))]));
}

function theirs(heap: MadeHeap, runs: number): Record<string, number> | null {
  const folder = mkdtempSync(join(tmpdir(), "pyheap-bench-memlab-"));
  try {
    writeFileSync(join(folder, "package.json"), '{"private":true}');
    const words = ["install", "--ignore-scripts", "--no-audit", "--no-fund", PEER];
    const env = { ...process.env, PUPPETEER_SKIP_DOWNLOAD: "1" };
    const { status, stderr } = spawnSync("npm", words, { cwd: folder, env, encoding: "utf8" });
    if (status !== 0) {
      process.stdout.write(`No comparison with ${PEER}: ${stderr || "there is no npm"}\n`);
      return null;
    }
    const [script, snapshot] = [join(folder, "run.cjs"), join(folder, "made.heapsnapshot")];
    writeFileSync(script, PEER_SCRIPT);
    writeSnapshot(snapshot, heap);
    const once = (): Record<string, number> => {
      const out = execFileSync(process.execPath, ["--max-old-space-size=16384", script, snapshot], {
        encoding: "utf8",
      });
      return JSON.parse(out.slice(out.lastIndexOf("{")));
    };
    return medians(Array.from({ length: runs }, once));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Ours, from the start of the session with its workers; its memory is that of the whole program. */
function ours(objects: number, runs: number): Record<string, number> {
  const path = madeDump({ objects });
  const env = { ...process.env, NODE_COMPILE_CACHE: benchPath("code") };
  const once = (): Record<string, number> => {
    const words = [join(import.meta.dirname, "open-once.ts"), path];
    const figures = JSON.parse(execFileSync(process.execPath, words, { encoding: "utf8", env }));
    return {
      read: figures["columns done"],
      "dominators and retained sizes": figures["dominators done"],
      everything: figures["cycles done"],
      "peak MB": figures["peak MB"],
      "bytes alive": figures["bytes alive"],
    };
  };
  return medians(Array.from({ length: runs }, once));
}

const { values } = parseArgs({
  options: {
    objects: { type: "string", default: "1000000" },
    runs: { type: "string", default: "3" },
    json: { type: "string" },
  },
});
const [objects, runs] = [Number(values.objects), Number(values.runs)];
const peer = theirs(heapLike({ objects }), runs);
const cases = [
  { name: "PyHeap Explorer", figures: ours(objects, runs) },
  ...(peer === null ? [] : [{ name: PEER, figures: peer }]),
];
const load = loadavg()[0]?.toFixed(1);
process.stdout.write(`${cpus()[0]?.model}, load ${load}, ${objects} objects, median of ${runs}\n${asTable(cases)}`);
report(values.json, cases);
