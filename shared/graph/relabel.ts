import { type Csr, NONE, noTick, type Tick } from "../types/graph.ts";
import type { Preordering } from "./preorder.ts";
import { TICK_MASK } from "./ticking.ts";

/**
 * The same graph in preorder numbers, with the artificial nodes and their edges to the starts they hold.
 *
 * References from the unreachable group to live objects are dropped: garbage keeps nothing alive, so a live object
 * must not get a second holder from it. The other direction cannot occur, since whatever a live object refers to is
 * live. The two groups are therefore not connected. All other edges stay, in the order that they have in `graph`.
 *
 * Numbering depth-first makes every later pass read mostly neighbouring memory: on ten million objects components
 * are found three times faster and dominators 1.4 times.
 * Targets are looked up in the order of `graph` first, in one pass through memory, and written over: in the order of the
 * rows that look-up took twice as long. So the targets of `graph` are of no further use.
 * Time O(n + m); memory 4(n + 1) + 4m bytes for the result, no scratch. Nodes without a number are left out.
 */
export function relabel(graph: Csr, preordering: Preordering, tick: Tick = noTick): Csr {
  const { nodeCount, unreachable, node, preorder, starts } = preordering;
  const { offsets: rowOffsets, targets: rowTargets } = graph;
  for (let e = 0; e < rowTargets.length; e++) {
    if ((e & TICK_MASK) === 0) tick((0.2 * e) / rowTargets.length);
    rowTargets[e] = preorder[rowTargets[e]];
  }

  const offsets = new Int32Array(nodeCount + 1); // not shared, so that the collector knows its weight
  const targets = new Int32Array(starts.length + rowTargets.length);
  let next = 0;
  let start = 0;

  for (let i = 0; i < nodeCount; i++) {
    if ((i & TICK_MASK) === 0) tick(0.2 + (0.8 * i) / nodeCount);
    offsets[i] = next;
    const v = node[i];
    if (v === NONE) {
      const bound = i === 0 ? unreachable : nodeCount;
      while (start < starts.length && starts[start] < bound) targets[next++] = starts[start++];
      continue;
    }
    const holder = i < unreachable ? 0 : unreachable;
    for (let e = rowOffsets[v], end = rowOffsets[v + 1]; e < end; e++) {
      const target = rowTargets[e];
      if (target > holder) targets[next++] = target;
    }
  }
  offsets[nodeCount] = next;
  return { nodeCount, offsets, targets: targets.subarray(0, next) };
}
