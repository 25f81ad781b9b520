import { type Csr, giveBack, type IndexColumn, NONE, noTick, type Tick } from "../types/graph.ts";
import { TICK_MASK } from "./ticking.ts";

/** What becomes of an object when its dominator goes, and whether it goes at once itself. */
export const RELEASE = {
  /** Reference counts alone free it together with its dominator. */
  released: 1,
  /** It stays because of what it keeps alive itself. */
  holdsItself: 2,
} as const;

/** What reference counts alone free with each object, by preorder number. */
export interface Released {
  /** The object's own bytes included; 0 where the object stays because of what it keeps alive itself. */
  readonly bytes: Float64Array<ArrayBuffer>;
  readonly objects: Int32Array<ArrayBuffer>;
}

/** A relabelled graph with its dominators, all by preorder number. */
export interface DominatedGraph {
  /** The depth-first forest of a `Preordering`. */
  readonly parent: IndexColumn;
  readonly predecessors: Csr;
  /** `dominators(parent, predecessors)`. */
  readonly idom: IndexColumn;
}

/**
 * What is freed at once with each object X when all that stays without X lets go of it; what X retains beyond this
 * waits for the cyclic collector.
 *
 * The definition: references to X from objects that X does not dominate are dropped. If references to X are left, X is
 * on a cycle that only it keeps alive, and nothing goes. Otherwise X goes, and then each object whose referrers have all
 * gone and whose count they explain (`explained[v] === 1`). Starting points never go with another object.
 *
 * These sets are a part of the dominator tree: with X goes what goes with each child that is *released* into X, and a
 * child is released if each of its referrers is X or goes with X. One pass over the objects in reverse postorder finds
 * that (proof in docs/algorithms.md): there a referrer comes before what it refers to unless the reference closes a
 * cycle below the child's dominator, and then the child is not released. `top[v]` is the outermost object that v goes
 * with; a referrer goes with d just when its `top` is d or above it.
 *
 * The result tells by preorder number what of `RELEASE` holds, and `releasedSums` what that makes. Time O(n + m); memory n
 * bytes for the result and 12n of scratch.
 */
export function releasedAtOnce(
  { parent, predecessors, idom }: DominatedGraph,
  explained: Uint8Array,
  tick: Tick = noTick,
): Uint8Array<ArrayBuffer> {
  const { nodeCount: n, offsets, targets } = predecessors;
  const below = descendants(parent, (done) => tick(0.1 * done));
  const order = reversePostorder(parent, below, (done) => tick(0.1 + 0.1 * done));
  const top = new Int32Array(n).fill(n); // objects that the pass has not come to are above nobody
  for (let i = 0; i < n; i++) {
    if ((i & TICK_MASK) === 0) tick(0.2 + (0.6 * i) / n);
    const v = order[i];
    const d = idom[v];
    let outermost = v;
    if (explained[v] === 1 && d !== NONE && parent[d] !== NONE) {
      outermost = top[d];
      for (let e = offsets[v], end = offsets[v + 1]; e < end; e++) {
        if ((e & TICK_MASK) === 0) tick(0.2 + (0.6 * i) / n);
        if (top[targets[e]] <= d) continue;
        outermost = v;
        break;
      }
    }
    top[v] = outermost;
  }
  const release = new Uint8Array(n);
  for (let v = 0; v < n; v++) if (top[v] !== v) release[v] = RELEASE.released;
  const scratch = { first: top, last: order };
  markSelfHolders(release, { predecessors, idom, below }, scratch, (done) => tick(0.8 + 0.2 * done));
  giveBack(top, order, below);
  return release;
}

