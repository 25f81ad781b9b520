import { formatCount, plural } from "./format.ts";
import { code, type Sentence, sentence } from "./sentence.ts";
import { shown } from "./visible-text.ts";

/** The texts of the palette; part of `messages`. */
export const findWords = {
  label: "Find types, names, addresses, text, commands",
  placeholder: "Find, go to, do…",
  results: "Suggestions",
  groups: {
    recent: "Recent",
    types: "Types",
    names: "Names",
    texts: "Text of objects",
    address: "Address",
    screens: "Go to",
    commands: "Commands",
  },
  address: (text: string): Sentence => sentence`Object at address ${code(shown(text, 40))}`,
  types: (text: string, total: number | null): Sentence =>
    total === null
      ? sentence`Types whose name contains ${code(shown(text, 40))}`
      : sentence`${plural(total, "type")} whose name contains ${code(shown(text, 40))}`,
  objects: (text: string): Sentence => sentence`Objects whose text contains ${code(shown(text, 40))}`,
  matching: (pattern: string): Sentence => sentence`Objects whose text matches ${code(`/${shown(pattern, 40)}/`)}`,
  asPattern: (text: string): Sentence =>
    sentence`Search texts for the regular expression ${code(`/${shown(text, 40)}/`)}`,
  searching: (fraction: number, found: number): string =>
    `${formatCount(found)} so far, ${Math.floor(fraction * 100)} %`,
  inModule: "variable of",
  attributeOf: "attribute of",
  nothing: "Nothing found.",
  count: (rows: number): string => plural(rows, "suggestion"),
  hints: "0x… addresses   /…/ regular expressions, on text as Python writes it   > screens and commands only",
  commands: {
    open: "Open a file…",
    start: "Show the files",
    back: "Back",
    forward: "Forward",
    light: "Colours: light",
    dark: "Colours: dark",
    system: "Colours: as the system",
    showInspector: "Show the object inspector",
    hideInspector: "Hide the object inspector",
    /** What else people type for a command. */
    also: { open: "load dump", start: "home recent samples", colours: "theme mode colors appearance" },
    close: (name: string) => `Close ${shown(name, 60)}`,
    show: (name: string) => `Show ${shown(name, 60)}`,
    openFile: (name: string) => `Open ${shown(name, 60)}`,
    compareWith: (name: string) => `Compare with ${shown(name, 60)}`,
  },
} as const;
