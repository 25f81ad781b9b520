import { numberAt } from "../types/compact.ts";
import { NONE } from "../types/graph.ts";
import type { Meta } from "../types/heap.ts";
import type { CompareTypeRow, Comparison, DumpTotals, Totals } from "../types/rows.ts";
import { isSameProcess, type Matching, matchByAddress, nameNumbers } from "./match.ts";
import { numberOf, textOf } from "./summary.ts";
import { nameTest } from "./type-filter.ts";
import { garbageIsKnown, type HeapView, retainedAt } from "./view.ts";

/** Two dumps side by side. `matching` is null where objects can't be told to be the same: different processes. */
export interface Pair {
  readonly before: HeapView;
  readonly after: HeapView;
  readonly beforeMeta: Meta;
  readonly afterMeta: Meta;
  readonly matching: Matching | null;
}

/** Time O(n + n'). */
export function pairOf(before: HeapView, beforeMeta: Meta, after: HeapView, afterMeta: Meta): Pair {
  const matching = isSameProcess(beforeMeta, afterMeta)
    ? matchByAddress(before.columns.heap, after.columns.heap)
    : null;
  return { before, after, beforeMeta, afterMeta, matching };
}

/** The two dumps as a whole. Needs both dominator stages. Time O(n + n'). */
export function comparison(pair: Pair): Comparison {
  const { before, after, beforeMeta, afterMeta, matching } = pair;
  const seconds = secondsBetween(beforeMeta.createdAt, afterMeta.createdAt);
  const warnings: string[] = [];
  if (matching === null)
    warnings.push(
      "The dumps are of different processes, so objects can't be matched: only totals and names are compared.",
    );
  const [pythonA, pythonB] = [beforeMeta, afterMeta].map(({ python }) => textOf(python.version)?.split(" ")[0]);
  if (pythonA !== pythonB && pythonA !== undefined && pythonB !== undefined)
    warnings.push(
      `Of Python ${pythonA} and ${pythonB}: sizes and the interpreter's own objects differ with the version.`,
    );
  if (seconds !== null && seconds < 0)
    warnings.push("The first dump is the later one; swap them to read growth as growth.");
  return {
    before: totalsOf(before, beforeMeta),
    after: totalsOf(after, afterMeta),
    secondsBetween: seconds,
    objects: matching === null ? null : objectGroups(pair, matching),
    matching:
      matching === null
        ? { how: "by name: dumps of different processes", confidence: "none" }
        : { how: "by address and type, in one process; an address can be used again", confidence: "likely" },
    warnings,
  };
}

/** Time O(types). */
export function totalsOf(view: HeapView, meta: Meta): DumpTotals {
  const { heap, typeBytes } = view.columns;
  return {
    captureId: meta.captureId,
    label: meta.label,
    createdAt: meta.createdAt,
    objects: heap.objectCount,
    bytes: typeBytes.reduce((sum, bytes) => sum + bytes, 0),
    garbageBytes: garbageIsKnown(view) ? retainedAt(view, view.graph?.graph.preordering.unreachable ?? NONE) : null,
    rssBytes: numberOf(meta.memory.rss_bytes),
    limitBytes: limitOf(meta.memory.cgroup),
  };
}

/** A limit that no machine has the memory for is none: the first version of control groups writes 2⁶³ for "no limit". */
const NO_LIMIT = 2 ** 50;

function limitOf(cgroup: unknown): number | null {
  const limit = typeof cgroup === "object" && cgroup !== null && "limit" in cgroup ? numberOf(cgroup.limit) : null;
  return limit !== null && limit > 0 && limit < NO_LIMIT ? limit : null;
}

