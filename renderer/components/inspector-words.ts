import type { CacheInfo, ClassLayout, ReferenceRow } from "../../shared/session/contract.ts";
import { formatBytes, formatCount, plural } from "./format.ts";
import { shown } from "./visible-text.ts";

/** The texts of the object inspector; part of `messages`. */
export const inspectorWords = {
  title: "Object inspector",
  toggle: "Inspector",
  toggleHint:
    "Inspector: shows the chosen object, or the objects of a chosen type or line, beside the screen; a click on a row then chooses, Enter opens",
  close: "Close the inspector",
  choose: "Choose a row that stands for an object, or for many: with the arrow keys, or by a click.",
  open: "Open",
  openList: "Open the list",
  listLabel: "Chosen objects",
  show: "Show",
  panes: {
    attributes: "Attributes",
    heldBy: "Held by",
    holds: "Holds",
    groupsIn: "By kind",
    groupsOut: "By kind",
    keeps: "What it keeps",
    facts: "Facts",
  },
  hints: {
    attributes: "As a debugger shows it: attributes, those of its __dict__ among them, entries and items",
    heldBy: "One row per reference to it",
    holds: "One row per reference of it",
    groupsIn: "What holds it, in groups of one type and one way of naming it",
    groupsOut: "What it holds, in groups of one type and one way of naming it",
    keeps: "By type, all that would be gone with it",
    facts: "Sizes, counts, and how its class lays it out",
  },
  noAttributes: "It has no attributes, entries or items.",
  noGroups: "Nothing in the dump refers to it.",
  noMembers: "It refers to nothing.",
  keepsNothing: "Nothing would be gone with it.",
  keepsWait: "Known once the biggest holders are found.",
  columns: { edge: "Reference", what: "Objects", retained: "Keeps alive" },
  listGroup: (objects: number, type: string): string => `List all ${formatCount(objects)} ${shown(type, 40)}`,
  listGroupShort: (objects: number): string => `list all ${formatCount(objects)}`,
  others: (count: number): string => `and ${plural(count, "group")} more`,
  listAll: "List all that it keeps",
  groupsLabel: "Groups of references",
  keptLabel: "What it keeps alive, by type",
  usedBy: "Used by",
  moreUsers: (count: number): string => `and ${plural(count, "function")} more`,
  layout: "Class",
  layoutHint: "How its class lays out an instance: __basicsize__, and what there may be besides",
  layoutOf: ({ basicBytes, hasDict, slots, inline, hasDel }: ClassLayout): string =>
    [
      `${formatBytes(basicBytes)} basic`,
      slots.length > 0 ? plural(slots.length, "slot") : "",
      inline > 0 ? `${plural(inline, "attribute")} inside it` : "",
      hasDict ? "may have a __dict__" : "no __dict__",
      hasDel ? "has __del__" : "",
    ]
      .filter((text) => text !== "")
      .join(", "),
  cache: "Results kept",
  cacheHint: "What cache_info() of this functools.lru_cache said when the dump was taken",
  cacheOf: ({ currsize, maxsize, hits, misses }: CacheInfo): string =>
    `${formatCount(currsize)} of ${maxsize === null ? "any number" : formatCount(maxsize)}: ${plural(hits, "hit")}, ${plural(misses, "miss", "misses")}`,
  pin: "Pin",
  pinHint: "Keeps it in mind, to look for a way between it and another object",
  unpin: "Unpin",
  between: "Way from the pinned object",
  pinned: (label: string): string => `Pinned: ${shown(label, 40)}`,
  findWay: "Find the way to this one",
  findingWay: "Looking for a way…",
  noWay: "No reference leads from the pinned object to this one.",
  copyPath: "Copy Python path",
  step: (row: ReferenceRow): string => `${shown(row.edge.trim(), 60)}`,
} as const;
