import { type Csr, NONE, noTick, type Tick } from "../types/graph.ts";
import { TICK_MASK } from "./ticking.ts";

/**
 * The shortest cycle of a graph, as the numbers of its edges in order; empty if there is none.
 *
 * Breadth-first search from each node in turn, no deeper than the best cycle so far, until `mostSteps` edges have been
 * looked at; then the best so far, which may not be the shortest. A self-loop is a cycle of one edge.
 * Time O(n·m) at worst, at most `mostSteps`; memory 12n bytes of scratch.
 */
export function shortestCycle(
  { nodeCount, offsets, targets }: Csr,
  tick: Tick = noTick,
  mostSteps = 2_000_000,
): number[] {
  let best: number[] = [];
  let steps = 0;
  const distance = new Int32Array(nodeCount).fill(NONE);
  /** By node: the edge through which the search came to it. */
  const through = new Int32Array(nodeCount);
  const queue = new Int32Array(nodeCount);
  const sourceOf = sources({ nodeCount, offsets, targets });

  for (let start = 0; start < nodeCount && best.length !== 1; start++) {
    let tail = 0;
    queue[tail++] = start;
    distance[start] = 0;
    search: for (let head = 0; head < tail; head++) {
      const v = queue[head];
      // A cycle found from here would be no shorter than the best one.
      if (best.length > 0 && distance[v] + 1 >= best.length) break;
      for (let e = offsets[v], end = offsets[v + 1]; e < end; e++) {
        if ((steps++ & TICK_MASK) === 0) tick(Math.min(1, steps / mostSteps));
        const w = targets[e];
        if (w === start) {
          best = [e];
          for (let u = v; u !== start; u = sourceOf[through[u]]) best.push(through[u]);
          best.reverse();
          break search;
        }
        if (distance[w] !== NONE) continue;
        distance[w] = distance[v] + 1;
        through[w] = e;
        queue[tail++] = w;
      }
    }
    for (let i = 0; i < tail; i++) distance[queue[i]] = NONE;
    if (steps > mostSteps) break;
  }
  return best;
}

/** One edge of a graph, and the node that it leaves. */
export interface CycleEdge {
  readonly edge: number;
  readonly source: number;
}

/**
 * The shortest cycle through a node, as its edges in order from that node on; empty if there is none, or none within
 * `mostSteps` edges looked at. Only edges that `isInside` accepts count.
 *
 * Breadth-first search from the node until an edge leads back to it. Time O(nodes and edges met); memory a map entry and
 * 8 bytes per node met, so that asking about one object of a large heap costs nothing per object of the heap.
 */
export function shortestCycleThrough(
  { offsets, targets }: Csr,
  start: number,
  isInside: (edge: number, source: number, target: number) => boolean,
  tick: Tick = noTick,
  mostSteps = 2_000_000,
): CycleEdge[] {
  const queue: number[] = [start];
  /** By place in the queue: the edge through which its node was met, and the place of the node that the edge leaves. */
  const through: number[] = [NONE];
  const from: number[] = [NONE];
  const met = new Set(queue);
  let steps = 0;
  for (let head = 0; head < queue.length; head++) {
    const v = queue[head];
    for (let e = offsets[v], end = offsets[v + 1]; e < end; e++) {
      if ((steps++ & TICK_MASK) === 0) tick(steps / mostSteps);
      if (steps > mostSteps) return [];
      const w = targets[e];
      if ((w !== start && met.has(w)) || !isInside(e, v, w)) continue;
      if (w === start) {
        const ring: CycleEdge[] = [{ edge: e, source: v }];
        for (let i = head; from[i] !== NONE; i = from[i]) ring.push({ edge: through[i], source: queue[from[i]] });
        return ring.reverse();
      }
      met.add(w);
      queue.push(w);
      through.push(e);
      from.push(head);
    }
  }
  return [];
}

/** Edge -> the node that it leaves. Time O(n + m), memory 4m bytes. */
function sources({ nodeCount, offsets, targets }: Csr): Int32Array {
  const sourceOf = new Int32Array(targets.length);
  for (let v = 0; v < nodeCount; v++) sourceOf.fill(v, offsets[v], offsets[v + 1]);
  return sourceOf;
}
