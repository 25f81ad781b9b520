import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeDump } from "../fixtures/dump-file.ts";
import { heapLike, type MadeHeap } from "./graphs.ts";

/**
 * A made-up heap of about four references per object as a file, written once and kept for the next run. Two seeds give
 * two heaps of one process, alike in most objects: what `heapLike` makes of them differs from object to object only.
 */
export const madeDump = ({ objects, seed = 1 }: { objects: number; seed?: number }): string =>
  dumpOf(`heap-like-v2-${objects}-${seed}`, () => heapLike({ objects, seed }), seed);

/** A made-up graph as a file, under a name that says all that it depends on. */
export function dumpOf(name: string, make: () => MadeHeap, seed = 1): string {
  const path = benchPath(`${name.replaceAll(" ", "-")}.pyheap`);
  if (existsSync(path)) return path;
  const { graph, roots, typeCount, type, size } = make();
  const objects = graph.nodeCount;
  const address = (object: number): number => 0x7f00_0000_0000 + 64 * object;
  const column = (make: (object: number) => number) => Float64Array.from({ length: objects }, (_, i) => make(i));
  const count = new Float64Array(typeCount);
  const bytes = new Float64Array(typeCount);
  for (let i = 0; i < objects; i++) {
    count[type[i]]++;
    bytes[type[i]] += size[i];
  }
  const counts = new Int32Array(objects);
  for (const target of graph.targets) counts[target]++;
  writeDump(`${path}.partial`, {
    address: column(address),
    type,
    layout: column(() => 0),
    size,
    refcount: counts,
    length: column(() => 0xffffffff),
    referenceCount: column((i) => graph.offsets[i + 1] - graph.offsets[i]),
    flags: column(() => 1),
    target: Float64Array.from(graph.targets, address),
    texts: (i) => (graph.offsets[i] === graph.offsets[i + 1] ? `'value ${i}'` : null),
    types: Array.from(count, (n, i) => ({
      module: "made",
      qualname: `Type${i}`,
      address: 16 * i,
      count: n,
      bytes: bytes[i] ?? 0,
    })),
    layouts: [{ hiddenBytes: 0, runs: [["item", null, "rest"]] }],
    roots: roots.map((root) => ({ kind: "module", name: `made${root}`, address: address(root) })),
    meta: {
      capture_id: createHash("sha256").update(name).digest("hex").slice(0, 32),
      created_at: new Date(Date.UTC(2026, 0, 1, seed)).toISOString(),
      process: { pid: 1, start_time: 0, boot_id: "made" },
    },
  });
  renameSync(`${path}.partial`, path);
  return path;
}

/** Where made files are kept from run to run. */
export function benchPath(name: string): string {
  const folder = join(tmpdir(), "pyheap-bench");
  mkdirSync(folder, { recursive: true });
  return join(folder, name);
}
