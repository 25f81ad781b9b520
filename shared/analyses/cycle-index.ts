import { numberAt } from "../types/compact.ts";
import { NONE } from "../types/graph.ts";
import { FLAGS, type Heap } from "../types/heap.ts";
import type { CycleStage } from "./stages.ts";
import type { HeapView } from "./view.ts";

/** The cycles of a dump, with what is needed to list them; made once per dump. */
export interface CycleIndex {
  /** `offsets[i] .. offsets[i + 1]` are the members of cycle `i`, increasing. */
  readonly offsets: Int32Array;
  readonly members: Int32Array;
  /** By cycle: own bytes of its members. */
  readonly shallow: Float64Array;
  /** By cycle: 1 where a class, a function, a module or code is a member. Such cycles are how Python is built. */
  readonly isCode: Uint8Array;
  /** By cycle: the number of its shape; made when it is first asked for. */
  shapes: Int32Array | null;
}

/** Groups objects by cycle. Time O(n). */
export function indexCycles(heap: Heap, { cycleOf, size }: CycleStage): CycleIndex {
  const cycles = size.length;
  const offsets = new Int32Array(cycles + 1);
  for (let i = 0; i < cycles; i++) offsets[i + 1] = offsets[i] + size[i];
  const next = offsets.slice(0, cycles);
  const members = new Int32Array(offsets[cycles]);
  const shallow = new Float64Array(cycles);
  const isCode = new Uint8Array(cycles);
  const codeTypes = heap.types.map((type) => CODE_TYPES.has(type.name));
  for (let object = 0; object < heap.objectCount; object++) {
    const cycle = cycleOf[object];
    if (cycle === NONE) continue;
    members[next[cycle]++] = object;
    shallow[cycle] += numberAt(heap.shallow, object);
    if ((heap.flags[object] & FLAGS.isClass) !== 0 || codeTypes[heap.type[object]]) isCode[cycle] = 1;
  }
  return { offsets, members, shallow, isCode, shapes: null };
}

const CODE_TYPES = new Set([
  "function",
  "module",
  "code",
  "classmethod",
  "staticmethod",
  "property",
  "method_descriptor",
]);

/** The index of this dump. Needs the cycles. */
export function cycleIndexOf(view: HeapView): CycleIndex {
  if (view.cycles === null) throw new Error("The cycles were asked for before they were done");
  view.cycleIndex ??= indexCycles(view.columns.heap, view.cycles);
  return view.cycleIndex;
}

/** The members of a cycle by its number; none for a number that no cycle has. Needs the cycles. */
export function membersOf(view: HeapView, cycle: number): Int32Array {
  const { offsets, members } = cycleIndexOf(view);
  return cycle + 1 < offsets.length ? members.subarray(offsets[cycle], offsets[cycle + 1]) : members.subarray(0, 0);
}
