import { Largest } from "../graph/largest.ts";
import { numberAt } from "../types/compact.ts";
import { NONE, type Tick } from "../types/graph.ts";
import type { Direction, NeighbourGroup, NeighbourRow, Neighbours } from "../types/neighbour-rows.ts";
import { REFERENCE_KINDS } from "../types/reference-kinds.ts";
import { type EdgePattern, type EdgePatterns, referentPatterns, referrerPatterns } from "./edge-patterns.ts";
import { edgeText } from "./edges.ts";
import { cycleFacts, graphFacts, isHub } from "./graph-facts.ts";
import { otherEnds, referenceRows } from "./references.ts";
import { type HeapView, objectRow } from "./view.ts";

/** More kinds of neighbours than this are counted, but not told. */
const MOST_GROUPS = 100;

export interface NeighbourRequest {
  readonly object: number;
  readonly direction: Direction;
  /** Only this group; all of them where it is null. */
  readonly group: string | null;
  /** Members of each group that are told, and how many are left out before them. */
  readonly offset: number;
  readonly limit: number;
}

/**
 * What an object refers to, or what refers to it, in groups of neighbours of one type that are referred to in one way.
 * Needs the columns; the graph for `referrers`. What is kept alive and cycles are null before they are known.
 *
 * Time O(k) for k references of the object, and O(k + references of the referrers that mix kinds) for those to it;
 * memory 25k bytes and 8 per object of the heap, of which only the pages of neighbours are touched.
 */
export function neighbours(view: HeapView, request: NeighbourRequest, tick: Tick): Neighbours {
  const { object, direction } = request;
  const { others, patterns, found } = grouped(view, object, direction, tick);
  const isWanted = (each: Group) => request.group === null || isOfKey(view, each, patterns, request.group);
  const wanted = found.groups.filter(isWanted);
  const ranks = new Map(wanted.map((each) => [each, rank(view, each, others, patterns)]));
  const shown = wanted
    .sort((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0) || b.weight - a.weight)
    .slice(0, MOST_GROUPS);
  const members = membersInOrder(found, shown, request);
  const rows = shown.map((each) => tell(view, each, { object, others, patterns, direction }, members.get(each) ?? []));
  const subject = { ...objectRow(view, object), ...graphFacts(view, object) };
  return {
    object: subject,
    total: wanted.length,
    references: others.length - found.missing,
    missing: found.missing,
    rows,
    cycles: cycleFacts(view, [subject, ...rows.flatMap((row) => row.rows)]),
  };
}

/** The objects of one group. Time and memory as for `neighbours`. */
export function neighboursOfGroup(
  view: HeapView,
  { object, direction, group: key }: Pick<NeighbourRequest, "object" | "direction"> & { readonly group: string },
  tick: Tick,
): Int32Array {
  const { others, patterns, found } = grouped(view, object, direction, tick);
  const wanted = new Set([...found.groups.keys()].filter((at) => isOfKey(view, found.groups[at], patterns, key)));
  return others.filter((_, place) => wanted.has(found.groupOf[place]));
}

/** Whether a group's key tells apart what is in the object's cycle: keys from before the cycles were known do not. */
export const needsCycles = (key: string): boolean => !/^\d+ any /.test(key);

function grouped(view: HeapView, object: number, direction: Direction, tick: Tick) {
  const { heap } = view.columns;
  const others = otherEnds(view, direction, object);
  const patterns =
    direction === "referents" ? referentPatterns(heap, object) : referrerPatterns(heap, object, others, tick);
  return { others, patterns, found: group(view, object, others, patterns) };
}

const NO_NUMBERS = new Int32Array(0);

interface Group {
  readonly pattern: number;
  readonly type: number;
  readonly inCycle: boolean;
  /** Place of the first reference. */
  readonly first: number;
  objects: number;
  references: number;
  shallowBytes: number;
  /** Kept alive, or own bytes before that is known. */
  weight: number;
}

interface Grouping {
  readonly groups: readonly Group[];
  /** By reference: the number of its group where it is the first one to its object there, `NONE` otherwise. */
  readonly groupOf: Int32Array;
  /** By reference: what the object there keeps alive, or its own bytes before that is known. */
  readonly weightOf: Float64Array;
  readonly missing: number;
}

