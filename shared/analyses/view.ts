import type { BitSet } from "../graph/bitset.ts";
import type { PathScratch } from "../graph/paths.ts";
import { addressAt } from "../types/addresses.ts";
import { listLength, numberAt, UNKNOWN } from "../types/compact.ts";
import { NONE } from "../types/graph.ts";
import { FLAGS } from "../types/heap.ts";
import { asAddress, asObjectId, asTypeId } from "../types/ids.ts";
import type { ObjectRow, Reach, RootInfo } from "../types/rows.ts";
import type { CycleIndex } from "./cycle-index.ts";
import { labelOf, type TextSource } from "./edges.ts";
import type { ColumnsStage, CycleStage, DominatorStage, GraphStage } from "./stages.ts";

/** All that is known of one dump at the moment. Stages that are not done yet are null. */
export interface HeapView {
  readonly texts: TextSource;
  readonly columns: ColumnsStage;
  readonly graph: GraphStage | null;
  readonly dominators: DominatorStage | null;
  readonly cycles: CycleStage | null;
  /** Roots by object, once the graph is there. */
  readonly rootsOf: ReadonlyMap<number, readonly RootInfo[]> | null;
  /** The dicts that hold modules' variables, and the modules' names; once the columns are there. */
  readonly moduleOfDict: ReadonlyMap<number, string> | null;
  /** The cycles' members, made when they are first asked for. */
  cycleIndex: CycleIndex | null;
  /** The answer that `referrersOf` gave last. */
  lastReferrers: { readonly object: number; readonly sources: Int32Array } | null;
  /** Memory of path searches, made at the first one. */
  scratch: PathScratch | null;
  /** Where ways to an object end, by preorder number; made when the first is looked for. */
  pathEnds: BitSet | null;
}

/** The object's preorder number; `NONE` before the graph is there. */
export const preorderOf = (view: HeapView, object: number): number =>
  view.graph === null ? NONE : view.graph.graph.preordering.preorder[object];

/** Bytes that would go with the object; null until the dominators are there. */
export function retainedOf(view: HeapView, object: number): number | null {
  return view.dominators === null ? null : numberAt(view.dominators.retained, preorderOf(view, object));
}

/** The same by preorder number; 0 until the dominators are there, and for a number that no node has. */
export const retainedAt = ({ dominators }: HeapView, number: number): number =>
  dominators === null ? 0 : Math.max(0, numberAt(dominators.retained, number));

/** Bytes of all that is alive; 0 until the dominators are there. */
export const liveBytes = (view: HeapView): number => retainedAt(view, 0);

/** Of these, bytes that reference counts alone would free; null where that is not known (yet). */
export function releasedOf(view: HeapView, object: number): number | null {
  const bytes = view.dominators === null ? UNKNOWN : numberAt(view.dominators.released, preorderOf(view, object));
  return bytes === UNKNOWN ? null : bytes;
}

/**
 * Whether what waits for the collector is known. Not where references were lost, whose targets look held from outside, nor
 * where an object's count means nothing: such an object is a starting point, whether anything holds it or not.
 */
export const garbageIsKnown = (view: HeapView): boolean => view.columns.lost === 0 && isGarbageCertain(view);

/**
 * What waits for the collector at least, as a sentence, where lost references are all that keeps it from being known; else
 * null. Whatever looks like garbage without them is: its count is explained by other garbage, so that none of the lost
 * references leads to it. Those to other garbage do, which looks held from outside.
 */
export function leastGarbage(view: HeapView): string | null {
  if (view.columns.lost === 0 || view.graph === null || !isGarbageCertain(view)) return null;
  const { unreachable, node } = view.graph.graph.preordering;
  const objects = node.length - unreachable - 1;
  if (objects <= 0) return null;
  let bytes = 0;
  for (let v = unreachable + 1; v < node.length; v++) bytes += numberAt(view.columns.heap.shallow, node[v]);
  const inWords = (n: number): string => n.toLocaleString("en-US");
  const what = objects === 1 ? "one object" : `${inWords(objects)} objects`;
  return `Garbage is at least ${what} (${inWords(bytes)} bytes); how much more there is is not known, since references were lost.`;
}

/** Where starting points were lost, what is alive may look like garbage. */
const isGarbageCertain = ({ columns, graph }: HeapView): boolean =>
  graph !== null && columns.lostRoots === 0 && !graph.graph.roots.some(({ kind }) => kind === "uncounted");

export function reachOf(view: HeapView, object: number): Reach | null {
  if (view.graph === null) return null;
  const { heldOutside, preordering } = view.graph.graph;
  const number = preordering.preorder[object];
  if (number > preordering.unreachable) return "unreachable";
  return number >= heldOutside ? "held-outside" : "named";
}

/** The reference count; null where it can't be trusted. */
export function refcountOf({ columns: { heap } }: HeapView, object: number): number | null {
  const count = numberAt(heap.refcount, object);
  return count === UNKNOWN || (heap.flags[object] & FLAGS.immortal) !== 0 ? null : count;
}

/** A module's dict, which people know by its module: it often is the biggest holder of all. */
function variablesOf(view: HeapView, object: number): string | null {
  const module = view.moduleOfDict?.get(object);
  return module === undefined ? null : `variables of module ${module}`;
}

/** Finds the dicts of all modules by their layout. Time O(n). */
export function moduleDicts({ heap }: ColumnsStage, texts: TextSource): Map<number, string> {
  const found = new Map<number, string>();
  const moduleType = heap.types.findIndex((type) => type.name === "module");
  for (let object = 0; object < heap.objectCount; object++) {
    if (heap.type[object] !== moduleType) continue;
    const { runs } = heap.layouts[heap.layout[object]];
    if (runs[0]?.kind !== "dict") continue;
    const dict = heap.references.targets[heap.references.offsets[object]];
    const name = texts.get(object);
    if (name !== null && dict < heap.objectCount) found.set(dict, name);
  }
  return found;
}

export function objectRow(view: HeapView, object: number): ObjectRow {
  const { heap } = view.columns;
  const type = heap.type[object];
  const number = preorderOf(view, object);
  const children = view.dominators?.children;
  return {
    id: asObjectId(object),
    address: asAddress(addressAt(heap.address, object)),
    type: heap.types[type].name,
    typeId: asTypeId(type),
    label: variablesOf(view, object) ?? labelOf(heap, view.texts, object),
    shallowBytes: numberAt(heap.shallow, object),
    retainedBytes: retainedOf(view, object),
    releasedByRefcountBytes: releasedOf(view, object),
    children: children === undefined ? null : listLength(children, number),
  };
}
