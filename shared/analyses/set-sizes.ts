import { retainedBySet } from "../graph/set-retained.ts";
import { numberAt, UNKNOWN } from "../types/compact.ts";
import type { Tick } from "../types/graph.ts";
import { FLAGS } from "../types/heap.ts";
import type { SetSizes } from "../types/rows.ts";
import { countIsExplained } from "./released.ts";
import { type HeapView, preorderOf } from "./view.ts";

/** What the objects come to, one by one and together. Needs the graph. Time O(n + m) for n objects in the heap. */
export function setSizes(view: HeapView, objects: Int32Array, tick: Tick): SetSizes {
  const { heap } = view.columns;
  if (view.graph === null) throw new Error("The sizes of a set were asked for before the graph was done");
  const { preordering, predecessors } = view.graph.graph;
  const { node, unreachable } = preordering;
  let bytes = 0;
  let uncounted = 0;
  for (const object of objects) {
    bytes += numberAt(heap.shallow, object);
    if (numberAt(heap.refcount, object) === UNKNOWN) uncounted++;
  }
  const numbers = objects.map((object) => preorderOf(view, object));
  const kept = retainedBySet(
    {
      predecessors,
      unreachable,
      size: (v) => numberAt(heap.shallow, node[v]),
      isExplained: (v) => countIsExplained(heap, predecessors, node, v),
      isMortal: (v) => numberAt(heap.refcount, node[v]) !== UNKNOWN && (heap.flags[node[v]] & FLAGS.immortal) === 0,
    },
    numbers,
    tick,
  );
  return {
    objects: objects.length,
    shallowBytes: bytes,
    retainedBytes: kept.bytes,
    retainedObjects: kept.objects,
    releasedByRefcountBytes: uncounted > 0 ? null : kept.releasedBytes,
    warnings:
      uncounted === 0
        ? []
        : [`\`releasedByRefcountBytes\` is not known: the counts of ${uncounted} of these objects can't be trusted.`],
  };
}
