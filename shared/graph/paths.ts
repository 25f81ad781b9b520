import { type Csr, type IndexColumn, indexColumn, NONE, noTick, type Tick } from "../types/graph.ts";
import { addBit, type BitSet, emptyBitSet, hasBit } from "./bitset.ts";
import { TICK_MASK } from "./ticking.ts";

/** A shortest path from the artificial root to every object, as a tree. */
export interface Distances {
  /** References from the root: 0 for the root, 1 for the starts it holds, `NONE` for what it does not reach. */
  readonly distance: IndexColumn;
  /** The object before this one on a shortest path; `NONE` for the root and for what it does not reach. */
  readonly parent: IndexColumn;
}

/**
 * How far each object is from its nearest starting point, and through whom.
 *
 * Breadth-first search from number 0 over a relabelled graph, so the unreachable group stays at `NONE`.
 * Time O(n + m); memory 8n bytes for the result and 4n of scratch. An empty graph gives empty columns.
 */
export function distances(graph: Csr, tick: Tick = noTick): Distances {
  const { nodeCount, offsets, targets } = graph;
  const distance = indexColumn(nodeCount).fill(NONE);
  const parent = indexColumn(nodeCount).fill(NONE);
  if (nodeCount === 0) return { distance, parent };

  const queue = new Int32Array(nodeCount);
  distance[0] = 0;
  for (let head = 0, tail = 1; head < tail; head++) {
    if ((head & TICK_MASK) === 0) tick(head / nodeCount);
    const v = queue[head];
    for (let e = offsets[v], end = offsets[v + 1]; e < end; e++) {
      const w = targets[e];
      if (distance[w] !== NONE) continue;
      distance[w] = distance[v] + 1;
      parent[w] = v;
      queue[tail++] = w;
    }
  }
  return { distance, parent };
}

/**
 * What searching may still cost, in references looked at: taken from by each search that is given it, so that one answer
 * of several searches has one bound. A reference costs 30 to 300 ns, the more the larger the heap is.
 */
export interface SearchBudget {
  left: number;
}

export const boundless = (): SearchBudget => ({ left: Number.POSITIVE_INFINITY });

export interface PathOptions {
  /** Objects that no path may pass through: *ignore this holder*. The target itself is never ignored. */
  readonly ignored?: ((node: number) => boolean) | undefined;
  /** A direct referrer of the target whose references to it do not count. */
  readonly withoutReferrer?: number;
  /** By default there is no bound: at worst everything leads to the target. */
  readonly budget?: SearchBudget;
  /**
   * Told each path as it is found; answers how many references another one may have to be of any use. The search ends
   * where all others have more.
   */
  readonly mostReferences?: (path: readonly number[]) => number;
  /** Where paths start: 0, the default, for what keeps the target alive; the group node for garbage. */
  readonly root?: number;
  /** Kept by the caller for the next request on the same graph. */
  readonly scratch?: PathScratch;
  readonly tick?: Tick;
}

export interface RetainingPaths {
  /** Shortest first. Each from an object that the root holds to the target, both included, in preorder numbers. */
  readonly paths: readonly (readonly number[])[];
  /**
   * Whether these are all, or all that are of any use. False if the search ended at `limit` or at its budget: there may
   * be more, or any.
   */
  readonly complete: boolean;
}

/** Memory of path searches: one bit per node, and lists that grow to the largest search so far. One search at a time. */
export interface PathScratch {
  readonly seen: BitSet;
  /** Objects in the order in which they were met, and for each the place in this list of the one it refers to. */
  queue: Int32Array<ArrayBuffer>;
  towards: Int32Array<ArrayBuffer>;
}

export const pathScratch = (nodeCount: number): PathScratch => ({
  seen: emptyBitSet(nodeCount),
  queue: new Int32Array(1024),
  towards: new Int32Array(1024),
});

