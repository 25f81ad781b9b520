import type { ObjectSitePage, SpreadRow } from "../../shared/session/contract.ts";
import { wrongCondition } from "../../shared/types/type-conditions.ts";
import { formatBytes, formatCount, plural } from "./format.ts";
import { type Sentence, sentence } from "./sentence.ts";
import { shown } from "./visible-text.ts";

/** The texts of the types' filter and groups; part of `messages`. */
export const typeWords = {
  filter: "Filter: Request count>1000",
  syntax:
    "Words that the name contains, and conditions, all of which must hold: count>1000, size>=64KB (own size of all), average<1KB, keeps>10MB, module:shop, name:Request, is:mine, is:library",
  wrongFilter: (filter: string): string => {
    const wrong = wrongCondition(filter);
    return wrong === null ? "" : `${shown(wrong)}.`;
  },
  whose: "Whose code",
  all: "All",
  mine: "Mine",
  mineHint: "Types of modules that are neither Python's own nor installed packages, by the modules' files",
  libraries: "Libraries",
  librariesHint: "Python's own types, and those of installed packages",
  select: (type: string): string => `Select ${shown(type, 80)}`,
  selected: (types: number, objects: number): string =>
    `${plural(types, "type")} selected, ${plural(objects, "object")}`,
  selectAll: (types: number): string => `Select all ${formatCount(types)}`,
  selectHint: "The space bar selects the current row",
  selectNone: "Select none",
  openSelected: "Their objects",
  choose: "Selected",
  bySize: "By size",
  bySizeHint: "Objects by their own size, in the size classes of Python's allocator",
  byGeneration: "By generation",
  byGenerationHint: "Objects by the collector's generation that they are in",
  sizes: "Own sizes",
  inAll: "In all",
  figures: {
    median: "median size",
    medianHint: "Half of the objects are no larger than this",
    p90: "90 % up to",
    p99: "99 % up to",
    shareHint: (percent: number): string => `${percent} % of the objects are no larger than this`,
    largest: "largest",
    largestHint: "The own size of the largest; the link leads to it",
  },
  generations: "Generations",
  byLine: "By line",
  byLineHint: "Objects by the line of code that allocated them, where tracemalloc traced",
  untraced: ({ total, untraced }: ObjectSitePage): string =>
    `${plural(total, "line")}; ${plural(untraced.objects, "object")} (${formatBytes(untraced.bytes)}) without one`,
  sizesOf: (rows: readonly SpreadRow[]): string => {
    const [first, last] = [rows[0], rows.at(-1)];
    const most = rows.reduce((most, row) => (row.objects > most.objects ? row : most));
    if (first === undefined || last === undefined) return "";
    return `${formatBytes(first.from)} to ${formatBytes(last.to)}, most of them ${typeWords.classOf("size", most.from, most.to)}`;
  },
  classOf: (by: "size" | "generation", from: number, to: number): string =>
    by === "generation"
      ? from < 0
        ? "in none: not looked at by the collector"
        : `generation ${from}`
      : from === to || from === 1
        ? formatBytes(to)
        : `${formatBytes(from)} to ${formatBytes(to)}`,
  within: ({
    by,
    from,
    to,
    type,
  }: {
    by: "size" | "generation";
    from: number;
    to: number;
    type: number | null;
  }): Sentence =>
    sentence`Objects${type === null ? "" : " of one type"} ${by === "size" ? "of" : from < 0 ? "" : "of"} ${typeWords.classOf(by, from, to)}`,
  group: "Group",
  byType: "By type",
  byModule: "By module",
  byModuleHint: "A row opens the types of its module",
  modulesLabel: "Modules",
  types: "Types",
  ofOwnCode: "mine",
} as const;

/** A table of how some objects are spread. */
export interface SpreadLines {
  readonly label: string;
  /** Of the column that names the classes. */
  readonly title: string;
  readonly rows: readonly {
    readonly name: string;
    readonly href: string;
    readonly objects: number;
    readonly bytes: number;
  }[];
}

/** Sizes or generations as such a table; `hrefOf` a class: its objects. */
export const spreadLines = <By extends "size" | "generation">(
  rows: readonly SpreadRow[],
  by: By,
  hrefOf: (source: { kind: "within"; by: By; from: number; to: number }) => string,
): SpreadLines => ({
  label: by === "size" ? typeWords.sizes : typeWords.generations,
  title: by === "size" ? "Own size" : typeWords.generations,
  rows: rows.map(({ from, to, objects, shallowBytes }) => ({
    name: typeWords.classOf(by, from, to),
    href: hrefOf({ kind: "within", by, from, to }),
    objects,
    bytes: shallowBytes,
  })),
});

export type Whose = "mine" | "library" | null;

/** `size>1k is:mine` -> `mine`. */
export const whoseIn = (filter: string): Whose =>
  /(?:^|\s)is:mine(?=\s|$)/i.test(filter) ? "mine" : /(?:^|\s)is:library(?=\s|$)/i.test(filter) ? "library" : null;

/** The same filter about other code. */
export const withWhose = (filter: string, whose: Whose): string =>
  [
    ...filter.split(/\s+/).filter((word) => word !== "" && !/^is:(mine|library)$/i.test(word)),
    ...(whose === null ? [] : [`is:${whose}`]),
  ].join(" ");

/** The same filter within a module. */
export const withModule = (filter: string, module: string): string =>
  [...filter.split(/\s+/).filter((word) => word !== "" && !/^module:/i.test(word)), `module:${module}`].join(" ");
