import type { Bytes, CaptureId, ObjectId } from "./ids.ts";
import type { SentencePart, UsedBy } from "./rows.ts";

/** How sure a finding is that something is wrong: `possible` ones also fit healthy programs. */
export type Confidence = "certain" | "likely" | "possible";

/** One name per rule; `shared/analyses/advice` has a file for each. */
export const SUSPECT_KINDS = [
  "accumulation",
  "cache",
  "garbage",
  "back-references",
  "exceptions",
  "suspended",
  "listeners",
  "held-outside",
  "small-objects",
  "waste",
  "outside-python",
  "views",
] as const;
export type SuspectKind = (typeof SUSPECT_KINDS)[number];

/** What a rule found, in words a person can act on. */
export interface Suspect {
  readonly kind: SuspectKind;
  /** What is the matter, one sentence with Python names and bytes. */
  readonly title: string;
  /** The same sentence in pieces, so that a page can set Python text in another face. */
  readonly parts: readonly SentencePart[];
  /** Why it matters. */
  readonly text: string;
  /** What would be free without it. */
  readonly bytes: Bytes;
  /** More than in the earlier dump, or less; null without one, and where that is not known. */
  readonly grewBytes: Bytes | null;
  readonly confidence: Confidence;
  /** The objects it is about, the holder first. */
  readonly ids: readonly ObjectId[];
  /** The holder as one would write it in Python; null where no single object holds it. */
  readonly holder: string | null;
  /** Functions that use the holder, by file and line. */
  readonly usedBy: readonly UsedBy[];
  /** What was seen in the dump. */
  readonly evidence: readonly Evidence[];
  /** What to do, in a sentence. */
  readonly fix: string;
  /** A few lines of Python that show how. */
  readonly snippet: string | null;
  /** What could make the finding wrong. */
  readonly caveat: string;
}

export interface Evidence {
  readonly text: string;
  /** The object that shows it, and what it is called. */
  readonly id: ObjectId | null;
  readonly label: string | null;
}

/** What a dump can't tell, and what to measure next. */
export interface Unknown {
  readonly text: string;
  readonly measure: string;
}

/** An earlier dump that was looked at too. */
export interface AdviceEarlier {
  readonly capture: CaptureId;
  readonly label: string | null;
  readonly createdAt: string | null;
  /** From it to the dump that the advice is about. */
  readonly secondsBetween: number | null;
  /** False: holders are matched by name, and growth makes nothing surer. */
  readonly sameProcess: boolean;
}

/** What is wrong with a heap, most important first. */
export interface Advice {
  readonly earlier: AdviceEarlier | null;
  readonly suspects: readonly Suspect[];
  readonly unknowns: readonly Unknown[];
  readonly liveBytes: Bytes;
}