/**
 * Why an object is alive: up to `limit` paths from the root to it, shortest first, each from another starting point.
 *
 * Breadth-first search backwards from the target that uses each object once, as Eclipse MAT's "paths to GC roots"
 * does: every starting point that leads to the target without passing another one gives one path, a shortest such.
 * Paths may share their ends. A target that is a starting point has a path of its own and those of its other holders.
 * An empty and complete answer proves that nothing keeps the target alive but what was ignored.
 *
 * `predecessors` is the reverse of a relabelled graph. Time O(visited objects + references to them); memory: n bits
 * and 8 bytes per visited object of scratch, kept and cleaned if the caller gives it. The root itself has no paths.
 */
export function pathsToRoot(
  predecessors: Csr,
  target: number,
  limit: number,
  options: PathOptions = {},
): RetainingPaths {
  const { ignored, withoutReferrer = NONE, root = 0, tick = noTick, mostReferences } = options;
  const { scratch = pathScratch(predecessors.nodeCount), budget = boundless() } = options;
  const { offsets, targets } = predecessors;
  const { seen } = scratch;
  const paths: number[][] = [];
  if (limit <= 0) return { paths, complete: false };

  let met = 0;
  let complete = true;
  let most = Number.POSITIVE_INFINITY;
  /** References from the objects that are looked at now to the target, and where in the queue the next farther ones begin. */
  let far = 0;
  let farther = 1;
  const meet = (node: number, from: number): void => {
    if (met === scratch.queue.length) grow(scratch);
    addBit(seen, node);
    scratch.queue[met] = node;
    scratch.towards[met++] = from;
  };

  try {
    meet(target, NONE);
    for (let head = 0; head < met; head++) {
      if (head === farther) {
        far++;
        farther = met;
        if (far > most) break;
      }
      if ((head & TICK_MASK) === 0) tick(head / predecessors.nodeCount);
      const v = scratch.queue[head];
      const first = offsets[v];
      // Predecessors are increasing, and the root has the smallest number of its group.
      if (first < offsets[v + 1] && targets[first] === root) {
        const path = pathFrom(head, scratch);
        if (paths.push(path) >= limit) return { paths, complete: false };
        most = Math.min(most, mostReferences?.(path) ?? most);
        if (head > 0) continue; // a way through another starting point says nothing new
      }
      const end = Math.min(offsets[v + 1], first + Math.max(0, budget.left));
      if (end < offsets[v + 1]) {
        complete = false;
        // With nothing left to spend, what was met is looked through for a starting point, until there is one.
        if (paths.length > 0) break;
      }
      budget.left -= end - first;
      for (let e = first; e < end; e++) {
        const p = targets[e];
        if (p === root || hasBit(seen, p) || ignored?.(p) || (head === 0 && p === withoutReferrer)) continue;
        meet(p, head);
      }
    }
    return { paths, complete };
  } finally {
    for (let i = 0; i < met; i++) seen[scratch.queue[i] >>> 5] = 0;
  }
}

/**
 * Some path to the target, found without a search: from each object to its referrer with the smallest number, which is
 * smaller than its own, since the walk that numbered it came from one. Null for garbage. Time O(its length).
 */
export function anyPath({ offsets, targets }: Csr, target: number, root = 0): number[] | null {
  const path = [target];
  for (let v = target; ; path.push(v)) {
    const p = offsets[v] < offsets[v + 1] ? targets[offsets[v]] : v;
    if (p === root) return path.reverse();
    if (p >= v) return null;
    v = p;
  }
}

function pathFrom(place: number, { queue, towards }: PathScratch): number[] {
  const path: number[] = [];
  for (let i = place; i !== NONE; i = towards[i]) path.push(queue[i]);
  return path;
}

function grow(scratch: PathScratch): void {
  const { queue, towards } = scratch;
  scratch.queue = new Int32Array(2 * queue.length);
  scratch.towards = new Int32Array(2 * queue.length);
  scratch.queue.set(queue);
  scratch.towards.set(towards);
}
