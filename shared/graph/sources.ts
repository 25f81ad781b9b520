import { type Csr, type IndexColumn, indexColumn, NONE, noTick, type Tick } from "../types/graph.ts";
import { components } from "./components.ts";
import { TICK_MASK } from "./ticking.ts";

/**
 * Where the garbage begins: the leftovers that no other leftover leads to, and all members of the cycles that none
 * leads to. As starts of the unreachable group they reach every leftover.
 *
 * All members of such a cycle are starts, since nobody in particular holds it: with one of them as the entry, that one
 * would retain the whole cycle and the others less, by accident.
 * `isLeftover` tells which nodes to look at; references to and from others don't count. The result is increasing.
 * Time O(n + references of leftovers); memory 4 bytes per start for the result; scratch 4n bytes and 24 per leftover
 * and 4 per reference between leftovers, or nothing where there are no leftovers.
 */
export function sourceComponentMembers(
  graph: Csr,
  isLeftover: (node: number) => boolean,
  tick: Tick = noTick,
): IndexColumn {
  const leftovers = nodesWhere(graph.nodeCount, isLeftover, (fraction) => tick(0.2 * fraction));
  if (leftovers.length === 0) return leftovers;

  const subgraph = subgraphOf(graph, leftovers, (fraction) => tick(0.2 + 0.4 * fraction));
  const { count, component } = components(subgraph, (fraction) => tick(0.6 + 0.3 * fraction));
  const isHeld = new Uint8Array(count);
  for (let i = 0; i < subgraph.nodeCount; i++) {
    if ((i & TICK_MASK) === 0) tick(0.9 + (0.1 * i) / subgraph.nodeCount);
    for (let e = subgraph.offsets[i], end = subgraph.offsets[i + 1]; e < end; e++) {
      const c = component[subgraph.targets[e]];
      if (c !== component[i]) isHeld[c] = 1;
    }
  }
  return leftovers.filter((_, i) => isHeld[component[i]] === 0);
}

function nodesWhere(nodeCount: number, isWanted: (node: number) => boolean, tick: Tick): IndexColumn {
  let count = 0;
  for (let v = 0; v < nodeCount; v++) {
    if ((v & TICK_MASK) === 0) tick(v / nodeCount);
    if (isWanted(v)) count++;
  }
  const nodes = indexColumn(count);
  for (let v = 0, next = 0; next < count; v++) if (isWanted(v)) nodes[next++] = v;
  return nodes;
}

/** The graph of `nodes` alone, which are increasing; its node `i` is `nodes[i]`. */
function subgraphOf({ nodeCount, offsets, targets }: Csr, nodes: IndexColumn, tick: Tick): Csr {
  const place = new Int32Array(nodeCount).fill(NONE);
  for (let i = 0; i < nodes.length; i++) place[nodes[i]] = i;

  const keptOffsets = new Int32Array(nodes.length + 1);
  for (let i = 0; i < nodes.length; i++) {
    if ((i & TICK_MASK) === 0) tick((0.5 * i) / nodes.length);
    keptOffsets[i + 1] = keptOffsets[i];
    for (let e = offsets[nodes[i]], end = offsets[nodes[i] + 1]; e < end; e++) {
      if (place[targets[e]] !== NONE) keptOffsets[i + 1]++;
    }
  }

  const keptTargets = new Int32Array(keptOffsets[nodes.length]);
  for (let i = 0, next = 0; i < nodes.length; i++) {
    if ((i & TICK_MASK) === 0) tick(0.5 + (0.5 * i) / nodes.length);
    for (let e = offsets[nodes[i]], end = offsets[nodes[i] + 1]; e < end; e++) {
      const target = place[targets[e]];
      if (target !== NONE) keptTargets[next++] = target;
    }
  }
  return { nodeCount: nodes.length, offsets: keptOffsets, targets: keptTargets };
}
