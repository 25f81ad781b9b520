import { numberAt } from "../types/compact.ts";
import { NONE, type Tick } from "../types/graph.ts";
import type { ObjectSiteRow } from "../types/site-rows.ts";
import { NO_SITE, type Sites } from "../types/sites.ts";
import type { SiteGroups } from "./allocations.ts";
import { keptByGroup } from "./kept-by-group.ts";
import type { HeapView } from "./view.ts";

/** Objects by the place that allocated them. */
export interface ObjectSites {
  /** Each place that allocated one of them. */
  readonly rows: readonly ObjectSiteRow[];
  /** Those without a place. */
  readonly untraced: { readonly objects: number; readonly bytes: number };
}

/** `found`: null where no place is known. Time O(n), memory 4n bytes of scratch. */
export function objectSites(
  view: HeapView,
  found: { readonly sites: Sites; readonly groups: SiteGroups } | null,
  objects: Int32Array,
  tick: Tick,
): ObjectSites {
  const { shallow } = view.columns.heap;
  if (found === null) {
    const bytes = objects.reduce((sum, object) => sum + numberAt(shallow, object), 0);
    return { rows: [], untraced: { objects: objects.length, bytes } };
  }
  const { groups } = found;
  const { siteOf } = found.sites;
  const count = new Float64Array(groups.rows.length);
  const bytes = new Float64Array(groups.rows.length);
  const untraced = { objects: 0, bytes: 0 };
  const groupOf = new Int32Array(siteOf.length).fill(NONE);
  for (const object of objects) {
    const site = siteOf[object];
    if (site === NO_SITE) {
      untraced.objects++;
      untraced.bytes += numberAt(shallow, object);
      continue;
    }
    const group = groups.groupOf[site];
    groupOf[object] = group;
    count[group]++;
    bytes[group] += numberAt(shallow, object);
  }
  const kept = keptByGroup(view, groups.rows.length, (object) => groupOf[object], tick);
  const rows = groups.rows
    .filter(({ site }) => count[site] > 0)
    .map(
      ({ site, frames }): ObjectSiteRow => ({
        site,
        frames,
        count: count[site],
        shallowBytes: bytes[site],
        retainedBytes: kept === null ? null : kept[site],
      }),
    );
  return { rows, untraced };
}
