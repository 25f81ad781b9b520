import { objectAtAddress } from "../../types/addresses.ts";
import type { Confidence, Suspect } from "../../types/advice.ts";
import { numberAt, UNKNOWN } from "../../types/compact.ts";
import { formatBytes, formatShare, plural } from "../../types/format.ts";
import { NONE, type Tick } from "../../types/graph.ts";

import { type Sentence, sentence } from "../../types/sentence.ts";
import { objectRow, preorderOf, retainedOf } from "../view.ts";
import { LRU_CACHE } from "./caches.ts";
import { contentOf, hasOwnMembers } from "./content.ts";
import type { HeapFacts } from "./facts.ts";
import { bareName, type Found, identifierOr, named, type Rule, suspect } from "./finding.ts";
import { examples, type Group } from "./groups.ts";
import { type Growing, grewText, growingOf, isLoaded, seenOfGrowth } from "./growing.ts";
import { type Holding, holdingOf } from "./holding.ts";
import { type KnownRegistry, knownRegistry } from "./known-registries.ts";
import { onlyFills, seenOfFilling } from "./registry.ts";
import { mroOf } from "./slots.ts";

/** Holders of library code, with things of library code in them, are only told from this share of what is alive. */
const SHARE_OF_LIBRARIES = 0.1;
const SHARE_OF_GROWING_LIBRARIES = 0.03;
/** Growth between two dumps, of what is alive: no library that is warm grows by so much. */
const SHARE_OF_GROWTH = 0.01;
const EXAMPLES = 3;

/** Alike objects that accumulate in one place of the program's own data; special ones have rules of their own. */
export const accumulation: Rule = (facts, tick) =>
  facts.groups.flatMap((group): Suspect[] => {
    if (contentOf(facts, group) !== "data" || isCache(facts, group)) return [];
    const told = groupFinding(facts, group, tick);
    return told === null ? [] : [suspect(facts.view, told.found)];
  });

/** What is to be said of any group, and the end of a sentence that says how it grew; null where it is not worth telling. */
export function groupFinding(
  facts: HeapFacts,
  group: Group,
  tick: Tick,
): { readonly found: Found; readonly grew: string } | null {
  const { liveBytes } = facts;
  const holding = holdingOf(facts, group.object, tick);
  const aged = growingOf(facts, group, tick);
  // What no function can add to does not grow, however young it is.
  const growing: Growing =
    !aged.sure && aged.growth === "growing" && isFilledOnce(facts, group, holding)
      ? { ...aged, growth: "unknown" }
      : aged;
  const isOwn = holding.own || hasOwnMembers(facts, group);
  const least = growing.growth === "growing" ? SHARE_OF_GROWING_LIBRARIES : SHARE_OF_LIBRARIES;
  const isTold =
    isOwn ||
    (knownRegistry(facts.view, holding)?.snippet ?? null) !== null || // there is something to do
    group.bytes >= least * liveBytes ||
    grewMuch(facts, growing) ||
    onlyFills(facts, group, growing);
  return isTold ? { found: found(facts, group, holding, growing), grew: grewText(facts, growing) } : null;
}

/** Of two dumps of one process, the later one has so much more that even a library's container is told. */
const grewMuch = ({ liveBytes }: HeapFacts, { change, sure, growth }: Growing): boolean =>
  sure && growth === "growing" && (change?.bytes ?? 0) >= SHARE_OF_GROWTH * liveBytes;

/** The inside of an `lru_cache`: the cache's rule tells it. */
function isCache({ view }: HeapFacts, { object }: Group): boolean {
  const { heap } = view.columns;
  const holder = view.dominators?.idom[preorderOf(view, object)] ?? NONE;
  const held = [object, view.graph?.graph.preordering.node[holder] ?? NONE];
  return held.some((each) => each !== NONE && heap.types[heap.type[each]].name === LRU_CACHE);
}

