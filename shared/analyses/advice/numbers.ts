import type { Suspect } from "../../types/advice.ts";
import { numberAt } from "../../types/compact.ts";
import { formatBytes, formatCount, formatShare, plural } from "../../types/format.ts";
import { NONE, type Tick } from "../../types/graph.ts";
import { sentence } from "../../types/sentence.ts";
import { identifierIn } from "../edges.ts";
import { dictOf } from "../loaded-code.ts";
import { type HeapView, preorderOf } from "../view.ts";
import type { HeapFacts } from "./facts.ts";
import { bareName, identifierOr, named, type Rule, suspect } from "./finding.ts";
import { examples, type Group, sampleOf } from "./groups.ts";
import { holdingOf } from "./holding.ts";
import { costOf, FEWEST, rounded, SAMPLES } from "./slots.ts";

/** Numbers that are an object each, alone in a list or as all that many alike records have: an array has them themselves. */
export const numbers: Rule = (facts, tick) => {
  // What the allocator of a build without the interpreter lock gives is not known here.
  if (facts.collector.design === "free-threaded") return [];
  return facts.groups.flatMap((group) => [...inList(facts, group, tick), ...inRecords(facts, group, tick)]);
};

/** A list of numbers that nothing else has. */
function inList(facts: HeapFacts, group: Group, tick: Tick): Suspect[] {
  const { view, liveBytes, leastBytes } = facts;
  const { heap } = view.columns;
  const name = group.type === NONE ? "" : heap.types[group.type].name;
  if ((name !== "float" && name !== "int") || group.count < FEWEST) return [];
  if (heap.types[heap.type[group.object]].name !== "list") return [];
  const samples = sampleOf(view, group, SAMPLES);
  const each = samples.reduce((sum, number) => sum + rounded(numberAt(heap.shallow, number)), 0) / samples.length;
  const saves = Math.round(numberAt(heap.shallow, group.object) + (each - 8) * group.count);
  if (saves < leastBytes) return [];
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
          text: `${formatCount(group.count)} ${name} objects that only it holds, ${formatCount(Math.round(each))} bytes each with the allocator's rounding`,
          object: group.object,
        },
      ],
      fix: "Keep numbers of one kind in an array, or in numpy.",
      snippet: `${identifierOr(holding.variable, "values")} = array.array("${name === "float" ? "d" : "q"}", values)`,
      caveat:
        name === "int"
          ? "An array's integers have 64 bits at most."
          : "Where None or other things are among them, it can't be an array.",
    }),
  ];
}

/** Alike records of nothing but numbers. */
interface Records {
  /** Names of the fields; for tuples their places. */
  readonly fields: readonly string[];
  /** Whether all are integers. */
  readonly whole: boolean;
  /** Of one record and of the numbers that only it has, as the allocator gives them. */
  readonly each: number;
}

