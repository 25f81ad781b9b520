import type { Suspect } from "../../types/advice.ts";
import { formatBytes, formatShare, plural } from "../../types/format.ts";
import { NONE } from "../../types/graph.ts";
import { sentence } from "../../types/sentence.ts";
import { referentOf } from "../stacks.ts";
import { objectRow } from "../view.ts";
import { groupFinding, nameToWrite, putAndTake } from "./accumulation.ts";
import { contentOf } from "./content.ts";
import type { HeapFacts } from "./facts.ts";
import { bareName, named, type Rule, suspect } from "./finding.ts";
import { examples, type Group } from "./groups.ts";
import { holdingOf } from "./holding.ts";

/** Callbacks that a long-lived object collects: a bound method keeps its object, a closure its variables. */
export const listeners: Rule = (facts, tick) =>
  facts.groups.flatMap((group): Suspect[] => {
    if (contentOf(facts, group) !== "listeners") return [];
    const told = groupFinding(facts, group, tick);
    if (told === null) return [];
    const { found, grew } = told;
    const { view, liveBytes } = facts;
    const size = `${formatBytes(found.bytes)} alive (${formatShare(found.bytes, liveBytes)})`;
    const who = ownerOf(facts, group);
    const name = nameToWrite(holdingOf(facts, group.object, tick), "listeners");
    const [put] = putAndTake(objectRow(view, group.object).type, name, "weakref.WeakMethod(obj.on_event)");
    return [
      suspect(view, {
        ...found,
        kind: "listeners",
        says: sentence`${named(found.holder ?? "")} collects ${plural(group.count, "callback")} that keep ${size}${who === null ? "" : sentence`, such as ${named(who)}`}${grew}`,
        text: "Whoever keeps a callback keeps what it is bound to: a method its object, a partial its arguments, a closure the variables around it. Nothing takes them out unless somebody unsubscribes.",
        fix: "Unsubscribe when the object is done, or keep only a weak reference to the method.",
        snippet: `${put}\n# when calling: method = ref(); if method is not None: method(...)`,
        caveat: "If the objects are meant to live as long as what calls them, this is no leak.",
      }),
    ];
  });

/** `Widget.on_change`, of the largest callback. */
function ownerOf({ view }: HeapFacts, group: Group): string | null {
  const [first] = examples(group, 1);
  if (first === undefined) return null;
  const { type, label } = objectRow(view, first);
  const called = type === "functools.partial" ? referentOf(view.columns.heap, first, null, "func") : NONE;
  if (called !== NONE) return `partial of ${objectRow(view, called).label.replace(/^function /, "")}`;
  return bareName(type) === "tuple" || bareName(type) === "list" || bareName(type) === "dict" ? null : label;
}
