import { type Components, components, cyclicComponents } from "../graph/components.ts";
import { retainedByComponent } from "../graph/condense.ts";
import { childrenOf, dominators } from "../graph/dominators.ts";
import { retainedByType, retainedSizes } from "../graph/retained.ts";
import { byteColumn, type Csr, type IndexColumn, indexColumn, NONE, type Tick } from "../types/graph.ts";
import type { Heap, Root } from "../types/heap.ts";
import { buildHeapGraph, dataReferences, type HeapGraph, retainingReferences } from "./heap-graph.ts";
import { otherReferrers, type SparseLists } from "./referrers.ts";
import { releasedWithEach } from "./released.ts";

/*
 * What a dump's analysis consists of, stage by stage. Each stage is one plain value over shared memory, so the worker
 * that computes it hands it to the one that answers questions without copying a column.
 */

export interface ColumnsStage {
  readonly heap: Heap;
  /** Roots named by the file, strongest kind first. */
  readonly roots: readonly Root[];
  readonly missing: number;
  readonly warnings: readonly string[];
  /** Per type, counted here: the file's own totals are a claim. */
  readonly typeCount: IndexColumn;
  readonly typeBytes: Float64Array;
}

export interface GraphStage {
  readonly graph: HeapGraph;
  /** Who refers to each object without being one of its predecessors; see `referrersOf`. */
  readonly otherReferrers: SparseLists;
}

/** Columns in preorder numbers; see `HeapGraph`. */
export interface DominatorStage {
  readonly idom: IndexColumn;
  readonly retained: Float64Array;
  readonly children: Csr;
  readonly retainedByType: Float64Array;
  /** What reference counts alone free with each object; -1 where its count can't be trusted. */
  readonly released: Float64Array;
  readonly releasedObjects: IndexColumn;
}

export interface CycleStage {
  /** Object -> its cycle, a strongly connected component of the data references (`dataReferences`); `NONE` on none. */
  readonly cycleOf: IndexColumn;
  /** Cycle -> number of objects. */
  readonly size: IndexColumn;
  /** Cycle -> bytes that go with it as a whole. */
  readonly retained: Float64Array;
}

/** Objects and own bytes of each type. Time O(n). */
export function typeTotals({ objectCount, type, shallow, types }: Heap): Pick<ColumnsStage, "typeCount" | "typeBytes"> {
  const typeCount = indexColumn(types.length);
  const typeBytes = byteColumn(types.length);
  for (let i = 0; i < objectCount; i++) {
    typeCount[type[i]]++;
    typeBytes[type[i]] += shallow[i];
  }
  return { typeCount, typeBytes };
}

/** The graph, and what only the dominators need of it. */
export interface BuiltGraph {
  readonly stage: GraphStage;
  /** The depth-first forest, by preorder number. */
  readonly parent: IndexColumn;
}

/** Reachability and both directions of the graph. */
export function graphStage(heap: Heap, roots: readonly Root[], tick: Tick): BuiltGraph {
  const retaining = retainingReferences(heap, (done) => tick(0.1 * done));
  const { graph, parent } = buildHeapGraph(heap, roots, retaining, (done) => tick(0.1 + 0.8 * done));
  const others = otherReferrers(heap, graph, (done) => tick(0.9 + 0.1 * done));
  return { stage: { graph, otherReferrers: others }, parent };
}

export function dominatorStage(heap: Heap, { graph }: GraphStage, parent: IndexColumn, tick: Tick): DominatorStage {
  const { preordering, predecessors } = graph;
  const idom = dominators(parent, predecessors, (done) => tick(0.65 * done));
  const size = new Float64Array(preordering.nodeCount);
  const type = new Int32Array(preordering.nodeCount);
  for (let i = 0; i < size.length; i++) {
    const object = preordering.node[i];
    size[i] = object === NONE ? 0 : heap.shallow[object];
    type[i] = object === NONE ? NONE : heap.type[object];
  }
  const retained = retainedSizes(idom, size);
  const children = childrenOf(idom);
  const tree = { idom, children, retained, type, typeCount: heap.types.length };
  const byType = retainedByType(tree, 0, (done) => tick(0.7 + 0.08 * done));
  // Garbage keeps garbage alive until it is collected; instances of a type are often of both sorts.
  const ofGarbage = retainedByType(tree, preordering.unreachable, (done) => tick(0.78 + 0.02 * done));
  for (let t = 0; t < byType.length; t++) byType[t] += ofGarbage[t];
  const released = releasedWithEach(heap, graph, { parent, idom, size }, (done) => tick(0.8 + 0.2 * done));
  return {
    idom,
    retained,
    children,
    retainedByType: byType,
    released: released.bytes,
    releasedObjects: released.objects,
  };
}

/** Cycles that a person can act on, and what would go with each. */
export function cycleStage(heap: Heap, { graph }: GraphStage, tick: Tick): CycleStage {
  const { starts, unreachable, node } = graph.preordering;
  const { found, cyclic } = dataCycles(heap, (done) => tick(0.3 * done));
  const objectsOf = (wanted: (start: number) => boolean) => Array.from(starts.filter(wanted), (start) => node[start]);
  const retained = retainedByComponent(
    retainingReferences(heap, (done) => tick(0.3 + 0.05 * done)),
    found,
    {
      alive: objectsOf((start) => start < unreachable),
      unreachable: objectsOf((start) => start > unreachable),
      size: heap.shallow,
    },
    (done) => tick(0.35 + 0.65 * done),
  );
  return onlyCycles(found, cyclic, retained);
}

/** Apart, so that the references it looks at are not held any longer. */
function dataCycles(heap: Heap, tick: Tick): { readonly found: Components; readonly cyclic: IndexColumn } {
  const data = dataReferences(heap, (done) => tick(0.3 * done));
  const found = components(data, (done) => tick(0.3 + 0.6 * done));
  return { found, cyclic: cyclicComponents(data, found, (done) => tick(0.9 + 0.1 * done)) };
}

/** Nearly all components are single objects on no cycle: what is said of components is kept of the cycles only. */
function onlyCycles({ count, component, size }: Components, cyclic: IndexColumn, retained: Float64Array): CycleStage {
  const number = new Int32Array(count).fill(NONE);
  for (let i = 0; i < cyclic.length; i++) number[cyclic[i]] = i;
  const cycleOf = component; // numbers change in place: nobody else has the column
  for (let v = 0; v < cycleOf.length; v++) cycleOf[v] = number[component[v]];
  const cycleSize = indexColumn(cyclic.length);
  const cycleRetained = byteColumn(cyclic.length);
  for (let i = 0; i < cyclic.length; i++) {
    cycleSize[i] = size[cyclic[i]];
    cycleRetained[i] = retained[cyclic[i]];
  }
  return { cycleOf, size: cycleSize, retained: cycleRetained };
}
