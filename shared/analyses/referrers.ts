import { lowerBound } from "../types/compact.ts";
import { type Csr, giveBack, type IndexColumn, indexColumn, NONE, type Tick } from "../types/graph.ts";
import type { Heap } from "../types/heap.ts";
import { REFERENCE_KINDS } from "../types/reference-kinds.ts";
import { type HeapGraph, wantedPlaces } from "./heap-graph.ts";
import type { HeapView } from "./view.ts";

/** Lists of a few objects: those of object `objects[i]` are row `i` of `lists`. */
export interface SparseLists {
  /** Increasing. */
  readonly objects: IndexColumn;
  readonly offsets: IndexColumn;
  readonly sources: IndexColumn;
}

/**
 * The references that are not among the graph's predecessors, by what they refer to: those that keep nothing alive, and
 * those from garbage to what is alive. Both are few; all others need not be held twice.
 * Time O(n + m); memory 8 bytes an object that has some and 4 a reference, 4n bytes of scratch.
 */
export function otherReferrers(heap: Heap, { preordering }: HeapGraph, tick: Tick): SparseLists {
  const { objectCount, references, layout, layouts } = heap;
  const { preorder, unreachable } = preordering;
  const places = layouts.map((l) => wantedPlaces(l, (kind) => !REFERENCE_KINDS[kind].retains));
  const plain = layouts.map((l) => l.allRetain);
  const each = (object: number, meet: (target: number) => void): void => {
    const isGarbage = preorder[object] > unreachable;
    if (!isGarbage && plain[layout[object]]) return;
    const { fixed, rest } = places[layout[object]];
    const first = references.offsets[object];
    for (let e = first, end = references.offsets[object + 1]; e < end; e++) {
      const target = references.targets[e];
      if (target === objectCount) continue;
      const isOther = e - first < fixed.length ? fixed[e - first] : rest;
      if (isOther === 1 || (isGarbage && preorder[target] < unreachable)) meet(target);
    }
  };

  /** Ends of lists, then, filled from behind, their beginnings. */
  const ends = new Int32Array(objectCount);
  const count = (target: number) => {
    ends[target]++;
  };
  for (let object = 0; object < objectCount; object++) {
    if ((object & 0x7fff) === 0) tick((0.4 * object) / objectCount);
    each(object, count);
  }
  let some = 0;
  for (let object = 0, total = 0; object < objectCount; object++) {
    if (ends[object] > 0) some++;
    total += ends[object];
    ends[object] = total;
  }
  const objects = indexColumn(some);
  const offsets = indexColumn(some + 1);
  for (let object = 0, next = 0; object < objectCount; object++) {
    const begin = object === 0 ? 0 : ends[object - 1];
    if (ends[object] === begin) continue;
    objects[next++] = object;
    offsets[next] = ends[object];
  }
  const sources = indexColumn(offsets[some]);
  for (let object = objectCount - 1; object >= 0; object--) {
    if ((object & 0x7fff) === 0) tick(1 - (0.6 * object) / objectCount);
    each(object, (target) => {
      sources[--ends[target]] = object;
    });
  }
  giveBack(ends);
  return { objects, offsets, sources };
}

/**
 * The objects that refer to one, increasing; one that does so several times stands there as often. Needs the graph. The
 * last answer is kept, since one question leads to several looks at it. Time O(k log k) for k references.
 */
export function referrersOf(view: HeapView, object: number): Int32Array {
  if (view.lastReferrers?.object === object) return view.lastReferrers.sources;
  const { retaining, others } = partsOf(view, object);
  const { node } = graphOf(view).graph.preordering;
  const sources = new Int32Array(retaining.length + others.length);
  let length = 0;
  for (const number of retaining) if (node[number] !== NONE) sources[length++] = node[number];
  sources.set(others, length);
  const found = sources.subarray(0, length + others.length).sort();
  view.lastReferrers = { object, sources: found };
  return found;
}

/** How many references that is. Time O(log objects). */
export function referrerCount(view: HeapView, object: number): number {
  const { retaining, others } = partsOf(view, object);
  const { node } = graphOf(view).graph.preordering;
  // The artificial node that holds a starting point has the smallest number of its group, and lists are increasing.
  const isStart = retaining.length > 0 && node[retaining[0]] === NONE;
  return retaining.length + others.length - (isStart ? 1 : 0);
}

function partsOf(view: HeapView, object: number): { readonly retaining: Int32Array; readonly others: Int32Array } {
  const { graph, otherReferrers } = graphOf(view);
  const number = graph.preordering.preorder[object];
  return { retaining: listOf(graph.predecessors, number), others: sparseListOf(otherReferrers, object) };
}

const listOf = ({ offsets, targets }: Csr, v: number): Int32Array => targets.subarray(offsets[v], offsets[v + 1]);

/** Time O(log objects). */
function sparseListOf({ objects, offsets, sources }: SparseLists, object: number): Int32Array {
  const low = lowerBound(objects, object);
  return objects[low] === object ? sources.subarray(offsets[low], offsets[low + 1]) : sources.subarray(0, 0);
}

function graphOf({ graph }: HeapView): NonNullable<HeapView["graph"]> {
  if (graph === null) throw new Error("Referrers were asked for before the graph was done");
  return graph;
}
