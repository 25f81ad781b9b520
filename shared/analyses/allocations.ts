import { numberAt } from "../types/compact.ts";
import type { Meta } from "../types/heap.ts";
import { asObjectId } from "../types/ids.ts";
import type { AllocationPage, AllocationRow, Tracing } from "../types/site-rows.ts";
import { NO_SITE, type ObjectSite, type SiteFrame, type SiteGrouping, type Sites } from "../types/sites.ts";
import type { HeapView } from "./view.ts";

/** What the dump has of tracing; `tables`: whether it has the tables of places, `sites`: whether anything stands there. */
export function tracingOf(meta: Meta, sites: Sites | null, tables: boolean): Tracing {
  const number = (key: string): number | null => {
    const value = meta.tracemalloc[key];
    return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
  };
  const traced = meta.tracemalloc.tracing === true;
  const state =
    sites !== null
      ? "on"
      : !traced
        ? "off"
        : !tables
          ? "old-file"
          : meta.capture.privacy === "none"
            ? "private"
            : "off";
  return { state, frames: number("frames"), tracedBytes: number("traced_bytes"), ownBytes: number("own_bytes") };
}

/** Places put together: by line, by file or by traceback. */
export interface SiteGroups {
  /** In the order of their numbers. The frames of one that is put together are its file, and its line where it is one. */
  readonly rows: readonly AllocationRow[];
  /** By place: its group. */
  readonly groupOf: Int32Array;
  readonly byKey: ReadonlyMap<string, number>;
}

/** Time O(sites × frames + n), memory 4 bytes a place. */
export function groupSites(view: HeapView, { sites, siteOf }: Sites, by: SiteGrouping): SiteGroups {
  const { shallow } = view.columns.heap;
  const byKey = new Map<string, number>();
  const rows: { -readonly [K in keyof AllocationRow]: AllocationRow[K] }[] = [];
  const groupOf = Int32Array.from(sites, ({ frames, bytes, blocks }) => {
    const shown = framesBy(frames, by);
    const key = keyOf(shown);
    let group = byKey.get(key);
    if (group === undefined) {
      group = rows.length;
      byKey.set(key, group);
      rows.push({ site: group, frames: shown, bytes: 0, blocks: 0, objects: 0, objectBytes: 0 });
    }
    rows[group].bytes += bytes;
    rows[group].blocks += blocks;
    return group;
  });
  for (let object = 0; object < siteOf.length; object++) {
    if (siteOf[object] === NO_SITE) continue;
    const row = rows[groupOf[siteOf[object]]];
    row.objects++;
    row.objectBytes += numberAt(shallow, object);
  }
  return { rows, groupOf, byKey };
}

function framesBy(frames: readonly SiteFrame[], by: SiteGrouping): readonly SiteFrame[] {
  if (by === "traceback") return frames;
  const { file, line } = frames[0];
  return [{ file, line: by === "file" ? 0 : line }];
}

const keyOf = (frames: readonly SiteFrame[]): string => JSON.stringify(frames.map(({ file, line }) => [file, line]));

export interface AllocationQuery {
  readonly text: string;
  readonly sort: { readonly by: "bytes" | "blocks" | "objects" | "name"; readonly descending: boolean };
  readonly offset: number;
  readonly limit: number;
}

/** Time O(groups × log groups + n). */
export function allocationPage(
  view: HeapView,
  tracing: Tracing,
  found: { readonly sites: Sites; readonly groups: SiteGroups } | null,
  { text, sort, offset, limit }: AllocationQuery,
): AllocationPage {
  const { heap, typeBytes } = view.columns;
  const all = found?.groups.rows ?? [];
  const sum = (key: "bytes" | "blocks" | "objects" | "objectBytes") => all.reduce((total, row) => total + row[key], 0);
  const totals = {
    bytes: sum("bytes"),
    blocks: sum("blocks"),
    objects: sum("objects"),
    objectBytes: sum("objectBytes"),
  };
  const ofAll = typeBytes.reduce((total, bytes) => total + bytes, 0);
  const untraced = { objects: heap.objectCount - totals.objects, bytes: ofAll - totals.objectBytes };
  const rows = all.filter(({ frames }) => isLike(frames, text)).sort(orderBy(sort));
  return { total: rows.length, rows: rows.slice(offset, offset + limit), tracing, totals, untraced };
}

/** Whether a frame's `file:line` contains the text, ignoring case. */
export function isLike(frames: readonly SiteFrame[], text: string): boolean {
  const wanted = text.toLowerCase();
  return frames.some(({ file, line }) => `${file}:${line}`.toLowerCase().includes(wanted));
}

interface Framed {
  readonly frames: readonly SiteFrame[];
}

/** Equal ones by name, so that an order is always the same. */
export function orderBy<Row extends Framed>({
  by,
  descending,
}: {
  readonly by: "name" | keyof Row;
  readonly descending: boolean;
}): (a: Row, b: Row) => number {
  const sign = descending ? -1 : 1;
  const number = (row: Row): number => Number(row[by as keyof Row]);
  return (a, b) => (by === "name" ? sign * bySiteName(a, b) : sign * (number(a) - number(b)) || bySiteName(a, b));
}

export function bySiteName({ frames: a }: Framed, { frames: b }: Framed): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    if (a[i].file !== b[i].file) return a[i].file < b[i].file ? -1 : 1;
    if (a[i].line !== b[i].line) return a[i].line - b[i].line;
  }
  return a.length - b.length;
}

/** The objects of a group, increasing. Time O(n). */
export function objectsOfSite({ siteOf }: Sites, { groupOf }: SiteGroups, group: number): Int32Array {
  const found: number[] = [];
  for (let object = 0; object < siteOf.length; object++)
    if (siteOf[object] !== NO_SITE && groupOf[siteOf[object]] === group) found.push(asObjectId(object));
  return Int32Array.from(found);
}

/** Where one object was allocated. */
export function siteOfObject(
  tracing: Tracing,
  found: { readonly sites: Sites; readonly groups: SiteGroups } | null,
  object: number,
): ObjectSite {
  const site = found === null ? NO_SITE : found.sites.siteOf[object];
  if (found === null || site === NO_SITE) return { tracing: tracing.state, frames: [], site: null };
  return { tracing: tracing.state, frames: found.sites.sites[site].frames, site: found.groups.groupOf[site] };
}
