import { type CompactColumn, numberAt } from "../types/compact.ts";
import { byteColumn, type Csr, type IndexColumn, NONE, noTick, type Tick } from "../types/graph.ts";
import { TICK_MASK } from "./ticking.ts";

/**
 * Bytes freed if each object died: its own size and that of everything it dominates.
 *
 * Number 0 gets the live bytes, the group node of the unreachable the bytes of all garbage.
 * Time O(n), memory 8n bytes for the result. `size` is the objects' own bytes by preorder number, 0 for the artificial
 * nodes; sums are exact below 2^53. Empty input gives an empty column.
 */
export function retainedSizes(idom: IndexColumn, size: Float64Array, tick: Tick = noTick): Float64Array<ArrayBuffer> {
  const n = idom.length;
  const retained = new Float64Array(size);
  // A dominator has a smaller number than what it dominates, so each sum is ready when it is added to the next.
  for (let v = n - 1; v >= 0; v--) {
    if ((v & TICK_MASK) === 0) tick(1 - v / n);
    const d = idom[v];
    if (d !== NONE) retained[d] += retained[v];
  }
  return retained;
}

/** A dominator tree with what hangs on it, all by preorder number. */
export interface TypedDominatorTree {
  readonly idom: IndexColumn;
  /** `childrenOf(idom)`. */
  readonly children: Csr;
  /** Bytes. */
  readonly retained: CompactColumn;
  /** Below `typeCount`; `NONE` for the artificial nodes. Any other grouping, such as modules, does as well. */
  readonly type: IndexColumn;
  readonly typeCount: number;
}

/**
 * Bytes that the instances of each type retain, each byte counted once per type: an instance below another one of the
 * same type is part of the outer one's bytes already.
 *
 * Counts the objects below `root`: 0, the default, for all that is alive, the group node for the unreachable.
 * This is a lower bound of what would be freed if all instances died together: objects that two of them share, and
 * nobody else holds, are dominated by neither.
 * Time O(n), memory 8 bytes per type for the result and 4n + 4 per type of scratch. A type without instances gets 0, as
 * does every type where `root` is no node (the group node's number when there is no such group).
 */
export function retainedByType(
  tree: TypedDominatorTree,
  root = 0,
  tick: Tick = noTick,
): Float64Array<SharedArrayBuffer> {
  const { idom, children, retained, type, typeCount } = tree;
  const result = byteColumn(typeCount);
  /** How many instances of each type are open on the way from the root down to here. */
  const open = new Int32Array(typeCount);
  const next = children.offsets.slice(0, idom.length);
  let entered = 0;
  if (root >= idom.length) return result;

  for (let v = root; ; v = children.targets[next[v]++]) {
    if ((entered++ & TICK_MASK) === 0) tick(entered / idom.length);
    if (type[v] !== NONE && open[type[v]]++ === 0) result[type[v]] += numberAt(retained, v);
    while (next[v] === children.offsets[v + 1]) {
      if (type[v] !== NONE) open[type[v]]--;
      if (v === root) return result;
      v = idom[v];
    }
  }
}
