import type { Heap } from "../types/heap.ts";
import { type Edge, edgeAt, edgeText, type TextSource } from "./edges.ts";

/*
 * Thread-locals, contexts and queues keep what is in them below objects of their own that nobody ever wrote: a dict for
 * each thread, the nodes of a tree (Python/hamt.c), a list. Their references have no names in the dump; what they are follows from
 * the types, so that `LOCAL.seen` and `Context[<ContextVar trail>]` can be told.
 */

/** From a thread-local to the dict that has a dict for each thread. */
export const THREADS = " threads";
/** From a context to the tree of its variables, and within it. */
export const VARIABLES = " variables";
/** From a queue that is written in C to the list that has its entries. */
export const ENTRIES = " entries";
/** From a context variable to the object that it has where it was not set. */
export const DEFAULT = " default";

const CONTEXT_VARIABLE = /(^|\.)ContextVar$/;
const CONTEXT = /(^|\.)Context$/;
const NODE = /^hamt/;
/** Keys of the dict of threads: from 3.13 on the thread's dummy itself, before a weak reference to it. */
const THREAD = /^_thread\._localdummy$|^weakref(\.ReferenceType)?$/;

/** How the holder refers to it, as Python text, as `edgeText` does and beyond; `place`: of the reference in its list. */
export function edgeTextAt(heap: Heap, texts: TextSource, source: number, place: number): string {
  const edge = edgeAt(heap, source, place);
  return insideText(heap, texts, { source, place, edge }) ?? edgeText(heap, texts, source, edge);
}

interface Reference {
  readonly source: number;
  readonly place: number;
  readonly edge: Edge;
}

function insideText(heap: Heap, texts: TextSource, { source, place, edge }: Reference): string | null {
  if (edge.kind !== "unnamed" && edge.kind !== "dict") return null;
  const { offsets, targets } = heap.references;
  const target = targets[offsets[source] + place];
  if (target === heap.objectCount) return null;
  const from = typeName(heap, source);
  const to = typeName(heap, target);
  // An instance's own dict has strings as keys: one by threads is what its base `threading.local` has.
  if (to === "dict" && (edge.kind === "dict" || from === "_thread._local"))
    return isByThread(heap, target) ? THREADS : null;
  if (edge.kind === "dict") return null;
  if (from === "_queue.SimpleQueue" && to === "list") return ENTRIES;
  if (CONTEXT_VARIABLE.test(from)) return DEFAULT;
  if (CONTEXT.test(from) || NODE.test(from)) {
    if (NODE.test(to)) return VARIABLES;
    const variable = variableOf(heap, source, place);
    return variable === null ? null : `[<ContextVar${nameOf(heap, texts, variable)}>]`;
  }
  return null;
}

const typeName = (heap: Heap, object: number): string => heap.types[heap.type[object]].name;

function isByThread(heap: Heap, dict: number): boolean {
  const { offsets, targets } = heap.references;
  const first = targets[offsets[dict]];
  return offsets[dict] < offsets[dict + 1] && first !== heap.objectCount && THREAD.test(typeName(heap, first));
}

/**
 * The context variable whose value a node refers to; null where the reference is that to the variable. A node tells its
 * entries from the last to the first, each value before its variable.
 */
export function variableOf(heap: Heap, node: number, place: number): number | null {
  const { offsets, targets } = heap.references;
  const at = offsets[node] + place;
  const isVariable = (e: number): boolean =>
    e < offsets[node + 1] && targets[e] !== heap.objectCount && CONTEXT_VARIABLE.test(typeName(heap, targets[e]));
  return isVariable(at + 1) ? targets[at + 1] : null;
}

/** ` trail`: what the program called the variable when it made it. */
function nameOf(heap: Heap, texts: TextSource, variable: number): string {
  const { offsets, targets } = heap.references;
  for (let e = offsets[variable]; e < offsets[variable + 1]; e++) {
    if (targets[e] === heap.objectCount || edgeAt(heap, variable, e - offsets[variable]).name !== "name") continue;
    const name = /^'(.*)'$/su.exec(texts.get(targets[e]) ?? "")?.[1];
    return name === undefined ? "" : ` ${name}`;
  }
  return "";
}
