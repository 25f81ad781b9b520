import { TICK_MASK, ticking } from "../../graph/ticking.ts";
import type { Suspect } from "../../types/advice.ts";
import { numberAt, UNKNOWN } from "../../types/compact.ts";
import { formatBytes, formatCount, formatShare, plural } from "../../types/format.ts";
import { NONE, type Tick } from "../../types/graph.ts";
import type { Heap } from "../../types/heap.ts";
import { sentence } from "../../types/sentence.ts";
import type { HeapFacts } from "./facts.ts";
import { identifierOr, named, type Rule, suspect } from "./finding.ts";
import { holdingOf } from "./holding.ts";
import { rounded } from "./slots.ts";

/** A text in the file is the whole one up to this many characters; quotes and escapes need room too. */
const LONGEST_TEXT = 48;
/** Texts that are looked at; of more, one in so many. */
const MOST_TEXTS = 200_000;
const EXAMPLES = 4;
/** Less than this share of what is alive is what every program has. */
const SHARE_TO_TELL = 0.01;
/** Room that is not worth a sentence. */
const LEAST_SLACK = 4096;

/** Bytes that hold nothing new: equal texts that are separate objects, and containers much larger than their contents. */
export const waste: Rule = (facts, tick) => [...duplicates(facts, tick), ...slack(facts, tick)];

/** Equal short strings among the data, by their texts; nothing where the dump has none. Time O(strings). */
function duplicates({ view, isCode, leastBytes, liveBytes }: HeapFacts, tick: Tick): Suspect[] {
  const { heap } = view.columns;
  const str = heap.types.findIndex(({ name }) => name === "str");
  const preordering = view.graph?.graph.preordering;
  if (str === NONE || preordering === undefined) return [];
  const { preorder, unreachable } = preordering;
  const isData = (object: number) =>
    heap.type[object] === str &&
    numberAt(heap.length, object) !== UNKNOWN &&
    numberAt(heap.length, object) >= 2 &&
    numberAt(heap.length, object) <= LONGEST_TEXT &&
    preorder[object] < unreachable &&
    isCode[preorder[object]] === 0;
  let total = 0;
  for (let object = 0; object < heap.objectCount; object++) if (isData(object)) total++;
  const step = Math.max(1, Math.ceil(total / MOST_TEXTS));
  // Every equal text has the same length, so a sample by length keeps all of a kind or none.
  const seen = new Map<string, { count: number; bytes: number; first: number }>();
  for (let object = 0; object < heap.objectCount; object++) {
    if ((object & 0xffff) === 0) tick(object / heap.objectCount);
    if (!isData(object) || numberAt(heap.length, object) % step !== 0) continue;
    const text = view.texts.get(object);
    if (text === null || text.endsWith("…") || text.startsWith("•")) continue;
    const known = seen.get(text);
    if (known === undefined) seen.set(text, { count: 1, bytes: 0, first: object });
    else {
      known.count++;
      known.bytes += rounded(numberAt(heap.shallow, object));
    }
  }
  const repeated = [...seen].filter(([, { count }]) => count > 1).sort(([, a], [, b]) => b.bytes - a.bytes);
  const bytes = repeated.reduce((sum, [, each]) => sum + each.bytes, 0);
  if (bytes < Math.max(leastBytes, SHARE_TO_TELL * liveBytes)) return [];
  const copies = repeated.reduce((sum, [, { count }]) => sum + count - 1, 0);
  return [
    suspect(view, {
      kind: "waste",
      says: sentence`${formatBytes(bytes)} (${formatShare(bytes, liveBytes)}) are ${plural(copies, "copy", "copies")} of ${plural(repeated.length, "string")} that ${repeated.length === 1 ? "is" : "are"} there already`,
      text: "Strings that a program reads or makes are separate objects, also where they are equal. One of each kind is enough.",
      bytes,
      confidence: "possible",
      objects: repeated.slice(0, EXAMPLES).map(([, { first }]) => first),
      holder: null,
      usedBy: [],
      seen: repeated.slice(0, EXAMPLES).map(([, { count, bytes: own, first }]) => ({
        text: `${formatCount(count)} times, ${formatBytes(own)} in copies`,
        object: first,
      })),
      fix: "Intern strings that come often, or look them up in a dict of known ones, where they enter the program.",
      snippet: "name = sys.intern(name)",
      caveat: `Only strings of at most ${LONGEST_TEXT} characters are compared${step > 1 ? `, of every ${step}th length` : ""}. Strings that live for a moment are not worth interning.`,
    }),
  ];
}

