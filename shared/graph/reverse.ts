import { type Csr, indexColumn, noTick, type Tick } from "../types/graph.ts";
import { TICK_MASK } from "./ticking.ts";

/**
 * Who refers to each object: the successors of `v` in the result are its predecessors in `graph`.
 *
 * Counting sort by target, so each list of predecessors comes out in increasing order, parallel edges side by side.
 * Time O(n + m); memory 4(n + 1) + 4m bytes for the result, no scratch. A graph without edges gives empty lists.
 */
export function reverse(graph: Csr, tick: Tick = noTick): Csr {
  const { nodeCount, offsets, targets } = graph;
  const edgeCount = targets.length;

  // `ends[v]` starts as the end of v's list and walks down to its beginning while the list is filled from behind.
  const ends = indexColumn(nodeCount + 1);
  for (let e = 0; e < edgeCount; e++) {
    if ((e & TICK_MASK) === 0) tick((0.4 * e) / edgeCount);
    ends[targets[e]]++;
  }
  for (let v = 1; v <= nodeCount; v++) ends[v] += ends[v - 1];

  const sources = indexColumn(edgeCount);
  for (let v = nodeCount - 1, e = edgeCount - 1; v >= 0; v--) {
    for (const first = offsets[v]; e >= first; e--) {
      if ((e & TICK_MASK) === 0) tick(1 - (0.6 * e) / edgeCount);
      sources[--ends[targets[e]]] = v;
    }
  }
  return { nodeCount, offsets: ends, targets: sources };
}
