import { pathScratch, pathsToRoot } from "../graph/paths.ts";
import { numberAt } from "../types/compact.ts";
import { NONE, noTick, type Tick } from "../types/graph.ts";
import { FLAGS } from "../types/heap.ts";
import { asObjectId } from "../types/ids.ts";
import type { ObjectDetail, ObjectRow } from "../types/rows.ts";
import { smallestCycleOf } from "./own-cycle.ts";
import { explainedReferences, generationOf } from "./references.ts";
import { referrerCount } from "./referrers.ts";
import { type HeapView, objectRow, preorderOf, reachOf, refcountOf, releasedOf } from "./view.ts";

/** Longer chains are cut: a linked list of a million is one chain. */
const MOST_HOLDERS = 100;

/** Objects that the search for the nearest starting point looks at: what is further away is in no hurry to be told. */
const MOST_VISITED = 200_000;

/**
 * Everything about one object but its references. Needs the graph. Time O(referrers + length of the chain), and what is
 * nearer to it than its nearest starting point, at most `MOST_VISITED` objects.
 */
export function objectDetail(
  view: HeapView,
  object: number,
  tick: Tick = noTick,
): Omit<ObjectDetail, "usedBy" | "allocated" | "cache"> {
  const { heap } = view.columns;
  const { offsets, targets } = heap.references;
  const flags = heap.flags[object];
  const { hiddenBytes } = heap.layouts[heap.layout[object]];
  const referents = targets.subarray(offsets[object], offsets[object + 1]);
  const missingReferents = referents.reduce((sum, target) => sum + (target === heap.objectCount ? 1 : 0), 0);
  const { holders, cut } = holdersOf(view, object);
  const row = objectRow(view, object);
  const warnings: string[] = [];
  if (view.dominators === null)
    warnings.push(
      "`retainedBytes` and `releasedByRefcountBytes` are not there yet: the dominators are being computed.",
    );
  else if (row.releasedByRefcountBytes === null)
    warnings.push("`releasedByRefcountBytes` is not known: the reference count of this object can't be trusted.");
  if ((flags & FLAGS.sizeUnknown) !== 0)
    warnings.push("The size of this object could not be read; it counts as 0 bytes.");
  return {
    ...row,
    releasedObjects: releasedObjectsOf(view, object),
    reportedBytes: numberAt(heap.shallow, object) - hiddenBytes,
    hiddenBytes,
    refcount: refcountOf(view, object),
    explainedReferences: explainedReferences(view, object),
    immortal: (flags & FLAGS.immortal) !== 0,
    tracked: (flags & FLAGS.tracked) !== 0,
    generation: generationOf(flags),
    reach: reachOf(view, object),
    distance: distanceOf(view, object, tick),
    roots: view.rootsOf?.get(object) ?? [],
    dominator: holders.at(-1)?.id ?? null,
    holders,
    holdersCut: cut,
    cycleObjects: cycleObjects(view, object),
    smallestCycle: smallestCycleOf(view, object),
    referents: referents.length - missingReferents,
    referrers: view.graph === null ? 0 : referrerCount(view, object),
    missingReferents,
    layout: classLayout(view, object),
    warnings,
  };
}

/** References from the nearest starting point: a search back from the object, which ends at the first one. */
function distanceOf(view: HeapView, object: number, tick: Tick): number | null {
  if (view.graph === null || reachOf(view, object) === "unreachable") return null;
  const { predecessors } = view.graph.graph;
  view.scratch ??= pathScratch(predecessors.nodeCount);
  const options = { maxVisited: MOST_VISITED, scratch: view.scratch, tick };
  const [nearest] = pathsToRoot(predecessors, preorderOf(view, object), 1, options).paths;
  return nearest === undefined ? null : nearest.length - 1;
}

/** How the object's class lays out its instances, as far as its own class says. */
function classLayout({ columns: { heap } }: HeapView, object: number): ObjectDetail["layout"] {
  const { basicsize, hasDict, hasWeakrefs, hasDel } = heap.types[heap.type[object]];
  const { runs } = heap.layouts[heap.layout[object]];
  const namesOf = (kind: string) => runs.flatMap((run) => (run.kind === kind && run.name !== null ? [run.name] : []));
  return {
    basicBytes: basicsize,
    hasDict,
    hasWeakrefs,
    hasDel,
    slots: namesOf("slot"),
    inline: namesOf("attribute").length,
  };
}

/** Objects that go at once with it, itself included; null where that is not known. */
const releasedObjectsOf = (view: HeapView, object: number): number | null =>
  view.dominators === null || releasedOf(view, object) === null
    ? null
    : numberAt(view.dominators.releasedObjects, preorderOf(view, object));

/** The dominators from the outermost in, without the object itself. */
function holdersOf(view: HeapView, object: number): { holders: ObjectRow[]; cut: boolean } {
  const holders: ObjectRow[] = [];
  if (view.dominators === null || view.graph === null) return { holders, cut: false };
  const { idom } = view.dominators;
  const { node } = view.graph.graph.preordering;
  for (let v = idom[preorderOf(view, object)]; v !== NONE && node[v] !== NONE; v = idom[v]) {
    if (holders.length === MOST_HOLDERS) return { holders: holders.reverse(), cut: true };
    holders.push(objectRow(view, asObjectId(node[v])));
  }
  return { holders: holders.reverse(), cut: false };
}

/** Objects in the object's cycle; 0 where the object is on none. */
function cycleObjects(view: HeapView, object: number): number | null {
  if (view.cycles === null) return null;
  const { cycleOf, size } = view.cycles;
  return cycleOf[object] === NONE ? 0 : size[cycleOf[object]];
}