/** Instances of a class of the program's own, or tuples, all of whose values are numbers. */
function inRecords(facts: HeapFacts, group: Group, tick: Tick): Suspect[] {
  const { view, liveBytes, leastBytes, ownership } = facts;
  if (group.type === NONE || group.count < FEWEST || group.shape === "chain") return [];
  const { name } = view.columns.heap.types[group.type];
  if (name !== "tuple" && !ownership.type(group.type)) return [];
  const records = recordsOf(view, sampleOf(view, group, SAMPLES));
  if (records === null) return [];
  const { fields, whole, each } = records;
  const then = 8 * fields.length;
  const saves = Math.round((each - then) * group.count);
  if (saves < leastBytes) return [];
  const holding = holdingOf(facts, group.object, tick);
  const code = whole ? "q" : "d";
  const columns = fields.map((field, i) => identifierOr(field, `column_${i}`));
  return [
    suspect(view, {
      kind: "small-objects",
      says: sentence`${named(holding.name)} holds ${plural(group.count, `${bareName(name)} object`)} of ${fields.length === 1 ? "a number" : `${fields.length} numbers`} each: as arrays, one for each ${name === "tuple" ? "place" : "attribute"}, they would take ${formatBytes(saves)} less (${formatShare(saves, liveBytes)}), ${formatCount(then)} instead of ${formatCount(Math.round(each))} bytes each`,
      text: `Each record is an object, and so is each number that is not shared. Arrays, or columns of numpy or pandas, have the numbers themselves.${name === "tuple" ? "" : " Where they have to stay objects, a named tuple takes about as much as a class with __slots__: one place for each number."}`,
      bytes: saves,
      confidence: "possible",
      objects: [group.object, ...examples(group, EXAMPLES)],
      // It is another way than slots, and no other name for what accumulates there.
      holder: null,
      usedBy: holding.usedBy,
      seen: [
        ...(name === "tuple" ? [] : [`Attributes, all of them numbers: ${fields.join(", ")}`]),
        ...examples(group, EXAMPLES).map((object) => ({ text: "One of them", object })),
      ],
      fix: "Keep a column for each, and make a record of one row where it is needed.",
      snippet: columns
        .slice(0, MOST_LINES)
        .map((column) => `${column} = array.array("${code}")`)
        .concat(columns.length > MOST_LINES ? ["…"] : [])
        .join("\n"),
      caveat: whole
        ? "Rows that other code keeps or compares by identity have to stay objects. An array's integers have 64 bits at most."
        : "Rows that other code keeps or compares by identity have to stay objects, and in an array of floats whole numbers become floats.",
    }),
  ];
}

const EXAMPLES = 3;
const MOST_LINES = 6;
const MOST_FIELDS = 30;

/** What alike objects have, where all of it is numbers and all have the same fields; null else. */
function recordsOf(view: HeapView, objects: readonly number[]): Records | null {
  const { heap } = view.columns;
  let fields: readonly string[] | null = null;
  let whole = true;
  let bytes = 0;
  for (const object of objects) {
    const found = valuesOf(view, object);
    if (found === null || found.size === 0 || found.size > MOST_FIELDS) return null;
    const names = [...found.keys()];
    fields ??= names;
    if (names.length !== fields.length || !fields.every((name) => found.has(name))) return null;
    bytes += costOf(view, object).bytes;
    for (const value of found.values()) {
      const { name } = heap.types[heap.type[value]];
      if (name !== "int" && name !== "float") return null;
      if (name === "float") whole = false;
      if (isHeldBy(view, value, object)) bytes += rounded(numberAt(heap.shallow, value));
    }
  }
  return fields === null ? null : { fields, whole, each: bytes / objects.length };
}

/** Items of a tuple by their places, or attributes of an instance by their names; null where one is not in the file. */
function valuesOf(view: HeapView, object: number): Map<string, number> | null {
  const { heap } = view.columns;
  const { offsets, targets } = heap.references;
  const found = new Map<string, number>();
  let place = offsets[object];
  for (const { kind, name, repeat } of heap.layouts[heap.layout[object]].runs) {
    const end = typeof repeat === "string" ? offsets[object + 1] : place + repeat;
    const isField = kind === "attribute" || kind === "slot" || kind === "item";
    for (let i = 0; place < end; place++, i++) {
      if (!isField) continue;
      if (targets[place] === heap.objectCount) return null;
      found.set(name ?? String(i), targets[place]);
    }
  }
  const dict = dictOf(view, object);
  if (dict === NONE) return found;
  for (let e = offsets[dict]; e + 1 < offsets[dict + 1]; e += 2) {
    const name = targets[e] === heap.objectCount ? null : identifierIn(view.texts.get(targets[e]));
    if (name === null || targets[e + 1] === heap.objectCount) return null;
    found.set(name, targets[e + 1]);
  }
  return found;
}

/** Whether nothing but the record, or its dict, keeps the value alive. */
function isHeldBy(view: HeapView, value: number, record: number): boolean {
  const idom = view.dominators?.idom;
  if (idom === undefined) return false;
  const above = idom[preorderOf(view, value)];
  const dict = dictOf(view, record);
  return above === preorderOf(view, record) || (dict !== NONE && above === preorderOf(view, dict));
}
