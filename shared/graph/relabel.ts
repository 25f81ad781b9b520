import { type Csr, type IndexColumn, indexColumn, noTick, type Tick } from "../types/graph.ts";
import type { Preordering } from "./preorder.ts";
import { TICK_MASK } from "./ticking.ts";

/**
 * The same graph in preorder numbers, with the artificial nodes and their edges to the starts they hold.
 *
 * References from the unreachable group to live objects are dropped: garbage keeps nothing alive, so a live object
 * must not get a second holder from it. The other direction cannot occur, since whatever a live object refers to is
 * live. The two groups are therefore not connected, and edges keep the order that they have in `graph`.
 *
 * Renumbering depth-first makes every later pass read mostly neighbouring memory: components are three times faster
 * on ten million objects, dominators 1.4 times.
 * Time O(n + m); memory 4(n + 1) + 4m bytes for the result, no scratch. Nodes without a number are left out.
 */
export function relabel(graph: Csr, preordering: Preordering, tick: Tick = noTick): Csr {
  const { nodeCount, unreachable, node, preorder, starts } = preordering;
  const offsets = rowOffsets(graph, preordering);
  const targets = indexColumn(offsets[nodeCount]);
  const liveStarts = startsBelow(starts, unreachable);

  targets.set(starts.subarray(0, liveStarts), 0);
  let next = liveStarts;
  for (let i = 1; i < unreachable; i++) {
    if ((i & TICK_MASK) === 0) tick(i / nodeCount);
    const v = node[i];
    for (let e = graph.offsets[v], end = graph.offsets[v + 1]; e < end; e++) {
      targets[next++] = preorder[graph.targets[e]];
    }
  }

  targets.set(starts.subarray(liveStarts), next);
  next += starts.length - liveStarts;
  for (let i = unreachable + 1; i < nodeCount; i++) {
    if ((i & TICK_MASK) === 0) tick(i / nodeCount);
    const v = node[i];
    for (let e = graph.offsets[v], end = graph.offsets[v + 1]; e < end; e++) {
      const target = preorder[graph.targets[e]];
      if (target > unreachable) targets[next++] = target;
    }
  }
  return { nodeCount, offsets, targets };
}

/** Where each row begins. Only rows of the unreachable group have to be looked into: live objects keep all edges. */
function rowOffsets(graph: Csr, { nodeCount, unreachable, node, preorder, starts }: Preordering): IndexColumn {
  const offsets = indexColumn(nodeCount + 1);
  const liveStarts = startsBelow(starts, unreachable);
  let edges = liveStarts;
  offsets[1] = edges;
  for (let i = 1; i < unreachable; i++) {
    const v = node[i];
    edges += graph.offsets[v + 1] - graph.offsets[v];
    offsets[i + 1] = edges;
  }
  if (unreachable === nodeCount) return offsets;

  edges += starts.length - liveStarts;
  offsets[unreachable + 1] = edges;
  for (let i = unreachable + 1; i < nodeCount; i++) {
    const v = node[i];
    for (let e = graph.offsets[v], end = graph.offsets[v + 1]; e < end; e++) {
      if (preorder[graph.targets[e]] > unreachable) edges++;
    }
    offsets[i + 1] = edges;
  }
  return offsets;
}

/** How many of the increasing `starts` are below `bound`. */
function startsBelow(starts: IndexColumn, bound: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (starts[middle] < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
