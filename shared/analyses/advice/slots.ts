import { objectAtAddress } from "../../types/addresses.ts";
import type { Suspect } from "../../types/advice.ts";
import { numberAt } from "../../types/compact.ts";
import { formatBytes, formatCount, formatShare, plural } from "../../types/format.ts";
import { NONE, type Tick } from "../../types/graph.ts";
import { FLAGS } from "../../types/heap.ts";
import { sentence } from "../../types/sentence.ts";
import { IDENTIFIER, identifierIn } from "../edges.ts";
import { dictOf } from "../loaded-code.ts";
import { referentOf } from "../stacks.ts";
import { type HeapView, preorderOf, reachOf } from "../view.ts";
import type { HeapFacts } from "./facts.ts";
import { bareName, identifierOr, named, suspect } from "./finding.ts";

/** Fewer instances are not worth a change to a class. */
export const FEWEST = 1000;
const MOST_TOLD = 5;
const MOST_NAMES = 30;
/** Sample of instances whose attributes and sizes are looked at. */
export const SAMPLES = 400;

interface Shape {
  readonly type: number;
  /** Instances that are alive. */
  readonly count: number;
  readonly names: readonly string[];
  /** Allocated for an instance now, and with slots, in bytes. */
  readonly now: number;
  readonly then: number;
  readonly example: number;
  /** Attributes that have no slot yet. */
  readonly withoutSlot: readonly string[];
  readonly bases: Bases;
}

/** Why instances have a `__dict__`, by the names of the program's own classes. */
interface Bases {
  /** The base of which instances differ in size (`int`), so that slots can't be added; null where there is none. */
  readonly ofAnySize: string | null;
  /** The nearest base without slots, which gives all of its subclasses a `__dict__`. */
  readonly withDict: string | null;
  /** The nearest base that has slots. */
  readonly withSlots: string | null;
  /** Whether the class itself has them. */
  readonly hasSlots: boolean;
}

/** Classes of the program with many instances that could have `__slots__`. Time O(n). */
export function slots(facts: HeapFacts, tick: Tick): Suspect[] {
  const { view, leastBytes, liveBytes, ownership } = facts;
  const { heap } = view.columns;
  // Sizes by release are known from 3.9 on; a build without the interpreter lock has other headers and another allocator.
  if (facts.version.length === 0 || facts.collector.design === "free-threaded") return [];
  const candidates = [...heap.types.keys()].filter(
    (type) => ownership.type(type) && heap.types[type].hasDict && view.columns.typeCount[type] >= FEWEST,
  );
  return shapesOf(facts, candidates, tick)
    .map((shape) => ({ ...shape, saves: (shape.now - shape.then) * shape.count }))
    .filter(({ saves, count }) => saves >= leastBytes && count >= FEWEST)
    .sort((a, b) => b.saves - a.saves)
    .slice(0, MOST_TOLD)
    .map((shape): Suspect => {
      const { type, count, names, withoutSlot, now, then, example, bases, saves } = shape;
      if (bases.ofAnySize !== null) return slotsCannot(facts, shape, bases.ofAnySize);
      const name = heap.types[type].name;
      return suspect(view, {
        kind: "small-objects",
        says: sentence`${plural(count, "object")} of ${named(name)} would take ${formatBytes(saves)} less with ${named("__slots__")}: ${formatCount(then)} instead of ${formatCount(now)} bytes each`,
        text: `Each instance has room for a dict of attributes. With __slots__ it has one place for ${names.length === 1 ? "its attribute" : `each of its ${formatCount(names.length)} attributes`}, and no dict. That is ${formatShare(saves, liveBytes)} of what is alive.`,
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
          ...whyDict(bases),
        ],
        ...fixFor(identifierOr(bareName(name), "Record"), withoutSlot, bases),
        caveat:
          "Attributes that are set elsewhere, class attributes of the same names (defaults), cached_property and weak references need places of their own; a subclass without __slots__ has a dict again.",
      });
    });
}