/** `bytes` are the objects' own, 0 for artificial nodes; its memory becomes the result's. Time O(n), memory 4n bytes more for the result. */
export function releasedSums(
  release: Uint8Array,
  { parent, idom }: Pick<DominatedGraph, "parent" | "idom">,
  bytes: Float64Array<ArrayBuffer>,
  tick: Tick = noTick,
): Released {
  const n = idom.length;
  const objects = new Int32Array(n);
  for (let v = n - 1; v >= 0; v--) {
    if ((v & TICK_MASK) === 0) tick(1 - v / n);
    objects[v] += parent[v] === NONE ? 0 : 1;
    if ((release[v] & RELEASE.released) !== 0) {
      bytes[idom[v]] += bytes[v];
      objects[idom[v]] += objects[v];
    }
    if ((release[v] & RELEASE.holdsItself) !== 0) bytes[v] = objects[v] = 0;
  }
  return { bytes, objects };
}

/** How many nodes of the forest are below each one. Time O(n), memory 4n bytes. */
function descendants(parent: IndexColumn, tick: Tick): Int32Array<ArrayBuffer> {
  const n = parent.length;
  const below = new Int32Array(n);
  for (let v = n - 1; v > 0; v--) {
    if ((v & TICK_MASK) === 0) tick(1 - v / n);
    if (parent[v] !== NONE) below[parent[v]] += below[v] + 1;
  }
  return below;
}

/**
 * Nodes so that each comes before its children and before all that it refers to, save where a reference leads back to
 * one it was entered from. Computed from the forest alone: a node is finished after those to its left and those below
 * it. Time O(n); memory 8n bytes, of which 4n are scratch.
 */
function reversePostorder(parent: IndexColumn, below: Int32Array, tick: Tick): Int32Array<ArrayBuffer> {
  const n = parent.length;
  const depth = new Int32Array(n);
  const order = new Int32Array(n);
  for (let v = 0; v < n; v++) {
    if ((v & TICK_MASK) === 0) tick(v / n);
    if (parent[v] !== NONE) depth[v] = depth[parent[v]] + 1;
    order[n - 1 - (v - depth[v] + below[v])] = v;
  }
  giveBack(depth);
  return order;
}

/**
 * Marks those that something refers to which they keep alive: their sets are empty. All that a node dominates is below it in the
 * forest too, in the `below[v]` numbers that follow its own, and few referrers are: only those are looked up.
 * `scratch` is two columns to write over.
 */
function markSelfHolders(
  release: Uint8Array,
  { predecessors, idom, below }: Pick<DominatedGraph, "predecessors" | "idom"> & { readonly below: Int32Array },
  scratch: { readonly first: Int32Array; readonly last: Int32Array },
  tick: Tick,
): void {
  const { nodeCount: n, offsets, targets } = predecessors;
  const { first, last } = dominatorIntervals(idom, scratch);
  for (let v = 0; v < n; v++) {
    const lastBelow = v + below[v];
    for (let e = offsets[v], end = offsets[v + 1]; e < end; e++) {
      if ((e & TICK_MASK) === 0) tick(v / n);
      const p = targets[e];
      if (p < v || p > lastBelow || first[p] < first[v] || first[p] > last[v]) continue;
      release[v] |= RELEASE.holdsItself;
      break;
    }
  }
}

/**
 * Numbers the dominator tree so that whatever `v` dominates, itself included, is in `first[v] .. last[v]`.
 * Time O(n); writes over both columns.
 */
export function dominatorIntervals(
  idom: IndexColumn,
  { first, last }: { readonly first: Int32Array; readonly last: Int32Array },
): { readonly first: Int32Array; readonly last: Int32Array } {
  const n = idom.length;
  last.fill(1);
  for (let v = n - 1; v >= 0; v--) if (idom[v] !== NONE) last[idom[v]] += last[v];
  // A node's children come after it and take their intervals from its end: `last` is the size until then.
  let roots = 0;
  for (let v = 0; v < n; v++) {
    const size = last[v];
    const d = idom[v];
    if (d === NONE) {
      first[v] = roots;
      roots += size;
      last[v] = roots - 1;
    } else {
      first[v] = last[d] - size + 1;
      last[v] = last[d];
      last[d] -= size;
    }
  }
  for (let v = n - 1; v >= 0; v--) if (idom[v] !== NONE) last[idom[v]] = Math.max(last[idom[v]], last[v]);
  return { first, last };
}
