import { formatBytes, formatCount, plural } from "../../types/format.ts";
import { NONE, type Tick } from "../../types/graph.ts";
import { preorderOf } from "../view.ts";
import type { HeapFacts } from "./facts.ts";
import type { Found } from "./finding.ts";
import { type Holding, holdingOf } from "./holding.ts";
import { type Change, changeOf } from "./since.ts";
import { loadedIn, type Youth, youthOf } from "./youth.ts";

/** How a holder comes along: what its objects' ages say, and what an earlier dump says, which is surer. */
export interface Growing extends Youth {
  /** Null without an earlier dump, or where that does not have it. */
  readonly change: Change | null;
  /** Whether two dumps of one process decide. */
  readonly sure: boolean;
  /** There is an earlier dump of the same process, and it was not there. */
  readonly cameSince: boolean;
}

/** Of what a holder keeps alive; growth below it may be entries that came and went. */
const LEAST_SHARE = 0.01;

/**
 * `members`: preorder numbers of what counts instead of all that the holder keeps; `bytes`: of what counts. Time as for
 * `whyAlive` where there is an earlier dump.
 */
export function growingOf(
  facts: HeapFacts,
  { object, members, bytes }: { object: number; members: readonly number[] | null; bytes: number },
  tick: Tick,
): Growing {
  const { ages, view, since } = facts;
  const loaded = loadedOf(facts, holdingOf(facts, object, tick));
  const youth = youthOf(ages, { number: preorderOf(view, object), object, members, loaded });
  const unsure = { ...youth, change: null, sure: false, cameSince: false };
  if (since === null) return unsure;
  const change = changeOf(since, object, members === null ? null : bytes, tick);
  if (!since.sameProcess) return { ...unsure, change };
  if (change === null) return { ...unsure, cameSince: true };
  if (change.bytes >= Math.max(since.leastBytes, LEAST_SHARE * bytes))
    return { ...youth, growth: "growing", change, sure: true, cameSince: false };
  return change.bytes < since.leastBytes && since.busy
    ? { ...youth, growth: "still", change, sure: true, cameSince: false }
    : { ...unsure, change };
}

/** When the module that names the holder was loaded, by its generation; `NONE` where no module does. */
function loadedOf({ view, typeAt, loaded }: HeapFacts, { steps }: Holding): number {
  const dict = steps.findLast(({ id }) => id !== null && view.moduleOfDict?.has(id) === true)?.id ?? null;
  if (dict === null) return NONE;
  const known = loaded.get(dict) ?? loadedIn(view, typeAt, dict);
  loaded.set(dict, known);
  return known;
}

/** `, 2.1 MiB more than in the earlier dump (3,000 → 5,000 entries)`, for the end of a sentence. */
export function grewText({ since }: HeapFacts, { change, growth, cameSince }: Growing): string {
  if (since !== null && change !== null && change.bytes >= since.leastBytes)
    return `, ${formatBytes(change.bytes)} more than in the earlier dump${entriesText(change)}`;
  if (cameSince) return ", all of it since the earlier dump";
  return growth === "growing" && change === null ? ", and was still growing" : "";
}

function entriesText({ entries }: Change): string {
  if (entries === null || entries[0] === entries[1]) return "";
  return ` (${formatCount(entries[0])} → ${plural(entries[1], "entry", "entries")})`;
}

/** A part of it is young, and yet it is still: it was filled at once, some time ago. */
export const isLoaded = ({ growth, sure, young, youngest }: Growing): boolean =>
  growth === "still" && !sure && young > youngest;

/** What was seen of it: in the earlier dump, and by the ages. */
export function seenOfGrowth(growing: Growing): Found["seen"] {
  const { change, cameSince, known, young, youngest, growth, sure } = growing;
  return [
    ...(change === null
      ? cameSince
        ? ["The earlier dump does not have it"]
        : []
      : [
          `In the earlier dump ${formatBytes(change.bytesBefore)}${
            change.entries === null ? "" : `, with ${plural(change.entries[0], "entry", "entries")}`
          }`,
        ]),
    ...(known > 0
      ? [
          `${formatCount(young)} of ${plural(known, "object")} in it ${young === 1 || known === 1 ? "is" : "are"} of the collector's youngest generations${growth === "growing" && !sure ? ": made lately, while most others are older" : ""}${isLoaded(growing) ? `, but ${youngest === 0 ? "none" : formatCount(youngest)} of the very youngest, to which other objects went on to come` : ""}`,
        ]
      : []),
  ];
}
