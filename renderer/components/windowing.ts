/**
 * The arithmetic of long lists. Chromium caps the height of an element (33,554,428 px measured), so a list of millions
 * of rows gets a scrollbar of at most `TALLEST` pixels that stands for its full height; wheel and keys still move by
 * exact pixels and rows. `top` is always in pixels of the full list.
 */

export const ROW = 24;
/** Far below the cap, and fine enough that the scrollbar can reach each screen of a 50 M row list. */
export const TALLEST = 12_000_000;

export interface Extent {
  readonly rows: number;
  /** Pixels of the list that can be seen at once. */
  readonly viewport: number;
}

/** Height of the element that makes the scrollbar. */
export const scrollHeight = ({ rows }: Extent): number => Math.min(rows * ROW, TALLEST);

export const isScaled = ({ rows }: Extent): boolean => rows * ROW > TALLEST;

export const largestTop = ({ rows, viewport }: Extent): number => Math.max(0, rows * ROW - viewport);

export const clampTop = (extent: Extent, top: number): number => Math.min(Math.max(0, top), largestTop(extent));

/** Where the list stands when the scrollbar stands at `scrollTop`. */
export function topAt(extent: Extent, scrollTop: number): number {
  if (!isScaled(extent)) return clampTop(extent, scrollTop);
  const travel = scrollHeight(extent) - extent.viewport;
  return travel <= 0 ? 0 : clampTop(extent, (scrollTop / travel) * largestTop(extent));
}

/** The inverse of `topAt`. */
export function scrollTopAt(extent: Extent, top: number): number {
  const clamped = clampTop(extent, top);
  if (!isScaled(extent)) return clamped;
  return (clamped / largestTop(extent)) * (scrollHeight(extent) - extent.viewport);
}

/** The rows that can be seen, the last one excluded, and how far the first is pushed out at the upper edge. */
export function visibleRows(extent: Extent, top: number): { first: number; end: number; shift: number } {
  const from = clampTop(extent, top);
  const first = Math.floor(from / ROW);
  const end = Math.min(extent.rows, Math.ceil((from + extent.viewport) / ROW));
  return { first, end, shift: first * ROW - from };
}

/** The nearest `top` at which the row can be seen whole. */
export function reveal(extent: Extent, top: number, row: number): number {
  if (row * ROW < top) return clampTop(extent, row * ROW);
  if ((row + 1) * ROW > top + extent.viewport) return clampTop(extent, (row + 1) * ROW - extent.viewport);
  return clampTop(extent, top);
}

/** The row that a key leads to; null for keys that do not move. */
export function rowForKey(extent: Extent, row: number, key: string): number | null {
  const page = Math.max(1, Math.floor(extent.viewport / ROW) - 1);
  const last = extent.rows - 1;
  const moves: Record<string, number> = {
    ArrowDown: row + 1,
    ArrowUp: row - 1,
    PageDown: row + page,
    PageUp: row - page,
    Home: 0,
    End: last,
  };
  const target = moves[key];
  return target === undefined || last < 0 ? null : Math.min(Math.max(0, target), last);
}