function found(facts: HeapFacts, group: Group, holding: Holding, growing: Growing): Found {
  const { view, liveBytes } = facts;
  const { heap } = view.columns;
  const row = objectRow(view, group.object);
  const members = examples(group, EXAMPLES);
  const kind = group.type === NONE ? null : bareName(heap.types[group.type].name);
  const entries = numberAt(heap.length, group.object);
  const size = formatBytes(group.bytes);
  const share = formatShare(group.bytes, liveBytes);
  const what = kind === null ? "its own table" : plural(group.count, `${kind} object`);
  const label = row.label === row.type ? "" : ` (${row.label})`;
  const grows = grewText(facts, growing);
  const isOwn = holding.own || hasOwnMembers(facts, group);
  const fills = !isOwn && onlyFills(facts, group, growing);
  const known = knownRegistry(view, holding);
  const says: Sentence =
    group.shape === "chain"
      ? sentence`${named(holding.name)} starts a chain of ${plural(group.count, `${kind} object`)} that each hold the next: ${size}, ${share} of what is alive${grows}`
      : group.shape === "shared"
        ? sentence`${named(holding.name)}${label} holds ${what} that use ${size}, ${share} of what is alive${grows}; other containers hold them too`
        : sentence`${named(holding.name)}${label} keeps ${size} alive (${share}) through ${what}${grows}`;
  return {
    kind: "accumulation",
    says,
    text: why(holding, growing),
    bytes: group.bytes,
    grewBytes: growing.change?.bytes ?? null,
    confidence: confidenceOf(facts, group, holding, growing),
    objects: [group.object, ...group.alsoIn.slice(0, EXAMPLES), ...members],
    holder: holding.name,
    usedBy: holding.usedBy,
    seen: [
      ...seenOfGrowth(growing),
      ...(fills ? seenOfFilling(facts, growing) : []),
      ...(entries === UNKNOWN ? [] : [`The ${bareName(row.type)} has ${plural(entries, "entry", "entries")}`]),
      ...group.alsoIn.slice(0, EXAMPLES).map((object) => ({ text: "Holds most of them too", object })),
      ...members.map((object) => ({ text: `One of them, ${formatBytes(retainedOf(view, object) ?? 0)}`, object })),
    ],
    ...(known === null ? wayOut(facts, group, holding) : { fix: known.fix, snippet: known.snippet }),
    caveat: caveatOf(facts, group, { holding, growing, known, fills }),
  };
}

interface Seen {
  readonly holding: Holding;
  readonly growing: Growing;
  readonly known: KnownRegistry | null;
  /** Whether it is a library's that the program only fills. */
  readonly fills: boolean;
}

function caveatOf(facts: HeapFacts, group: Group, { holding, growing, known, fills }: Seen): string {
  const { growth, sure } = growing;
  if (known !== null)
    return known.bounded || sure
      ? known.caveat
      : `${known.caveat} A second dump some time later tells whether more come.`;
  if (holding.bounds)
    return "A function that uses it asks for its length and removes from it: it seems to have a bound.";
  if (!sure && isFilledOnce(facts, group, holding))
    return "No function that names it stores into it or names a method that adds: it seems to be a table that was filled while its module was loaded, and is meant to stay.";
  if (growth === "still" && sure)
    return "It did not grow from the earlier dump to this one, so it may have a bound, or be a table that was loaded once and is meant to stay.";
  if (growth === "still" && isLoaded(growing))
    return "Much in it was made at about one time, and nothing since, so this may be a table that was just loaded and is meant to stay.";
  if (growth === "still")
    return "Nothing in it was made lately, so this may be a table that was loaded once and is meant to stay.";
  if (fills)
    return "A library's cache that is still filling up to its bound looks alike. A second dump some time later tells: choose this one as the earlier dump then.";
  if (sure) return "A cache that is still filling up to its bound grows too. A third dump tells whether it goes on.";
  return "One dump can't show growth for certain: a cache that is bounded, or a table that was just loaded, looks alike. A second dump some time later tells.";
}

