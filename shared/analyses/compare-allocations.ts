import type { CompareAllocationPage, CompareAllocationRow, Tracing } from "../types/site-rows.ts";
import { isLike, orderBy, type SiteGroups } from "./allocations.ts";

export interface TracedDump {
  readonly tracing: Tracing;
  /** Null where nothing was traced. */
  readonly groups: SiteGroups | null;
}

/**
 * The places of two dumps, put together in the same way and matched by name. Nothing is listed where one of the dumps was
 * not traced. Time O(s log s) in the places of both.
 */
export function compareAllocations(
  before: TracedDump,
  after: TracedDump,
  {
    text,
    sort,
    offset,
    limit,
  }: {
    readonly text: string;
    readonly sort: { readonly by: "deltaBytes" | "deltaBlocks" | "name"; readonly descending: boolean };
    readonly offset: number;
    readonly limit: number;
  },
): CompareAllocationPage {
  const all = before.groups === null || after.groups === null ? null : pairs(before.groups, after.groups);
  const rows = (all ?? []).filter(({ frames }) => isLike(frames, text)).sort(orderBy(sort));
  return {
    total: rows.length,
    rows: rows.slice(offset, offset + limit),
    before: before.tracing,
    after: after.tracing,
    deltaBytes: all === null ? null : all.reduce((sum, row) => sum + row.deltaBytes, 0),
  };
}

const NOTHING = { bytes: 0, blocks: 0 };

function pairs(before: SiteGroups, after: SiteGroups): CompareAllocationRow[] {
  const keys = new Set([...after.byKey.keys(), ...before.byKey.keys()]);
  return [...keys].flatMap((key) => {
    const [from, to] = [rowOf(before, key), rowOf(after, key)];
    const frames = (to ?? from)?.frames ?? [];
    const [was, is] = [from ?? NOTHING, to ?? NOTHING];
    const deltaBytes = is.bytes - was.bytes;
    const deltaBlocks = is.blocks - was.blocks;
    if (deltaBytes === 0 && deltaBlocks === 0) return [];
    return [
      {
        frames,
        before: { bytes: was.bytes, blocks: was.blocks },
        after: { bytes: is.bytes, blocks: is.blocks },
        deltaBytes,
        deltaBlocks,
        site: to?.site ?? null,
      },
    ];
  });
}

function rowOf({ rows, byKey }: SiteGroups, key: string) {
  const group = byKey.get(key);
  return group === undefined ? undefined : rows[group];
}
