import type { Bytes } from "./ids.ts";

/* Where memory was allocated, as `tracemalloc` knows it. */

/** In `Sites.siteOf`: the object was not traced. */
export const NO_SITE = -1;

export interface SiteFrame {
  readonly file: string;
  /** 0 where it is not known. */
  readonly line: number;
}

/** A place that allocated something that is still in use. */
export interface SiteInfo {
  /** The innermost first; as many as were kept when the memory was allocated. */
  readonly frames: readonly SiteFrame[];
  /** All blocks in use that it allocated, objects or not. */
  readonly bytes: Bytes;
  readonly blocks: number;
}

/** The tables of a dump about it. */
export interface Sites {
  readonly sites: readonly SiteInfo[];
  /** By object: index into `sites`, or `NO_SITE`. */
  readonly siteOf: Int32Array;
  /** Objects whose place is in a damaged page. */
  readonly lost: number;
}

/** How places are put together: by the line that allocated, by its file, or by all frames. */
export const SITE_GROUPINGS = ["line", "file", "traceback"] as const;
export type SiteGrouping = (typeof SITE_GROUPINGS)[number];

/** What the dump says of places: `old-file`: a capture that did not record them; `private`: left out for privacy. */
export type TracingState = "on" | "off" | "private" | "old-file";

/** Where one object was allocated; `frames` empty: not known, and `tracing` says why. */
export interface ObjectSite {
  readonly tracing: TracingState;
  readonly frames: readonly SiteFrame[];
  /** The place, by line; for the source `site`. Null where it is not known. */
  readonly site: number | null;
}
