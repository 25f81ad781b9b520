import { objectAtAddress } from "../../types/addresses.ts";
import type { Suspect } from "../../types/advice.ts";
import { numberAt } from "../../types/compact.ts";
import { formatBytes, formatCount, formatShare, plural } from "../../types/format.ts";
import { NONE } from "../../types/graph.ts";
import { FLAGS } from "../../types/heap.ts";
import { sentence } from "../../types/sentence.ts";
import { edgeAt, identifierIn } from "../edges.ts";
import { dictOf } from "../loaded-code.ts";
import { type HeapView, preorderOf } from "../view.ts";
import type { HeapFacts } from "./facts.ts";
import { bareName, named, type Rule, suspect } from "./finding.ts";
import { holdingOf } from "./holding.ts";

/** Fewer instances are not worth a change to a class. */
const FEWEST = 1000;
const MOST_TOLD = 5;
const MOST_NAMES = 30;
/** Sample of instances whose attributes and sizes are looked at. */
const SAMPLES = 400;

/** Many small objects of one kind: classes that could have `__slots__`, lists of numbers that could be arrays. */
export const smallObjects: Rule = (facts, tick) => [
  ...slots(facts),
  ...facts.groups.flatMap((group): Suspect[] => {
    const { view, liveBytes, leastBytes } = facts;
    const { heap } = view.columns;
    const name = group.type === NONE ? "" : heap.types[group.type].name;
    if ((name !== "float" && name !== "int") || group.count < FEWEST) return [];
    const saves = group.bytes - 8 * group.count;
    if (heap.types[heap.type[group.object]].name !== "list" || saves < leastBytes) return [];
    const holding = holdingOf(facts, group.object, tick);
    return [
      suspect(view, {
        kind: "small-objects",
        says: sentence`${named(holding.name)} holds ${plural(group.count, `separate ${name} object`)}: as an array they would take ${formatBytes(saves)} less (${formatShare(saves, liveBytes)})`,
        text: "Each number is an object of its own, and the list has a pointer to it; an array has the numbers themselves.",
        bytes: saves,
        confidence: "possible",
        objects: [group.object],
        holder: holding.name,
        usedBy: holding.usedBy,
        seen: [
          {
            text: `${formatCount(group.count)} ${name} objects that only it holds, ${formatBytes(group.bytes)} with its table`,
            object: group.object,
          },
        ],
        fix: "Keep numbers of one kind in an array, or in numpy.",
        snippet: `${holding.variable ?? "values"} = array.array("${name === "float" ? "d" : "q"}", values)`,
        caveat:
          name === "int"
            ? "An array's integers have 64 bits at most."
            : "Where None or other things are among them, it can't be an array.",
      }),
    ];
  }),
];

interface Shape {
  readonly type: number;
  readonly names: readonly string[];
  /** Allocated for an instance now, and with slots, in bytes. */
  readonly now: number;
  readonly then: number;
  readonly example: number;
  /** A base of the program's own that has to have slots too. */
  readonly base: string | null;
}

function slots(facts: HeapFacts): Suspect[] {
  const { view, leastBytes, liveBytes, ownership } = facts;
  const { heap } = view.columns;
  const { typeCount } = view.columns;
  const candidates = [...heap.types.keys()].filter(
    (type) => ownership.type(type) && heap.types[type].hasDict && typeCount[type] >= FEWEST,
  );
  return shapesOf(facts, candidates)
    .map((shape) => ({ ...shape, saves: (shape.now - shape.then) * typeCount[shape.type] }))
    .filter(({ saves }) => saves >= leastBytes)
    .sort((a, b) => b.saves - a.saves)
    .slice(0, MOST_TOLD)
    .map(({ type, names, now, then, example, base, saves }): Suspect => {
      const name = heap.types[type].name;
      const listed = names.map((each) => `"${each}"`).join(", ");
      return suspect(view, {
        kind: "small-objects",
        says: sentence`${plural(typeCount[type], "object")} of ${named(name)} would take ${formatBytes(saves)} less with ${named("__slots__")}: ${formatCount(then)} instead of ${formatCount(now)} bytes each`,
        text: `Each instance has room for a dict of attributes. With __slots__ it has one place for each of its ${plural(names.length, "attribute")}, and no dict. That is ${formatShare(saves, liveBytes)} of what is alive.`,
        bytes: saves,
        confidence: "possible",
        objects: [example],
        holder: null,
        usedBy: [],
        seen: [
          {
            text: `An instance: ${formatCount(now)} bytes, with its attributes' table and the allocator's rounding`,
            object: example,
          },
          `Attributes seen: ${names.join(", ")}`,
          ...(base === null ? [] : [`Its base ${base} has a __dict__, so it needs __slots__ too`]),
        ],
        fix: `Give the class __slots__${base === null ? "" : `, and its base ${bareName(base)} an empty or own one`}. A dataclass takes slots=True from Python 3.10 on.`,
        snippet: `class ${bareName(name)}${base === null ? "" : `(${bareName(base)})`}:\n    __slots__ = (${listed}${names.length === 1 ? "," : ""})`,
        caveat:
          "Attributes that are set elsewhere, class attributes of the same names (defaults), cached_property and weak references need places of their own; a subclass without __slots__ has a dict again.",
      });
    });
}

