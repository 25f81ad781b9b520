import * as v from "valibot";
import { FOUND_ROOT_KINDS, type GraphRoot } from "../analyses/heap-graph.ts";
import type { SparseLists } from "../analyses/referrers.ts";
import type { ColumnsStage, CycleStage, DominatorStage, GraphStage } from "../analyses/stages.ts";
import { BadIndex, type StoredColumn, type StoredIndex } from "../store/index-cache.ts";
import type { Extent } from "../store/load.ts";
import type { AddressColumn } from "../types/addresses.ts";
import {
  areChildrenOf,
  COMPACT_WIDTHS,
  type CodeColumn,
  type CompactColumn,
  type CompactLists,
  startsOfLists,
  UNKNOWN,
} from "../types/compact.ts";
import { type Csr, type IndexColumn, indexColumn, NONE } from "../types/graph.ts";
import { FILE_ROOT_KINDS, type Layout, type TypeInfo } from "../types/heap.ts";

/*
 * Stages as columns, and back. What comes back is checked as if a stranger had written it: every number lies in its
 * range, every list begins where the one before ended, and no dominator is above itself, so that no walk up or down can
 * go round for ever. What follows from other columns is computed again instead of being believed.
 * Time O(n + m), about a nanosecond a number.
 */

export interface AllStages {
  readonly columns: ColumnsStage;
  readonly graph: GraphStage;
  readonly dominators: DominatorStage;
  readonly cycles: CycleStage;
}

/** Of roots in general: only those that the file does not name are kept by number. */
const FOUND_KINDS: readonly string[] = FOUND_ROOT_KINDS;

type Stored = { facts: Record<string, unknown>; columns: Map<string, StoredColumn> };

export function storedForm({ columns, graph, dominators, cycles }: AllStages): Stored {
  const { heap } = columns;
  const { preordering, predecessors, heldOutside, roots } = graph.graph;
  const found = roots.slice(columns.roots.length);
  return {
    facts: {
      missing: columns.missing,
      roots: columns.roots,
      unreachable: preordering.unreachable,
      heldOutside,
    },
    columns: new Map<string, StoredColumn>([
      ["address", heap.address.low],
      ["address windows", heap.address.base],
      ["address windows, first", heap.address.first],
      ["type", heap.type],
      ["layout", heap.layout],
      ...compactParts("shallow", heap.shallow),
      ...compactParts("refcount", heap.refcount),
      ...compactParts("length", heap.length),
      ["flags", heap.flags],
      ["reference offsets", heap.references.offsets],
      ["reference targets", heap.references.targets],
      ["type count", columns.typeCount],
      ["type bytes", columns.typeBytes],
      ["node", preordering.node],
      ["starts", preordering.starts],
      ["predecessor offsets", predecessors.offsets],
      ["predecessor targets", predecessors.targets],
      ["other referrers of", graph.otherReferrers.objects],
      ["other referrer offsets", graph.otherReferrers.offsets],
      ["other referrers", graph.otherReferrers.sources],
      ["found root kind", Int32Array.from(found, ({ kind }) => FOUND_KINDS.indexOf(kind))],
      ["found root object", Int32Array.from(found, ({ object }) => object)],
      ["idom", dominators.idom],
      ...compactParts("retained", dominators.retained),
      ["retained by type", dominators.retainedByType],
      ["children, starts", dominators.children.starts],
      ...compactParts("children, within", dominators.children.within),
      ...compactParts("children, steps", dominators.children.steps),
      ...compactParts("released", dominators.released),
      ...compactParts("released objects", dominators.releasedObjects),
      ["cycle of", cycles.cycleOf],
      ["cycle retained", cycles.retained],
    ]),
  };
}

/** The three parts of a compact column; how wide it is says which numbers stand for something else. */
const compactParts = (name: string, { small, places, large }: CompactColumn): [string, StoredColumn][] => [
  [name, small],
  [`${name}, places`, places],
  [`${name}, large`, large],
];

