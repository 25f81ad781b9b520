import type { HowHeld, SetSizes } from "../../shared/session/contract.ts";
import { formatBytes, formatCount, plural } from "./format.ts";
import { code, type Sentence, sentence } from "./sentence.ts";
import { shown } from "./visible-text.ts";

/** The texts of "how all of these are held"; part of `messages`. */
export const heldWords = {
  link: "How all of these are held",
  asking: "Following the ways to all of them…",
  by: "Who holds them directly",
  byLead: "without these, some of them would be gone",
  byChoice: { type: "By type of the holder", module: "By module" },
  byColumns: { type: "Held by a", module: "Held by module", holders: "Holders" },
  shared: "no single object",
  sharedHint: "Several objects hold each of them: none of these would be enough",
  groupsMore: (count: number): string => `${plural(count, "further group")} with less`,
  ways: "How they are held",
  lead: "One way to each of them, the most telling one, merged: what leads to more of them comes first.",
  columns: { how: "How they are held", members: "Of these" },
  membersHint: "How many of the objects are held through this one",
  listed: "List of the objects",
  why: "Why alive?",
  empty: "Nothing holds them: there is no way from a starting point.",
  /** `these 4,000 Session: 3,950 through module app › _CACHE`. */
  title: (held: HowHeld, type: string): Sentence => {
    const name =
      type === ""
        ? sentence`${plural(held.total, "object")}`
        : sentence`${formatCount(held.total)} ${code(shown(bareName(type), 60))}`;
    if (held.total === 0) return sentence`There are no objects in this list`;
    if (held.garbage === held.total) return sentence`These ${name}: nothing holds them, they wait for the collector`;
    if (held.through === null) return sentence`These ${name}: no single object holds half of them`;
    const { members, text } = held.through;
    const count = members === held.total ? "all" : formatCount(members);
    return sentence`These ${name}: ${count} through ${code(shown(text, 120))}`;
  },
  garbage: (count: number): string =>
    `${formatCount(count)} of them ${count === 1 ? "is" : "are"} garbage that waits for the collector.`,
  together: ({ shallowBytes, retainedBytes, releasedByRefcountBytes: atOnce }: SetSizes): string => {
    if (retainedBytes === null) return "";
    const start = `They use ${formatBytes(shallowBytes)} and keep ${formatBytes(retainedBytes)} alive together`;
    if (atOnce === null) return `${start}.`;
    if (atOnce === retainedBytes) return `${start}: all of it is freed at once.`;
    return `${start}: ${formatBytes(atOnce)} at once, ${formatBytes(retainedBytes - atOnce)} more at the next collection.`;
  },
  holders: (count: number): string => `${formatCount(count)} ×`,
  share: (members: number, total: number): string => `${formatCount(members)} of ${formatCount(total)}`,
} as const;

const bareName = (type: string): string => type.slice(type.lastIndexOf(".") + 1);