function objectGroups({ before, after }: Pair, { earlier, later }: Matching): Comparison["objects"] {
  const without = (column: Int32Array, { columns: { heap } }: HeapView): Totals => {
    let objects = 0;
    let bytes = 0;
    for (let i = 0; i < column.length; i++) {
      if (column[i] !== NONE) continue;
      objects++;
      bytes += numberAt(heap.shallow, i);
    }
    return { objects, bytes };
  };
  const fresh = without(earlier, after);
  const all = after.columns.typeBytes.reduce((sum, bytes) => sum + bytes, 0);
  return {
    new: fresh,
    gone: without(later, before),
    survived: { objects: earlier.length - fresh.objects, bytes: all - fresh.bytes },
  };
}

export const secondsBetween = (before: string | null, after: string | null): number | null => {
  const milliseconds = Date.parse(after ?? "") - Date.parse(before ?? "");
  return Number.isNaN(milliseconds) ? null : milliseconds / 1000;
};

export type CompareTypeOrder = "change" | "deltaBytes" | "deltaCount" | "deltaRetained" | "bytes" | "name";

/**
 * Types of either dump whose name passes `nameTest`, by how much they changed; `change` counts what was lost as much as what
 * was gained. Types of one name count as one.
 */
export function compareTypes(
  { before, after }: Pair,
  text: string,
  { by, descending }: { by: CompareTypeOrder; descending: boolean },
): CompareTypeRow[] {
  const [inBefore, inAfter, names] = nameNumbers(before.columns.heap, after.columns.heap);
  const sum = (view: HeapView, numbers: Int32Array) => {
    const count = new Float64Array(names.length);
    const bytes = new Float64Array(names.length);
    const retained = view.dominators === null ? null : new Float64Array(names.length);
    for (let type = 0; type < numbers.length; type++) {
      count[numbers[type]] += view.columns.typeCount[type];
      bytes[numbers[type]] += view.columns.typeBytes[type];
      if (retained !== null && view.dominators !== null)
        retained[numbers[type]] += view.dominators.retainedByType[type];
    }
    return { count, bytes, retained };
  };
  const a = sum(before, inBefore);
  const b = sum(after, inAfter);
  const isLike = nameTest(text);
  const rows = names
    .map((type, i): CompareTypeRow => {
      const [retainedA, retainedB] = [a.retained?.[i] ?? null, b.retained?.[i] ?? null];
      return {
        type,
        countA: a.count[i],
        countB: b.count[i],
        deltaCount: b.count[i] - a.count[i],
        bytesA: a.bytes[i],
        bytesB: b.bytes[i],
        deltaBytes: b.bytes[i] - a.bytes[i],
        retainedA,
        retainedB,
        deltaRetained: retainedA === null || retainedB === null ? null : retainedB - retainedA,
      };
    })
    .filter((row) => (row.countA > 0 || row.countB > 0) && isLike(row.type));
  const sign = descending ? -1 : 1;
  const key = (row: CompareTypeRow): number =>
    by === "deltaCount"
      ? row.deltaCount
      : by === "deltaRetained"
        ? (row.deltaRetained ?? row.deltaBytes)
        : by === "bytes"
          ? row.bytesB
          : by === "change"
            ? Math.abs(row.deltaBytes)
            : row.deltaBytes;
  const byName = (x: CompareTypeRow, y: CompareTypeRow): number => (x.type < y.type ? -1 : x.type > y.type ? 1 : 0);
  return rows.sort((x, y) => (by === "name" ? sign * byName(x, y) : sign * (key(x) - key(y)) || byName(x, y)));
}

/**
 * Objects of the later dump that the earlier one has too (`still-there`) or has not (`new`), increasing; none where
 * objects can't be matched. What is gone is what is new when the pair is looked at the other way round. Time O(n).
 */
export function objectsByFate({ matching }: Pair, fate: "new" | "still-there"): Int32Array {
  if (matching === null) return new Int32Array(0);
  const { earlier } = matching;
  const found = new Int32Array(earlier.length);
  let length = 0;
  for (let object = 0; object < earlier.length; object++)
    if ((earlier[object] !== NONE) === (fate === "still-there")) found[length++] = object;
  return found.slice(0, length);
}
