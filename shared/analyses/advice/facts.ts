import { addressAt, objectAtAddress } from "../../types/addresses.ts";
import { NONE, type Tick } from "../../types/graph.ts";
import type { CacheInfo, CodeInfo, Meta, TaskFrameInfo, TaskInfo } from "../../types/heap.ts";
import type { CollectorInfo } from "../../types/rows.ts";
import type { TracingState } from "../../types/sites.ts";
import { collectorInfo } from "../collector.ts";
import { type FunctionIndex, indexFunctions } from "../used-by.ts";
import { type HeapView, liveBytes } from "../view.ts";
import { alikeGroups, type Group } from "./groups.ts";
import { canAddTo, codeObjectOf, type Holding } from "./holding.ts";
import { type Ownership, ownership } from "./ownership.ts";
import { type EarlierDump, type Since, sinceThen } from "./since.ts";
import { type Ages, agesOf } from "./youth.ts";

/** What the answerer has besides the view. */
export interface AdviceSources {
  readonly meta: Meta;
  /** By preorder number: loaded code. */
  readonly isCode: Uint8Array;
  readonly code: ReadonlyMap<number, CodeInfo>;
  /** Files of modules by name. */
  readonly modules: ReadonlyMap<string, string | null>;
  /** By address; these and the tasks are empty in files of earlier captures. */
  readonly caches: ReadonlyMap<number, CacheInfo>;
  readonly tasks: readonly TaskInfo[];
  readonly taskFrames: readonly TaskFrameInfo[];
  /** Whether it is known where objects were allocated. */
  readonly tracing: TracingState;
  /** An earlier dump, best of the same process; null where there is none. */
  readonly earlier: EarlierDump | null;
}

/** What the rules ask of a heap; all of it is found once, before the first rule. */
export interface HeapFacts {
  readonly view: HeapView;
  readonly meta: Meta;
  readonly tracing: TracingState;
  readonly isCode: Uint8Array;
  readonly ownership: Ownership;
  readonly functions: FunctionIndex;
  /** By a variable's or an attribute's name: whether a function that names it can add to a container. */
  readonly canAddTo: ReadonlyMap<string, boolean> | null;
  readonly collector: CollectorInfo;
  readonly ages: Ages;
  /** Types by the address of their class. */
  readonly typeAt: ReadonlyMap<number, number>;
  /** By a module's dict, what was found of when it was loaded. */
  readonly loaded: Map<number, number>;
  /** What is alive, in bytes. */
  readonly liveBytes: number;
  /** `[3, 12, 1]`; empty where the file does not say. */
  readonly version: readonly number[];
  /** What was found of how objects are held. */
  readonly holdings: Map<number, Holding>;
  /** Where alike objects accumulate: what several rules look at. */
  readonly groups: readonly Group[];
  /** Less than this is not worth a finding. */
  readonly leastBytes: number;
  /** What the earlier dump shows; null where there is none. */
  readonly since: Since | null;
  /** What the file says of caches and tasks, by object. */
  readonly caches: ReadonlyMap<number, CacheInfo>;
  readonly tasks: ReadonlyMap<number, KnownTask>;
  codeOf(object: number): CodeInfo | null;
}

/** A task as the file tells of it, its addresses as objects. */
export interface KnownTask {
  readonly state: TaskInfo["state"];
  /** The future that it waits for; `NONE` if there is none in the file. */
  readonly waitsFor: number;
  /** Where its innermost coroutine stands. */
  readonly at: TaskFrameInfo | null;
}

const SMALLEST = 16 * 1024;
/** Of what is alive. */
const SHARE_TO_TELL = 0.002;

/** Needs the cycles, the last stage. Time O(n). */
export function heapFacts(view: HeapView, sources: AdviceSources, tick: Tick): HeapFacts {
  const { meta, isCode, code, modules, tracing } = sources;
  const functions = indexFunctions(view, code, tick);
  tick(0);
  const collector = collectorInfo(view, meta);
  const live = liveBytes(view);
  const { heap } = view.columns;
  const version = meta.python.version_info;
  const facts = {
    view,
    meta,
    tracing,
    isCode,
    ownership: ownership(view, modules),
    functions,
    canAddTo: canAddTo(code, tick),
    collector,
    ages: agesOf(view, isCode, collector.design, tick),
    typeAt: new Map(heap.types.map(({ address }, type) => [address, type])),
    loaded: new Map<number, number>(),
    liveBytes: live,
    version: Array.isArray(version) ? version.filter((part) => typeof part === "number") : [],
    holdings: new Map<number, Holding>(),
    since: sources.earlier === null ? null : sinceThen(sources.earlier),
    leastBytes: Math.max(SMALLEST, SHARE_TO_TELL * live),
    caches: new Map([...sources.caches].map(([address, cache]) => [objectAtAddress(heap.address, address), cache])),
    tasks: knownTasks(view, sources),
    codeOf: (object: number) => {
      const found = codeObjectOf(view, object);
      return found === NONE ? null : (code.get(addressAt(heap.address, found)) ?? null);
    },
  };
  return { ...facts, groups: alikeGroups(facts, tick) };
}

function knownTasks({ columns: { heap } }: HeapView, { tasks, taskFrames }: AdviceSources): Map<number, KnownTask> {
  const innermost = new Map<number, TaskFrameInfo>();
  for (const frame of taskFrames) if (!innermost.has(frame.task)) innermost.set(frame.task, frame);
  const known = new Map<number, KnownTask>();
  for (const { id, address, state, waitsFor } of tasks) {
    const object = objectAtAddress(heap.address, address);
    if (object === NONE) continue;
    const future = waitsFor === null ? NONE : objectAtAddress(heap.address, waitsFor);
    known.set(object, { state, waitsFor: future, at: innermost.get(id) ?? null });
  }
  return known;
}