/** What a list takes besides its entries, by those that have room for no more: nearly all that were made at once. */
const sizeOfEmpty = ({ shallow, length }: Heap, lists: readonly number[], pointer: number): number =>
  lists.reduce(
    (least, list) => Math.min(least, numberAt(shallow, list) - pointer * numberAt(length, list)),
    Number.POSITIVE_INFINITY,
  );

/**
 * Dicts, sets and lists with more room than they need. How much they need is seen in the dump itself: for a list its size
 * tells; for others, the smallest container of that kind with as many entries or more. Time O(containers log containers).
 */
function slack(facts: HeapFacts, tick: Tick): Suspect[] {
  const { view, meta, leastBytes, liveBytes, isCode } = facts;
  const { heap } = view.columns;
  const preorder = view.graph?.graph.preordering.preorder;
  const unreachable = view.graph?.graph.preordering.unreachable ?? 0;
  if (preorder === undefined) return [];
  const found: { object: number; bytes: number }[] = [];
  const pointer = meta.python.pointer_bytes === 4 ? 4 : 8;
  let bytes = 0;
  for (const kind of ["dict", "set", "list"]) {
    tick(0);
    const type = heap.types.findIndex(({ name }) => name === kind);
    const objects: number[] = [];
    for (let object = 0; object < heap.objectCount; object++) {
      if ((object & TICK_MASK) === 0) tick(0);
      if (heap.type[object] === type && numberAt(heap.length, object) !== UNKNOWN) objects.push(object);
    }
    objects.sort(
      ticking(
        (a, b) =>
          numberAt(heap.length, b) - numberAt(heap.length, a) || numberAt(heap.shallow, b) - numberAt(heap.shallow, a),
        tick,
      ),
    );
    const empty = kind === "list" ? sizeOfEmpty(heap, objects, pointer) : 0;
    let smallest = Number.POSITIVE_INFINITY;
    for (const object of objects) {
      smallest = Math.min(smallest, numberAt(heap.shallow, object));
      const needed = kind === "list" ? empty + pointer * numberAt(heap.length, object) : smallest;
      const room = numberAt(heap.shallow, object) - needed;
      const isData = preorder[object] < unreachable && isCode[preorder[object]] === 0;
      if (room < LEAST_SLACK || !isData) continue;
      found.push({ object, bytes: room });
      bytes += room;
    }
  }
  const top = found.sort((a, b) => b.bytes - a.bytes).slice(0, EXAMPLES);
  const [first] = top;
  if (first === undefined || bytes < Math.max(leastBytes, SHARE_TO_TELL * liveBytes)) return [];
  const holding = holdingOf(facts, first.object, tick);
  const variable = identifierOr(holding.variable, "entries");
  return [
    suspect(view, {
      kind: "waste",
      says: sentence`${plural(found.length, "container")} ${found.length === 1 ? "has" : "have"} ${formatBytes(bytes)} (${formatShare(bytes, liveBytes)}) more room than ${found.length === 1 ? "its" : "their"} entries need, ${named(holding.name)} most of it`,
      text: "Dicts, sets and lists grow when entries come and do not shrink when they go: one that was large once stays large.",
      bytes,
      confidence: "possible",
      objects: top.map(({ object }) => object),
      holder: holding.name,
      usedBy: holding.usedBy,
      seen: top.map(({ object, bytes: room }) => ({
        text: `${plural(numberAt(heap.length, object), "entry", "entries")}, ${
          heap.types[heap.type[object]].name === "list"
            ? `and room for ${formatCount(numberAt(heap.length, object) + room / pointer)}: ${formatBytes(room)} too much`
            : `${formatBytes(room)} of room too much`
        }`,
        object,
      })),
      fix: "Make it anew when most entries are gone: the copy is as small as it can be.",
      snippet: `${variable} = dict(${variable})  # or list(…), set(…)`,
      caveat:
        "A container that fills up again soon needs its room again. A list that grows has room for an eighth more than it holds.",
    }),
  ];
}
