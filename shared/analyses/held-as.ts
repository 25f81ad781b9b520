import { NONE } from "../types/graph.ts";
import { REFERENCE_KINDS } from "../types/reference-kinds.ts";
import { type Edge, edgeAt, edgeText, identifierIn } from "./edges.ts";
import { type HeapView, preorderOf } from "./view.ts";

/** Holders that are climbed at most. */
const MOST_STEPS = 7;
/** References of an object that are looked through for what it calls itself. */
const MOST_SEEN = 64;
const LONGEST_VALUE = 40;
/** Attributes by which programs tell their objects apart, the best first. */
const TELLING = ["name", "id", "key", "number", "user", "path", "url", "title", "label"];

interface Climb {
  at: number;
  text: string;
  /** The last reference was a dict's value: it is an attribute where the dict turns out to be a `__dict__`. */
  inDict: boolean;
  done: boolean;
}

/**
 * What tells objects of one type apart in a list: how their holder names them, `_PENDING['u-17'].request`, along what
 * nothing else holds; else what they call themselves, `number=17`; null where neither is known.
 * Needs the dominators, else all are null. Time O(references of the holders), once for all objects of a holder.
 */
export function heldAs(view: HeapView, objects: readonly number[]): (string | null)[] {
  const climbs = objects.map((at): Climb => ({ at, text: "", inDict: false, done: view.dominators === null }));
  for (let step = 0; step < MOST_STEPS; step++) {
    const places = placesByHolder(view, climbs);
    for (const climb of climbs) {
      if (climb.done) continue;
      const holder = holderOf(view, climb.at);
      const place = places.get(holder)?.get(climb.at) ?? NONE;
      if (place === NONE) climb.done = true;
      else climbTo(view, climb, holder, place);
    }
  }
  return climbs.map(({ at, text }, i) =>
    text.includes("[") || isVariable(text)
      ? `${text.startsWith("[") ? startName(view, at) : ""}${text}`
      : (ownName(view, objects[i]) ?? (text || threadOf(view, objects[i]))),
  );
}

/** `thread worker-1, handle app.py:41`: frames of running threads are all called `frame`. */
function threadOf(view: HeapView, object: number): string | null {
  const root = view.rootsOf?.get(object)?.find(({ kind }) => kind === "thread");
  if (root === undefined) return null;
  return `thread ${root.name}${root.place === null ? "" : `, ${root.place}`}`;
}

/** `gc.garbage`: what the starting point is called in which an item is; nothing where it is none, or has no name. */
const startName = (view: HeapView, object: number): string =>
  view.rootsOf?.get(object)?.find(({ kind, name }) => kind === "builtin" && name !== "")?.name ?? "";

const isVariable = (text: string): boolean => text !== "" && !/^[. ]/.test(text);

function climbTo(view: HeapView, climb: Climb, holder: number, place: number): void {
  const { heap } = view.columns;
  const edge = edgeAt(heap, holder, place);
  const module = edge.kind === "value" ? view.moduleOfDict?.get(holder) : undefined;
  const wasInDict = climb.inDict;
  climb.inDict = edge.kind === "value";
  if (module !== undefined) {
    const name = identifierIn(view.texts.get(edge.key)) ?? edgeText(heap, view.texts, holder, edge);
    climb.text = climb.text === "" ? `${module}.${name}` : `${name}${climb.text}`;
    climb.done = true;
  } else if (edge.kind === "dict") {
    climb.text = wasInDict ? climb.text.replace(/^\['([^']*)'\]/, ".$1") : climb.text;
  } else {
    climb.text = edgeText(heap, view.texts, holder, edge) + climb.text;
  }
  climb.at = holder;
}

/** The only holder: what would let it go. Modules and what is above them name nothing. */
function holderOf(view: HeapView, object: number): number {
  if (view.dominators === null || view.graph === null) return NONE;
  const number = preorderOf(view, object);
  return number <= 0 ? NONE : view.graph.graph.preordering.node[view.dominators.idom[number]];
}

/** Where each holder of the climbing ones refers to them, if it does so itself: one pass over a holder's references. */
function placesByHolder(view: HeapView, climbs: readonly Climb[]): Map<number, Map<number, number>> {
  const wanted = new Map<number, Map<number, number>>();
  for (const climb of climbs) {
    const holder = climb.done ? NONE : holderOf(view, climb.at);
    if (holder === NONE) continue;
    const places = wanted.get(holder) ?? new Map<number, number>();
    wanted.set(holder, places.set(climb.at, NONE));
  }
  const { heap } = view.columns;
  const { offsets, targets } = heap.references;
  for (const [holder, places] of wanted) {
    for (let e = offsets[holder], left = places.size; e < offsets[holder + 1] && left > 0; e++) {
      if (places.get(targets[e]) !== NONE || !retains(edgeAt(heap, holder, e - offsets[holder]))) continue;
      places.set(targets[e], e - offsets[holder]);
      left--;
    }
  }
  return wanted;
}

const retains = ({ kind }: Edge): boolean => REFERENCE_KINDS[kind].retains;

/** `number=17`: the attribute that tells most, of the object itself or in its `__dict__`. */
function ownName(view: HeapView, object: number): string | null {
  const values = new Map<string, string>();
  collectAttributes(view, object, values, 0);
  const name = TELLING.find((each) => values.has(each));
  return name === undefined ? null : `${name}=${values.get(name)}`;
}

function collectAttributes(view: HeapView, object: number, values: Map<string, string>, depth: number): void {
  const { heap } = view.columns;
  const { offsets, targets } = heap.references;
  const end = Math.min(offsets[object + 1], offsets[object] + MOST_SEEN);
  for (let e = offsets[object]; e < end; e++) {
    if (targets[e] >= heap.objectCount) continue;
    const edge = edgeAt(heap, object, e - offsets[object]);
    if (edge.kind === "dict") {
      if (depth === 0) collectAttributes(view, targets[e], values, 1);
      continue;
    }
    const isAttribute = edge.kind === "attribute" || edge.kind === "slot" || edge.kind === "member";
    const name = isAttribute ? edge.name : edge.kind === "value" ? identifierIn(view.texts.get(edge.key)) : null;
    const text = name === null ? null : view.texts.get(targets[e]);
    if (name !== null && text !== null && text.length <= LONGEST_VALUE && !values.has(name)) values.set(name, text);
  }
}
