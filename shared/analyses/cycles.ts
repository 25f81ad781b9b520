import { components } from "../graph/components.ts";
import { shortestCycle } from "../graph/shortest-cycle.ts";
import { TICK_MASK, ticking } from "../graph/ticking.ts";
import { type Csr, NONE, noTick, type Tick } from "../types/graph.ts";
import type { Heap } from "../types/heap.ts";
import { asObjectId, asTypeId } from "../types/ids.ts";
import type { ReferenceKind } from "../types/reference-kinds.ts";
import type { CycleAlike, CyclePage, CycleRow, CycleStep, WeakenAdvice } from "../types/rows.ts";
import { type CycleIndex, cycleIndexOf, membersOf } from "./cycle-index.ts";
import { shapesOf, shapeTotals } from "./cycle-shapes.ts";
import { isDataReference } from "./data-cycles.ts";
import { edgeAt, edgeText, identifierIn } from "./edges.ts";
import type { CycleStage } from "./stages.ts";
import { type HeapView, objectRow, preorderOf, reachOf, retainedOf } from "./view.ts";

/** Larger components are listed and counted, but nobody reads their ring, and breaking them up takes too long. */
const MOST_MEMBERS = 200_000;
/** A longer ring is not told step by step. */
const MOST_STEPS = 100;
/** Kinds of references of a ring that are tried as the one to make weak. */
const MOST_PATTERNS = 16;
const TYPES_SHOWN = 5;

export type CycleOrder = "retained" | "shallow" | "objects";

export interface CycleRequest {
  readonly of: "data" | "code";
  /** One row for all cycles of a shape: the one of them that comes first. */
  readonly grouped: boolean;
  readonly sort: { readonly by: CycleOrder; readonly descending: boolean };
  readonly text: string;
  readonly offset: number;
  readonly limit: number;
}

/** A page of the cycles of this kind in which a type called like `text` takes part. Needs the cycles. */
export function cyclePage(view: HeapView, request: CycleRequest, tick: Tick): CyclePage {
  const { of, grouped, sort, text, offset, limit } = request;
  const stage = view.cycles;
  if (stage === null) throw new Error("The cycles were asked for before they were done");
  const index = cycleIndexOf(view);
  const { heap } = view.columns;
  const wanted = text.toLowerCase();
  const matches = heap.types.map((type) => type.name.toLowerCase().includes(wanted));
  const all = cyclesInOrder(view, stage, index, { kind: of, ...sort }, tick).filter(
    (cycle) => wanted === "" || membersOf(view, cycle).some((object) => matches[heap.type[object]]),
  );
  const totals = { waiting: { objects: 0, bytes: 0 }, held: { objects: 0, bytes: 0 } };
  for (const [i, cycle] of all.entries()) {
    if ((i & TICK_MASK) === 0) tick(0);
    const group = reachOf(view, membersOf(view, cycle)[0]) === "unreachable" ? totals.waiting : totals.held;
    group.objects += membersOf(view, cycle).length;
    group.bytes += stage.retained[cycle];
  }
  const shapes = shapesOf(view, stage, tick);
  const alike = shapeTotals(stage, index, shapes, tick);
  const listed = grouped ? firstOfEachShape(all, shapes, alike, sort) : all;
  const rows = listed.slice(offset, offset + limit).map((cycle) => {
    tick(0);
    return { ...cycleRow(view, stage, index, cycle, tick), alike: alike[shapes[cycle]] };
  });
  return { total: listed.length, cycles: all.length, rows, ...totals };
}

/** Of the cycles of each shape the first one; in the order of what the cycles of a shape come to together. */
function firstOfEachShape(
  cycles: readonly number[],
  shapes: Int32Array,
  alike: readonly CycleAlike[],
  { by, descending }: CycleRequest["sort"],
): number[] {
  const seen = new Set<number>();
  const first = cycles.filter((cycle) => seen.size < seen.add(shapes[cycle]).size);
  const key = (cycle: number): number => {
    const { objects, shallowBytes, retainedBytes } = alike[shapes[cycle]];
    return by === "retained" ? retainedBytes : by === "shallow" ? shallowBytes : objects;
  };
  return first.sort((a, b) => (descending ? key(b) - key(a) : key(a) - key(b)) || a - b);
}

