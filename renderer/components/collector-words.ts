import type { CollectorInfo } from "../../shared/session/contract.ts";

const FLAGS: readonly (readonly [number, string, string])[] = [
  [1, "DEBUG_STATS", "prints statistics of each run"],
  [2, "DEBUG_COLLECTABLE", "prints what it frees"],
  [4, "DEBUG_UNCOLLECTABLE", "prints what it can't free"],
  [32, "DEBUG_SAVEALL", "keeps in gc.garbage all that it would free, so memory only grows"],
];
const LEAK = 38;

/** `gc.get_debug()` in words: `38` -> `DEBUG_LEAK: prints what it frees; …`. */
export function debugWords(debug: number | null): string {
  if (debug === null) return "not known";
  if (debug === 0) return "none";
  const set = FLAGS.filter(([bit]) => (debug & bit) !== 0);
  const unknown = FLAGS.reduce((left, [bit]) => left & ~bit, debug);
  const leak = (debug & LEAK) === LEAK;
  const names = [
    ...(leak ? ["DEBUG_LEAK"] : []),
    ...set.filter(([bit]) => !leak || (bit & LEAK) === 0).map(([, name]) => name),
    ...(unknown === 0 ? [] : [`0x${(unknown >>> 0).toString(16)}`]),
  ];
  const meanings = set.map(([, , meaning]) => meaning);
  return meanings.length === 0 ? names.join(", ") : `${names.join(", ")}: ${meanings.join("; ")}`;
}

/** How the collector of that exact release works. */
export function designWords(design: CollectorInfo["design"]): string {
  switch (design) {
    case "generational":
      return "Three generations. A new object is in 0 and moves up each time it survives a run.";
    case "incremental":
      return "Incremental: a young generation, and an old one that is looked through a piece at a time. As in 3.14.0 to 3.14.4.";
    case "free-threaded":
      return "Free-threaded: one generation, all of it looked through at each run, while the threads stand still.";
    case null:
      return "The dump does not say how this Python's collector works.";
  }
}

export interface GenerationRow {
  readonly name: string;
  readonly objects: number | null;
  readonly count: number | null;
  readonly threshold: number | null;
  readonly runs: number | null;
  readonly freed: number | null;
  readonly uncollectable: number | null;
}

const NAMES: Readonly<Record<NonNullable<CollectorInfo["design"]>, readonly string[]>> = {
  generational: ["0", "1", "2"],
  incremental: ["young", "pieces of old", "old"],
  "free-threaded": ["all", "", ""],
};

/** The collector's numbers by generation, youngest first; as many rows as there is something to say about. */
export function generationRows(collector: CollectorInfo): readonly GenerationRow[] {
  const { design, generations, counts, thresholds, stats } = collector;
  const rows = Math.max(counts.length, thresholds.length, stats.length);
  const all = Array.from({ length: rows }, (_, at): GenerationRow => {
    const stat = stats[at];
    return {
      name: NAMES[design ?? "generational"][at] || String(at),
      objects: generations[at] ?? null,
      count: counts[at] ?? null,
      threshold: thresholds[at] ?? null,
      runs: stat?.collections ?? null,
      freed: stat?.collected ?? null,
      uncollectable: stat?.uncollectable ?? null,
    };
  });
  return all;
}