const isIndex = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0x7fffffff));
const ROOTS = v.array(
  v.object({ kind: v.picklist(FILE_ROOT_KINDS), name: v.string(), object: isIndex, place: v.nullable(v.string()) }),
);

/** Throws `BadIndex`, as all that follow. */
export function storedColumns(
  index: StoredIndex,
  { objects, references }: Extent,
  types: readonly TypeInfo[],
  layouts: readonly Layout[],
): ColumnsStage {
  const missing = fact(index, "missing", isIndex);
  const roots = fact(index, "roots", ROOTS);
  check(
    roots.every(({ object }) => object < objects),
    "a root is no object",
  );
  const address = addresses(index, objects);
  const type = codes(index, "type", objects, types.length);
  const layout = codes(index, "layout", objects, layouts.length);
  const offsets = index.int32("reference offsets", objects + 2);
  const fixed = Float64Array.from(layouts, (each) => each.fixed);
  let enough = true;
  for (let i = 0; i < objects; i++) if (offsets[i + 1] - offsets[i] < fixed[layout[i]]) enough = false;
  check(enough, "an object has fewer references than its layout names");
  const targets = index.int32("reference targets", references);
  checkLists({ nodeCount: objects + 1, offsets, targets }, "references");
  const typeCount = index.int32("type count", types.length);
  checkBelow(typeCount, objects + 1, "type count");
  return {
    heap: {
      objectCount: objects,
      address,
      type,
      layout,
      shallow: compact(index, "shallow", objects),
      refcount: compact(index, "refcount", objects),
      length: compact(index, "length", objects),
      flags: index.column("flags", ["u16"], objects),
      references: { nodeCount: objects + 1, offsets, targets },
      types,
      layouts,
    },
    roots,
    missing,
    lost: 0, // a dump that lost some is not kept
    lostRoots: 0,
    warnings: [],
    typeCount,
    typeBytes: sizes(index, "type bytes", types.length),
  };
}

export function storedGraph(index: StoredIndex, { heap, roots }: ColumnsStage): GraphStage {
  const { objectCount, references } = heap;
  const unreachable = fact(index, "unreachable", isIndex);
  const heldOutside = fact(index, "heldOutside", isIndex);
  const node = index.int32("node", objectCount + 1, objectCount + 2);
  const nodeCount = node.length;
  check(unreachable >= 1 && unreachable <= nodeCount, "the unreachable group is nowhere");
  check(nodeCount === objectCount + (unreachable === nodeCount ? 1 : 2), "objects have no number");
  check(heldOutside >= 1 && heldOutside <= unreachable, "the group held from outside is nowhere");

  const preorder = indexColumn(objectCount).fill(NONE);
  for (let i = 0; i < nodeCount; i++) {
    const object = node[i];
    if (i === 0 || i === unreachable) check(object === NONE, "an artificial node is an object");
    // Every object once: as many numbers as objects, and none given twice.
    else if (object >>> 0 >= objectCount || preorder[object] !== NONE) throw new BadIndex("a number is no object's");
    else preorder[object] = i;
  }

  const starts = index.int32("starts", 0, nodeCount);
  let increase = true;
  for (let i = 0; i < starts.length; i++) {
    if (starts[i] <= (i === 0 ? 0 : starts[i - 1]) || starts[i] >= nodeCount || starts[i] === unreachable)
      increase = false;
  }
  check(increase, "the starts are no starts");

  const predecessors: Csr = {
    nodeCount,
    offsets: index.int32("predecessor offsets", nodeCount + 1),
    targets: index.int32("predecessor targets", 0, references.targets.length + starts.length),
  };
  checkLists(predecessors, "predecessors");
  const others: SparseLists = {
    objects: index.int32("other referrers of", 0, objectCount),
    offsets: index.int32("other referrer offsets", 1, objectCount + 1),
    sources: index.int32("other referrers", 0, references.targets.length),
  };
  checkSparseLists(others, objectCount);

  const kind = index.int32("found root kind", 0, objectCount);
  const object = index.int32("found root object", kind.length);
  checkBelow(kind, FOUND_ROOT_KINDS.length, "found root kind");
  checkBelow(object, objectCount, "found root object");
  const all: GraphRoot[] = [...roots];
  for (let i = 0; i < kind.length; i++)
    all.push({ kind: FOUND_ROOT_KINDS[kind[i]] ?? "c_held", name: "", place: null, object: object[i] });
  const preordering = { nodeCount, unreachable, node, preorder, starts };
  return { graph: { preordering, predecessors, heldOutside, roots: all }, otherReferrers: others };
}