/** Instances of a subclass of `int`, `tuple` or `bytes` with attributes: a dict each, for which slots are no way out. */
function slotsCannot(
  { view, liveBytes }: HeapFacts,
  { type, count, names, now, then, example }: Shape,
  base: string,
): Suspect {
  const { name } = view.columns.heap.types[type];
  const bytes = (now - then) * count;
  const [value, dear] = base === "tuple" ? ["items", "iterates over it"] : ["value", `takes it for ${base}`];
  return suspect(view, {
    kind: "small-objects",
    says: sentence`${plural(count, "object")} of ${named(name)} have a ${named("__dict__")} each for ${plural(names.length, "attribute")}, ${formatBytes(bytes)} in all (${formatShare(bytes, liveBytes)}), and ${named("__slots__")} can't work in a subclass of ${named(base)}`,
    text: `Objects of type ${base} differ in size, so there is no fixed place behind them for a slot: __slots__ with names is a TypeError there. Only an empty __slots__ works, for subclasses that set no attributes.`,
    bytes,
    confidence: "possible",
    objects: [example],
    holder: null,
    usedBy: [],
    seen: [
      { text: `An instance: ${formatCount(now - then)} bytes for its dict`, object: example },
      `Attributes seen: ${names.join(", ")}`,
    ],
    fix: `Make a class with slots that has the ${base} as one of its attributes.`,
    snippet: `class ${identifierOr(bareName(name), "Record")}:\n    __slots__ = (${[value, ...names].map((each) => `"${each}"`).join(", ")})`,
    caveat: `Such an object is no ${base} any more: code that ${dear} has to use its ${value}.`,
  });
}

/** Why there is a `__dict__` although somebody thought of slots, or what else must change. */
function whyDict({ withDict, withSlots, hasSlots }: Bases): string[] {
  if (hasSlots)
    return withDict === null
      ? []
      : [`It has __slots__, but its base ${withDict} has none: that gives each instance a __dict__`];
  return [
    ...(withSlots === null
      ? []
      : [`Its base ${withSlots} has __slots__, but a subclass without its own has a __dict__ again`]),
    ...(withDict === null ? [] : [`Its base ${withDict} has a __dict__, so it needs __slots__ too`]),
  ];
}

function fixFor(name: string, withoutSlot: readonly string[], { withDict, withSlots, hasSlots }: Bases): Fix {
  const listed = `(${withoutSlot.map((each) => `"${each}"`).join(", ")}${withoutSlot.length === 1 ? "," : ""})`;
  const nearest = withDict ?? withSlots;
  const base = nearest === null ? "" : identifierOr(bareName(nearest), "Base");
  if (hasSlots && withDict !== null)
    return {
      fix: `Give the base ${base} __slots__ too, an empty one if it has no attributes.`,
      snippet: `class ${base}:\n    __slots__ = ${listed}`,
    };
  return {
    fix: `Give the class __slots__${withDict === null ? "" : `, and its base ${base} an empty or own one`}. A dataclass takes slots=True from Python 3.10 on.`,
    snippet: `class ${name}${base === "" ? "" : `(${base})`}:\n    __slots__ = ${listed}`,
  };
}

type Fix = Pick<Suspect, "fix" | "snippet">;

