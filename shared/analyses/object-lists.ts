import { orderOf } from "../graph/sort.ts";
import { TICK_MASK } from "../graph/ticking.ts";
import { objectAtAddress } from "../types/addresses.ts";
import { listAt, numberAt } from "../types/compact.ts";
import { NONE, type Tick } from "../types/graph.ts";
import { parseAddress } from "../types/ids.ts";
import type { Combination, Source } from "../types/route.ts";
import { membersOf } from "./cycle-index.ts";
import { membersOfShape } from "./cycle-shapes.ts";
import { attributeValues } from "./names.ts";
import { neighboursOfGroup } from "./neighbours.ts";
import { referrersOf } from "./referrers.ts";
import { within } from "./spread.ts";
import { nameTest } from "./type-filter.ts";
import { type HeapView, preorderOf, releasedOf, retainedOf } from "./view.ts";

export type ObjectOrder = "retained" | "released" | "shallow" | "id";

/** The sources that the graph answers: others take the file's texts, what somebody has kept, or another dump. */
export type ListedSource = Exclude<Source, { kind: "fate" | "text" | "pattern" | "set" | "combined" | "site" }>;

/**
 * The objects of a source, increasing, each once. Time O(n) at most.
 * Sources that need the graph or the dominators must be asked for after those stages.
 */
export function objectsOf(view: HeapView, source: ListedSource, tick: Tick): Int32Array {
  const { heap } = view.columns;
  switch (source.kind) {
    case "all":
      return where(heap.objectCount, () => true);
    case "type":
      return where(heap.objectCount, (object) => heap.type[object] === source.type);
    case "within": {
      const { type } = source;
      const all = where(heap.objectCount, (object) => type === null || heap.type[object] === type);
      return within(view, all, source);
    }
    case "types": {
      const wanted = new Set<number>(source.types);
      return where(heap.objectCount, (object) => wanted.has(heap.type[object]));
    }
    case "dominated":
      return dominatedBy(view, source.object);
    case "kept":
      return keptBy(view, source.object);
    case "referents": {
      const { offsets, targets } = heap.references;
      return increasing(targets.subarray(offsets[source.object], offsets[source.object + 1]), heap.objectCount);
    }
    case "referrers":
      return increasing(referrersOf(view, source.object), heap.objectCount);
    case "neighbours":
      return increasing(neighboursOfGroup(view, source, tick), heap.objectCount);
    case "attribute":
      return increasing(attributeValues(view, source.type, source.name, tick), heap.objectCount);
    case "address": {
      const address = parseAddress(source.address);
      const object = address === null ? NONE : objectAtAddress(heap.address, address);
      return object === NONE ? new Int32Array(0) : Int32Array.of(object);
    }
    case "cycle":
      return membersOf(view, source.cycle);
    case "cycles-alike":
      return membersOfShape(view, source.cycle, tick);
    case "held-outside": {
      const { heldOutside, preordering } = stage(view.graph).graph;
      return increasing(preordering.node.subarray(heldOutside, preordering.unreachable), heap.objectCount);
    }
    case "unreachable": {
      const { preordering } = stage(view.graph).graph;
      return increasing(preordering.node.subarray(preordering.unreachable + 1), heap.objectCount);
    }
  }
}

/** Puts objects into the wanted order; equal ones by number. Time O(n). */
export function inOrder(
  view: HeapView,
  objects: Int32Array,
  { by, descending }: { by: ObjectOrder; descending: boolean },
  tick: Tick,
): Int32Array {
  if (by === "id") return descending ? objects.toReversed() : objects;
  const { shallow } = view.columns.heap;
  const keys = new Float64Array(objects.length);
  for (let i = 0; i < objects.length; i++) {
    if ((i & TICK_MASK) === 0) tick((0.3 * i) / objects.length);
    const object = objects[i];
    if (by === "retained") keys[i] = retainedOf(view, object) ?? numberAt(shallow, object);
    else keys[i] = by === "released" ? (releasedOf(view, object) ?? 0) : numberAt(shallow, object);
  }
  const order = orderOf(keys, descending, (done) => tick(0.3 + 0.7 * done));
  for (let i = 0; i < order.length; i++) order[i] = objects[order[i]];
  return order;
}

/** Those of the objects whose type's name passes `nameTest`. */
export function ofTypesLike(view: HeapView, objects: Int32Array, text: string): Int32Array {
  if (text === "") return objects;
  const { heap } = view.columns;
  const isLike = nameTest(text);
  const matches = heap.types.map(({ name }) => isLike(name));
  return objects.filter((object) => matches[heap.type[object]]);
}

/** Children in the dominator tree; those of the artificial root for null: the biggest holders of all. */
function dominatedBy(view: HeapView, object: number | null): Int32Array {
  const { children } = stage(view.dominators);
  const { node } = stage(view.graph).graph.preordering;
  const number = object === null ? 0 : preorderOf(view, object);
  return listAt(children, number)
    .map((child) => node[child])
    .sort();
}

/** What is in either of two increasing lists, in both, or in the first only; increasing. Time O(their lengths). */
export function combined(how: Combination, first: Int32Array, second: Int32Array): Int32Array {
  const found = new Int32Array(how === "union" ? first.length + second.length : first.length);
  let length = 0;
  let j = 0;
  for (const object of first) {
    for (; j < second.length && second[j] < object; j++) if (how === "union") found[length++] = second[j];
    const inBoth = j < second.length && second[j] === object;
    if (how === "union" || inBoth === (how === "intersection")) found[length++] = object;
    if (inBoth) j++;
  }
  if (how === "union") for (; j < second.length; j++) found[length++] = second[j];
  return found.subarray(0, length);
}

/** The object and all below it in the dominator tree. Time O(size of that tree). */
function keptBy(view: HeapView, object: number): Int32Array {
  const { children } = stage(view.dominators);
  const { node } = stage(view.graph).graph.preordering;
  const found = [preorderOf(view, object)];
  for (let i = 0; i < found.length; i++) for (const child of listAt(children, found[i])) found.push(child);
  const objects = new Int32Array(found.length);
  for (let i = 0; i < found.length; i++) objects[i] = node[found[i]];
  return objects.sort();
}

function where(count: number, wanted: (object: number) => boolean): Int32Array {
  const found = new Int32Array(count);
  let length = 0;
  for (let object = 0; object < count; object++) if (wanted(object)) found[length++] = object;
  return found.subarray(0, length);
}

/** Sorted, each once, without artificial nodes and without the one for missing objects (`end`). */
function increasing(objects: Int32Array, end: number): Int32Array {
  const sorted = new Int32Array(objects).sort();
  let length = 0;
  for (let i = 0; i < sorted.length; i++) {
    const object = sorted[i];
    if (object !== NONE && object < end && (length === 0 || sorted[length - 1] !== object)) sorted[length++] = object;
  }
  return sorted.subarray(0, length);
}

function stage<T>(value: T | null): T {
  if (value === null) throw new Error("The list was asked for before its stage was done");
  return value;
}
