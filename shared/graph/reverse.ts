import type { Aside, AsideTask } from "../types/aside.ts";
import { type Csr, type IndexColumn, indexColumn, noTick, type Tick } from "../types/graph.ts";
import { TICK_MASK } from "./ticking.ts";

/** Of so many edges one is looked at to guess which node parts them into halves. */
const EDGES_PER_SAMPLE = 1024;

/**
 * Who refers to each object: the successors of `v` in the result are its predecessors in `graph`.
 *
 * Counting sort by target, so each list of predecessors comes out in increasing order, parallel edges side by side.
 * Time O(n + m); memory 4(n + 1) + 4m bytes for the result, no scratch. A graph without edges gives empty lists.
 * Where there is another core, the lists of half of the nodes are made there: each reads all edges, which stand in a row,
 * and writes half of them, which do not. Then `graph` must be in shared memory. `over`, a graph in shared memory that nobody
 * needs any more, is written over where its memory is large enough.
 */
export function reverse(graph: Csr, tick: Tick = noTick, aside: Aside | null = null, over: Csr | null = null): Csr {
  const { nodeCount, targets } = graph;
  const offsets = room(over?.offsets, nodeCount + 1).fill(0);
  offsets[nodeCount] = targets.length;
  const lists = { graph, offsets, sources: room(over?.targets, targets.length) };
  const middle = aside === null ? nodeCount : medianTarget(targets);
  const others = aside?.(REVERSE, { ...lists, from: middle, to: nodeCount });
  fillLists({ ...lists, from: 0, to: middle }, tick);
  others?.();
  return { nodeCount, offsets, targets: lists.sources };
}

/** A column of so many numbers in the memory of another one, or, where that is too small, in its own. */
const room = (over: IndexColumn | undefined, length: number): IndexColumn =>
  over !== undefined && over.buffer.byteLength >= 4 * length
    ? new Int32Array(over.buffer, 0, length)
    : indexColumn(length);

interface Lists {
  readonly graph: Csr;
  /** Zero for the nodes `from` to `to`; then where each list begins. */
  readonly offsets: IndexColumn;
  readonly sources: IndexColumn;
  readonly from: number;
  readonly to: number;
}

export const REVERSE: AsideTask<Lists, void> = { name: "reverse", run: fillLists };

function medianTarget(targets: IndexColumn): number {
  const sample = new Int32Array(Math.ceil(targets.length / EDGES_PER_SAMPLE));
  for (let i = 0; i < sample.length; i++) sample[i] = targets[i * EDGES_PER_SAMPLE];
  return sample.sort()[sample.length >>> 1] ?? 0;
}

function fillLists({ graph, offsets: ends, sources, from, to }: Lists, tick: Tick): void {
  const { nodeCount, offsets, targets } = graph;
  const edgeCount = targets.length;

  // `ends[v]` becomes the end of v's list and then walks down to its beginning while the list is filled from behind.
  let before = 0;
  for (let e = 0; e < edgeCount; e++) {
    if ((e & TICK_MASK) === 0) tick((0.4 * e) / edgeCount);
    const target = targets[e];
    if (target < from) before++;
    else if (target < to) ends[target]++;
  }
  for (let v = from; v < to; v++) {
    before += ends[v];
    ends[v] = before;
  }

  for (let v = nodeCount - 1, e = edgeCount - 1; v >= 0; v--) {
    for (const first = offsets[v]; e >= first; e--) {
      if ((e & TICK_MASK) === 0) tick(1 - (0.6 * e) / edgeCount);
      const target = targets[e];
      if (target >= from && target < to) sources[--ends[target]] = v;
    }
  }
}
