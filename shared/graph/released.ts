import { type Csr, giveBack, type IndexColumn, NONE, noTick, type Tick } from "../types/graph.ts";
import { TICK_MASK } from "./ticking.ts";

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
 * `size` in bytes, 0 for artificial nodes. Time O(n + m); memory 12n bytes for the result and 12n of scratch.
 */
export function releasedAtOnce(
  { parent, predecessors, idom }: DominatedGraph,
  size: Float64Array,
  explained: Uint8Array,
  tick: Tick = noTick,
): Released {
  const { nodeCount: n, offsets, targets } = predecessors;
  const below = descendants(parent, (done) => tick(0.08 * done));
  const order = reversePostorder(parent, below, (done) => tick(0.08 + 0.12 * done));
  const top = new Int32Array(n).fill(n); // objects that the pass has not come to are above nobody
  for (let i = 0; i < n; i++) {
    if ((i & TICK_MASK) === 0) tick(0.2 + (0.4 * i) / n);
    const v = order[i];
    const d = idom[v];
    let outermost = v;
    if (explained[v] === 1 && d !== NONE && parent[d] !== NONE) {
      outermost = top[d];
      for (let e = offsets[v], end = offsets[v + 1]; e < end; e++) {
        if ((e & TICK_MASK) === 0) tick(0.2 + (0.4 * i) / n);
        if (top[targets[e]] <= d) continue;
        outermost = v;
        break;
      }
    }
    top[v] = outermost;
  }
  giveBack(order);

  const bytes = new Float64Array(n);
  const objects = new Int32Array(n);
  for (let v = n - 1; v >= 0; v--) {
    if ((v & TICK_MASK) === 0) tick(0.6 + 0.2 * (1 - v / n));
    bytes[v] += size[v];
    objects[v] += parent[v] === NONE ? 0 : 1;
    if (top[v] === v) continue;
    bytes[idom[v]] += bytes[v];
    objects[idom[v]] += objects[v];
  }
  const scratch = { first: top, last: new Int32Array(n) };
  withoutSelfHolders({ bytes, objects }, { predecessors, idom, below }, scratch, (done) => tick(0.8 + 0.2 * done));
  giveBack(scratch.first, scratch.last, below);
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
 * Empties the sets of those that something refers to which they keep alive. All that a node dominates is below it in the
 * forest too, in the `below[v]` numbers that follow its own, and few referrers are: only those are looked up.
 * `scratch` is two columns to write over.
 */
function withoutSelfHolders(
  { bytes, objects }: Released,
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
      bytes[v] = 0;
      objects[v] = 0;
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
