import { NONE, type Tick } from "../../types/graph.ts";
import type { CodeInfo, Meta } from "../../types/heap.ts";
import type { CollectorInfo } from "../../types/rows.ts";
import { collectorInfo } from "../collector.ts";
import { type FunctionIndex, indexFunctions } from "../used-by.ts";
import type { HeapView } from "../view.ts";
import { alikeGroups, type Group } from "./groups.ts";
import { codeObjectOf, type Holding } from "./holding.ts";
import { type Ownership, ownership } from "./ownership.ts";
import { type Ages, agesOf } from "./youth.ts";

/** What the answerer has besides the view. */
export interface AdviceSources {
  readonly meta: Meta;
  /** By preorder number: loaded code. */
  readonly isCode: Uint8Array;
  readonly code: ReadonlyMap<number, CodeInfo>;
  /** Files of modules by name. */
  readonly modules: ReadonlyMap<string, string | null>;
}

/** What the rules ask of a heap; all of it is found once, before the first rule. */
export interface HeapFacts {
  readonly view: HeapView;
  readonly meta: Meta;
  readonly isCode: Uint8Array;
  readonly ownership: Ownership;
  readonly functions: FunctionIndex;
  readonly collector: CollectorInfo;
  readonly ages: Ages;
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
  codeOf(object: number): CodeInfo | null;
}

const SMALLEST = 16 * 1024;
/** Of what is alive. */
const SHARE_TO_TELL = 0.002;

/** Needs the cycles, the last stage. Time O(n). */
export function heapFacts(view: HeapView, { meta, isCode, code, modules }: AdviceSources, tick: Tick): HeapFacts {
  const functions = indexFunctions(view, code);
  const collector = collectorInfo(view, meta);
  const liveBytes = view.dominators?.retained[0] ?? 0;
  const { heap } = view.columns;
  const version = meta.python.version_info;
  const facts = {
    view,
    meta,
    isCode,
    ownership: ownership(view, modules),
    functions,
    collector,
    ages: agesOf(view, isCode, collector.design),
    liveBytes,
    version: Array.isArray(version) ? version.filter((part) => typeof part === "number") : [],
    holdings: new Map<number, Holding>(),
    leastBytes: Math.max(SMALLEST, SHARE_TO_TELL * liveBytes),
    codeOf: (object: number) => {
      const found = codeObjectOf(view, object);
      return found === NONE ? null : (code.get(heap.address[found]) ?? null);
    },
  };
  return { ...facts, groups: alikeGroups(facts, tick) };
}