export function storedDominators(index: StoredIndex, { heap }: ColumnsStage, { graph }: GraphStage): DominatorStage {
  const { nodeCount, unreachable } = graph.preordering;
  const idom = risingTree(index, "idom", nodeCount, unreachable);
  return {
    idom,
    retained: compact(index, "retained", nodeCount),
    children: childrenLists(index, idom),
    retainedByType: sizes(index, "retained by type", heap.types.length),
    released: compact(index, "released", nodeCount),
    releasedObjects: compact(index, "released objects", nodeCount),
  };
}

export function storedCycles(index: StoredIndex, { heap }: ColumnsStage): CycleStage {
  const cycleOf = index.column("cycle of", ["i8", "i16", "i32"], heap.objectCount);
  const retained = index.float64("cycle retained", 0, heap.objectCount);
  checkSizes(retained, "cycle retained");
  const size = indexColumn(retained.length);
  let known = true;
  for (let i = 0; i < cycleOf.length; i++) {
    const cycle = cycleOf[i];
    if (cycle < NONE || cycle >= size.length) known = false;
    else if (cycle !== NONE) size[cycle]++;
  }
  check(known && !size.includes(0), "a cycle has no members");
  return { cycleOf, size, retained };
}

/** A tree by its parents, each of which has a smaller number than its children: every walk up comes to an end. */
function risingTree(index: StoredIndex, name: string, nodeCount: number, unreachable: number): IndexColumn {
  const parent = index.int32(name, nodeCount);
  let rises = true;
  for (let w = 0; w < nodeCount; w++) {
    const isRoot = w === 0 || w === unreachable;
    if (isRoot ? parent[w] !== NONE : parent[w] < 0 || parent[w] >= w) rises = false;
  }
  check(rises, `${name} is not above what it holds`);
  return parent;
}

/** What each node dominates immediately. */
function childrenLists(index: StoredIndex, idom: IndexColumn): CompactLists {
  const n = idom.length;
  let listed = 0;
  for (let w = 0; w < n; w++) if (idom[w] !== NONE) listed++;
  const lists = {
    starts: index.int32("children, starts", startsOfLists(n)),
    within: compact(index, "children, within", n + 1),
    steps: compact(index, "children, steps", listed),
  };
  check(areChildrenOf(idom, lists), "an object is nobody's child");
  return lists;
}

function fact<T>({ facts }: StoredIndex, name: string, schema: v.GenericSchema<unknown, T>): T {
  const result = v.safeParse(schema, facts[name]);
  if (!result.success) throw new BadIndex(`it has no usable ${name}`);
  return result.output;
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new BadIndex(what);
}

/** Numbers of things of which there are so many. */
function codes(index: StoredIndex, name: string, length: number, bound: number): CodeColumn {
  const column = index.column(name, ["u8", "u16", "i32"], length);
  checkBelow(column, bound, name);
  return column;
}

