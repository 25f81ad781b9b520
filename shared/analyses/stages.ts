import { retainedByCycle } from "../graph/cycle-retained.ts";
import { childrenOf, dominators } from "../graph/dominators.ts";
import { retainedByType, retainedSizes } from "../graph/retained.ts";
import type { Aside } from "../types/aside.ts";
import {
  type CompactColumn,
  type CompactLists,
  compactColumn,
  compactLists,
  numberAt,
  numbersOf,
  type SignedCodeColumn,
} from "../types/compact.ts";
import { byteColumn, giveBack, type IndexColumn, indexColumn, NONE, type Tick } from "../types/graph.ts";
import type { Heap, Root, TypeInfo } from "../types/heap.ts";
import { DATA_CYCLES, type DataCycles, dataCycles } from "./data-cycles.ts";
import { buildHeapGraph, type HeapGraph } from "./heap-graph.ts";
import { otherReferrers, type SparseLists } from "./referrers.ts";
import { RELEASE_FLAGS, releasedWithEach, releaseFlags } from "./released.ts";

/*
 * What a dump's analysis consists of, stage by stage. Each stage is one plain value over shared memory, so the worker
 * that computes it hands it to the one that answers questions without copying a column.
 */

export interface ColumnsStage {
  readonly heap: Heap;
  /** Roots named by the file, strongest kind first. */
  readonly roots: readonly Root[];
  readonly missing: number;
  /** References that could not be read. */
  readonly lost: number;
  /** Starting points of the file that lead to none of its objects. */
  readonly lostRoots: number;
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
  readonly retained: CompactColumn;
  /** What each node dominates immediately. */
  readonly children: CompactLists;
  readonly retainedByType: Float64Array;
  /** What reference counts alone free with each object; bytes are `UNKNOWN` where its count can't be trusted. */
  readonly released: CompactColumn;
  readonly releasedObjects: CompactColumn;
}

export interface CycleStage {
  /** Object -> its cycle, a strongly connected component of the data references; `NONE` on none. */
  readonly cycleOf: SignedCodeColumn;
  /** Cycle -> number of objects. */
  readonly size: IndexColumn;
  /** Cycle -> bytes that go with it as a whole. */
  readonly retained: Float64Array;
}

/** Objects and own bytes of each type. Time O(n). */
export function typeTotals({ objectCount, type, shallow, types }: Heap): Pick<ColumnsStage, "typeCount" | "typeBytes"> {
  const typeCount = indexColumn(types.length);
  const typeBytes = byteColumn(types.length);
  const own = numbersOf(shallow);
  for (let i = 0; i < objectCount; i++) {
    typeCount[type[i]]++;
    typeBytes[type[i]] += own[i];
  }
  giveBack(own);
  return { typeCount, typeBytes };
}

/**
 * What a person should know where the file's own totals of its types are not those of its objects: each a sentence. Pages
 * have checksums, small tables have none, so this is what tells that one of them was changed. Time O(types).
 */
export function wrongTotals(
  types: readonly TypeInfo[],
  { typeCount, typeBytes }: Pick<ColumnsStage, "typeCount" | "typeBytes">,
): string[] {
  const wrong = types.filter(({ count, bytes }, t) => count !== typeCount[t] || bytes !== typeBytes[t]).length;
  const which = wrong === 1 ? "a type" : `${wrong} types`;
  const sentence = `The dump's own totals of ${which} are not those of its objects: the file is damaged, and sizes may be wrong; copy the file again.`;
  return wrong === 0 ? [] : [sentence];
}

/** The graph, and what only the dominators need of it. */
export interface BuiltGraph {
  readonly stage: GraphStage;
  /** The depth-first forest, by preorder number. */
  readonly parent: IndexColumn;
}

/*
 * The stages that have an `aside` let another core do a part; what goes there must be in shared memory.
 */

/** Reachability and both directions of the graph. */
export function graphStage(heap: Heap, roots: readonly Root[], tick: Tick, aside: Aside | null = null): BuiltGraph {
  const { graph, parent } = buildHeapGraph(heap, roots, (done) => tick(0.9 * done), aside);
  const others = otherReferrers(heap, graph, (done) => tick(0.9 + 0.1 * done));
  return { stage: { graph, otherReferrers: others }, parent };
}

