import { numberAt } from "../types/compact.ts";
import { NONE, type Tick } from "../types/graph.ts";
import type { CodeInfo, Meta } from "../types/heap.ts";
import type { Overview } from "../types/rows.ts";
import type { TracingState } from "../types/sites.ts";
import { whyNoSites } from "../types/tracing-words.ts";
import { collectorInfo } from "./collector.ts";
import { biggestHolders } from "./holders.ts";
import { numberOf } from "./summary.ts";
import { unnamedReferences, unnamedSentence } from "./unnamed.ts";
import { type FunctionIndex, indexFunctions } from "./used-by.ts";
import { garbageIsKnown, type HeapView, leastGarbage, liveBytes } from "./view.ts";

const MOST_HOLDERS = 8;

/**
 * Where the bytes of the process are. What lies between the objects and the resident memory is free in Python's allocator
 * as far as the file says how much of its arenas is in use, and the rest outside of Python. A file that does not say it
 * leaves both as one number, `unexplained`. Free memory that was never touched or was swapped out is not resident: the
 * free part is never more than what is left.
 */
export function buckets(view: HeapView, isCode: Uint8Array, meta: Meta): Overview["buckets"] {
  const { columns, graph } = view;
  if (graph === null) throw new Error("The buckets need the graph");
  const { heap } = columns;
  const { node, unreachable } = graph.graph.preordering;
  let yourData = 0;
  let code = 0;
  let garbage = 0;
  for (let v = 1; v < node.length; v++) {
    const object = node[v];
    if (object === NONE) continue;
    if (v > unreachable) garbage += numberAt(heap.shallow, object);
    else if (isCode[v] === 1) code += numberAt(heap.shallow, object);
    else yourData += numberAt(heap.shallow, object);
  }
  const rss = numberOf(meta.memory.rss_bytes);
  const rest = rss === null ? null : rss - yourData - code - garbage;
  const objects = { yourData, loadedCode: code, garbage: garbageIsKnown(view) ? garbage : null };
  if (rest === null || rest < 0) return { ...objects, allocatorFree: null, outsidePython: null, unexplained: null };
  const free = freeInAllocator(meta);
  if (free === null) return { ...objects, allocatorFree: null, outsidePython: null, unexplained: rest };
  const allocatorFree = Math.min(free, rest);
  return { ...objects, allocatorFree, outsidePython: rest - allocatorFree, unexplained: 0 };
}

/** Bytes in the arenas of Python's allocator that no block takes. */
function freeInAllocator({ memory: { allocator } }: Meta): number | null {
  if (typeof allocator !== "object" || allocator === null) return null;
  const { arena_bytes, used_bytes } = allocator as Record<string, unknown>;
  const [arenas, used] = [numberOf(arena_bytes), numberOf(used_bytes)];
  return arenas === null || used === null || used > arenas ? null : arenas - used;
}

/** The first screen of a dump. Needs the dominators. Time O(n). */
export function overview(
  view: HeapView,
  meta: Meta,
  { isCode, code, tracing }: { isCode: Uint8Array; code: ReadonlyMap<number, CodeInfo>; tracing: TracingState },
  tick: Tick,
): Overview {
  const functions: FunctionIndex = indexFunctions(view, code);
  return {
    buckets: buckets(view, isCode, meta),
    rssBytes: numberOf(meta.memory.rss_bytes),
    liveBytes: liveBytes(view),
    holders: biggestHolders(view, isCode, functions, MOST_HOLDERS, tick),
    collector: collectorInfo(view, meta),
    unseen: unseen(view, meta, tracing),
  };
}

/** What this dump can't tell, as sentences; the strongest first. */
function unseen(view: HeapView, meta: Meta, tracing: TracingState): string[] {
  const { columns } = view;
  const sentences: string[] = [...columns.warnings];
  const least = leastGarbage(view);
  if (least !== null) sentences.push(least);
  const { heap } = columns;
  const unnamed = unnamedReferences(meta);
  const opaque = heap.types.filter((type) => type.opaque && type.count > 0);
  if (unnamed !== null && unnamed.references > 0)
    sentences.push(unnamedSentence(unnamed, heap.references.targets.length));
  else if (unnamed === null && opaque.length > 0) {
    const names = opaque.slice(0, 5).map((type) => type.name);
    const more = opaque.length > 5 ? ` and ${opaque.length - 5} more types` : "";
    sentences.push(`References inside ${names.join(", ")}${more} could not all be seen or named.`);
  }
  if (meta.python.free_threaded === true)
    sentences.push("This is a free-threaded Python: reference counts mean little here.");
  const noSites = whyNoSites(tracing);
  if (noSites !== null) sentences.push(noSites);
  if (meta.capture.privacy !== "previews") sentences.push("Values were left out when the dump was taken.");
  const redacted = numberOf(meta.capture.redacted);
  if (redacted !== null && redacted > 0)
    sentences.push(
      `${redacted} ${redacted === 1 ? "value with a name" : "values with names"} like “password” or “token” ${redacted === 1 ? "was" : "were"} hidden when the dump was taken.`,
    );
  sentences.push(
    "Memory that C extensions allocate for themselves is in no Python object, so it is in none of these lists.",
  );
  const own = meta.capture.warnings;
  if (Array.isArray(own)) sentences.push(...own.filter((line) => typeof line === "string"));
  return sentences;
}