/** What an instance of each class is made of; classes that can't have slots are left out. Time O(n). */
function shapesOf(facts: HeapFacts, candidates: readonly number[]): Shape[] {
  const { view } = facts;
  const { heap } = view.columns;
  const samples = new Map<number, number[]>(candidates.map((type) => [type, []]));
  for (let object = 0; object < heap.objectCount && candidates.length > 0; object++) {
    const known = samples.get(heap.type[object]);
    if (known !== undefined && known.length < SAMPLES) known.push(object);
  }
  return [...samples].flatMap(([type, objects]): Shape[] => {
    const [example] = objects;
    const base = baseOf(facts, type);
    if (example === undefined || base === "impossible") return [];
    const names = new Set<string>();
    let now = 0;
    for (const object of objects) {
      const { bytes, attributes } = costOf(view, object);
      if (attributes === null) return [];
      now += bytes;
      for (const name of attributes) names.add(name);
    }
    if (names.size === 0 || names.size > MOST_NAMES) return [];
    // The collector's header, the object's, and one place for each attribute.
    const then = rounded(16 + 16 + 8 * names.size);
    return [{ type, names: [...names], now: Math.round(now / objects.length), then, example, base }];
  });
}

/** The allocator gives blocks of whole 16 bytes (Objects/obmalloc.c), and larger ones as they are. */
const rounded = (bytes: number): number => (bytes <= 512 ? 16 * Math.ceil(bytes / 16) : bytes);

/** What the allocator gave for an instance and its attributes' table, and the attributes; null where they can't be told. */
function costOf(view: HeapView, object: number): { bytes: number; attributes: readonly string[] | null } {
  const { heap } = view.columns;
  const layout = heap.layouts[heap.layout[object]];
  const dict = dictOf(view, object);
  const own = numberAt(heap.shallow, object) - layout.hiddenBytes;
  // Up to 3.12 values lie in a block of their own; from 3.13 on behind the object.
  const inline =
    layout.hiddenBytes === 0
      ? rounded(own)
      : heap.types[heap.type[object]].inlineValues
        ? rounded(own + layout.hiddenBytes)
        : rounded(own) + rounded(layout.hiddenBytes);
  const attributes: string[] = [];
  for (const { kind, name, repeat } of layout.runs) {
    if (kind === "slot") return { bytes: inline, attributes: null };
    if (kind === "attribute" && name !== null && repeat === 1) attributes.push(name);
  }
  if (dict === NONE) return { bytes: inline, attributes };
  if (view.dominators?.idom[preorderOf(view, dict)] !== preorderOf(view, object))
    return { bytes: inline, attributes: null };
  const { offsets, targets } = heap.references;
  for (let e = offsets[dict]; e + 1 < offsets[dict + 1]; e += 2) {
    const name = targets[e] === heap.objectCount ? null : identifierIn(view.texts.get(targets[e]));
    if (name === null) return { bytes: inline, attributes: null };
    attributes.push(name);
  }
  // A dict is an object of 64 bytes with the collector's header, and its table.
  return { bytes: inline + 64 + rounded(Math.max(0, numberAt(heap.shallow, dict) - 64)), attributes };
}

/** A base with a `__dict__` of its own making: slots don't help unless it has them too. */
function baseOf({ view, ownership }: HeapFacts, type: number): string | null | "impossible" {
  const { heap } = view.columns;
  const self = objectAtAddress(view.columns.heap.address, view.columns.heap.types[type].address);
  if (self === NONE) return null;
  const { offsets, targets } = heap.references;
  let found: string | null = null;
  for (let e = offsets[self]; e < offsets[self + 1]; e++) {
    if (targets[e] === heap.objectCount) continue;
    if (edgeAt(heap, self, e - offsets[self]).name !== "__mro__") continue;
    for (const base of classesIn(view, targets[e])) {
      const name = view.texts.get(base);
      if (base === self || name === null || name === "object") continue;
      if (VARIABLE_SIZE.has(name)) return "impossible";
      if (!makesDict(view, base)) continue;
      if (!ownership.module(name.slice(0, name.lastIndexOf(".")))) return "impossible";
      found ??= name;
    }
  }
  return found;
}

/** A class that gives its instances a `__dict__` has a descriptor for it among its own attributes. */
function makesDict(view: HeapView, base: number): boolean {
  const { heap } = view.columns;
  const { offsets, targets } = heap.references;
  const dict = dictOf(view, base);
  if (dict === NONE) return false;
  for (let e = offsets[dict]; e < offsets[dict + 1]; e += 2)
    if (targets[e] < heap.objectCount && view.texts.get(targets[e]) === "'__dict__'") return true;
  return false;
}

/** Slots can't be added where instances differ in size, nor to exceptions, which always have a `__dict__`. */
const VARIABLE_SIZE = new Set(["int", "tuple", "bytes", "type", "BaseException"]);

/** A class, or the classes of a tuple of bases. */
function classesIn({ columns: { heap } }: HeapView, object: number): number[] {
  if ((heap.flags[object] & FLAGS.isClass) !== 0) return [object];
  const { offsets, targets } = heap.references;
  return [...targets.subarray(offsets[object], offsets[object + 1])].filter(
    (each) => each < heap.objectCount && (heap.flags[each] & FLAGS.isClass) !== 0,
  );
}
