import { shortestCycleThrough } from "../graph/shortest-cycle.ts";
import { NONE, noTick } from "../types/graph.ts";
import type { CycleStep } from "../types/rows.ts";
import { isDataReference } from "./data-cycles.ts";
import { edgeAt, edgeText } from "./edges.ts";
import { type HeapView, objectRow } from "./view.ts";

/** A longer ring is not told step by step. */
const MOST_STEPS = 100;

/**
 * The smallest reference cycle that the object is in, beginning with it; empty where it is in none, or in none that is
 * found within bounds, and null before the cycles are known. Only references of data count, as on the screen *Cycles*.
 */
export function smallestCycleOf(view: HeapView, object: number, tick = noTick): CycleStep[] | null {
  if (view.cycles === null) return null;
  const { heap } = view.columns;
  const { cycleOf } = view.cycles;
  const own = cycleOf[object];
  if (own === NONE) return [];
  const { offsets } = heap.references;
  const isInside = (edge: number, source: number, target: number): boolean =>
    target !== heap.objectCount &&
    cycleOf[target] === own &&
    isDataReference(edgeAt(heap, source, edge - offsets[source]).kind);
  const ring = shortestCycleThrough(heap.references, object, isInside, tick);
  if (ring.length > MOST_STEPS) return [];
  return ring.map(({ source, edge }) => {
    const { id, type, label } = objectRow(view, source);
    return { id, type, label, edge: edgeText(heap, view.texts, source, edgeAt(heap, source, edge - offsets[source])) };
  });
}
