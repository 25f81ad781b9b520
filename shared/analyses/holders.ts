import { listAt, numberAt, UNKNOWN } from "../types/compact.ts";
import { NONE, type Tick } from "../types/graph.ts";

import type { BigDrop, HolderRow } from "../types/rows.ts";
import { chainBegins, wayTo } from "./chains.ts";
import type { DominatorStage } from "./stages.ts";
import { type FunctionIndex, usersOf } from "./used-by.ts";
import { type HeapView, liveBytes, objectRow, preorderOf, releasedOf, retainedOf } from "./view.ts";
import { mostTellingPath } from "./why-alive.ts";

/** A holder is left for the one child that has this share of what it keeps alive. */
const SHARE_TO_DESCEND = 0.7;
/** Below this share of what is alive, a holder is not worth a sentence. */
const SHARE_TO_TELL = 0.005;

/**
 * What keeps the most of *your data* alive, as containers that a person can find in the source: from the topmost
 * objects that are data, down to the first one whose bytes are spread over its children. Never a module, a class, or
 * `sys.modules`. Needs the dominators. Time O(n) to find the topmost data, O(children passed) to descend.
 */
export function biggestHolders(
  view: HeapView,
  isCode: Uint8Array,
  functions: FunctionIndex,
  most: number,
  tick: Tick,
): HolderRow[] {
  const { dominators, graph } = view;
  if (dominators === null || graph === null) throw new Error("Holders are known once the dominators are");
  const { idom, retained } = dominators;
  const { unreachable } = graph.graph.preordering;
  const least = SHARE_TO_TELL * numberAt(retained, 0);
  const topmost: number[] = [];
  for (let v = 1; v < unreachable; v++) {
    if (isCode[v] === 0 && numberAt(retained, v) >= least && (idom[v] === 0 || isCode[idom[v]] === 1)) topmost.push(v);
  }
  return topmost
    .sort((a, b) => numberAt(retained, b) - numberAt(retained, a) || a - b)
    .slice(0, most)
    .map((v) => descend(view, v))
    .sort((a, b) => numberAt(retained, b) - numberAt(retained, a) || a - b)
    .map((v) => holderRow(view, functions, v, tick));
}

/** From a holder (all, for null) down to the first object whose bytes no single one below it has. Time O(children passed). */
export function bigDrop(view: HeapView, object: number | null): BigDrop {
  const { dominators, graph } = view;
  if (dominators === null || graph === null) throw new Error("Holders are known once the dominators are");
  const start = object === null ? 0 : preorderOf(view, object);
  const first = biggestBelow(dominators, start);
  if (first === NONE) return { to: null, levels: 0 };
  const to = descend(view, first);
  let levels = 0;
  for (let v = to; v !== start; v = dominators.idom[v]) levels++;
  return { to: objectRow(view, graph.graph.preordering.node[to]), levels };
}

/**
 * The first holder whose bytes no single child has, from `start` down; of a chain its first object. Time O(children
 * passed).
 */
function descend({ columns, dominators, graph }: HeapView, start: number): number {
  if (dominators === null || graph === null) return start;
  const { retained, idom } = dominators;
  const { node } = graph.graph.preordering;
  const typeOf = (v: number) => columns.heap.type[node[v]];
  let way = wayTo(null, typeOf(start));
  for (let v = start; ; ) {
    const begins = chainBegins(way);
    if (begins !== null) {
      for (let steps = begins; steps > 0; steps--) v = idom[v];
      return v;
    }
    const biggest = biggestBelow(dominators, v);
    if (biggest === NONE || numberAt(retained, biggest) < SHARE_TO_DESCEND * numberAt(retained, v)) return v;
    v = biggest;
    way = wayTo(way, typeOf(v));
  }
}

function biggestBelow({ children, retained }: DominatorStage, v: number): number {
  let biggest = NONE;
  for (const child of listAt(children, v)) {
    if (biggest === NONE || numberAt(retained, child) > numberAt(retained, biggest)) biggest = child;
  }
  return biggest;
}

function holderRow(view: HeapView, functions: FunctionIndex, number: number, tick: Tick): HolderRow {
  const { heap } = view.columns;
  const object = view.graph?.graph.preordering.node[number] ?? 0;
  const { id, type, typeId, label } = objectRow(view, object);
  const path = mostTellingPath(view, object, tick);
  const retainedBytes = retainedOf(view, object) ?? 0;
  const length = numberAt(heap.length, object);
  return {
    id,
    type,
    typeId,
    label,
    path: path?.text ?? label,
    entries: length === UNKNOWN ? null : length,
    retainedBytes,
    releasedByRefcountBytes: releasedOf(view, object),
    share: retainedBytes / (liveBytes(view) || 1),
    usedBy: usersOf(view, functions, path?.steps ?? []),
  };
}
