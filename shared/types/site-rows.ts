import type { Bytes } from "./ids.ts";
import type { Page } from "./rows.ts";
import type { SiteFrame, TracingState } from "./sites.ts";

/* What is listed of where memory was allocated. */

export interface Tracing {
  readonly state: TracingState;
  /** Frames that are kept of a traceback; null where that is not known. */
  readonly frames: number | null;
  /** What Python counted as traced when the dump began, and what tracing itself took. */
  readonly tracedBytes: Bytes | null;
  readonly ownBytes: Bytes | null;
}

export interface AllocationRow {
  /** Names the group in this dump and this grouping; for the source `site`. */
  readonly site: number;
  readonly frames: readonly SiteFrame[];
  /** Traced blocks in use. */
  readonly bytes: Bytes;
  readonly blocks: number;
  /** Objects of this dump that were allocated there, by their own sizes. */
  readonly objects: number;
  readonly objectBytes: Bytes;
}

export interface AllocationPage extends Page<AllocationRow> {
  readonly tracing: Tracing;
  /** Of all places, whatever is listed. */
  readonly totals: Omit<AllocationRow, "site" | "frames">;
  /** Objects without a place: made before tracing began, or not traced. */
  readonly untraced: { readonly objects: number; readonly bytes: Bytes };
}

/** Objects of a list that one place allocated. */
export interface ObjectSiteRow {
  /** As in `AllocationRow`. */
  readonly site: number;
  readonly frames: readonly SiteFrame[];
  readonly count: number;
  readonly shallowBytes: Bytes;
  /** What these objects keep alive, each byte once; null until that is known. */
  readonly retainedBytes: Bytes | null;
}

export interface ObjectSitePage extends Page<ObjectSiteRow> {
  readonly tracing: Tracing;
  /** Objects of the list without a place. */
  readonly untraced: { readonly objects: number; readonly bytes: Bytes };
}

/** A place in two dumps, the earlier one first. */
export interface CompareAllocationRow {
  readonly frames: readonly SiteFrame[];
  readonly before: { readonly bytes: Bytes; readonly blocks: number };
  readonly after: { readonly bytes: Bytes; readonly blocks: number };
  readonly deltaBytes: Bytes;
  readonly deltaBlocks: number;
  /** In the later dump, for the source `site`; null where it has no such place. */
  readonly site: number | null;
}

export interface CompareAllocationPage extends Page<CompareAllocationRow> {
  readonly before: Tracing;
  readonly after: Tracing;
  /** Of all places, whatever is listed; null where one of the dumps was not traced. */
  readonly deltaBytes: Bytes | null;
}
