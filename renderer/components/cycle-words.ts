import type { CycleAlike, CycleRow, Totals, WeakenAdvice } from "../../shared/session/contract.ts";
import type { CycleTotals } from "../state/cycles.svelte.ts";
import { formatBytes, formatCount, plural } from "./format.ts";
import { code, type Sentence, sentence } from "./sentence.ts";
import { shown } from "./visible-text.ts";

/** The texts of the reference cycles; part of `messages`. */
export const cycleWords = {
  screen: "Cycles",
  hint: "Objects that hold each other in a ring: reference counts alone never free them",
  label: "Reference cycles",
  finding: "Reference cycles are found after the biggest holders.",

  headline: ({ total: shapes, cycles: total, waiting, held }: CycleTotals, of: "data" | "code"): Sentence => {
    if (total === 0)
      return of === "data"
        ? sentence`No reference cycle but those of which Python is built`
        : sentence`No cycle of classes and functions`;
    const bytes = `${total === 1 ? "" : "up to "}${formatBytes(waiting.bytes + held.bytes)}`;
    const cycles = of === "data" ? plural(total, "reference cycle") : plural(total, "cycle");
    const kinds = shapes < total ? ` of ${plural(shapes, "shape")}` : "";
    const start = `${cycles}${of === "data" ? "" : " of classes and functions"}${kinds} ${total === 1 ? "keeps" : "keep"} ${bytes} alive`;
    if (waiting.objects === 0) return sentence`${start}; none of it is garbage`;
    if (held.objects === 0) return sentence`${start}; all of it is garbage waiting`;
    return sentence`${start}; ${formatBytes(waiting.bytes)} of it is garbage waiting`;
  },
  upTo: "What one cycle keeps alive through another one is counted for both.",
  waiting: "Garbage waiting",
  waitingHint: "Nothing holds these any more; they stay until the cyclic collector runs",
  held: "Held",
  heldHint: "Still held from a starting point or from outside Python",
  /** Members only; what hangs below them is garbage too, and in the bytes. */
  totals: ({ objects, bytes }: Totals): string =>
    `${plural(objects, "object")} in cycles, ${formatBytes(bytes)} with all that they keep alive`,
  state: (row: CycleRow): string => (row.reachable ? "held" : "garbage waiting"),
  grouped: "Like cycles in one row",
  groupedHint: "Alike: as many objects of each type, that refer to each other by the same names",
  oneOf: ({ cycles, objects, retainedBytes }: CycleAlike): Sentence =>
    sentence`One of ${plural(cycles, "cycle")} alike: ${plural(objects, "object")} that keep up to ${formatBytes(retainedBytes)} alive. What is said here holds for each of them.`,
  allMembers: ({ cycles, objects }: CycleAlike): string =>
    `All ${plural(objects, "object")} of these ${formatCount(cycles)} cycles`,
  code: "Cycles of classes and functions (how Python is built)",
  none: "Nothing here: every cycle in this dump is one of which Python is built.",

  columns: { ring: "Smallest ring", cycles: "Cycles", state: "State", objects: "Objects", weaken: "Make weak" },
  hints: {
    cycles: "How many cycles are alike",
    ring: "The shortest way from an object of the cycle back to itself",
    retained: "What would go with all members together",
  },
  tooLarge: (row: CycleRow): string =>
    `${row.types.map(({ type, count }) => `${formatCount(count)} ${shown(type, 40)}`).join(", ")} …`,

  chosen: "The chosen cycle",
  ring: "Smallest ring",
  ringLabel: (objects: number): string =>
    `The ring, drawn: ${plural(objects, "object")}. The list says the same in words.`,
  ringHint: "Click an object to select it, twice to open it.",
  back: "back to the first",
  noRing: "The cycle is too large to look for its smallest ring.",
  tooLong: (objects: number): string => `A ring of ${formatCount(objects)} objects is too long to draw.`,
  advised: "make this weak",
  members: (objects: number): string => `All ${plural(objects, "object")} of this cycle`,
  memberTypes: "Of these types",
  advice: "What to change",
  weaken: ({ edge, fromType, freesBytes }: WeakenAdvice, alike: CycleAlike): Sentence => {
    const start = sentence`Make ${code(shown(edge.trim(), 60))} of ${code(shown(fromType, 80))} weak: then reference counts alone free ${formatBytes(freesBytes)}`;
    return alike.cycles === 1 ? start : sentence`${start} here, up to ${formatBytes(alike.retainedBytes)} in all`;
  },
  copy: "Copy these lines",
  slots: (type: string): Sentence =>
    sentence`If ${code(shown(type, 80))} has ${code("__slots__")}, ${code("__weakref__")} must be one of them.`,
  cannot: (type: string): Sentence =>
    sentence`Python allows no weak reference to a ${code(type)}: put it into an object of a class of yours, or clear it when it is done with.`,
  noAdvice: (row: CycleRow): string => {
    if (row.isCode) return "A class or a function is part of it: only the collector frees such a cycle.";
    if (row.smallestCycle.some((step) => step.edge.includes("name unknown")))
      return "The dump does not know how these objects call each other, so it can't say which reference to make weak.";
    return "No single reference takes the whole cycle apart.";
  },
} as const;
