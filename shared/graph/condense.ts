import { byteColumn, type Csr, noTick, type Tick } from "../types/graph.ts";
import type { Components } from "./components.ts";
import { dominators } from "./dominators.ts";
import { PreorderWalk } from "./preorder.ts";
import { relabel } from "./relabel.ts";
import { retainedSizes } from "./retained.ts";
import { reverse } from "./reverse.ts";
import { TICK_MASK } from "./ticking.ts";

/**
 * The graph of the components: each contracted to one node, with the references between different ones. Acyclic if they
 * are the components of this very graph; they may be those of a part of its references.
 *
 * Parallel references are kept. Time O(n + m); memory 4(c + 1) + 4m bytes at most for c components, 4n of scratch.
 */
export function condense(graph: Csr, { count, component }: Components, tick: Tick = noTick): Csr {
  const { nodeCount, offsets, targets } = graph;
  const condensed = new Int32Array(count + 1); // not shared, so that the collector knows its weight
  for (let v = 0; v < nodeCount; v++) {
    if ((v & TICK_MASK) === 0) tick(v / nodeCount / 2);
    const from = component[v];
    for (let e = offsets[v], end = offsets[v + 1]; e < end; e++)
      if (component[targets[e]] !== from) condensed[from + 1]++;
  }
  for (let c = 0; c < count; c++) condensed[c + 1] += condensed[c];

  const next = condensed.slice(0, count);
  const condensedTargets = new Int32Array(condensed[count]);
  for (let v = 0; v < nodeCount; v++) {
    if ((v & TICK_MASK) === 0) tick(0.5 + v / nodeCount / 2);
    const from = component[v];
    for (let e = offsets[v], end = offsets[v + 1]; e < end; e++) {
      const to = component[targets[e]];
      if (to !== from) condensedTargets[next[from]++] = to;
    }
  }
  return { nodeCount: count, offsets: condensed, targets: condensedTargets };
}

/**
 * Bytes that would go with each component as a whole: its own and those that only it leads to.
 *
 * No member of a cycle that is entered at several places dominates the others, so members' retained sizes do not tell.
 * Dominators of the condensed graph do: its node stands for all members together.
 *
 * `alive` are the starting points of what is alive, `unreachable` those of the garbage; `size` has the bytes of each
 * node. The result is by component.
 * Time as for `dominators`, on the condensed graph.
 */
export function retainedByComponent(
  graph: Csr,
  found: Components,
  { alive, unreachable, size }: { alive: Iterable<number>; unreachable: Iterable<number>; size: Float64Array },
  tick: Tick = noTick,
): Float64Array<SharedArrayBuffer> {
  const share =
    (from: number, to: number): Tick =>
    (fraction) =>
      tick(from + (to - from) * fraction);
  const condensed = condense(graph, found, share(0, 0.2));
  const walk = new PreorderWalk(condensed, share(0.2, 0.4));
  for (const v of alive) walk.startAt(found.component[v]);
  walk.beginUnreachable();
  for (const v of unreachable) walk.startAt(found.component[v]);
  const order = walk.finish();
  const predecessors = reverse(relabel(condensed, order, share(0.4, 0.55)), share(0.55, 0.65));
  const idom = dominators(order.parent, predecessors, share(0.65, 0.95));

  const bytes = new Float64Array(order.nodeCount);
  for (let v = 0; v < graph.nodeCount; v++) {
    const number = order.preorder[found.component[v]];
    if (number >= 0) bytes[number] += size[v];
  }
  const retained = retainedSizes(idom, bytes, share(0.95, 1));
  const byComponent = byteColumn(found.count);
  for (let c = 0; c < found.count; c++) if (order.preorder[c] >= 0) byComponent[c] = retained[order.preorder[c]];
  return byComponent;
}
