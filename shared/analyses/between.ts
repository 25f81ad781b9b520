import { NONE, type Tick } from "../types/graph.ts";
import type { Heap, Layout } from "../types/heap.ts";
import { REFERENCE_KINDS, type ReferenceKind } from "../types/reference-kinds.ts";
import type { WayBetween } from "../types/rows.ts";
import { isDataReference } from "./data-cycles.ts";
import { edgeAt, placeOf } from "./edges.ts";
import { referenceRow } from "./references.ts";
import { type HeapView, objectRow } from "./view.ts";

/**
 * A shortest way by which one object leads to another, along references that keep alive; null where there is none.
 * Ways through data come first: through its class or its globals nearly everything leads to everything.
 * Breadth first, time O(n + m), memory 4 bytes an object.
 */
export function wayBetween(view: HeapView, from: number, to: number, tick: Tick): WayBetween {
  const { heap } = view.columns;
  const way =
    shortestWay(heap, from, to, isDataReference, tick) ??
    shortestWay(heap, from, to, (kind) => REFERENCE_KINDS[kind].retains, tick);
  if (way === null) return { from: objectRow(view, from), steps: null };
  const steps = way.slice(1).map((object, i) => {
    const place = keptPlace(heap, way[i], object);
    return referenceRow(view, way[i], place, object);
  });
  return { from: objectRow(view, from), steps };
}

type Wanted = (kind: ReferenceKind) => boolean;

function shortestWay(heap: Heap, from: number, to: number, wanted: Wanted, tick: Tick): number[] | null {
  const { offsets, targets } = heap.references;
  const isPlain = heap.layouts.map((layout) => allWanted(layout, wanted));
  const cameFrom = new Int32Array(heap.objectCount).fill(NONE);
  const queue = [from];
  cameFrom[from] = from;
  for (let next = 0; next < queue.length && cameFrom[to] === NONE; next++) {
    if ((next & 0xffff) === 0) tick(next / heap.objectCount);
    const v = queue[next];
    for (let e = offsets[v], end = offsets[v + 1]; e < end; e++) {
      const w = targets[e];
      if (w === heap.objectCount || cameFrom[w] !== NONE) continue;
      if (!isPlain[heap.layout[v]] && !wanted(edgeAt(heap, v, e - offsets[v]).kind)) continue;
      cameFrom[w] = v;
      queue.push(w);
    }
  }
  if (cameFrom[to] === NONE) return null;
  const way = [to];
  for (let v = to; v !== from; v = cameFrom[v]) way.push(cameFrom[v]);
  return way.reverse();
}

/** References beyond what a layout announces have no name, and keep alive; a run of pairs has keys too. */
const allWanted = ({ runs }: Layout, wanted: Wanted): boolean =>
  wanted("unnamed") && runs.every(({ kind, repeat }) => wanted(kind) && (repeat !== "pairs" || wanted("key")));

/** Where the holder names it and keeps it alive, not where it only knows it weakly. */
function keptPlace(heap: Heap, holder: number, object: number): number {
  let place = placeOf(heap, holder, object);
  while (!REFERENCE_KINDS[edgeAt(heap, holder, place).kind].retains) {
    const later = placeOf(heap, holder, object, 0, place + 1);
    if (later === NONE) break;
    place = later;
  }
  return place;
}