function why(holding: Holding, { growth, sure }: Growing): string {
  const name = identifierOr(holding.variable, "it");
  const removes =
    holding.usedBy.some((by) => by.function !== "<module>") && !holding.removes
      ? ` No function that uses ${name} names a method that removes.`
      : "";
  if (growth === "growing")
    return `What is put into ${name} stays alive as long as the process, and ${sure ? "more was put in than was taken out between the two dumps" : "entries were being added when the dump was taken"}.${removes}`;
  return `What is in ${name} stays alive as long as it is not taken out.${removes}`;
}

function confidenceOf(facts: HeapFacts, group: Group, holding: Holding, growing: Growing): Confidence {
  const { growth, sure } = growing;
  const isOwn = holding.own || hasOwnMembers(facts, group);
  if (knownRegistry(facts.view, holding)?.bounded ?? holding.bounds) return "possible";
  if (!isOwn) return grewMuch(facts, growing) || onlyFills(facts, group, growing) ? "likely" : "possible";
  if (sure) return growth === "growing" ? "likely" : "possible";
  if (isFilledOnce(facts, group, holding)) return "possible";
  // Nobody keeps many exceptions, callbacks or things that wait as a table that is loaded once.
  if (growth === "growing" || contentOf(facts, group) !== "data") return "likely";
  if (growth === "still") return "possible";
  // Without ages: what code says of it, or what only makes sense for things that come and go.
  const isHidden = holding.as !== "module variable" && holding.as !== "attribute" && holding.as !== "other";
  return (holding.adds && !holding.removes) || isHidden || hasOwnMembers(facts, group) ? "likely" : "possible";
}

/** Functions use it and none can add to it: what is in it was put there while its module was loaded. */
const isFilledOnce = (facts: HeapFacts, group: Group, { canAdd }: Holding): boolean =>
  canAdd === false && group.shape !== "chain" && contentOf(facts, group) === "data";

type Fix = Pick<Found, "fix" | "snippet">;

/** Of a library's container with a library's objects: its code is not there to change. */
const LIBRARYS: Fix = {
  fix: "It is a library's own: look which calls of yours add to it, and whether the library has one that takes out again, or a bound that can be set.",
  snippet: null,
};

/** An empty container of Python's own, as one writes it. */
const EMPTY: Readonly<Record<string, string>> = {
  dict: "{}",
  list: "[]",
  set: "set()",
  deque: "collections.deque()",
  defaultdict: "collections.defaultdict(list)",
  OrderedDict: "collections.OrderedDict()",
};

/** The holder as lines to copy name it: `self.orders` where it is an attribute; `otherwise` where it has no name. */
export function nameToWrite({ as, variable }: Pick<Holding, "as" | "variable">, otherwise: string): string {
  if (variable === null) return otherwise;
  // A thread-local is told with its attribute: `LOCAL.queries`.
  const parts = variable.split(".");
  const name = parts.map((part) => identifierOr(part, otherwise)).join(".");
  return as === "attribute" ? `self.${name}` : name;
}

/** A line that puts something into a container of that type, and one that takes it out. */
export function putAndTake(type: string, name: string, value: string): readonly [put: string, take: string] {
  const bare = bareName(type);
  if (bare === "set") return [`${name}.add(${value})`, `${name}.discard(${value})`];
  if (/[dD]ict$/.test(bare)) return [`${name}[key] = ${value}`, `${name}.pop(key, None)`];
  return [`${name}.append(${value})`, `${name}.remove(${value})`];
}

/** `tag` of `function shop.tag`. */
const functionName = (owner: Holding["owner"]): string => bareName(owner?.label.replace(/^function /, "") ?? "");

/** Whether what a class collects are its own instances, or those of its subclasses. */
function isRegistry({ view }: HeapFacts, owner: Holding["owner"], { type }: Group): boolean {
  const { heap } = view.columns;
  if (owner?.id == null || type === NONE) return false;
  const member = objectAtAddress(heap.address, heap.types[type].address);
  return member !== NONE && mroOf(view, member).includes(owner.id);
}