/** What an instance of each class is made of; classes that can't have slots are left out. Time O(n). */
function shapesOf(facts: HeapFacts, candidates: readonly number[], tick: Tick): Shape[] {
  const { view } = facts;
  const { heap } = view.columns;
  const samples = new Map<number, number[]>(candidates.map((type) => [type, []]));
  const alive = new Map<number, number>();
  for (let object = 0; object < heap.objectCount && candidates.length > 0; object++) {
    if ((object & 0xffff) === 0) tick(0);
    const type = heap.type[object];
    const known = samples.get(type);
    if (known === undefined || reachOf(view, object) === "unreachable") continue;
    alive.set(type, (alive.get(type) ?? 0) + 1);
    if (known.length < SAMPLES) known.push(object);
  }
  return [...samples].flatMap(([type, objects]): Shape[] => {
    const [example] = objects;
    const bases = basesOf(facts, type);
    if (example === undefined || bases === null) return [];
    const names = new Set<string>();
    const inSlots = new Set<string>();
    let now = 0;
    let dicts = 0;
    let fromBase = 0;
    for (const object of objects) {
      const { bytes, dictBytes: dict, attributes, slots: its } = costOf(view, object);
      if (attributes === null) return [];
      now += bytes;
      dicts += dict;
      fromBase = Math.max(fromBase, bytesFromBase(facts, object, its.length) ?? Number.POSITIVE_INFINITY);
      for (const name of [...its, ...attributes]) names.add(name);
      for (const name of its) inSlots.add(name);
    }
    if (names.size === 0 || names.size > MOST_NAMES) return [];
    const each = Math.round(now / objects.length);
    if (bases.ofAnySize === null && fromBase === Number.POSITIVE_INFINITY) return [];
    // The collector's header, the object's, what a base in C has, and one place for each attribute.
    const then =
      bases.ofAnySize === null
        ? rounded(16 + 16 + fromBase + 8 * names.size)
        : each - Math.round(dicts / objects.length);
    const withoutSlot = [...names].filter((name) => !inSlots.has(name));
    const count = alive.get(type) ?? 0;
    return [{ type, count, names: [...names], withoutSlot, now: each, then, example, bases }];
  });
}

/** The allocator gives blocks of whole 16 bytes (Objects/obmalloc.c), and larger ones as they are. */
export const rounded = (bytes: number): number => (bytes <= 512 ? 16 * Math.ceil(bytes / 16) : bytes);

/**
 * What a base that is written in C has in each instance besides the object's own header: 8 bytes of a `float`. Null where
 * it differs from one to the next, as the table of a `dict`.
 */
function bytesFromBase({ view, version }: HeapFacts, object: number, slotCount: number): number | null {
  const { heap } = view.columns;
  const { basicsize, hasDict, hasWeakrefs } = heap.types[heap.type[object]];
  const [, minor = 0] = version;
  // A pointer to the dict was part of the size up to 3.10, and one to weak references up to 3.11.
  const pointers = (hasDict && minor < 11 ? 8 : 0) + (hasWeakrefs && minor < 12 ? 8 : 0);
  const beyond = numberAt(heap.shallow, object) - heap.layouts[heap.layout[object]].hiddenBytes - 16 - basicsize;
  const own = basicsize - 16 - pointers - 8 * slotCount;
  return beyond > MOST_BEFORE_HEADER || own < 0 ? null : own;
}

/** Two pointers lie before the header from 3.11 on. */
const MOST_BEFORE_HEADER = 16;

/** A subclass of `tuple` has a pointer more than it has items. */
const END_MARK = 8;

interface Cost {
  readonly bytes: number;
  /** Of these, those of a dict of its own. */
  readonly dictBytes: number;
  /** Attributes outside of slots; null where they can't be told. */
  readonly attributes: readonly string[] | null;
  readonly slots: readonly string[];
}

