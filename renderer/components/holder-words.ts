import type { BigDrop, HolderGroup, ObjectRow } from "../../shared/session/contract.ts";
import { formatBytes, formatCount, formatShare, plural } from "./format.ts";
import { code, type Sentence, sentence } from "./sentence.ts";
import { shown } from "./visible-text.ts";

/** The texts of the biggest holders; part of `messages`. */
export const holderWords = {
  table: "Holders",
  find: "Find in the map: name, type, module",
  found: (cells: number): string => (cells === 0 ? "not drawn here" : `${plural(cells, "cell")} in the map`),
  next: "Next",
  nextHint: "Selects the next one found in the map",
  show: "Show",
  groups: { tree: "Objects", type: "By type", module: "By module" },
  groupHints: {
    tree: "Each holder, and below it what it holds alone",
    type: "The same holders summed up by their types",
    module: "The same holders summed up by the modules whose variables lead to them",
  },
  colour: "Colour",
  paints: { kind: "Data and code", family: "By kind of type", module: "By module" },
  legend: "Colours of the map",
  light: "Show only these",
  /** By keys of `map-paint.ts`; modules are their own names. */
  classes: {
    data: "Data",
    code: "Loaded code",
    instances: "Instances",
    containers: "Containers",
    text: "Text and bytes",
    numbers: "Numbers and arrays",
    running: "Running code",
    other: "Other modules, and none",
  } as Readonly<Record<string, string>>,
  zoom: "Go down to it",
  zoomHint: "The map and the table then begin with what it holds alone",
  drop: "Next big drop",
  dropHint:
    "Down from here to the first object whose bytes are spread: no single one that it holds has more than 70 % of them",
  dropped: ({ to, levels }: BigDrop): string =>
    to === null ? "It holds nothing alone: this is where the bytes are." : `Went down ${plural(levels, "level")}.`,
  frees: ({ retainedBytes, releasedByRefcountBytes: atOnce }: ObjectRow): string =>
    atOnce === null || retainedBytes === null
      ? ""
      : atOnce === retainedBytes
        ? "all of it is freed at once"
        : `${formatBytes(atOnce)} is freed at once, the rest at the next collection`,
  keeps: (bytes: number, whole: number): string => `keeps ${formatBytes(bytes)} alive, ${formatShare(bytes, whole)}`,
  columns: { name: { type: "Type", module: "Module" }, holders: "Holders", biggest: "Biggest of them" },
  ofAll: "Of all",
  ofAllHint: "Share of all that is alive",
  share: (bytes: number, whole: number): string => formatShare(bytes, whole),
  holdersHint: "Objects that nothing else here holds alone",
  goTo: "Go down to it",
  noModule: "no module",
  only: (type: string): string => `Only ${shown(type, 60)}`,
  all: "Show all",
  /** The answer for one place: `app.cache._SESSIONS keeps 200 MB alive, 71 % of all`. */
  title: (label: string, bytes: number, whole: number): Sentence =>
    sentence`${code(shown(label, 80))} keeps ${formatBytes(bytes)} alive, ${formatShare(bytes, whole)} of all`,
  inside: (label: string, bytes: number, biggest: ObjectRow | undefined, count: number): Sentence => {
    const start = sentence`${code(shown(label, 60))} keeps ${formatBytes(bytes)} alive`;
    if (biggest === undefined || biggest.retainedBytes === null) return sentence`${start}, all of it its own`;
    const most = sentence`${code(shown(biggest.label, 60))}, ${formatShare(biggest.retainedBytes, bytes)}`;
    return count === 1
      ? sentence`${start}: by ${most}`
      : sentence`${start}: by ${formatCount(count)} objects, most by ${most}`;
  },
  groupTitle: (by: "type" | "module", { name, holders, retainedBytes }: HolderGroup, whole: number): Sentence => {
    const which = by === "type" ? "of type" : "of module";
    const group = name === null ? sentence`of no module` : sentence`${which} ${code(shown(name, 60))}`;
    return sentence`${plural(holders, "holder")} ${group} ${holders === 1 ? "keeps" : "keep"} ${formatBytes(retainedBytes)} alive, ${formatShare(retainedBytes, whole)} of all`;
  },
  none: "Nothing is alive in this dump",
} as const;
