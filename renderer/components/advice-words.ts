import type { Advice, Confidence, Suspect, SuspectKind } from "../../shared/session/contract.ts";
import { formatCount } from "./format.ts";
import { type Sentence, sentence } from "./sentence.ts";

const KINDS: Record<SuspectKind, string> = {
  accumulation: "accumulation",
  cache: "cache",
  garbage: "garbage waiting",
  "back-references": "reference cycles",
  exceptions: "kept exceptions",
  suspended: "suspended code",
  listeners: "listeners",
  "held-outside": "held from outside Python",
  "small-objects": "many small objects",
  waste: "wasted space",
  "outside-python": "outside Python's objects",
  views: "views of large buffers",
};

const OTHER_PROCESS =
  "The earlier dump is of another process: holders are matched by name, and growth makes nothing surer.";

/** The texts of the advisor; part of `messages`. */
export const adviceWords = {
  screen: "Advisor",
  hint: "What is wrong with this heap, how sure that is, and how to fix it",
  waiting: "The advisor looks at the heap once the reference cycles are found.",
  waitingForBoth: "The advisor looks at both dumps once they are analysed.",
  earlier: "With an earlier dump:",
  earlierHint: "Two dumps of one process show what grew, and what only looks as if it did",
  alone: "none",
  earlierFile: "A file…",
  looking: "Looking for what is wrong…",
  stop: "Stop",
  stopped: "Stopped before the advisor was done.",
  again: "Look again",

  headline: ({ suspects }: Advice): Sentence => {
    const [first] = suspects;
    if (first === undefined) return sentence`Nothing suspicious was found in this heap`;
    if (first.confidence === "possible")
      return sentence`Nothing is clearly wrong with this heap; ${suspects.length === 1 ? "one thing is" : `${formatCount(suspects.length)} things are`} worth a look`;
    return first.parts;
  },
  lead: ({ suspects, earlier }: Advice): string => {
    const sure = suspects.filter(({ confidence }) => confidence !== "possible").length;
    if (earlier !== null && !earlier.sameProcess) return OTHER_PROCESS;
    if (suspects.length === 0) return "What it would take to know more stands below.";
    if (suspects.length === 1) return `1 finding, which is ${suspects[0].confidence}.`;
    const found = `${formatCount(suspects.length)} findings`;
    if (sure === 0) return `${found}, all of them possible; most important first, by bytes.`;
    const which = sure === suspects.length ? "all" : formatCount(sure);
    return `${found}, ${which} of them likely or certain; most important first, by bytes and by how sure.`;
  },
  list: "Findings",
  kind: (kind: SuspectKind): string => KINDS[kind],
  confidence: {
    certain: "certain",
    likely: "likely",
    possible: "possible",
  } satisfies Record<Confidence, string>,
  confidenceHints: {
    certain: "The dump shows it",
    likely: "It looks like this, and healthy programs seldom do",
    possible: "Healthy programs look like this too",
  } satisfies Record<Confidence, string>,
  why: "Why it matters",
  fix: "How to fix it",
  copySnippet: "Copy these lines",
  seen: "Seen in the dump",
  caveat: "What could make this wrong",
  whyAlive: "Why is it alive?",
  show: "Show the object",
  cycles: "Reference cycles",
  garbage: "Objects without a known holder",
  details: (open: boolean): string => (open ? "Hide details" : "Show details"),
  copy: "Copy as Markdown",
  export: "Save as HTML",
  exportFailed: "The report could not be made",
  unknowns: "What this dump can't tell",
  next: "Measure next:",
  isAboutCycles: ({ kind }: Suspect): boolean => kind === "garbage" || kind === "back-references",
  firstSuspect: "First suspect",
  allSuspects: "All findings",
  ofBoth: "What is wrong, by both dumps",
};
