import type { Direction } from "../../shared/session/contract.ts";
import { formatBytes, formatCount, plural } from "./format.ts";
import { shown } from "./visible-text.ts";

/** The words of the reference graph. */
export const graphWords = {
  title: "Reference graph",
  asking: "Looking for what it holds and what holds it…",
  hint: "Click to select, double-click to show what it holds. Drag to move.",
  label: (nodes: number): string =>
    `The object among its neighbours, drawn: ${plural(nodes, "node")}. The list says the same and works with the keyboard.`,
  working: "Drawing…",
  failed: "The picture could not be drawn. The list has the same objects and actions.",
  list: "Nodes",
  listLead: "the same as drawn",
  legend: "Legend",
  looks: {
    path: "way from a starting point",
    cycle: "in a reference cycle",
    weak: "weak: does not keep it alive",
    plain: "other reference",
  },
  stub: "module, class, built-in",
  rest: "more of the same",
  focus: "this object",
  root: "starting point",
  cycleOf: (objects: number): string => `cycle of ${plural(objects, "object")}`,
  between: (objects: number): string => `… ${plural(objects, "more object")} …`,
  more: (objects: number, type: string, some: boolean): string =>
    `+ ${formatCount(objects)} ${some ? "more " : ""}${type}`,
  moreOfKinds: (objects: number, kinds: number): string =>
    `+ ${formatCount(objects)} more, ${formatCount(kinds)} kinds`,
  /** The way in which the parent has it, before its name in the list. */
  has: { referents: "holds", referrers: "held by" } satisfies Record<Direction, string>,
  expand: {
    referents: (count: number): string => `Show what it holds (${formatCount(count)})`,
    referrers: (count: number): string => `Show what holds it (${formatCount(count)})`,
  } satisfies Record<Direction, (count: number) => string>,
  expanded: {
    referents: "What it holds is shown",
    referrers: "What holds it is shown",
  } satisfies Record<Direction, string>,
  nothing: {
    referents: "It holds nothing",
    referrers: "Nothing in the dump holds it",
  } satisfies Record<Direction, string>,
  collapse: (objects: number): string => `Draw its cycle of ${plural(objects, "object")} as one`,
  collapseHint: "Objects that hold each other in a ring: reference counts alone never free them",
  open: "Draw its objects each for itself",
  cycleMembers: "All objects of the cycle",
  hide: "Hide",
  focusHere: "Start from here",
  openObject: "Open this object",
  undo: "Undo",
  redo: "Redo",
  undoHint: "Ctrl+Z",
  redoHint: "Ctrl+Shift+Z, or Ctrl+Y",
  hideType: (type: string): string => `Hide all ${shown(type, 40)}`,
  hideTypeHint: "Objects of this type are no longer drawn, those that come later neither",
  hiddenType: (type: string): string => `${shown(type, 40)} hidden`,
  showType: (type: string): string => `Draw ${shown(type, 40)} again`,
  pin: "Pin here",
  unpin: "Unpin",
  pinHint: "A pinned node stays where it is when the picture is arranged again; a dragged one is pinned",
  pinned: "pinned",
  arrange: "Arrange again",
  saveSvg: "Save as SVG",
  savePng: "Save as PNG",
  hidden: (objects: number): string => `${plural(objects, "node")} hidden`,
  bringBack: "Bring back",
  left: (left: number, most: number): string =>
    `${plural(left, "object")} left out: the picture has ${formatCount(most)}, and more can't be read. Hide some, or start from another object.`,
  step: (left: number): string => `${plural(left, "more object")} in the nodes marked +`,
  own: (bytes: number): string => `${formatBytes(bytes)} itself`,
  kept: (bytes: number | null): string => (bytes === null ? "" : `keeps ${formatBytes(bytes)} alive`),
  cycleMark: "cycle",
  memberships: (objects: number): string => `In a reference cycle of ${plural(objects, "object")}`,
  retainedSum: (bytes: number | null): string =>
    bytes === null ? "" : `they keep ${formatBytes(bytes)} alive, added up; what several of them keep is counted again`,
  group: {
    title: (direction: Direction, holder: string): string =>
      direction === "referents" ? `Held by ${shown(holder, 40)}` : `Holding ${shown(holder, 40)}`,
    of: (objects: number, references: number, bytes: number): string =>
      `${plural(objects, "object")}${references === objects ? "" : ` by ${plural(references, "reference")}`}, ${formatBytes(bytes)} of their own`,
    kinds: (kinds: number): string => `${plural(kinds, "kind")} that are not drawn`,
    more: (count: number): string => `Show ${formatCount(count)} more`,
    add: (label: string): string => `Add to the picture: ${shown(label, 60)}`,
    addShort: "Add",
    addAll: "Add all that are listed",
    drawn: "drawn",
    list: "Members, those that keep most alive first",
    kindsLeft: (kinds: number): string => `${plural(kinds, "further kind")} of neighbours with less in them`,
  },
} as const;
