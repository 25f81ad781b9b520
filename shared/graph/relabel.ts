import type { Aside, AsideTask } from "../types/aside.ts";
import { lowerBound } from "../types/compact.ts";
import { type Csr, type IndexColumn, indexColumn, NONE, noTick, type Tick } from "../types/graph.ts";
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
 * Time O(n + m), half of the rows on another core where there is one; memory 4(n + 1) + 4m bytes for the result, no
 * scratch. Nodes without a number are left out.
 */
export function relabel(graph: Csr, preordering: Preordering, tick: Tick = noTick, aside: Aside | null = null): Csr {
  const { nodeCount, unreachable, node, preorder, starts } = preordering;
  const offsets = rowOffsets(
    graph,
    preordering,
    aside === null ? new Int32Array(nodeCount + 1) : indexColumn(nodeCount + 1),
  );
  const edges = offsets[nodeCount];
  const targets = aside === null ? new Int32Array(edges) : indexColumn(edges); // what is not shared can be given back
  const rows = { graph, node, preorder, starts, unreachable, offsets, targets };
  const middle = aside === null ? nodeCount : lowerBound(offsets, edges / 2);
  const others = aside?.(RELABEL, { ...rows, from: middle, to: nodeCount });
  copyRows({ ...rows, from: 0, to: middle }, tick);
  others?.();
  return { nodeCount, offsets, targets };
}

interface Rows extends Pick<Preordering, "node" | "preorder" | "starts" | "unreachable"> {
  readonly graph: Csr;
  /** Where each row of the result begins. */
  readonly offsets: IndexColumn;
  readonly targets: IndexColumn;
  readonly from: number;
  readonly to: number;
}

export const RELABEL: AsideTask<Rows, void> = { name: "relabel", run: copyRows };

/** Where the rows begin. The walk has told how long those of live nodes are; those of garbage lose some of their edges. */
function rowOffsets(
  { offsets: from, targets }: Csr,
  { nodeCount, unreachable, node, preorder, starts, degree }: Preordering,
  offsets: IndexColumn,
): IndexColumn {
  const liveStarts = lowerBound(starts, unreachable);
  for (let i = 0; i < nodeCount; i++) {
    let length = degree[i];
    if (i === 0) length = liveStarts;
    else if (i === unreachable) length = starts.length - liveStarts;
    else if (i > unreachable) {
      const v = node[i];
      for (let e = from[v], end = from[v + 1]; e < end; e++) if (preorder[targets[e]] < unreachable) length--;
    }
    offsets[i + 1] = offsets[i] + length;
  }
  return offsets;
}

function copyRows({ graph, node, preorder, starts, unreachable, offsets, targets, from, to }: Rows, tick: Tick): void {
  const { offsets: rowOffsets, targets: rowTargets } = graph;
  let next = offsets[from];
  for (let i = from; i < to; i++) {
    if ((i & TICK_MASK) === 0) tick((i - from) / (to - from));
    const v = node[i];
    if (v === NONE) {
      const length = offsets[i + 1] - offsets[i];
      const first = i === 0 ? 0 : starts.length - length;
      for (let s = first; s < first + length; s++) targets[next++] = starts[s];
      continue;
    }
    const holder = i < unreachable ? 0 : unreachable;
    for (let e = rowOffsets[v], end = rowOffsets[v + 1]; e < end; e++) {
      const target = preorder[rowTargets[e]];
      if (target > holder) targets[next++] = target;
    }
  }
}
