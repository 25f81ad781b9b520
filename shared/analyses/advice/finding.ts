import type { Evidence, Suspect } from "../../types/advice.ts";
import type { Tick } from "../../types/graph.ts";
import { asObjectId } from "../../types/ids.ts";
import type { SentencePart } from "../../types/rows.ts";
import { plain, type Sentence } from "../../types/sentence.ts";
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

export function suspect(view: HeapView, { says, objects, seen, ...found }: Found): Suspect {
  return {
    grewBytes: null,
    ...found,
    title: plain(says),
    parts: says,
    ids: objects.map(asObjectId),
    evidence: seen.map((each): Evidence => {
      if (typeof each === "string") return { text: each, id: null, label: null };
      return { text: each.text, id: asObjectId(each.object), label: objectRow(view, each.object).label };
    }),
  };
}

/** A name from the dump, bounded, as Python text. */
export const named = (text: string): SentencePart => ({ text, code: true });

/** `Session` of `shop.sessions.Session`. */
export const bareName = (type: string): string => type.split(".").at(-1) ?? type;