function group(view: HeapView, object: number, others: Int32Array, { patterns, patternOf }: EdgePatterns): Grouping {
  const { heap } = view.columns;
  const cycleOf = view.cycles?.cycleOf ?? null;
  const own = cycleOf?.[object] ?? NONE;
  const retained = view.dominators?.retained ?? null;
  const preorder = view.graph?.graph.preordering.preorder ?? NO_NUMBERS;
  const groups: Group[] = [];
  const numbers = new Map<number, number>();
  const groupOf = new Int32Array(others.length).fill(NONE);
  const weightOf = new Float64Array(others.length);
  // By object: the first pattern it was met in, plus 1. Few are met in two, but for a dict's keys among its values.
  const seen = new Int32Array(heap.objectCount);
  const seenAsKey = new Int32Array(heap.objectCount);
  const seenAgain = new Set<number>();
  let missing = 0;
  let lastCode = NONE;
  let number = 0;
  for (let i = 0; i < others.length; i++) {
    const other = others[i];
    if (other === heap.objectCount) {
      missing++;
      continue;
    }
    const pattern = patternOf[i];
    const type = heap.type[other];
    const inCycle = cycleOf !== null && own !== NONE && cycleOf[other] === own;
    const code = (pattern * heap.types.length + type) * 2 + (inCycle ? 1 : 0);
    if (code !== lastCode) {
      lastCode = code;
      number = numbers.get(code) ?? groups.length;
      if (number === groups.length) {
        numbers.set(code, number);
        groups.push({ pattern, type, inCycle, first: i, objects: 0, references: 0, shallowBytes: 0, weight: 0 });
      }
    }
    const into = groups[number];
    into.references++;
    const marks = patterns[pattern].kind === "key" ? seenAsKey : seen;
    if (marks[other] === pattern + 1) continue;
    if (marks[other] === 0) marks[other] = pattern + 1;
    else if (seenAgain.has(pattern * heap.objectCount + other)) continue;
    else seenAgain.add(pattern * heap.objectCount + other);
    groupOf[i] = number;
    into.objects++;
    into.shallowBytes += numberAt(heap.shallow, other);
    weightOf[i] = retained === null ? numberAt(heap.shallow, other) : numberAt(retained, preorder[other]);
    into.weight += weightOf[i];
  }
  return { groups, groupOf, weightOf, missing };
}

/** The wanted places of the members of each of the `shown` groups, those that keep most alive first. */
function membersInOrder(
  { groups, groupOf, weightOf }: Grouping,
  shown: readonly Group[],
  { offset, limit }: NeighbourRequest,
): Map<Group, number[]> {
  const members = new Map(shown.map((each) => [each, new Largest(Math.min(each.objects, offset + limit))]));
  const largestOf = groups.map((each) => members.get(each) ?? null);
  for (let i = 0; i < groupOf.length; i++) {
    if (groupOf[i] !== NONE) largestOf[groupOf[i]]?.offer(weightOf[i], i);
  }
  return new Map(Array.from(members, ([each, largest]) => [each, largest.positions().slice(offset)]));
}

interface Context {
  readonly object: number;
  readonly others: Int32Array;
  readonly patterns: EdgePatterns;
  readonly direction: Direction;
}

function tell(
  view: HeapView,
  each: Group,
  { object, others, patterns, direction }: Context,
  places: readonly number[],
): NeighbourGroup {
  const pattern = patterns.patterns[each.pattern];
  const source = direction === "referents" ? object : others[each.first];
  return {
    key: keyOf(view, each, patterns),
    type: view.columns.heap.types[each.type].name,
    edge: patternText(view, source, pattern),
    kind: pattern.kind,
    objects: each.objects,
    references: each.references,
    shallowBytes: each.shallowBytes,
    retainedBytes: view.dominators === null ? null : each.weight,
    retains: REFERENCE_KINDS[pattern.kind].retains,
    inCycle: view.cycles === null ? null : each.inCycle,
    rows: referenceRows(view, direction, object, Int32Array.from(places)).map(
      (row): NeighbourRow => ({ ...row, ...graphFacts(view, row.id) }),
    ),
  };
}

/** `12 in attribute request`; before the cycles are known `any` takes the place of `in` and `out`. */
function keyOf(view: HeapView, group: Group, patterns: EdgePatterns): string {
  return keyWith(group, patterns, view.cycles === null ? "any" : group.inCycle ? "in" : "out");
}

const isOfKey = (view: HeapView, group: Group, patterns: EdgePatterns, key: string): boolean =>
  key === keyOf(view, group, patterns) || key === keyWith(group, patterns, "any");

function keyWith({ pattern, type }: Group, { patterns }: EdgePatterns, where: "in" | "out" | "any"): string {
  const { kind, name } = patterns[pattern];
  return `${type} ${where} ${kind} ${name ?? ""}`;
}

/** `[…]` for any item or value; otherwise the name that all of them go by. */
function patternText(view: HeapView, source: number, { kind, name }: EdgePattern): string {
  const text = edgeText(view.columns.heap, view.texts, source, { kind, name, index: 0, key: NONE });
  return kind === "item" && text.startsWith("[") ? "[…]" : text;
}

/** What holds comes first, and what half the heap refers to tells least. */
function rank(view: HeapView, { pattern, first }: Group, others: Int32Array, { patterns }: EdgePatterns): number {
  if (!REFERENCE_KINDS[patterns[pattern].kind].retains) return 2;
  return isHub(view, others[first]) ? 1 : 0;
}
