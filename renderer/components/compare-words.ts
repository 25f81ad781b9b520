import type { Comparison, GrowthRow, Page, SnapshotInfo } from "../../shared/session/contract.ts";
import { secondsToLimit } from "../../shared/types/rate.ts";
import type { Fate } from "../../shared/types/route.ts";
import { formatRate, formatSpan, signedBytes } from "./delta.ts";
import { formatBytes, formatCount, formatDate, plural } from "./format.ts";
import { pathName } from "./python-names.ts";
import { code, type Sentence, sentence } from "./sentence.ts";
import { shown } from "./visible-text.ts";

/** Below this share of the growth of the first holder, the others are not worth a word. */
const REST = 0.1;

/** The texts of the comparison of two dumps; part of `messages`. */
export const compareWords = {
  screen: "Compare",
  with: "Compare with",
  anotherFile: "A file…",
  chooseFile: "Choose a file…",
  withHint: "Two dumps side by side: what grew, what is new, what is gone",
  tab: (name: string, other: string) => `Compare ${shown(name, 40)} with ${shown(other, 40)}`,

  drop: {
    titleOfAll: (count: number): Sentence => sentence`${formatCount(count)} dumps are open now. Compare them?`,
    onlyOpen: "Only open them",
    withOther: (count: number, other: string): string => `Compare ${formatCount(count)}, with ${shown(other, 40)}`,
    inView: "in view",
    title: (name: string, other: string): Sentence =>
      sentence`Compare ${code(shown(name, 60))} with ${code(shown(other, 60))}, or only open it?`,
    earlier: "Earlier",
    later: "Later",
    compare: "Compare",
    compareAll: (count: number): string => `Compare all ${count}`,
    open: "Only open",
    cancel: "Stay here",
  },

  waiting: "Both dumps must be analysed before they can be compared.",
  ready: "Ready",
  comparing: "Comparing…",
  opening: "Opening the other dump…",
  same: "This link compares a dump with itself.",
  closed: (name: string): Sentence =>
    sentence`${code(shown(name, 60))} was closed, so there is nothing to compare with.`,
  reopen: "Open it again",
  missing: "The other dump of this comparison isn't open here.",
  missingLead: "Open its file, and the comparison is shown.",
  toTypes: "Show this dump alone",

  headline: (comparison: Comparison, { rows: [top, second], total }: Page<GrowthRow>): Sentence => {
    const change = comparison.after.bytes - comparison.before.bytes;
    const [before, after] = [comparison.before.garbageBytes, comparison.after.garbageBytes];
    const garbage = before === null || after === null ? 0 : after - before;
    if (garbage > 0 && garbage >= (top?.deltaRetainedBytes ?? 0.5 * Math.abs(change)))
      return sentence`Garbage waiting grew by ${formatBytes(garbage)}: objects in cycles that only the collector frees`;
    if (top === undefined) return nothingGrew(change);
    const by = formatBytes(top.deltaRetainedBytes);
    const less =
      change < 0 && top.deltaRetainedBytes < -change ? `Own sizes shrank by ${formatBytes(-change)}, though ` : "";
    const name = code(shown(pathName(top.path), 80));
    const start = top.isNew
      ? sentence`${less}${name} is new and keeps ${by} alive`
      : sentence`${less}${name} grew by ${by}`;
    const { objects, secondsBetween } = comparison;
    const rate =
      objects === null || secondsBetween === null ? null : formatRate(top.deltaRetainedBytes, secondsBetween);
    const rest =
      second !== undefined && second.deltaRetainedBytes >= REST * top.deltaRetainedBytes
        ? `; ${total === 2 ? "another holder" : `${formatCount(total - 1)} other holders`} grew too`
        : garbage >= REST * top.deltaRetainedBytes
          ? `; garbage waiting grew by ${formatBytes(garbage)}`
          : objects === null || change - top.deltaRetainedBytes > REST * top.deltaRetainedBytes
            ? ""
            : "; the rest is churn";
    return sentence`${start}${entries(top)}${rate === null ? "" : `, ${rate}`}${rest}`;
  },
  limit: ({ before, after, secondsBetween, objects }: Comparison): string | null => {
    if (objects === null) return null;
    const left = secondsToLimit(before.rssBytes, after.rssBytes, secondsBetween, after.limitBytes);
    if (left === null || after.limitBytes === null) return null;
    const limit = formatBytes(after.limitBytes);
    return left === 0
      ? `Its limit of ${limit} is reached.`
      : `At this rate it reaches its limit of ${limit} in about ${formatSpan(left)}.`;
  },
  copy: "Copy as Markdown",
  apart: ({ secondsBetween, objects }: Comparison, pid: number | null): string => {
    const apart = secondsBetween === null ? "" : `${formatSpan(Math.abs(secondsBetween))} apart`;
    const process =
      objects === null ? "different processes" : pid === null ? "one process" : `one process (pid ${pid})`;
    return apart === "" ? process : `${apart}, ${process}`;
  },
  churnHint: "Churn: objects that came and went, without a holder that keeps more of them",
  swap: "Swap",
  swapHint: "Put the other dump at the left",

  totals: "Totals",
  change: "Change",
  direction: { grew: "grew", shrank: "shrank", same: "same" },
  rows: { objects: "Objects", bytes: "Own sizes", garbageBytes: "Garbage waiting", rssBytes: "Resident memory" },
  garbageHint: "Of the own sizes: cycles that nothing holds any more and that wait for the collector",
  rssHint: "What the system counted for the whole process: Python's objects, its allocator, and everything else",

  fates: "What became of the objects",
  fate: { new: "New", gone: "Gone", "still-there": "Still there" } satisfies Record<Fate, string>,
  fateHint: {
    new: "Objects of the later dump that the earlier one has not",
    gone: "Objects of the earlier dump that the later one no longer has",
    "still-there": "Objects of both dumps",
  } satisfies Record<Fate, string>,
  how: ({ how, confidence }: Comparison["matching"]): string =>
    confidence === "likely" ? `Matched ${how}. How sure: likely, not certain.` : `Compared ${how}.`,
  unmatched:
    "Objects of different processes can't be told to be the same. Compared instead: the totals, types of one name, and holders that go by one name.",

  holders: "Holders that grew",
  holdersLead: "the deepest container that has the growth",
  least: (bytes: number) => `growth below ${formatBytes(bytes)} is left out`,
  leastHint: "As much comes and goes at any time: one request's body here, another's there",
  noHolders: (least: number) => `No holder keeps as much as ${formatBytes(least)} more alive than before.`,
  holder: "Holder",
  entries: "Entries",
  isNew: "new",
  isShared: "with others",
  sharedHint:
    "Others hold what grew as well, so no container keeps it alive alone: it goes when all of them let go of it",
  moreHolders: (count: number) => `Show ${formatCount(count)} more`,
  notAll: (shownRows: number, total: number) => `The first ${formatCount(shownRows)} of ${formatCount(total)}.`,
  openHolder: "Open this object",
  inEarlier: "The same in the earlier dump",

  types: "Types",
  keepNew: "Keep the new ones as a set",
  newOf: (filter: string): string =>
    filter === "" ? "New objects" : `New objects: ${shown(filter.replace(/^=/, ""), 80)}`,
  typesLabel: "Types of both dumps",
  columns: { count: "Objects +/−", shallow: "Own size +/−", retained: "Keeps alive +/−" },
  pairHint: "In the earlier dump → in the later one",
  ofTypeHint: "Open the new objects of this type",
} as const;

