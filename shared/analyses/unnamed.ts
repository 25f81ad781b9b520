import * as v from "valibot";
import type { Meta } from "../types/heap.ts";
import type { UnnamedReferences } from "../types/rows.ts";

const MOST_TYPES = 200;
const MOST_NAMED = 5;

const isCount = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const UNNAMED = v.object({ references: isCount, types: v.array(v.tuple([v.string(), isCount])) });

/** What the capture could not name; null where the file does not say it. */
export function unnamedReferences({ capture }: Meta): UnnamedReferences | null {
  const parsed = v.safeParse(UNNAMED, capture.unnamed);
  if (!parsed.success) return null;
  const { references, types } = parsed.output;
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