/** Addresses that increase, in windows that do and begin where they should. */
function addresses(index: StoredIndex, objects: number): AddressColumn {
  const low = index.column("address", ["u32"], objects);
  const base = index.float64("address windows", 0, objects);
  const first = index.int32("address windows, first", base.length);
  let wrong = objects > 0 && first[0] !== 0 ? 1 : 0;
  for (let w = 0; w < base.length; w++) {
    if (!(base[w] >= 0 && base[w] < 2 ** 53 && base[w] % 2 ** 32 === 0)) wrong++;
    if (w > 0 && (base[w] <= base[w - 1] || first[w] <= first[w - 1])) wrong++;
    const end = w + 1 < first.length ? first[w + 1] : objects;
    for (let i = Math.max(0, first[w]) + 1; i < Math.min(end, objects); i++) if (low[i] <= low[i - 1]) wrong++;
    if (first[w] >= objects) wrong++;
  }
  check(wrong === 0, "addresses do not increase");
  return { low, base, first };
}

function compact(index: StoredIndex, name: string, length: number): CompactColumn {
  const small = index.column(name, ["u8", "u16", "u32", "f64"], length);
  const { most } = COMPACT_WIDTHS.find(({ bytes }) => bytes === small.BYTES_PER_ELEMENT) ?? COMPACT_WIDTHS[3];
  const places = index.int32(`${name}, places`, 0, length);
  const large = index.column(`${name}, large`, ["u32", "f64"], places.length);
  let inTable = 0;
  let wrong = 0;
  if (small instanceof Float64Array) {
    for (let i = 0; i < length; i++) if (!(small[i] >= UNKNOWN && small[i] <= Number.MAX_VALUE)) wrong++;
  } else for (let i = 0; i < length; i++) if (small[i] === most) inTable++;
  // As many as there should be, increasing, and each where it is looked for: then none is looked for in vain.
  for (let i = 0; i < places.length; i++) {
    if (small[places[i]] !== most || (i > 0 && places[i] <= places[i - 1])) wrong++;
    if (!(large[i] >= most && large[i] <= Number.MAX_VALUE)) wrong++;
  }
  check(wrong === 0 && inTable === places.length, `a number in ${name} is no size`);
  return { small, most, places, large };
}

function checkBelow(column: CodeColumn, bound: number, name: string): void {
  let outside = 0;
  // As unsigned numbers, negative ones are too large as well.
  for (let i = 0; i < column.length; i++) if (column[i] >>> 0 >= bound) outside++;
  check(outside === 0, `a number in ${name} is out of its range`);
}

function sizes(index: StoredIndex, name: string, length: number): Float64Array {
  const column = index.float64(name, length);
  checkSizes(column, name);
  return column;
}

function checkSizes(column: Float64Array, name: string): void {
  let outside = 0;
  for (let i = 0; i < column.length; i++) if (!(column[i] >= 0 && column[i] <= Number.MAX_VALUE)) outside++;
  check(outside === 0, `a number in ${name} is no size`);
}

/** Each object once, with a list that is not empty and has objects in it. */
function checkSparseLists({ objects, offsets, sources }: SparseLists, objectCount: number): void {
  let wrong = offsets.length === objects.length + 1 && offsets[0] === 0 ? 0 : 1;
  for (let i = 0; i < objects.length; i++) {
    if (objects[i] >>> 0 >= objectCount || (i > 0 && objects[i] <= objects[i - 1])) wrong++;
    if (offsets[i + 1] <= offsets[i]) wrong++;
  }
  check(wrong === 0 && offsets[objects.length] === sources.length, "the other referrers overlap");
  checkBelow(sources, objectCount, "other referrers");
}

function checkLists({ nodeCount, offsets, targets }: Csr, name: string): void {
  let falls = 0;
  for (let i = 0; i < nodeCount; i++) if (offsets[i + 1] < offsets[i]) falls++;
  check(offsets[0] === 0 && falls === 0 && offsets[nodeCount] === targets.length, `the lists of ${name} overlap`);
  // As `checkBelow`, which sees columns of all widths: that costs three times as long.
  let outside = 0;
  for (let e = 0; e < targets.length; e++) if (targets[e] >>> 0 >= nodeCount) outside++;
  check(outside === 0, `a number in ${name} is out of its range`);
}
