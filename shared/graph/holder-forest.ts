import { type Csr, type IndexColumn, indexColumn, NONE, noTick, type Tick } from "../types/graph.ts";
import { TICK_MASK } from "./ticking.ts";

/** One shortest way to every object, all ways together as a forest. */
export interface HolderForest {
  /** The object before this one on its way; `NONE` for starts and for what no start leads to. */
  readonly parent: IndexColumn;
  /** The objects that were reached, nearer ones first. */
  readonly order: IndexColumn;
}

/** Where ways begin, and how many steps later than a start without delay. */
export interface DelayedStart {
  readonly node: number;
  readonly delay: number;
}

/**
 * For each object one way in which it is held, as short as any: merged, they show how a whole set is held.
 *
 * Breadth-first search from all starts; one with a delay joins in so many levels later, so that a way from it must be so
 * much shorter to be preferred. `graph` may have artificial nodes as long as nothing leads to them.
 * Time O(n + m); memory 8n bytes for the result and n bytes of scratch.
 */
export function holderForest(graph: Csr, starts: readonly DelayedStart[], tick: Tick = noTick): HolderForest {
  const { nodeCount: n, offsets, targets } = graph;
  const parent = indexColumn(n).fill(NONE);
  const order = indexColumn(n);
  const seen = new Uint8Array(n);
  const waiting = starts.toSorted((a, b) => a.delay - b.delay);
  let next = 0;
  let tail = 0;
  for (let level = 0, head = 0; head < tail || next < waiting.length; level++) {
    for (; next < waiting.length && waiting[next].delay <= level; next++) {
      const { node } = waiting[next];
      if (seen[node] === 1) continue;
      seen[node] = 1;
      order[tail++] = node;
    }
    for (const end = tail; head < end; head++) {
      const v = order[head];
      for (let e = offsets[v], last = offsets[v + 1]; e < last; e++) {
        if ((e & TICK_MASK) === 0) tick(head / n);
        const w = targets[e];
        if (seen[w] === 1) continue;
        seen[w] = 1;
        parent[w] = v;
        order[tail++] = w;
      }
    }
  }
  return { parent, order: order.subarray(0, tail) };
}

/** How many of the members are at each object or below it. Time O(n), memory 4n bytes. Members not reached count nowhere else. */
export function membersBelow({ parent, order }: HolderForest, members: Iterable<number>): IndexColumn {
  const below = indexColumn(parent.length);
  for (const v of members) below[v] = 1;
  for (let i = order.length - 1; i >= 0; i--) {
    const v = order[i];
    if (parent[v] !== NONE) below[parent[v]] += below[v];
  }
  return below;
}
