import { type Csr, NONE, noTick, type Tick } from "../types/graph.ts";
import { addBit, type BitSet, emptyBitSet, hasBit } from "./bitset.ts";
import { boundless, type RetainingPaths, type SearchBudget } from "./paths.ts";
import { TICK_MASK } from "./ticking.ts";

export interface DisjointOptions {
  /** Objects that no path may pass through. The target itself is never ignored. */
  readonly ignored?: ((node: number) => boolean) | undefined;
  /** Where a path ends: any number of paths may begin there. Starting points must be among them; by default no others are. */
  readonly isEnd?: (node: number) => boolean;
  /** A path that the answer begins with; others may take over parts of it if that makes room for one more. */
  readonly first?: readonly number[];
  /** For all searches together; by default there is no bound. */
  readonly budget?: SearchBudget;
  readonly root?: number;
  readonly tick?: Tick;
}

/**
 * The most paths to `target`, up to `limit`, of which no two have an object in common but their ends: to let go of the
 * object one must cut at least so many references. Shortest first, each from its end to the target in preorder numbers.
 *
 * L. Ford, D. Fulkerson, "Maximal flow through a network", 1956, with shortest augmenting paths (J. Edmonds, R. Karp,
 * 1972), backwards from the target; every object but the ends is split into a side where paths arrive and one where they
 * leave, one path at most going from one to the other. `complete` says that there are no more than these.
 * Time O(k (n + m)) for k paths, O(visited objects and references to them) for each; memory n/4 bytes and 16 per object
 * met. A target that is a starting point has itself as one path.
 */
export function disjointPaths(
  predecessors: Csr,
  target: number,
  limit: number,
  options: DisjointOptions = {},
): RetainingPaths {
  const { first, root = 0, budget = boundless() } = options;
  const { offsets, targets, nodeCount } = predecessors;
  const isStart = (node: number): boolean => offsets[node] < offsets[node + 1] && targets[offsets[node]] === root;
  const flow = new Flow(target, options.isEnd ?? isStart);
  const own = isStart(target) ? 1 : 0;
  if (first !== undefined) flow.begin(first);
  const seen = emptyBitSet(2 * nodeCount);
  let complete = false;
  while (flow.size + own < limit) {
    const found = augment(predecessors, flow, seen, { ...options, root, budget });
    complete = found === "none";
    if (found !== "more") break;
  }
  const paths = flow.paths();
  if (own === 1) paths.push([target]);
  return { paths: paths.sort((a, b) => a.length - b.length).slice(0, limit), complete };
}

/** The paths so far, as the references that they use: from an object to the one before it on its path. */
class Flow {
  readonly target: number;
  readonly isEnd: (node: number) => boolean;
  /** Of each path the object that refers to the target. */
  readonly #lasts = new Set<number>();
  /** Objects on a path, ends and target apart: the one before it, and the one after it. */
  readonly before = new Map<number, number>();
  readonly after = new Map<number, number>();

  constructor(target: number, isEnd: (node: number) => boolean) {
    this.target = target;
    this.isEnd = isEnd;
  }

  get size(): number {
    return this.#lasts.size;
  }

  begin(path: readonly number[]): void {
    for (let i = path.length - 1; i > 0; i--) {
      this.use(path[i], path[i - 1]);
      if (this.isEnd(path[i - 1])) break;
    }
  }

  uses(node: number, referrer: number): boolean {
    return node === this.target ? this.#lasts.has(referrer) : this.before.get(node) === referrer;
  }

  use(node: number, referrer: number): void {
    if (node === this.target) this.#lasts.add(referrer);
    else this.before.set(node, referrer);
    if (!this.isEnd(referrer)) this.after.set(referrer, node);
  }

  /** Before other references of the same objects are used. */
  leave(node: number, referrer: number): void {
    if (node === this.target) this.#lasts.delete(referrer);
    else this.before.delete(node);
    this.after.delete(referrer);
  }

  paths(): number[][] {
    return Array.from(this.#lasts, (referrer) => {
      const path = [this.target, referrer];
      for (let v = referrer; !this.isEnd(v); path.push(v)) v = this.before.get(v) ?? NONE;
      return path.reverse();
    });
  }
}

/**
 * Finds one more path, changing others where that is needed. Looks at each side of an object once. `seen` is empty, and
 * is left so.
 */
function augment(
  { nodeCount, offsets, targets }: Csr,
  flow: Flow,
  seen: BitSet,
  { ignored, root, budget, tick = noTick }: DisjointOptions & { root: number; budget: SearchBudget },
): "more" | "none" | "unknown" {
  /** Sides met: `2 * node` where paths arrive at it, coming from the target, and one more where they leave it. */
  const queue: number[] = [];
  const from: number[] = [];
  const meet = (side: number, place: number): void => {
    if (hasBit(seen, side)) return;
    addBit(seen, side);
    queue.push(side);
    from.push(place);
  };
  let steps = 0;
  try {
    meet(2 * flow.target + 1, NONE);
    for (let head = 0; head < queue.length; head++) {
      if (budget.left-- <= 0) return "unknown";
      const v = queue[head] >> 1;
      const isOnPath = flow.before.has(v);
      if ((queue[head] & 1) === 0) {
        // Another path passes here: this one takes over its rest, and the other looks for a new way from the object after.
        if (isOnPath) meet(2 * (flow.after.get(v) ?? v) + 1, head);
        else meet(2 * v + 1, head);
        continue;
      }
      if (isOnPath) meet(2 * v, head);
      for (let e = offsets[v], end = offsets[v + 1]; e < end; e++) {
        if ((steps++ & TICK_MASK) === 0) tick(Math.min(1, head / nodeCount));
        if (budget.left-- <= 0) return "unknown";
        const p = targets[e];
        // What was met is no end; whether another one is takes several looks at memory.
        if (hasBit(seen, 2 * p) || p === root || p === flow.target || flow.uses(v, p) || ignored?.(p)) continue;
        if (flow.isEnd(p)) {
          change(flow, queue, from, head, p);
          return "more";
        }
        meet(2 * p, head);
      }
    }
    return "none";
  } finally {
    for (const side of queue) seen[side >>> 5] = 0;
  }
}

/** Takes the references along the sides met from the target to `end`, and leaves those that were gone back along. */
function change(flow: Flow, queue: readonly number[], from: readonly number[], last: number, end: number): void {
  for (const taken of [false, true]) {
    let to = 2 * end;
    for (let place = last; place !== NONE; place = from[place]) {
      const [v, next] = [queue[place] >> 1, to >> 1];
      if (v !== next) {
        const isTaken = (queue[place] & 1) === 1;
        if (isTaken && taken) flow.use(v, next);
        else if (!isTaken && !taken) flow.leave(next, v);
      }
      to = queue[place];
    }
  }
}
