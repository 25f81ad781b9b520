import { addressAt } from "../../types/addresses.ts";
import { NONE, type Tick } from "../../types/graph.ts";
import { FLAGS, type Heap } from "../../types/heap.ts";
import type { CollectorInfo } from "../../types/rows.ts";
import { edgeAt } from "../edges.ts";
import { generationOf } from "../references.ts";
import type { HeapView } from "../view.ts";

/**
 * Whether what a holder keeps alive still grows, as far as one dump can show it: the collector's generations tell how
 * long ago an object was made, counted in objects made since. `growing`: some of it was made lately, most before.
 * `still`: elsewhere objects were made lately, here none; or here some, and then none where others went on. `unknown`:
 * its objects have no generation, nothing is young, or it may be as its module left it when that was loaded.
 */
export type Growth = "growing" | "still" | "unknown";

export interface Youth {
  readonly growth: Growth;
  /** Objects made lately, of those whose age is known. */
  readonly young: number;
  /** Of these, the latest: of the youngest of three generations. */
  readonly youngest: number;
  readonly known: number;
  /** All of it was made lately, as far as is known the holder too. */
  readonly isNew: boolean;
}

/** By preorder number: objects that it keeps alive, itself included, whose age is known, and those made lately. */
export interface Ages {
  readonly known: Int32Array;
  readonly young: Int32Array;
  /** Of the young ones those of generation 0; all of them where there are but two ages. */
  readonly youngest: Int32Array;
  /** Young data in the whole heap, and data of generation 0. */
  readonly youngData: number;
  readonly youngestData: number;
  /** All data whose age is known. */
  readonly knownData: number;
  /** Whether code was made lately: modules are being loaded, and all that they fill grows. */
  readonly isLoading: boolean;
  isYoung(object: number): boolean | null;
}

/** Fewer young objects than this in the whole heap say nothing: the collector has just run. */
const FEWEST_YOUNG = 100;
/** Where an even spread would put fewer young objects than this into a holder, having none shows nothing. */
const FEWEST_EXPECTED = 20;
const FEWEST_KNOWN = 8;
/** A process that loads nothing makes some functions all the same. */
const SHARE_LOADING = 0.02;
/** As few may be there by chance: an entry that was replaced. */
const FEWEST_NEW = 3;

/** Counts ages up the dominator tree. Needs the dominators. Time O(n), memory 8 bytes a node. */
export function agesOf(view: HeapView, isCode: Uint8Array, design: CollectorInfo["design"], tick: Tick): Ages {
  const { columns, graph, dominators } = view;
  if (graph === null || dominators === null) throw new Error("Ages are counted once the dominators are there");
  const { heap } = columns;
  const { node } = graph.graph.preordering;
  // The incremental collector has two ages, and an object leaves the first with the next increment.
  const oldestYoung = design === "incremental" ? 0 : 1;
  const ageOf = (object: number): number | null =>
    design === "free-threaded" ? null : generationOf(heap.flags[object]);
  const isYoung = (object: number): boolean | null => {
    const generation = ageOf(object);
    return generation === null ? null : generation <= oldestYoung;
  };
  const known = new Int32Array(node.length);
  const young = new Int32Array(node.length);
  const youngest = new Int32Array(node.length);
  let youngData = 0;
  let youngestData = 0;
  let knownData = 0;
  let youngCode = 0;
  let knownCode = 0;
  for (let v = node.length - 1; v > 0; v--) {
    if ((v & 0xffff) === 0) tick(0);
    const object = node[v];
    if (object !== NONE && (heap.flags[object] & FLAGS.tracked) !== 0) {
      const age = isYoung(object);
      const isYoungest = ageOf(object) === 0;
      if (age !== null) known[v]++;
      if (age === true) young[v]++;
      if (isYoungest) youngest[v]++;
      if (isYoungest && isCode[v] === 0) youngestData++;
      if (age !== null && isCode[v] === 0) knownData++;
      if (age === true && isCode[v] === 0) youngData++;
      if (age !== null && isCode[v] === 1) knownCode++;
      if (age === true && isCode[v] === 1) youngCode++;
    }
    // A dominator has a smaller number than what it dominates.
    const holder = dominators.idom[v];
    if (holder === NONE) continue;
    known[holder] += known[v];
    young[holder] += young[v];
    youngest[holder] += youngest[v];
  }
  const isLoading = youngCode > SHARE_LOADING * knownCode;
  return { known, young, youngest, youngData, youngestData, knownData, isLoading, isYoung };
}

/**
 * How long ago a module was loaded, by the generation of the last of its functions and classes: what was made before them
 * has no smaller one. `NONE` where that is not known. Time O(variables of the module).
 */
export function loadedIn(
  { columns: { heap }, moduleOfDict }: HeapView,
  typeAt: ReadonlyMap<number, number>,
  dict: number,
): number {
  const { offsets, targets } = heap.references;
  const module = moduleOfDict?.get(dict);
  const moduleOfClass = (cls: number) => heap.types[typeAt.get(addressAt(heap.address, cls)) ?? NONE]?.module;
  let last = NONE;
  for (let e = offsets[dict]; e + 1 < offsets[dict + 1]; e += 2) {
    const value = targets[e + 1];
    if (value === heap.objectCount || (heap.flags[value] & FLAGS.tracked) === 0) continue;
    const isClass = (heap.flags[value] & FLAGS.isClass) !== 0;
    const isMade = isClass ? moduleOfClass(value) === module : globalsOf(heap, value) === dict;
    const generation = isMade ? generationOf(heap.flags[value]) : null;
    if (generation !== null && (last === NONE || generation < last)) last = generation;
  }
  return last;
}

/** The dict of a function's globals; `NONE` where it is no function. */
function globalsOf(heap: Heap, object: number): number {
  if (heap.types[heap.type[object]].name !== "function") return NONE;
  const { offsets, targets } = heap.references;
  for (let e = offsets[object]; e < offsets[object + 1]; e++)
    if (edgeAt(heap, object, e - offsets[object]).kind === "global") return targets[e];
  return NONE;
}

/**
 * What the ages say of one holder, by its preorder number. `members`: of these nodes instead of all it keeps. `loaded`: the
 * generation in which its module was loaded, `NONE` where that is not known.
 */
export function youthOf(
  ages: Ages,
  {
    number,
    object,
    members,
    loaded,
  }: { number: number; object: number; members: readonly number[] | null; loaded: number },
): Youth {
  const sum = (column: Int32Array): number =>
    members === null ? column[number] : members.reduce((total, member) => total + column[member], 0);
  const known = sum(ages.known);
  const young = sum(ages.young);
  const youngest = sum(ages.youngest);
  const told = (growth: Growth, isNew = false): Youth => ({ growth, young, youngest, known, isNew });
  if (known < FEWEST_KNOWN || ages.youngData < FEWEST_YOUNG) return told("unknown");
  if (young < FEWEST_NEW)
    return told((known * ages.youngData) / ages.knownData < FEWEST_EXPECTED ? "unknown" : "still");
  // All of it young, the holder too: it was only just made.
  if (young >= known - 1 && ages.isYoung(object) !== false) return told("unknown", true);
  if (youngest >= FEWEST_NEW) return told(loaded === 0 ? "unknown" : "growing");
  // A part was made lately, and then no more: a table that was loaded, where at that pace others went on.
  if ((young * ages.youngestData) / ages.youngData >= FEWEST_EXPECTED) return told("still");
  return told(loaded === 0 || loaded === 1 ? "unknown" : "growing");
}
