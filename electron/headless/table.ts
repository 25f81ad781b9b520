import { formatBytes, formatCount } from "../../shared/types/format.ts";
import { cutMiddle } from "../../shared/types/visible-text.ts";

/** One column of a table for people. */
export interface Column<Row> {
  readonly title: string;
  readonly align?: "right";
  /** Longer texts are cut in the middle. */
  readonly most?: number;
  text(row: Row): string;
}

/** A plain table with aligned columns. Names come from a dump, so they are made harmless for a terminal. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cells = [
    columns.map((column) => column.title),
    ...rows.map((row) => columns.map((column) => cutMiddle(printable(folded(column.text(row))), column.most ?? 60))),
  ];
  const widths = columns.map((_, i) => cells.reduce((most, line) => Math.max(most, line[i]?.length ?? 0), 0));
  return cells
    .map((line) =>
      line
        .map((cell, i) => (columns[i]?.align === "right" ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** `b'\x00\x00\x00\x00'` -> `b'\x00{4}'`: a byte that is there again and again is said once, with its number. */
const folded = (text: string): string =>
  text.replace(/(\\x[0-9a-f]{2})\1{3,}/g, (all: string, byte: string) => `${byte}{${all.length / byte.length}}`);

/** Control characters, line breaks and bidirectional overrides as escapes: a dump must not drive the terminal. */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`);

/** `1536` -> `1.5 KiB`, with a plain space for `grep` and `awk`; what is not known is `–`, never 0. */
export const bytes = (size: number | null): string =>
  size === null ? "–" : formatBytes(size).replaceAll("\u00a0", " ");

/** `+1.5 KiB`, `−3 B`, `0`. */
export const signed = (size: number): string => (size === 0 ? "0" : `${size < 0 ? "−" : "+"}${bytes(Math.abs(size))}`);

/** `79_200` -> `22 h`, `90` -> `90 s`: a time in one unit, as exact as a person needs it. */
export function span(seconds: number): string {
  const size = Math.abs(seconds);
  if (size < 120) return `${size < 10 ? Number(size.toFixed(1)) : Math.round(size)} s`;
  if (size < 120 * 60) return `${Math.round(size / 60)} min`;
  return size < 48 * 3600 ? `${Number((size / 3600).toFixed(1))} h` : `${Math.round(size / 86_400)} days`;
}

export const number = (value: number | null): string => (value === null ? "–" : formatCount(value));
