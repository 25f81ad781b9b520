import type { SetSizes } from "../../shared/session/contract.ts";
import type { Combination } from "../../shared/types/route.ts";
import { formatBytes, plural } from "./format.ts";
import { code, type Sentence, sentence } from "./sentence.ts";
import { shown } from "./visible-text.ts";

/** The texts about notes and object sets; part of `messages`. */
export const notebookWords = {
  screen: "Sets and notes",
  hint: "Lists of objects that you kept under a name, and your notes",
  headline: (sets: number, notes: number): Sentence =>
    sets + notes === 0
      ? sentence`Nothing is kept of this dump yet`
      : sentence`${plural(sets, "object set")} and ${plural(notes, "note")} are kept of this dump`,
  where: "They are in your own folder on this computer, never in the dump.",
  howSets: "Every list of objects can be kept as a set: open one, and press “Keep as a set”.",
  howNotes: "Every object has a place for a note on its own screen.",
  sets: "Object sets",
  notes: "Notes",
  columns: {
    name: "Name",
    objects: "Objects",
    own: "Own size",
    together: "Keep alive together",
    note: "Note",
    object: "Object",
    type: "Type",
  },
  togetherHint: "What would be gone without all of them, each byte counted once",
  noteOf: (name: string) => `Note on ${shown(name, 60)}`,
  nameOf: (name: string) => `Name of ${shown(name, 60)}`,
  remove: (name: string) => `Remove ${shown(name, 60)}`,
  removed: (name: string): Sentence => sentence`${code(shown(name, 60))} was removed.`,
  undo: "Bring it back",
  combine: "Combine",
  first: "First set",
  second: "Second set",
  how: "How",
  hows: {
    union: "in either",
    intersection: "in both",
    difference: "in the first only",
  } satisfies Record<Combination, string>,
  show: "Show",
  copyNotes: "Copy notes and sets as Markdown",
  note: "Note",
  notePlaceholder: "Write a note; it is kept by itself",
  states: { saved: "kept", changed: "…", saving: "keeping…" },
  marked: (text: string) => `Note: ${shown(text, 400)}`,
  keep: "Keep as a set",
  setName: "Name of the set",
  save: "Keep",
  cancel: "Cancel",
  kept: "Kept as",
  export: "Save as",
  formats: { csv: "CSV", json: "JSON", markdown: "Markdown" },
  exporting: (fraction: number) => `Saving, ${Math.floor(100 * fraction)} %`,
  stop: "Stop",
  sizes: ({ shallowBytes, retainedBytes }: SetSizes): string =>
    retainedBytes === null
      ? `own size ${formatBytes(shallowBytes)}`
      : `own size ${formatBytes(shallowBytes)}, keep ${formatBytes(retainedBytes)} alive together`,
  set: (name: string, total: number): Sentence => sentence`${code(shown(name, 80))}: ${plural(total, "object")}`,
  combined: (how: Combination, first: string, second: string): Sentence => {
    const [a, b] = [code(shown(first, 60)), code(shown(second, 60))];
    if (how === "union") return sentence`In ${a} or ${b}`;
    return how === "intersection" ? sentence`In ${a} and ${b}` : sentence`In ${a}, not in ${b}`;
  },
} as const;