/** Numbers of the cycles of this kind, most of it first; equal ones in their order. */
export function cyclesInOrder(
  view: HeapView,
  stage: CycleStage,
  index: CycleIndex,
  { kind, by, descending }: { kind: "data" | "code"; by: CycleOrder; descending: boolean },
  tick: Tick,
): number[] {
  const key = (cycle: number): number =>
    by === "retained"
      ? stage.retained[cycle]
      : by === "shallow"
        ? index.shallow[cycle]
        : index.offsets[cycle + 1] - index.offsets[cycle];
  // Garbage waits for the collector whatever it is made of, so classes do not make it uninteresting.
  const isData = (cycle: number): boolean => {
    if ((cycle & TICK_MASK) === 0) tick(0);
    return index.isCode[cycle] === 0 || reachOf(view, index.members[index.offsets[cycle]]) === "unreachable";
  };
  return [...stage.size.keys()]
    .filter((cycle) => isData(cycle) === (kind === "data"))
    .sort(ticking((a, b) => (descending ? key(b) - key(a) : key(a) - key(b)) || a - b, tick));
}

/** One cycle with its smallest ring and the reference to make weak. Time O(its references), bounded. */
export function cycleRow(
  view: HeapView,
  stage: CycleStage,
  index: CycleIndex,
  cycle: number,
  tick = noTick,
): Omit<CycleRow, "alike"> {
  const { heap } = view.columns;
  const members = index.members.subarray(index.offsets[cycle], index.offsets[cycle + 1]);
  const reach = reachOf(view, members[0]) ?? "named";
  const ring = members.length > MOST_MEMBERS ? null : ringOf(view, stage, cycle, members, tick);
  return {
    cycle,
    objects: members.length,
    shallowBytes: index.shallow[cycle],
    retainedBytes: stage.retained[cycle],
    reach,
    reachable: reach !== "unreachable",
    isCode: index.isCode[cycle] === 1,
    types: mostFrequentTypes(heap, members),
    smallestCycle:
      ring === null || ring.edges.length > MOST_STEPS
        ? []
        : ring.edges.map(({ source, place }) => stepAt(view, source, place)),
    weaken: ring === null ? null : weakenAdvice(view, ring, stage.retained[cycle], tick),
  };
}

interface RingEdge {
  /** Its number in the component's graph. */
  readonly edge: number;
  readonly source: number;
  readonly target: number;
  /** Position in the source's list of references. */
  readonly place: number;
}

interface Ring {
  /** Starts at the member that is nearest to the starting points. */
  readonly edges: readonly RingEdge[];
  /** The references among the members, node i being `members[i]`. */
  readonly inside: ComponentGraph;
}

interface ComponentGraph extends Csr {
  readonly members: Int32Array;
  /** By edge: its place in the source's list. */
  readonly places: Int32Array;
}

function ringOf(view: HeapView, stage: CycleStage, cycle: number, members: Int32Array, tick: Tick): Ring {
  const inside = graphInside(view.columns.heap, stage, cycle, members, tick);
  const edges = shortestCycle(inside, tick).map((edge): RingEdge => {
    const source = members[sourceOf(inside, edge)];
    return { edge, source, target: members[inside.targets[edge]], place: inside.places[edge] };
  });
  let first = 0;
  for (const [i, { source }] of edges.entries())
    if (preorderOf(view, source) < preorderOf(view, edges[first].source)) first = i;
  return { edges: [...edges.slice(first), ...edges.slice(0, first)], inside };
}

