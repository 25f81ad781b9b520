import { numberAt } from "../types/compact.ts";
import { NONE } from "../types/graph.ts";
import type { Meta } from "../types/heap.ts";
import type { Buckets, RootKind, Summary, Totals } from "../types/rows.ts";
import { unnamedReferences } from "./unnamed.ts";
import { garbageIsKnown, type HeapView, leastGarbage } from "./view.ts";

/**
 * What the whole dump is, in numbers. Needs the graph; the buckets are null before the dominators are there.
 * Time O(n). `file` is the path as the user gave it.
 */
export function summary(
  view: HeapView,
  meta: Meta,
  { file, format, buckets }: { file: string; format: number; buckets: Buckets | null },
): Summary {
  const { columns, graph } = view;
  if (graph === null) throw new Error("The summary was asked for before the graph was done");
  const { heap } = columns;
  const { preordering, heldOutside, roots } = graph.graph;

  const totals = (first: number, end: number): Totals => {
    let bytes = 0;
    let objects = 0;
    for (let i = first; i < end; i++) {
      const object = preordering.node[i];
      if (object === NONE) continue;
      objects++;
      bytes += numberAt(heap.shallow, object);
    }
    return { objects, bytes };
  };
  const counts = new Map<RootKind, number>();
  for (const { kind } of roots) counts.set(kind, (counts.get(kind) ?? 0) + 1);

  return {
    file,
    format,
    captureId: meta.captureId,
    label: meta.label,
    python: textOf(meta.python.version),
    pid: numberOf(meta.process.pid),
    host: textOf(meta.process.host),
    uptimeSeconds: numberOf(meta.process.uptime),
    createdAt: meta.createdAt,
    objects: heap.objectCount,
    references: heap.references.targets.length,
    types: columns.typeCount.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0),
    shallowBytes: columns.typeBytes.reduce((sum, bytes) => sum + bytes, 0),
    reachable: totals(1, heldOutside),
    heldOutside: totals(heldOutside, preordering.unreachable),
    unreachable: garbageIsKnown(view) ? totals(preordering.unreachable, preordering.nodeCount) : null,
    buckets: buckets ?? NO_BUCKETS,
    roots: [...counts].map(([kind, count]) => ({ kind, count })),
    capture: camelCased(meta.capture),
    gc: camelCased(meta.gc),
    memory: camelCased(meta.memory),
    unnamed: unnamedReferences(meta),
    warnings: warningsOf(view, meta, buckets),
  };
}

const BUCKETS_IN_WORDS: readonly (readonly [keyof Buckets, string])[] = [
  ["yourData", "how much is your data"],
  ["loadedCode", "how much is loaded code"],
  ["garbage", "how much is garbage"],
  ["allocatorFree", "how much is free in Python's allocator"],
  ["outsidePython", "how much lies outside Python"],
];

const NO_BUCKETS: Buckets = {
  yourData: null,
  loadedCode: null,
  garbage: null,
  allocatorFree: null,
  outsidePython: null,
};

function warningsOf(view: HeapView, meta: Meta, buckets: Buckets | null): string[] {
  const { columns } = view;
  const warnings = [...columns.warnings];
  if (columns.missing > 0)
    warnings.push(
      `${columns.missing} references lead to objects that are not in the file; they are counted, not followed.`,
    );
  const least = leastGarbage(view);
  if (least !== null) warnings.push(least);
  if (meta.python.free_threaded === true)
    warnings.push(
      "This is a free-threaded Python: reference counts mean little, so nothing is called garbage for sure.",
    );
  const known = buckets ?? NO_BUCKETS;
  const unknown = BUCKETS_IN_WORDS.filter(([name]) => known[name] === null);
  if (unknown.length > 0) warnings.push(`This dump does not tell ${unknown.map(([, words]) => words).join(", ")}.`);
  const own = meta.capture.warnings;
  if (Array.isArray(own)) warnings.push(...own.filter((line) => typeof line === "string"));
  return warnings;
}

/** `{pause_seconds: 1}` -> `{pauseSeconds: 1}`, at every depth: the file speaks Python, JSON consumers expect one case. */
function camelCased(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const value = (v: unknown): unknown => {
    if (Array.isArray(v)) return v.map(value);
    return typeof v === "object" && v !== null ? camelCased(v as Record<string, unknown>) : v;
  };
  return Object.fromEntries(
    Object.entries(record).map(([key, v]) => [
      key.replace(/_([a-z0-9])/g, (_, c: string) => c.toUpperCase()),
      value(v),
    ]),
  );
}

export const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);
export const numberOf = (value: unknown): number | null => (typeof value === "number" ? value : null);