/** The type of the object around it, which perhaps is a container of the standard library. */
const outerOf = (steps: Holding["steps"]): string =>
  steps.findLast(({ type }, i) => i < steps.length - 1 && type !== "dict")?.type ?? "";

/** `queue.PriorityQueue` of the type's name; one of `_queue` can't have a bound. */
function queueOf(outer: string): string {
  if (/^asyncio\.queues\.(Lifo|Priority)?Queue$/.test(outer)) return outer.replace("queues.", "");
  return /^queue\.(Lifo|Priority)Queue$/.test(outer) ? outer : "queue.Queue";
}

/** What the standard library's container is of which the object is the inside; null where it stands for itself. */
function insideOf(outer: string): "queue" | "weak keys" | null {
  if (/(^|\.)_?queues?\.(Simple|Lifo|Priority)?Queue$/.test(outer)) return "queue";
  return outer === "weakref.WeakKeyDictionary" ? "weak keys" : null;
}

/** The lines that bound it, by what it is and where it is. */
function wayOut(facts: HeapFacts, group: Group, { as, variable, owner, own, steps }: Holding): Fix {
  if (!own && !hasOwnMembers(facts, group)) return LIBRARYS;
  const { type } = objectRow(facts.view, group.object);
  const name = nameToWrite({ as, variable }, "entries");
  const empty = EMPTY[bareName(type)] ?? "{}";
  if (as === "default argument")
    return {
      fix: "A default value is made once, when the function is defined, and shared by all calls. Make it anew in each call.",
      snippet: `def ${identifierOr(functionName(owner), "f")}(..., ${name}=None):\n    ${name} = ${empty} if ${name} is None else ${name}`,
    };
  if (as === "class attribute" && isRegistry(facts, owner, group))
    return {
      fix: "The class keeps all of its instances. Keep weak references to them, or take an instance out when it is done.",
      snippet: `${name} = weakref.${empty === "{}" ? "WeakValueDictionary" : "WeakSet"}()`,
    };
  if (as === "class attribute")
    return {
      fix: "An attribute of the class is shared by all its instances. Give each instance its own, or remove entries when they are done.",
      snippet: `def __init__(self):\n    self.${name} = ${empty}`,
    };
  if (as === "thread-local")
    return {
      fix: "It lives as long as its thread, which in a pool is as long as the process. Empty it at the end of each job.",
      snippet: `try:\n    handle(job)\nfinally:\n    ${name}.clear()`,
    };
  if (as === "context variable")
    return {
      fix: "It lives as long as its context, and a default as long as the variable, for all contexts. Set it anew for each job, and reset it at its end.",
      snippet: `token = ${name}.set([])\ntry:\n    handle(job)\nfinally:\n    ${name}.reset(token)`,
    };
  if (group.shape === "chain")
    return {
      fix: "Let go of the old end of the chain, or keep a bounded number in a deque.",
      snippet: "recent = collections.deque(maxlen=1000)",
    };
  const outer = outerOf(steps);
  switch (insideOf(outer) ?? bareName(type)) {
    case "list":
    case "deque":
      return {
        fix: "Bound it: a deque drops the oldest entry by itself. Or remove entries when they are done.",
        snippet: `${name} = collections.deque(maxlen=1000)`,
      };
    case "set":
      return {
        fix: "Remove entries when they are done.",
        snippet: `try:\n    handle(item)\nfinally:\n    ${name}.discard(item)`,
      };
    case "SimpleQueue":
    case "queue":
      return {
        fix: "Bound the queue, so that producers wait for consumers.",
        snippet: `${name} = ${queueOf(outer)}(maxsize=1000)`,
      };
    case "weak keys":
      return {
        fix: "A value must not refer to its own key, or the key never goes.",
        snippet: `${name}[key] = value  # value must not hold key; let it hold weakref.ref(key)`,
      };
    default:
      return {
        fix: "Remove entries when they are done, or drop the oldest beyond a bound.",
        snippet: `${name}[key] = value\nwhile len(${name}) > 1000:\n    ${name}.pop(next(iter(${name})))`,
      };
  }
}
