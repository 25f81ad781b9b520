import { TICK_MASK } from "../graph/ticking.ts";
import { NONE, type Tick } from "../types/graph.ts";
import type { Heap } from "../types/heap.ts";
import type { ReferenceKind } from "../types/reference-kinds.ts";
import type { CycleAlike } from "../types/rows.ts";
import { type CycleIndex, cycleIndexOf } from "./cycle-index.ts";
import { isDataReference } from "./data-cycles.ts";
import { edgeAt, identifierIn, type TextSource } from "./edges.ts";
import type { CycleStage } from "./stages.ts";
import { type HeapView, reachOf } from "./view.ts";

/**
 * By cycle: the number of its shape. Cycles of one shape have as many members of each type, as many references of each
 * name from type to type among them, and all wait for the collector or none does. A position in a sequence and a key of
 * an ordinary dict are no names, so one parent with two children is alike to another.
 *
 * Time O(members + their references), plus sorting each cycle's; made once per dump.
 */
export function shapesOf(view: HeapView, stage: CycleStage, tick: Tick): Int32Array {
  const index = cycleIndexOf(view);
  index.shapes ??= findShapes(view, stage, index, tick);
  return index.shapes;
}

function findShapes(view: HeapView, stage: CycleStage, index: CycleIndex, tick: Tick): Int32Array {
  const { offsets, members } = index;
  const { heap } = view.columns;
  const shapes = new Int32Array(stage.size.length);
  const numbers = new Map<string, number>();
  const patternOf = patternNumbers(heap, view.texts);
  for (let cycle = 0; cycle < stage.size.length; cycle++) {
    if ((cycle & 0x3ff) === 0) tick(cycle / stage.size.length);
    const inside = members.subarray(offsets[cycle], offsets[cycle + 1]);
    const here: Tick = (done) => tick((cycle + done) / stage.size.length);
    const types = new Map<number, number>();
    for (const object of inside) count(types, heap.type[object]);
    const edges = insideEdges(heap, stage, cycle, inside, patternOf, here);
    const waits = reachOf(view, inside[0]) === "unreachable";
    const key = `${waits} ${countedText(types)} ${countedText(edges)}`;
    const shape = numbers.get(key) ?? numbers.size;
    numbers.set(key, shape);
    shapes[cycle] = shape;
  }
  return shapes;
}

type PatternNumber = (source: number, place: number, target: number, isVariables: boolean) => number;

/** How many data references of each pattern are among the members of one cycle, which may be most of a heap. */
function insideEdges(
  heap: Heap,
  { cycleOf }: CycleStage,
  own: number,
  members: Int32Array,
  patternOf: PatternNumber,
  tick: Tick,
): Map<number, number> {
  const { offsets, targets } = heap.references;
  const each = (from: number, meet: (source: number, place: number, target: number, kind: ReferenceKind) => void) => {
    for (let i = 0; i < members.length; i++) {
      const source = members[i];
      for (let e = offsets[source]; e < offsets[source + 1]; e++) {
        if ((e & TICK_MASK) === 0) tick(from + i / members.length / 2);
        const target = targets[e];
        if (target === heap.objectCount || cycleOf[target] !== own) continue;
        const { kind } = edgeAt(heap, source, e - offsets[source]);
        if (isDataReference(kind)) meet(source, e - offsets[source], target, kind);
      }
    }
  };
  const variables = new Set<number>();
  each(0, (_source, _place, target, kind) => {
    if (kind === "dict") variables.add(target);
  });
  const counts = new Map<number, number>();
  each(0.5, (source, place, target) => count(counts, patternOf(source, place, target, variables.has(source))));
  return counts;
}

const count = (counts: Map<number, number>, number: number): Map<number, number> =>
  counts.set(number, (counts.get(number) ?? 0) + 1);

/** Numbers what is the same in all objects of two types: how one refers to the other. */
function patternNumbers(heap: Heap, texts: TextSource): PatternNumber {
  const names = new Map<string, number>();
  const keys = new Map<number, string>();
  const typeCount = heap.types.length;
  const keyName = (key: number): string => {
    const known = keys.get(key) ?? identifierIn(texts.get(key)) ?? "";
    keys.set(key, known);
    return known;
  };
  return (source, place, target, isVariables) => {
    const { kind, name, key } = edgeAt(heap, source, place);
    const written = `${kind} ${name ?? ""} ${isVariables && key !== NONE ? keyName(key) : ""}`;
    const number = names.get(written) ?? names.size;
    names.set(written, number);
    return (number * typeCount + heap.type[source]) * typeCount + heap.type[target];
  };
}

/** One 1 and two 3s: `"1*1,3*2"`. */
const countedText = (counts: ReadonlyMap<number, number>): string =>
  [...counts]
    .sort(([a], [b]) => a - b)
    .map(([number, times]) => `${number}*${times}`)
    .join(",");

/** All members of the cycles of this one's shape, increasing; none for a number that no cycle has. Needs the cycles. */
export function membersOfShape(view: HeapView, cycle: number, tick: Tick): Int32Array {
  if (view.cycles === null) throw new Error("The cycles were asked for before they were done");
  const { offsets, members } = cycleIndexOf(view);
  const shapes = shapesOf(view, view.cycles, tick);
  const found: number[] = [];
  for (let other = 0; other < shapes.length; other++) {
    if (shapes[other] !== shapes[cycle]) continue;
    for (let i = offsets[other]; i < offsets[other + 1]; i++) found.push(members[i]);
  }
  return Int32Array.from(found).sort();
}

/** What the cycles of each shape come to together, by number of the shape. Time O(cycles). */
export function shapeTotals(
  { retained }: CycleStage,
  index: CycleIndex,
  shapes: Int32Array,
  tick: Tick,
): readonly CycleAlike[] {
  const totals: { -readonly [K in keyof CycleAlike]: CycleAlike[K] }[] = [];
  for (let cycle = 0; cycle < shapes.length; cycle++) {
    if ((cycle & TICK_MASK) === 0) tick(0);
    totals[shapes[cycle]] ??= { cycles: 0, objects: 0, shallowBytes: 0, retainedBytes: 0 };
    const total = totals[shapes[cycle]];
    total.cycles++;
    total.objects += index.offsets[cycle + 1] - index.offsets[cycle];
    total.shallowBytes += index.shallow[cycle];
    total.retainedBytes += retained[cycle];
  }
  return totals;
}