function nothingGrew(change: number): Sentence {
  if (change < 0) return sentence`Nothing grew: own sizes shrank by ${formatBytes(-change)}`;
  return change === 0 ? sentence`Nothing grew` : sentence`No holder grew noticeably: ${signedBytes(change)} in all`;
}

function entries({ entriesA, entriesB, isNew }: GrowthRow): string {
  if (entriesB === null || entriesA === entriesB) return "";
  if (isNew) return `, ${plural(entriesB, "entry", "entries")}`;
  return entriesA === null ? "" : `, ${formatCount(entriesA)} → ${plural(entriesB, "entry", "entries")}`;
}

/** What a dump is called where there is little room: its label and time say more than its file. */
export const dumpName = ({ name }: Pick<SnapshotInfo, "name">): string => name.replace(/\.pyheap$/, "");

interface Named extends Pick<SnapshotInfo, "name" | "folder" | "label" | "createdAt"> {
  /** What tells it apart in any case: the id. */
  readonly key: string;
}

export const named = (info: SnapshotInfo): Named => ({ ...info, key: info.capture });

/**
 * By key, what tells dumps apart whose files have one name: the end of the folder, else the label, else the time, else the
 * beginning of the key. Dumps with a name of their own are left out.
 */
export function distinctions(dumps: readonly Named[]): ReadonlyMap<string, string> {
  const told = new Map<string, string>();
  for (const dump of dumps) {
    const alike = dumps.filter((each) => dumpName(each) === dumpName(dump));
    if (alike.length < 2) continue;
    const tellsAll = DISTINCTIONS.find((of) => {
      const parts = alike.map(of);
      return !parts.includes("") && new Set(parts).size === parts.length;
    });
    told.set(dump.key, tellsAll?.(dump) ?? "");
  }
  return told;
}

const endOf = (folder: string | null, parts: number): string => (folder ?? "").split(/[\\/]/).slice(-parts).join("/");
const DISTINCTIONS: readonly ((dump: Named) => string)[] = [
  ({ folder }) => endOf(folder, 1),
  ({ folder }) => endOf(folder, 2),
  ({ folder }) => folder ?? "",
  ({ label }) => label ?? "",
  ({ createdAt }) => (createdAt === null ? "" : formatDate(createdAt)),
  ({ createdAt }) => createdAt ?? "",
  ({ key }) => key.slice(0, 8),
];

/** What all names begin with, up to the end of a word: of these letters a narrow tab can do without. `shop-` of `shop-mon`, `shop-tue`. */
export function commonStart(names: readonly string[]): string {
  const [first = "", ...others] = new Set(names);
  if (others.length === 0) return "";
  let length = 0;
  while (length < first.length && others.every((name) => name[length] === first[length])) length++;
  return /^.*[-_. ]/su.exec(first.slice(0, length))?.[0] ?? "";
}

/** `monday, 22 Nov 2026, 15:55`. */
export const dumpDetails = ({ label, createdAt }: Pick<SnapshotInfo, "label" | "createdAt">): string =>
  [label === null || label === "" ? null : shown(label, 40), createdAt === null ? null : formatDate(createdAt)]
    .filter((text) => text !== null)
    .join(", ");
