import type { ExportFormat, ObjectRow } from "../types/rows.ts";
import { visible } from "../types/visible-text.ts";

/** Which rows of the whole list these are. */
export interface Place {
  readonly offset: number;
  readonly total: number;
}

/** An object, and what somebody has written about it. */
export interface ExportedRow extends ObjectRow {
  readonly note: string | null;
}

/**
 * Rows as a part of a file; all parts of a list, one after the other, are the file. Names in a dump are hostile: what
 * they hold is text in every format, also for a spreadsheet and for whoever renders the Markdown. Sizes in bytes; what
 * is not known is empty, or null. Time O(characters).
 */
export function exportedRows(rows: readonly ExportedRow[], format: ExportFormat, place: Place): string {
  switch (format) {
    case "csv":
      return csv(rows, place);
    case "json":
      return json(rows, place);
    case "markdown":
      return markdown(rows, place);
  }
}

const COLUMNS = ["id", "address", "type", "object", "own size", "keeps alive", "frees at once", "note"] as const;

const cells = (row: ExportedRow): readonly (string | number | null)[] => [
  row.id,
  row.address,
  row.type,
  row.label,
  row.shallowBytes,
  row.retainedBytes,
  row.releasedByRefcountBytes,
  row.note,
];

/** RFC 4180, in UTF-8; line ends within a text are written out. */
function csv(rows: readonly ExportedRow[], { offset }: Place): string {
  const lines = rows.map((row) => cells(row).map(csvCell).join(","));
  return [...(offset === 0 ? [COLUMNS.join(",")] : []), ...lines].map((line) => `${line}\r\n`).join("");
}

/** A spreadsheet takes a text that begins so for a formula, and runs it: the quote before it makes it a text. */
const LIKE_A_FORMULA = /^[\s'"]*[=+\-@]/;

function csvCell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const text = visible(value);
  return `"${(LIKE_A_FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}

/** One array; what can't be seen is escaped, which JSON can without a loss. */
function json(rows: readonly ExportedRow[], { offset, total }: Place): string {
  const first = offset === 0;
  const last = offset + rows.length >= total;
  const objects = rows.map((row, i) => `${first && i === 0 ? "\n" : ",\n"}${escaped(JSON.stringify(row))}`);
  return `${first ? "[" : ""}${objects.join("")}${last ? "\n]\n" : ""}`;
}

const escaped = (text: string): string =>
  text.replace(/[\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`,
    ).join(""),
  );

function markdown(rows: readonly ExportedRow[], { offset }: Place): string {
  const head = offset === 0 ? [`| ${COLUMNS.join(" | ")} |`, "|--:|---|---|---|--:|--:|--:|---|"] : [];
  const lines = rows.map((row) => `| ${cells(row).map(markdownCell).join(" | ")} |`);
  return [...head, ...lines].map((line) => `${line}\n`).join("");
}

const markdownCell = (value: string | number | null): string =>
  value === null ? "" : typeof value === "number" ? String(value) : inCode(value);

/** Code spans end at a run of backticks as long as their own; a bar would end the table's cell even inside one. */
function inCode(text: string): string {
  const safe = visible(text).replaceAll("|", "\\|");
  const longest = Math.max(0, ...[...safe.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const space = safe.startsWith("`") || safe.endsWith("`") ? " " : "";
  return `${fence}${space}${safe}${space}${fence}`;
}
