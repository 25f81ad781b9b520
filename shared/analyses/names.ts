import { NONE, type Tick } from "../types/graph.ts";
import { asObjectId, asTypeId } from "../types/ids.ts";
import type { NameRow } from "../types/rows.ts";
import { dictOf } from "./loaded-code.ts";
import { type HeapView, retainedOf } from "./view.ts";

/*
 * The names that a program gives: variables of its modules, attributes of its instances. Attributes stand in an object's
 * layout (slots, inline values) or are the keys of its `__dict__`.
 */

/** Every name with who has it; `count`: objects that have the attribute, 1 for a variable. */
export type NameIndex = readonly (NameRow & { readonly isMine: boolean })[];

/** `isMine`: whether a module is of the program itself, not of Python or a package. Time O(n + entries of modules' and instances' dicts). */
export function indexNames(view: HeapView, isMine: (module: string) => boolean, tick: Tick): NameIndex {
  const { types } = view.columns.heap;
  return [...variables(view), ...attributes(view, tick)].map((row) => ({
    ...row,
    isMine: isMine(row.typeId === null ? row.owner : types[row.typeId].module),
  }));
}

/**
 * The rows whose name contains `text`, ignoring case. The program's own come before Python's and the packages'; among each,
 * exact ones first, then those that begin so; variables first.
 */
export function namesLike(index: NameIndex, text: string): NameRow[] {
  const wanted = text.toLowerCase();
  const rank = ({ name, kind, isMine }: NameIndex[number]): number => {
    const lower = name.toLowerCase();
    const fit = name === text ? 0 : lower === wanted ? 1 : lower.startsWith(wanted) ? 2 : 3;
    return (isMine ? 0 : 8) + 2 * fit + (kind === "variable" ? 0 : 1);
  };
  return index
    .filter(({ name }) => name.toLowerCase().includes(wanted))
    .map((row) => ({ row, rank: rank(row), size: row.retainedBytes ?? row.count }))
    .sort((a, b) => a.rank - b.rank || b.size - a.size || (a.row.owner < b.row.owner ? -1 : 1))
    .map(({ row: { isMine: _, ...row } }) => row);
}

function variables(view: HeapView): NameRow[] {
  const { heap } = view.columns;
  const { offsets, targets } = heap.references;
  const rows: NameRow[] = [];
  for (const [dict, module] of view.moduleOfDict ?? []) {
    for (const place of pairs(view, dict)) {
      const [key, value] = [targets[offsets[dict] + place], targets[offsets[dict] + place + 1]];
      const name = nameIn(view, key);
      if (name === null || value >= heap.objectCount) continue;
      rows.push({
        name,
        kind: "variable",
        owner: module,
        object: asObjectId(value),
        typeId: null,
        count: 1,
        retainedBytes: retainedOf(view, value),
      });
    }
  }
  return rows;
}

function attributes(view: HeapView, tick: Tick): NameRow[] {
  const { heap } = view.columns;
  const counts = new Map<string, { type: number; name: string; count: number }>();
  const add = (type: number, name: string, count: number) => {
    const key = `${type} ${name}`;
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { type, name, count });
    else known.count += count;
  };
  // The same key object names an attribute in all instances, so its text is read once.
  const inDicts = new Map<number, Map<number, number>>();
  const byLayout = new Map<number, Map<number, number>>();
  for (let object = 0; object < heap.objectCount; object++) {
    if ((object & 0xffff) === 0) tick(object / heap.objectCount);
    const type = heap.type[object];
    increment(byLayout, type, heap.layout[object]);
    const dict = dictOf(view, object);
    if (dict === NONE || view.moduleOfDict?.has(dict)) continue;
    for (const place of pairs(view, dict))
      increment(inDicts, type, heap.references.targets[heap.references.offsets[dict] + place]);
  }
  for (const [type, layouts] of byLayout)
    for (const [layout, count] of layouts)
      for (const { kind, name } of heap.layouts[layout].runs)
        if (name !== null && (kind === "attribute" || kind === "slot")) add(type, name, count);
  for (const [type, keys] of inDicts) {
    for (const [key, count] of keys) {
      const name = nameIn(view, key);
      if (name !== null) add(type, name, count);
    }
  }
  return Array.from(counts.values(), ({ type, name, count }) => ({
    name,
    kind: "attribute",
    owner: heap.types[type].name,
    object: null,
    typeId: asTypeId(type),
    count,
    retainedBytes: null,
  }));
}

/** What the instances of a type hold as this attribute; one that several hold is there several times. Time O(n + entries). */
export function attributeValues(view: HeapView, type: number, name: string, tick: Tick): Int32Array {
  const { heap } = view.columns;
  const { offsets, targets } = heap.references;
  const places = heap.layouts.map(({ runs }) => placeOfName(runs, name));
  const found: number[] = [];
  const isName = new Map<number, boolean>();
  for (let object = 0; object < heap.objectCount; object++) {
    if ((object & 0xffff) === 0) tick(object / heap.objectCount);
    if (heap.type[object] !== type) continue;
    const place = places[heap.layout[object]];
    if (place !== NONE) found.push(targets[offsets[object] + place]);
    const dict = dictOf(view, object);
    if (dict === NONE) continue;
    for (const pair of pairs(view, dict)) {
      const key = targets[offsets[dict] + pair];
      let same = isName.get(key);
      if (same === undefined) {
        same = nameIn(view, key) === name;
        isName.set(key, same);
      }
      if (same) found.push(targets[offsets[dict] + pair + 1]);
    }
  }
  return Int32Array.from(found);
}

function placeOfName(runs: HeapView["columns"]["heap"]["layouts"][number]["runs"], wanted: string): number {
  let place = 0;
  for (const { kind, name, repeat } of runs) {
    if (name === wanted && (kind === "attribute" || kind === "slot")) return place;
    if (typeof repeat === "string") return NONE;
    place += repeat;
  }
  return NONE;
}

/** Where the keys of a dict stand in its list of references: each is followed by its value. */
function* pairs({ columns: { heap } }: HeapView, dict: number): Generator<number> {
  let first = 0;
  for (const { repeat } of heap.layouts[heap.layout[dict]].runs) {
    if (repeat === "pairs") {
      const end = heap.references.offsets[dict + 1] - heap.references.offsets[dict];
      for (let place = first; place + 1 < end; place += 2) yield place;
      return;
    }
    if (repeat === "rest") return;
    first += repeat;
  }
}

/** `'name'` -> `name`; null for keys that are no text, and for such as the file has no text of. */
function nameIn({ columns: { heap }, texts }: HeapView, key: number): string | null {
  const text = key < heap.objectCount ? texts.get(key) : null;
  return text === null ? null : (/^(['"])(.*)\1$/s.exec(text)?.[2] ?? null);
}

function increment(counts: Map<number, Map<number, number>>, outer: number, inner: number): void {
  let of = counts.get(outer);
  if (of === undefined) {
    of = new Map();
    counts.set(outer, of);
  }
  of.set(inner, (of.get(inner) ?? 0) + 1);
}