/** The data references between the members of one cycle. Time O(their references). */
function graphInside(
  heap: Heap,
  { cycleOf }: CycleStage,
  cycle: number,
  members: Int32Array,
  tick: Tick,
): ComponentGraph {
  const { offsets, targets } = heap.references;
  const numberOf = new Map<number, number>();
  for (let i = 0; i < members.length; i++) numberOf.set(members[i], i);
  const insideOffsets = new Int32Array(members.length + 1);
  const insideTargets: number[] = [];
  const places: number[] = [];
  for (let i = 0; i < members.length; i++) {
    const object = members[i];
    for (let e = offsets[object]; e < offsets[object + 1]; e++) {
      if ((e & TICK_MASK) === 0) tick(0);
      const target = targets[e];
      if (target === heap.objectCount || cycleOf[target] !== cycle) continue;
      const place = e - offsets[object];
      if (!isDataReference(edgeAt(heap, object, place).kind)) continue;
      insideTargets.push(numberOf.get(target) ?? 0);
      places.push(place);
    }
    insideOffsets[i + 1] = insideTargets.length;
  }
  return {
    nodeCount: members.length,
    offsets: insideOffsets,
    targets: Int32Array.from(insideTargets),
    members,
    places: Int32Array.from(places),
  };
}

/** The node that an edge leaves: the last one whose list begins at or before it. Time O(log n). */
function sourceOf({ offsets, nodeCount }: Csr, edge: number): number {
  let low = 0;
  for (let high = nodeCount; high - low > 1; ) {
    const middle = (low + high) >>> 1;
    if (offsets[middle] <= edge) low = middle;
    else high = middle;
  }
  return low;
}

function stepAt(view: HeapView, source: number, place: number): CycleStep {
  const { heap } = view.columns;
  const { id, type, label } = objectRow(view, source);
  return { id, type, label, edge: edgeText(heap, view.texts, source, edgeAt(heap, source, place)) };
}

/**
 * The reference of the ring to make weak: one whose kind, made weak in every object of its type, leaves no cycle among
 * the members, so that reference counts alone free them. Of several, an attribute rather than an item, and the one that
 * points back to a holder, as a child does to its parent: from many to one, called like one, or to the member that keeps
 * most alive. The same for all rings of a shape. Null where no single kind of reference is enough.
 */
function weakenAdvice(view: HeapView, ring: Ring, freesBytes: number, tick: Tick): WeakenAdvice | null {
  const { heap } = view.columns;
  const { edges, inside } = ring;
  const pattern = patternsOf(heap, inside, tick);
  const canBeTried = edges.filter(({ source, place }) => canBeWeak(heap, source, edgeAt(heap, source, place).kind));
  const tried = [...new Set(canBeTried.map(({ edge }) => pattern[edge]))].slice(0, MOST_PATTERNS);
  const enough = new Set(tried.filter((weak) => isAcyclic(inside, (edge) => pattern[edge] !== weak, tick)));
  const [best] = canBeTried
    .filter(({ edge }) => enough.has(pattern[edge]))
    .slice(0, MOST_STEPS)
    .map((edge) => ({
      edge,
      written: writtenAt(view, ownerOfDict(heap, edges, edge), edge),
      pointsBack: holds(view, edge.target, edge.source),
      manyToOne: isManyToOne(inside, pattern, edge.edge),
      retained: retainedOf(view, edge.target) ?? 0,
    }))
    .sort(
      (a, b) =>
        Number(isItem(a.written.edge)) - Number(isItem(b.written.edge)) ||
        Number(b.pointsBack) - Number(a.pointsBack) ||
        Number(b.manyToOne) - Number(a.manyToOne) ||
        backwards(b.written.edge) - backwards(a.written.edge) ||
        b.retained - a.retained ||
        (a.written.fromType + a.written.edge < b.written.fromType + b.written.edge ? -1 : 1),
    );
  if (best === undefined) return null;
  return { from: asObjectId(best.edge.source), to: asObjectId(best.edge.target), ...best.written, freesBytes };
}

/** Words in names of references that lead back to a holder, and of those that lead on to what is held. */
const BACK = new Set("parent owner root prev previous up back container host outer master manager creator".split(" "));
const ON = new Set(
  "child children kid kids next item items first last left right head tail member members body value data".split(" "),
);

/** 1 for a name such as `_parent`, `parent_node` or `ownerWidget`, -1 for one such as `children`, else 0. */
function backwards(edge: string): number {
  const words = edge.split(/[^\p{L}]+|(?=\p{Lu})/u).map((word) => word.toLowerCase());
  return Number(words.some((word) => BACK.has(word))) - Number(words.some((word) => ON.has(word)));
}

