import { groupSites, type SiteGroups, tracingOf } from "../analyses/allocations.ts";
import type { TracedDump } from "../analyses/compare-allocations.ts";
import type { HeapView } from "../analyses/view.ts";
import type { DumpFile } from "../store/open-file.ts";
import { readSites } from "../store/sites.ts";
import type { Meta } from "../types/heap.ts";
import type { Tracing } from "../types/site-rows.ts";
import type { SiteGrouping, Sites } from "../types/sites.ts";
import { rememberRecent } from "./recent-values.ts";

/** What a dump says of where memory was allocated: read when it is first asked for, and put together for each grouping. */
export class DumpSites {
  readonly #file: DumpFile;
  readonly #groups = rememberRecent<SiteGroups>(3);
  /** Undefined before it was read. */
  #sites: Sites | null | undefined;

  constructor(file: DumpFile) {
    this.#file = file;
  }

  read(view: HeapView): Sites | null {
    if (this.#sites === undefined) this.#sites = readSites(this.#file, view.columns.heap.objectCount);
    return this.#sites;
  }

  tracing(view: HeapView, meta: Meta): Tracing {
    return tracingOf(meta, this.read(view), this.#file.tables.has("site"));
  }

  /** Null where nothing is known. */
  grouped(view: HeapView, by: SiteGrouping): { readonly sites: Sites; readonly groups: SiteGroups } | null {
    const sites = this.read(view);
    return sites === null ? null : { sites, groups: this.#groups.get(by, () => groupSites(view, sites, by)) };
  }

  traced(view: HeapView, meta: Meta, by: SiteGrouping): TracedDump {
    return { tracing: this.tracing(view, meta), groups: this.grouped(view, by)?.groups ?? null };
  }
}