/** What the allocator gave for an instance and its attributes' table, and the attributes; null where they can't be told. */
export function costOf(view: HeapView, object: number): Cost {
  const { heap } = view.columns;
  const layout = heap.layouts[heap.layout[object]];
  const dict = dictOf(view, object);
  const own = numberAt(heap.shallow, object) - layout.hiddenBytes;
  // Up to 3.12 values lie in a block of their own; from 3.13 on behind the object, as the end mark of a tuple does.
  const isBehind = heap.types[heap.type[object]].inlineValues || layout.hiddenBytes <= END_MARK;
  const inline = isBehind ? rounded(own + layout.hiddenBytes) : rounded(own) + rounded(layout.hiddenBytes);
  const attributes: string[] = [];
  const slots: string[] = [];
  for (const { kind, name, repeat } of layout.runs) {
    if (name === null || repeat !== 1) continue;
    // What is set by `setattr` or in `__dict__` may have any name; a slot can't.
    if (kind === "attribute" && !IDENTIFIER.test(name)) return { bytes: inline, dictBytes: 0, attributes: null, slots };
    if (kind === "attribute") attributes.push(name);
    if (kind === "slot") slots.push(name);
  }
  const unknown = { bytes: inline, dictBytes: 0, attributes: null, slots };
  if (dict === NONE) return { bytes: inline, dictBytes: 0, attributes, slots };
  if (view.dominators?.idom[preorderOf(view, dict)] !== preorderOf(view, object)) return unknown;
  const { offsets, targets } = heap.references;
  for (let e = offsets[dict]; e + 1 < offsets[dict + 1]; e += 2) {
    const name = targets[e] === heap.objectCount ? null : identifierIn(view.texts.get(targets[e]));
    if (name === null) return unknown;
    attributes.push(name);
  }
  const ofDict = dictBytes(view, dict);
  return { bytes: inline + ofDict, dictBytes: ofDict, attributes, slots };
}

/** A dict is an object of 64 bytes with the collector's header, and its table. */
export const dictBytes = ({ columns: { heap } }: HeapView, dict: number): number =>
  64 + rounded(Math.max(0, numberAt(heap.shallow, dict) - 64));

/** What the class's bases have; null where slots can't be added, or a base that is not the program's own has a `__dict__`. */
function basesOf({ view, ownership }: HeapFacts, type: number): Bases | null {
  const { heap } = view.columns;
  const self = objectAtAddress(heap.address, heap.types[type].address);
  let withDict: string | null = null;
  let withSlots: string | null = null;
  let ofAnySize: string | null = null;
  if (self === NONE) return { withDict, withSlots, ofAnySize, hasSlots: false };
  for (const base of mroOf(view, self)) {
    const name = view.texts.get(base);
    if (base === self || name === null || name === "object") continue;
    if (NEVER.has(name)) return null;
    if (ANY_SIZE.has(name)) ofAnySize = name;
    const isOwn = ownership.className(name);
    if (isOwn && hasEntry(view, base, "__slots__")) withSlots ??= name;
    if (!hasEntry(view, base, "__dict__")) continue;
    if (!isOwn) return null;
    withDict ??= name;
  }
  return { withDict, withSlots, ofAnySize, hasSlots: hasEntry(view, self, "__slots__") };
}

/** Whether the class has it among its own attributes: one that gives its instances a `__dict__` has that. */
function hasEntry(view: HeapView, cls: number, name: string): boolean {
  const { heap } = view.columns;
  const { offsets, targets } = heap.references;
  const dict = dictOf(view, cls);
  if (dict === NONE) return false;
  for (let e = offsets[dict]; e < offsets[dict + 1]; e += 2)
    if (targets[e] < heap.objectCount && view.texts.get(targets[e]) === `'${name}'`) return true;
  return false;
}

/** Slots can't be added where instances differ in size. */
const ANY_SIZE = new Set(["int", "tuple", "bytes"]);
/** Nobody has many classes of classes; exceptions have a `__dict__` whatever one does. */
const NEVER = new Set(["type", "BaseException"]);

/** A class and its bases, in the order in which attributes are looked for. */
export const mroOf = (view: HeapView, cls: number): number[] =>
  classesIn(view, referentOf(view.columns.heap, cls, null, "__mro__"));

/** A class, or the classes of a tuple of bases. */
function classesIn({ columns: { heap } }: HeapView, object: number): number[] {
  if (object === NONE) return [];
  if ((heap.flags[object] & FLAGS.isClass) !== 0) return [object];
  const { offsets, targets } = heap.references;
  return [...targets.subarray(offsets[object], offsets[object + 1])].filter(
    (each) => each < heap.objectCount && (heap.flags[each] & FLAGS.isClass) !== 0,
  );
}