/** Whether references of this kind lead from several members to the one that this one leads to. Time O(edges). */
function isManyToOne({ targets }: ComponentGraph, pattern: Int32Array, edge: number): boolean {
  let alike = 0;
  for (let e = 0; e < targets.length; e++) if (targets[e] === targets[edge] && pattern[e] === pattern[edge]) alike++;
  return alike > 1;
}

/** By edge: a number for its kind, which is the same in all objects of a type. Time O(edges). */
function patternsOf(heap: Heap, { members, offsets, places, nodeCount }: ComponentGraph, tick: Tick): Int32Array {
  const numbers = new Map<string, number>();
  const patterns = new Int32Array(places.length);
  for (let v = 0; v < nodeCount; v++) {
    for (let e = offsets[v]; e < offsets[v + 1]; e++) {
      if ((e & TICK_MASK) === 0) tick(0);
      const { kind, name, key } = edgeAt(heap, members[v], places[e]);
      const pattern = JSON.stringify([heap.type[members[v]], kind, name, key]);
      const number = numbers.get(pattern) ?? numbers.size;
      numbers.set(pattern, number);
      patterns[e] = number;
    }
  }
  return patterns;
}

/** `[3]`, `['k']`, `{…}`: a place in a container. Making it weak takes another container, not one line. */
const isItem = (edge: string): boolean => !edge.startsWith(".");

/** A place where a program can put a weak reference: not a class's bases, and not a tuple. */
function canBeWeak(heap: Heap, source: number, kind: ReferenceKind): boolean {
  if (kind === "item") return heap.types[heap.type[source]].name !== "tuple";
  return kind === "attribute" || kind === "slot" || kind === "value" || kind === "cell" || kind === "local";
}

/** Where the reference is in the `__dict__` of an object of the ring: that object, which is what a person knows. */
function ownerOfDict(heap: Heap, edges: readonly RingEdge[], { source }: RingEdge): number | null {
  const before = edges.find((edge) => edge.target === source);
  return before !== undefined && edgeAt(heap, before.source, before.place).kind === "dict" ? before.source : null;
}

function writtenAt(
  view: HeapView,
  owner: number | null,
  { source, place }: RingEdge,
): { edge: string; fromType: string } {
  const { heap } = view.columns;
  const edge = edgeAt(heap, source, place);
  const name = owner === null || edge.key === NONE ? null : identifierIn(view.texts.get(edge.key));
  const holder = name === null || owner === null ? source : owner;
  return {
    edge: name === null ? edgeText(heap, view.texts, source, edge) : `.${name}`,
    fromType: heap.types[heap.type[holder]].name,
  };
}

function isAcyclic({ nodeCount, offsets, targets }: Csr, stays: (edge: number) => boolean, tick: Tick): boolean {
  const keptOffsets = new Int32Array(nodeCount + 1);
  const kept: number[] = [];
  for (let v = 0; v < nodeCount; v++) {
    for (let e = offsets[v]; e < offsets[v + 1]; e++) {
      if (!stays(e)) continue;
      if (targets[e] === v) return false;
      kept.push(targets[e]);
    }
    keptOffsets[v + 1] = kept.length;
  }
  return components({ nodeCount, offsets: keptOffsets, targets: Int32Array.from(kept) }, tick).count === nodeCount;
}

/** Whether `object` would be gone without `holder`: the holder is among its dominators. */
function holds(view: HeapView, holder: number, object: number): boolean {
  if (view.dominators === null) return false;
  const wanted = preorderOf(view, holder);
  let number = preorderOf(view, object);
  // A dominator has a smaller number, so the climb can end early.
  while (number > wanted) number = view.dominators.idom[number];
  return number === wanted;
}

function mostFrequentTypes(heap: Heap, members: Int32Array): CycleRow["types"] {
  const counts = new Map<number, number>();
  for (const object of members) counts.set(heap.type[object], (counts.get(heap.type[object]) ?? 0) + 1);
  return [...counts]
    .sort(([a, countA], [b, countB]) => countB - countA || a - b)
    .slice(0, TYPES_SHOWN)
    .map(([type, count]) => ({ typeId: asTypeId(type), type: heap.types[type].name, count }));
}
