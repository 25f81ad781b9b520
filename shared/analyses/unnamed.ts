import type { Meta } from "../types/heap.ts";
import type { UnnamedReferences } from "../types/rows.ts";

const MOST_TYPES = 200;
const MOST_NAMED = 5;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isCounted = (row: unknown): row is [string, number] =>
  Array.isArray(row) && row.length === 2 && typeof row[0] === "string" && isCount(row[1]);

/** What the capture could not name; null where the file does not say it. */
export function unnamedReferences({ capture }: Meta): UnnamedReferences | null {
  const { unnamed } = capture;
  if (typeof unnamed !== "object" || unnamed === null || !("references" in unnamed) || !("types" in unnamed))
    return null;
  const { references, types } = unnamed;
  if (!isCount(references) || !Array.isArray(types) || !types.every(isCounted)) return null;
  return {
    references,
    types: types.slice(0, MOST_TYPES).map(([type, count]) => ({
      type: type.replace(/^builtins\./, ""),
      references: count,
    })),
  };
}

/** Of at least one, among `all` references. */
export function unnamedSentence({ references, types }: UnnamedReferences, all: number): string {
  const number = (count: number) => count.toLocaleString("en-US");
  const named = types.slice(0, MOST_NAMED).map((row) => `${number(row.references)} of ${row.type}`);
  const rest = types.length - named.length;
  const more = rest > 0 ? `, and those of ${number(rest)} more ${rest === 1 ? "type" : "types"}` : "";
  const share = all > 0 ? ` (${((100 * references) / all).toFixed(2)} %)` : "";
  return `${number(references)} of ${number(all)} references${share} have no name: ${named.join(", ")}${more}.`;
}
