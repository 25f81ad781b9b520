import { orderOf } from "../graph/sort.ts";
import { lowerBound, numberAt } from "../types/compact.ts";
import { NONE } from "../types/graph.ts";
import { FLAGS } from "../types/heap.ts";
import { REFERENCE_KINDS } from "../types/reference-kinds.ts";
import type { ReferenceRow } from "../types/rows.ts";
import { edgeAt, placeOf } from "./edges.ts";
import { edgeTextAt } from "./insides.ts";
import { referrerCount, referrersOf } from "./referrers.ts";
import { type HeapView, objectRow, retainedOf } from "./view.ts";

export type ReferenceOrder = "place" | "retained" | "shallow";

/**
 * The references of an object or to it, in the wanted order, as places in its list (`referents`) or in the list of its
 * referrers (`referrers`); only those whose other end has a type called like `text`. Time O(k) for k references.
 */
export function referencePlaces(
  view: HeapView,
  direction: "referents" | "referrers",
  object: number,
  text: string,
  { by, descending }: { by: ReferenceOrder; descending: boolean },
): Int32Array {
  const { heap } = view.columns;
  const others = otherEnds(view, direction, object);
  const wanted = text.toLowerCase();
  const matches = heap.types.map((type) => wanted === "" || type.name.toLowerCase().includes(wanted));
  const places = new Int32Array(others.length);
  let length = 0;
  for (let place = 0; place < others.length; place++) {
    const other = others[place];
    if (other !== heap.objectCount && matches[heap.type[other]]) places[length++] = place;
  }
  const found = places.subarray(0, length);
  if (by === "place") return descending ? found.reverse() : found;

  const keys = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const other = others[found[i]];
    const own = numberAt(heap.shallow, other);
    keys[i] = by === "retained" ? (retainedOf(view, other) ?? own) : own;
  }
  const order = orderOf(keys, descending);
  for (let i = 0; i < length; i++) order[i] = found[order[i]];
  return order;
}

/** The rows at these places, with the name that each holder gives. */
export function referenceRows(
  view: HeapView,
  direction: "referents" | "referrers",
  object: number,
  places: Int32Array,
): ReferenceRow[] {
  const { heap } = view.columns;
  const others = otherEnds(view, direction, object);
  let last: { holder: number; occurrence: number; at: number } | null = null;
  return Array.from(places, (place) => {
    const other = others[place];
    if (direction === "referents") return referenceRow(view, object, place, other);
    // Referrers are in increasing order, so those of one holder stand together, in the order of its own list; rows in
    // that order go on where the row before ended.
    const occurrence = place - lowerBound(others, other);
    const goesOn = last !== null && last.holder === other && last.occurrence < occurrence;
    const at =
      goesOn && last !== null
        ? placeOf(heap, other, object, occurrence - last.occurrence - 1, last.at + 1)
        : placeOf(heap, other, object, occurrence);
    last = { holder: other, occurrence, at };
    return referenceRow(view, other, at, other);
  });
}

/** The references to the object that do not keep it alive, as places in the list of its referrers. Time O(referrers). */
export function weakReferrers(view: HeapView, object: number): Int32Array {
  const { heap } = view.columns;
  const others = otherEnds(view, "referrers", object);
  const weak: number[] = [];
  let source = NONE;
  let at = 0;
  for (let place = 0; place < others.length; place++) {
    // Of one holder they stand together, in its own order: one walk through its list finds them all.
    at = others[place] === source ? at + 1 : 0;
    source = others[place];
    if (heap.layouts[heap.layout[source]].allRetain) continue;
    at = placeOf(heap, source, object, 0, at);
    if (!REFERENCE_KINDS[edgeAt(heap, source, at).kind].retains) weak.push(place);
  }
  return Int32Array.from(weak);
}

/** Known references that own a count of the object: what explains its reference count. Time O(referrers). */
export function explainedReferences(view: HeapView, object: number): number {
  return referrerCount(view, object) - weakReferrers(view, object).length;
}

/** The reference at this place of the source's list, with the object at the end that is to be shown. */
export function referenceRow(view: HeapView, source: number, place: number, shown: number): ReferenceRow {
  const { heap } = view.columns;
  const edge = edgeAt(heap, source, place);
  return {
    ...objectRow(view, shown),
    edge: edgeTextAt(heap, view.texts, source, place),
    kind: edge.kind,
    retains: REFERENCE_KINDS[edge.kind].retains,
  };
}

/** Targets of the object's references, or the sources of those to it, increasing. */
export function otherEnds(view: HeapView, direction: "referents" | "referrers", object: number): Int32Array {
  if (direction === "referrers") return referrersOf(view, object);
  const { offsets, targets } = view.columns.heap.references;
  return targets.subarray(offsets[object], offsets[object + 1]);
}

/** Whether the collector's generations say anything about the object. */
export const generationOf = (flags: number): number | null =>
  (flags & FLAGS.tracked) === 0 || (flags & FLAGS.generationUnknown) !== 0
    ? null
    : (flags >> FLAGS.generationShift) & FLAGS.generationMask;
