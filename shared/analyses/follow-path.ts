import { NONE, type Tick } from "../types/graph.ts";
import type { PathStep, RootInfo } from "../types/rows.ts";
import { edgeAt } from "./edges.ts";
import { edgeTextAt } from "./insides.ts";
import type { HeapView } from "./view.ts";
import { mostTellingPath } from "./why-alive.ts";

/** References of one holder that are looked at for a name; a longer list is not searched to its end. */
const MOST_LOOKED_AT = 100_000;

/**
 * The object of another dump that is this one: the same object, where `same` matches those of one process, else what is
 * held in the same way, for a container that was replaced is not a new one. `NONE` where there is none. Needs both graphs.
 */
export function counterpart(
  same: Int32Array | undefined,
  view: HeapView,
  object: number,
  other: HeapView,
  tick: Tick,
): number {
  const matched = same?.[object] ?? NONE;
  if (matched !== NONE) return matched;
  const path = mostTellingPath(view, object, tick);
  return path === null || path.skipped > 0 ? NONE : followPath(other, path.steps);
}

/**
 * The object to which a path of another dump leads in this one: from the starting point of the same name along
 * references of the same names. `NONE` where the path ends before, or where an object on it has another type. Needs the
 * graph. Time O(starting points + references of the objects passed), bounded.
 */
export function followPath(view: HeapView, steps: readonly PathStep[]): number {
  const [first, ...rest] = steps;
  if (first?.root === undefined || first.root === null || first.id === null) return NONE;
  let object = startCalled(view, first.root, first.type);
  for (const step of rest) {
    if (object === NONE) return NONE;
    object = referentCalled(view, object, step);
  }
  return object;
}

function startCalled(view: HeapView, { kind, name, place }: RootInfo, type: string | null): number {
  for (const [object, roots] of view.rootsOf ?? []) {
    if (!isOfType(view, object, type)) continue;
    if (roots.some((root) => root.kind === kind && root.name === name && root.place === place)) return object;
  }
  return NONE;
}

function referentCalled(view: HeapView, source: number, { edge, kind, type }: PathStep): number {
  const { heap } = view.columns;
  const { offsets, targets } = heap.references;
  const end = Math.min(offsets[source + 1], offsets[source] + MOST_LOOKED_AT);
  for (let e = offsets[source]; e < end; e++) {
    const target = targets[e];
    if (target === heap.objectCount || !isOfType(view, target, type)) continue;
    const each = edgeAt(heap, source, e - offsets[source]);
    if (each.kind === kind && edgeTextAt(heap, view.texts, source, e - offsets[source]) === edge) return target;
  }
  return NONE;
}

const isOfType = ({ columns: { heap } }: HeapView, object: number, type: string | null): boolean =>
  heap.types[heap.type[object]].name === type;
