import { numberAt } from "../types/compact.ts";
import type { Meta } from "../types/heap.ts";
import { FLAGS } from "../types/heap.ts";
import type { CollectorInfo } from "../types/rows.ts";
import { generationOf } from "./references.ts";
import { numberOf } from "./summary.ts";
import { garbageIsKnown, type HeapView } from "./view.ts";

/** How the cyclic collector of one exact release works, in the words of a person who has to tune it. */
type Design = CollectorInfo["design"];

/**
 * The design of the collector by release. The incremental collector was in the alphas and betas of 3.13, was taken out
 * before 3.13.0, came with 3.14.0 and was taken out again in 3.14.5 (the changelogs of these releases).
 */
export function collectorDesign(version: readonly number[], freeThreaded: boolean): Design {
  const [major = 0, minor = 0, micro = 0] = version;
  if (freeThreaded) return "free-threaded";
  if (major === 3 && minor === 14 && micro < 5) return "incremental";
  return "generational";
}

/** What the collector did, and what it would do now. Needs the graph. Time O(n). */
export function collectorInfo(view: HeapView, meta: Meta): CollectorInfo {
  const { columns, graph } = view;
  if (graph === null) throw new Error("The collector's panel needs the graph");
  const { heap } = columns;
  const { node, unreachable } = graph.graph.preordering;
  const generations = [0, 0, 0];
  let untracked = 0;
  let frozen = 0;
  for (let object = 0; object < heap.objectCount; object++) {
    const flags = heap.flags[object];
    if ((flags & FLAGS.tracked) === 0) untracked++;
    if ((flags & FLAGS.frozen) !== 0) frozen++;
    const generation = generationOf(flags);
    if (generation !== null && generation < generations.length) generations[generation]++;
  }
  let waitingObjects = 0;
  let waitingBytes = 0;
  let uncollectable = 0;
  for (let v = unreachable + 1; v < node.length; v++) {
    if ((heap.flags[node[v]] & FLAGS.uncollectable) !== 0) uncollectable++;
    waitingObjects++;
    waitingBytes += numberAt(heap.shallow, node[v]);
  }
  const version = Array.isArray(meta.python.version_info)
    ? meta.python.version_info.filter((n) => typeof n === "number")
    : [];
  const { gc } = meta;
  return {
    design: version.length === 0 ? null : collectorDesign(version, meta.python.free_threaded === true),
    enabled: typeof gc.enabled === "boolean" ? gc.enabled : null,
    thresholds: numbers(gc.thresholds),
    counts: numbers(gc.counts),
    stats: Array.isArray(gc.stats) ? gc.stats.map((entry) => statsOf(entry)) : [],
    debug: numberOf(gc.debug),
    garbage: numberOf(gc.garbage),
    freezeCount: numberOf(gc.freeze_count),
    frozen,
    generations,
    untracked,
    wouldFree: garbageIsKnown(view) ? { objects: waitingObjects, bytes: waitingBytes } : null,
    uncollectable,
  };
}

const numbers = (value: unknown): number[] => (Array.isArray(value) ? value.filter((n) => typeof n === "number") : []);

function statsOf(entry: unknown): CollectorInfo["stats"][number] {
  const record = typeof entry === "object" && entry !== null ? (entry as Record<string, unknown>) : {};
  return {
    collections: numberOf(record.collections),
    collected: numberOf(record.collected),
    uncollectable: numberOf(record.uncollectable),
  };
}
