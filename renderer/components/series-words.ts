import type { Series, SeriesHolder, SnapshotInfo, Trend } from "../../shared/session/contract.ts";
import { dumpName } from "./compare-words.ts";
import { formatRate, formatSpan } from "./delta.ts";
import { formatBytes, formatCount, plural } from "./format.ts";
import { pathName } from "./python-names.ts";
import { code, type Sentence, sentence } from "./sentence.ts";
import { shown } from "./visible-text.ts";

const arrows = (values: readonly (number | null)[], text: (value: number) => string): string =>
  values.map((value) => (value === null ? "–" : text(value))).join(" → ");

/** The texts of a row of dumps; part of `messages`. */
export const seriesWords = {
  title: (count: number): string => `Compare ${count} dumps`,
  add: (name: string): string => `Add ${shown(name, 40)} to this comparison`,
  noHolders: "No holder keeps noticeably more alive than before.",
  comparing: "Comparing…",
  waiting: "All dumps must be analysed before they can be compared.",
  missing: "A dump of this comparison isn't open here. Open its file, and the comparison is shown.",
  twice: "This link names a dump twice.",

  headline: ({ holders: [top], secondsBetween, matching }: Series): Sentence => {
    if (top === undefined) return sentence`No holder grew noticeably from dump to dump`;
    const name = code(shown(pathName(top.path), 80));
    const sizes = arrows(top.retained, formatBytes);
    if (top.trend === "no-longer") return sentence`${name} no longer grows: ${sizes}`;
    // From one process to another nothing grows at a rate.
    const isOne = matching.confidence !== "none";
    const last = isOne ? (secondsBetween.at(-1) ?? null) : null;
    const seconds = isOne && secondsBetween.every((each) => each !== null) ? sum(secondsBetween) : null;
    if (top.trend === "every-step") {
      const rate = formatRate(top.deltaRetainedBytes, seconds);
      return sentence`${name} grew in every step: ${sizes}${rate === null ? "" : `, ${rate}`}`;
    }
    const grew = (top.retained.at(-1) ?? 0) - (top.retained.at(-2) ?? 0);
    const rate = formatRate(grew, last);
    return sentence`${name} grew by ${formatBytes(grew)} in the last step${rate === null ? "" : `, ${rate}`}`;
  },
  apart: ({ secondsBetween, matching }: Series): string => {
    const spans = secondsBetween.map((each) => (each === null ? "–" : formatSpan(Math.abs(each))));
    return `${spans.join(", then ")} apart, ${matching.confidence === "none" ? "not all of one process" : "one process"}`;
  },
  trend: {
    "every-step": "grew in every step",
    lately: "grew in the last step",
    "no-longer": "no longer grows",
  } satisfies Record<Trend, string>,
  holders: "Holders that grew",
  trendTitle: "Trend",
  entries: ({ entries }: SeriesHolder): string => `${arrows(entries, formatCount)} entries`,
  kept: "New, and still there",
  keptLead: ({ kept }: Series, [first, second, third]: readonly SnapshotInfo[]): Sentence | null =>
    kept === null || first === undefined || second === undefined || third === undefined
      ? null
      : sentence`Of ${plural(kept.new.objects, "object")} (${formatBytes(kept.new.bytes)}) that ${code(shown(dumpName(second), 40))} has and ${code(shown(dumpName(first), 40))} had not, ${formatCount(kept.stillThere.objects)} (${formatBytes(kept.stillThere.bytes)}) are still there in ${code(shown(dumpName(third), 40))}. The rest came and went.`,
  newOnes: "New",
  stillThere: "Still there",
  copy: "Copy as Markdown",
  pair: "Only this step",
} as const;

const sum = (values: readonly (number | null)[]): number =>
  values.reduce<number>((total, value) => total + (value ?? 0), 0);