export function dominatorStage(
  heap: Heap,
  { graph }: GraphStage,
  parent: IndexColumn,
  tick: Tick,
  aside: Aside | null = null,
): DominatorStage {
  const { preordering, predecessors } = graph;
  const { node, unreachable } = preordering;
  const idom = dominators(parent, predecessors, (done) => tick(0.65 * done));
  const releaseInput = {
    heap: { refcount: heap.refcount, flags: heap.flags },
    graph: { predecessors, preordering: { node, unreachable } },
    parent,
    idom,
  };
  const releaseAside = aside?.(RELEASE_FLAGS, releaseInput);
  const size = sizesByNumber(heap.shallow, node);
  const sums = retainedSizes(idom, size, (done) => tick(0.65 + 0.02 * done));
  const own = compactColumn(size);
  giveBack(size);
  const retained = compactColumn(sums);
  giveBack(sums);
  const children = childrenOf(idom, (done) => tick(0.67 + 0.03 * done));

  const type = new Int32Array(node.length);
  for (let v = 0; v < node.length; v++) type[v] = node[v] === NONE ? NONE : heap.type[node[v]];
  const tree = { idom, children, retained, type, typeCount: heap.types.length };
  const byType = retainedByType(tree, 0, (done) => tick(0.7 + 0.08 * done));
  // Garbage keeps garbage alive until it is collected; instances of a type are often of both sorts.
  const ofGarbage = retainedByType(tree, unreachable, (done) => tick(0.78 + 0.02 * done));
  for (let t = 0; t < byType.length; t++) byType[t] += ofGarbage[t];
  giveBack(type);
  const lists = compactLists(children);
  giveBack(children.offsets, children.targets);

  const release = releaseAside?.() ?? releaseFlags(releaseInput, (done) => tick(0.8 + 0.1 * done));
  const released = releasedWithEach(release, { parent, idom, size: numbersOf(own), unreachable }, (done) =>
    tick(0.9 + 0.1 * done),
  );
  return {
    idom,
    retained,
    children: lists,
    retainedByType: byType,
    released: released.bytes,
    releasedObjects: released.objects,
  };
}

/** Own bytes by preorder number; 0 for the artificial nodes. */
function sizesByNumber(shallow: CompactColumn, node: IndexColumn): Float64Array<ArrayBuffer> {
  const { small, most } = shallow;
  const size = new Float64Array(node.length);
  for (let v = 0; v < node.length; v++) {
    const object = node[v];
    if (object === NONE) continue;
    size[v] = small[object] < most ? small[object] : numberAt(shallow, object);
  }
  return size;
}

/** Lets another core look for the cycles, which needs the graph only, while the dominators are found. */
export function cyclesAside(
  { objectCount, references, layout, layouts }: Heap,
  { graph: { predecessors, preordering } }: GraphStage,
  aside: Aside,
): () => DataCycles {
  const { node, preorder } = preordering;
  return aside(DATA_CYCLES, {
    heap: { objectCount, references, layout, layouts },
    graph: { predecessors, preordering: { node, preorder } },
  });
}

/** Cycles that a person can act on, and what would go with each. `found` is what `cyclesAside` gave, where it was called. */
export function cycleStage(
  heap: Heap,
  { graph }: GraphStage,
  tree: DominatorStage,
  tick: Tick,
  found: (() => DataCycles) | null = null,
): CycleStage {
  const { cycleOf, byNumber, size } = found?.() ?? dataCycles({ heap, graph }, (done) => tick(0.6 * done));
  const { node } = graph.preordering;
  const retained = retainedByCycle(
    {
      predecessors: graph.predecessors,
      idom: tree.idom,
      cycleOf: byNumber,
      cycleCount: size.length,
      size: (v) => (node[v] === NONE ? 0 : numberAt(heap.shallow, node[v])),
      retained: (v) => numberAt(tree.retained, v),
    },
    (done) => tick(0.6 + 0.4 * done),
  );
  giveBack(byNumber);
  const shared = byteColumn(retained.length);
  shared.set(retained);
  return { cycleOf, size, retained: shared };
}
