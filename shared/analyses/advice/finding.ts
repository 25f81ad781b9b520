import type { Evidence, Suspect } from "../../types/advice.ts";
import type { Tick } from "../../types/graph.ts";
import { asObjectId } from "../../types/ids.ts";
import type { SentencePart } from "../../types/rows.ts";
import { plain, type Sentence } from "../../types/sentence.ts";
import { cutMiddle } from "../../types/visible-text.ts";
import { IDENTIFIER } from "../edges.ts";
import { type HeapView, objectRow } from "../view.ts";
import type { HeapFacts } from "./facts.ts";

/** One rule: looks at a heap and says what it found, in no order. */
export type Rule = (facts: HeapFacts, tick: Tick) => Suspect[];

/** A finding as a rule writes it: the sentence in pieces, objects by number. */
export type Found = Omit<Suspect, "title" | "parts" | "ids" | "evidence" | "grewBytes"> & {
  /** Left out where nothing is known of an earlier dump. */
  readonly grewBytes?: Suspect["grewBytes"];
  readonly says: Sentence;
  readonly objects: readonly number[];
  readonly seen: readonly (string | { readonly text: string; readonly object: number })[];
};

/** A name from a dump can be as long as it likes; of a longer one both ends are told. */
const LONGEST_NAME = 200;
const LONGEST_EVIDENCE = 1000;

export function suspect(view: HeapView, { says, objects, seen, ...found }: Found): Suspect {
  return {
    grewBytes: null,
    ...found,
    title: plain(says),
    parts: says,
    ids: objects.map(asObjectId),
    evidence: seen.map((each): Evidence => {
      const text = cutMiddle(typeof each === "string" ? each : each.text, LONGEST_EVIDENCE);
      if (typeof each === "string") return { text, id: null, label: null };
      return { text, id: asObjectId(each.object), label: objectRow(view, each.object).label };
    }),
  };
}

/** A name from the dump, bounded, as Python text. */
export const named = (text: string): SentencePart => ({ text: cutMiddle(text, LONGEST_NAME), code: true });

/** `Session` of `shop.sessions.Session`, bounded. */
export const bareName = (type: string): string => cutMiddle(type.slice(type.lastIndexOf(".") + 1), LONGEST_NAME);

/** A name as lines to copy may have it: what is no identifier could be lines of its own, and not such as we wrote. */
export const identifierOr = (name: string | null | undefined, otherwise: string): string =>
  name !== null && name !== undefined && name.length <= LONGEST_NAME && IDENTIFIER.test(name) ? name : otherwise;
