import type { Suspect } from "../../types/advice.ts";
import { formatBytes, formatCount, formatShare, plural } from "../../types/format.ts";
import { NONE, type Tick } from "../../types/graph.ts";
import { sentence } from "../../types/sentence.ts";
import { identifierIn } from "../edges.ts";
import type { HeapView } from "../view.ts";
import type { HeapFacts } from "./facts.ts";
import { named, type Rule, suspect } from "./finding.ts";
import { type Group, sampleOf } from "./groups.ts";
import { holdingOf } from "./holding.ts";
import { numbers } from "./numbers.ts";
import { dictBytes, FEWEST, rounded, SAMPLES, slots } from "./slots.ts";

/** Many small objects of one kind: classes that could have `__slots__`, numbers that could be an array, rows that are dicts. */
export const smallObjects: Rule = (facts, tick) => [
  ...slots(facts, tick),
  ...numbers(facts, tick),
  ...facts.groups.flatMap((group) => rows(facts, group, tick)),
];

const LISTS = new Set(["list", "collections.deque", "dict", "tuple"]);
const MOST_KEYS = 30;

/** Dicts that all have the same few keys: what a record of fixed fields would take less. */
function rows(facts: HeapFacts, group: Group, tick: Tick): Suspect[] {
  const { view, liveBytes, leastBytes } = facts;
  const { heap } = view.columns;
  if (facts.collector.design === "free-threaded") return []; // other headers, another allocator
  const isOfDicts = group.type !== NONE && heap.types[group.type].name === "dict";
  if (!isOfDicts || group.count < FEWEST || !LISTS.has(heap.types[heap.type[group.object]].name)) return [];
  const samples = sampleOf(view, group, SAMPLES);
  const keys = keysOf(view, samples[0] ?? NONE);
  if (keys === null || keys.length === 0 || keys.length > MOST_KEYS) return [];
  if (!samples.every((dict) => keysOf(view, dict)?.join() === keys.join())) return [];
  const now = samples.reduce((sum, dict) => sum + dictBytes(view, dict), 0) / samples.length;
  // The collector's header, the object's, and one place for each field.
  const then = rounded(16 + 16 + 8 * keys.length);
  const saves = Math.round((now - then) * group.count);
  if (saves < leastBytes) return [];
  const holding = holdingOf(facts, group.object, tick);
  if (!holding.own) return []; // what a library makes is not the program's to change
  return [
    suspect(view, {
      kind: "small-objects",
      says: sentence`${named(holding.name)} holds ${plural(group.count, "dict")} with the same ${plural(keys.length, "key")}: as records with ${named("__slots__")} they would take ${formatBytes(saves)} less (${formatShare(saves, liveBytes)}), ${formatCount(then)} instead of ${formatCount(Math.round(now))} bytes each`,
      text: "Each dict has a table of its own for keys that all of them have. A record, as a dataclass with slots, a named tuple, or a column each in pandas or numpy, has the names once, in its class.",
      bytes: saves,
      confidence: "possible",
      objects: [group.object, ...samples.slice(0, EXAMPLES)],
      holder: holding.name,
      usedBy: holding.usedBy,
      seen: [
        `Keys of all ${formatCount(samples.length)} that were looked at: ${keys.join(", ")}`,
        ...samples.slice(0, EXAMPLES).map((object) => ({ text: "One of them", object })),
      ],
      fix: "Make a record of each row where it enters the program.",
      snippet: `@dataclasses.dataclass(slots=True)  # from Python 3.10 on\nclass Row:\n${keys.map((key) => `    ${key}: object`).join("\n")}`,
      caveat:
        "Rows that get further keys later, or are handed to code that wants dicts, such as json.dumps, stay dicts.",
    }),
  ];
}

const EXAMPLES = 3;

/** The keys, where all of them are identifiers; null else. */
function keysOf({ columns: { heap }, texts }: HeapView, dict: number): string[] | null {
  if (dict === NONE) return null;
  const { offsets, targets } = heap.references;
  const keys: string[] = [];
  for (let e = offsets[dict]; e + 1 < offsets[dict + 1] && keys.length <= MOST_KEYS; e += 2) {
    const name = targets[e] === heap.objectCount ? null : identifierIn(texts.get(targets[e]));
    if (name === null) return null;
    keys.push(name);
  }
  return keys;
}
