import type {
  AllocationPage,
  AllocationRow,
  CompareAllocationPage,
  ObjectSitePage,
  ObjectSiteRow,
  SiteFrame,
  SiteGrouping,
} from "../../shared/session/contract.ts";
import { signedBytes } from "./delta.ts";
import { formatBytes, formatCount, formatShare, plural } from "./format.ts";
import { shortFile } from "./python-names.ts";
import { code, type Sentence, sentence } from "./sentence.ts";
import type { SpreadLines } from "./type-words.ts";
import { shown } from "./visible-text.ts";

/** The texts of where memory was allocated; part of `messages`. */
export const siteWords = {
  screen: "Where allocated",
  hint: "Lines of code that allocated memory which is still in use, as tracemalloc knows them",
  label: "Places that allocated memory",
  asking: "Looking for places…",
  none: "No place matches.",
  filter: "Filter by file or line",
  group: "Group by",
  groups: { line: "Line", file: "File", traceback: "Traceback" } satisfies Record<SiteGrouping, string>,
  groupHints: {
    line: "The line that allocated",
    file: "The file of the line that allocated",
    traceback: "The line that allocated and those that called it, as many as tracemalloc kept",
  } satisfies Record<SiteGrouping, string>,
  columns: {
    place: "Allocated at",
    bytes: "Traced",
    blocks: "Blocks",
    objects: "Objects",
    objectBytes: "Their own size",
    deltaBytes: "Traced +/−",
    deltaBlocks: "Blocks +/−",
  },
  hints: {
    bytes:
      "Memory in use that was allocated there, objects or not: a list's items and an instance's values are blocks of their own",
    objects: "Objects of this dump that were allocated there",
    objectBytes: "Own sizes of these objects",
  },
  headline: ({ tracing, totals, rows: [top], total }: AllocationPage, grouping: SiteGrouping): Sentence => {
    switch (tracing.state) {
      case "off":
        return sentence`Where memory was allocated is not known: tracing was off`;
      case "old-file":
        return sentence`Where memory was allocated is not known: this dump's capture did not record it`;
      case "private":
        return sentence`Where memory was allocated is left out: at privacy ${code("none")} no file is named`;
      case "on":
        if (top === undefined || total === 0) return sentence`No traced memory is in use`;
        return sentence`${code(shown(siteWords.short(top.frames, grouping), 80))} allocated ${formatBytes(top.bytes)} of the ${formatBytes(totals.bytes)} that was traced, ${formatShare(top.bytes, totals.bytes)}`;
    }
  },
  lead: ({ totals, untraced }: AllocationPage): string =>
    `${plural(totals.objects, "object")} (${formatBytes(totals.objectBytes)}) with a place; ${plural(untraced.objects, "object")} (${formatBytes(untraced.bytes)}) without one: made before tracing began, or not by Python's allocator.`,
  oneFrame:
    "Only the innermost frame of each traceback was kept. tracemalloc.start(10) keeps ten, which tells who called.",
  turnOn: "Turn it on with one of these, then take the dump with --fork:",
  ways: [
    { title: "For a program that you start", line: "python3 -X tracemalloc=10 app.py" },
    { title: "In a service's environment", line: "PYTHONTRACEMALLOC=10" },
    { title: "In the program, as early as possible", line: "import tracemalloc; tracemalloc.start(10)" },
  ],
  cost: "Tracing makes allocation slower and takes memory of its own; what was allocated before it began has no place.",
  again: "Take the dump again with the pyheap_dump.py of this version.",
  lessPrivate: "Where it is allowed, take the dump with --privacy names.",
  copy: (line: string) => `Copy ${line}`,
  /** `models.py:41`, a file alone for those that are put together. */
  short: ([frame]: readonly SiteFrame[], by: SiteGrouping): string =>
    frame === undefined ? "" : by === "file" ? shortFile(frame.file) : siteWords.frame(frame),
  frame: ({ file, line }: SiteFrame): string => (line === 0 ? shortFile(file) : `${shortFile(file)}:${line}`),
  whole: ({ file, line }: SiteFrame): string => (line === 0 ? file : `${file}:${line}`),
  /** The innermost first. */
  traceback: ({ frames }: Pick<AllocationRow, "frames">): string => frames.map(siteWords.whole).join("\n← "),
  calledFrom: "called from",
  more: (count: number) => `+${count} more`,
  allocatedAt: "Allocated at",
  placesOf: ({ rows: [top], total, untraced }: ObjectSitePage): string => {
    if (top === undefined) return "";
    const most = `${siteWords.short(top.frames, "line")}, ${plural(top.count, "object")}`;
    const others = [
      total > 1 ? plural(total - 1, "other line") : null,
      untraced.objects > 0 ? `${formatCount(untraced.objects)} without a place` : null,
    ].filter((part) => part !== null);
    return others.length === 0 ? most : `${most}; ${others.join(", ")}`;
  },
  allAt: "All objects allocated there",
  at: ({ frames, count, shallowBytes, retainedBytes }: ObjectSiteRow, by: SiteGrouping): Sentence => {
    const start = sentence`${plural(count, "object")} allocated ${by === "file" ? "in" : "at"} ${code(shown(siteWords.short(frames, by), 80))} ${count === 1 ? "uses" : "use"} ${formatBytes(shallowBytes)}`;
    return retainedBytes === null
      ? start
      : sentence`${start} and ${count === 1 ? "keeps" : "keep"} ${formatBytes(retainedBytes)} alive`;
  },
  source: (by: SiteGrouping): Sentence =>
    sentence`Objects that one ${{ line: "line", file: "file", traceback: "traceback" }[by]} allocated`,
  compare: {
    title: "Where allocated",
    grew: ({ deltaBytes, rows: [top] }: CompareAllocationPage): string =>
      deltaBytes === null
        ? ""
        : `Traced memory ${signedBytes(deltaBytes)}${top !== undefined && top.deltaBytes > 0 ? `; most at ${siteWords.short(top.frames, "line")}, ${signedBytes(top.deltaBytes)}` : ""}`,
    one: "Only one of the two dumps was traced, so places can't be compared.",
    none: "No place has more or less memory in use.",
  },
} as const;

/** Lines as a table of how objects are spread; `hrefOf` a line: its objects. */
export const siteLines = (
  rows: readonly ObjectSiteRow[],
  hrefOf: (source: { kind: "site"; by: "line"; site: number }) => string,
): SpreadLines => ({
  label: siteWords.allocatedAt,
  title: siteWords.columns.place,
  rows: rows.map(({ site, frames, count, shallowBytes }) => ({
    name: siteWords.short(frames, "line"),
    href: hrefOf({ kind: "site", by: "line", site }),
    objects: count,
    bytes: shallowBytes,
  })),
});
