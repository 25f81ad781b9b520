import type { CutLink } from "../../shared/session/contract.ts";
import { formatBytes, plural } from "./format.ts";
import { code, type Sentence, sentence } from "./sentence.ts";
import { shown } from "./visible-text.ts";

/** The texts of "what would go if this link were cut"; part of `messages`. */
export const cutWords = {
  cut: "Cut this link",
  cutShort: "Cut",
  close: "Close",
  asking: "Working out what would go…",
  /** The answer as a sentence: what goes at once, what at the next collection, or who else holds it. `edge` as the list has it. */
  answer: (cut: CutLink, edge: string): Sentence => {
    const link = sentence`Cutting ${code(shown(edge.trim(), 60))}`;
    switch (cut.stillHeld) {
      case "path":
        return cut.also === null
          ? sentence`${link} frees nothing: it is held in another way`
          : sentence`${link} frees nothing: also held by ${code(shown(cut.also.text, 160))}`;
      case "outside":
        return sentence`${link} frees nothing that the dump knows of: its reference count tells of a holder outside the graph`;
      case "immortal":
        return sentence`${link} frees nothing: the object is immortal`;
      case "is-garbage":
        return sentence`${link} frees nothing: the object is garbage already and goes at the next collection`;
      case null:
        return sentence`${link} ${freed(cut)}`;
    }
  },
} as const;

function freed({ atOnce, later }: CutLink): Sentence {
  const all = later.bytes + (atOnce?.bytes ?? 0);
  const objects = later.objects + (atOnce?.objects ?? 0);
  const count = `(${plural(objects, "object")})`;
  if (atOnce === null)
    return sentence`frees ${formatBytes(all)} ${count}; how much of it at once is not known, since its reference count can't be trusted`;
  if (atOnce.objects === 0) return sentence`frees nothing at once, ${formatBytes(all)} ${count} at the next collection`;
  if (later.objects === 0) return sentence`frees ${formatBytes(all)} at once ${count}`;
  return sentence`frees ${formatBytes(atOnce.bytes)} at once, ${formatBytes(later.bytes)} more at the next collection ${count}`;
}
