import { NONE, type Tick } from "../../types/graph.ts";
import { FLAGS } from "../../types/heap.ts";
import type { CollectorInfo } from "../../types/rows.ts";
import { generationOf } from "../references.ts";
import type { HeapView } from "../view.ts";

/**
 * Whether what a holder keeps alive still grows, as far as one dump can show it: the collector's generations tell how
 * long ago an object was made, counted in objects made since. `growing`: some of it was made lately, most before.
 * `still`: elsewhere objects were made lately, here none. `unknown`: its objects have no generation, or nothing is young.
 */
export type Growth = "growing" | "still" | "unknown";

export interface Youth {
  readonly growth: Growth;
  /** Objects made lately, of those whose age is known. */
  readonly young: number;
  readonly known: number;
  /** All of it was made lately, as far as is known the holder too. */
  readonly isNew: boolean;
}

/** By preorder number: objects that it keeps alive, itself included, whose age is known, and those made lately. */
export interface Ages {
  readonly known: Int32Array;
  readonly young: Int32Array;
  /** Young data in the whole heap. */
  readonly youngData: number;
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
  const youngest = design === "incremental" ? 0 : 1;
  const isYoung = (object: number): boolean | null => {
    const generation = design === "free-threaded" ? null : generationOf(heap.flags[object]);
    return generation === null ? null : generation <= youngest;
  };
  const known = new Int32Array(node.length);
  const young = new Int32Array(node.length);
  let youngData = 0;
  let knownData = 0;
  let youngCode = 0;
  let knownCode = 0;
  for (let v = node.length - 1; v > 0; v--) {
    if ((v & 0xffff) === 0) tick(0);
    const object = node[v];
    if (object !== NONE && (heap.flags[object] & FLAGS.tracked) !== 0) {
      const age = isYoung(object);
      if (age !== null) known[v]++;
      if (age === true) young[v]++;
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
  }
  return { known, young, youngData, knownData, isLoading: youngCode > SHARE_LOADING * knownCode, isYoung };
}

/** What the ages say of one holder, by its preorder number; `members`: of these nodes instead of all it keeps. */
export function youthOf(ages: Ages, holder: number, object: number, members: readonly number[] | null): Youth {
  const sum = (column: Int32Array): number =>
    members === null ? column[holder] : members.reduce((total, member) => total + column[member], 0);
  const known = sum(ages.known);
  const young = sum(ages.young);
  const told = (growth: Growth, isNew = false): Youth => ({ growth, young, known, isNew });
  if (known < FEWEST_KNOWN || ages.youngData < FEWEST_YOUNG) return told("unknown");
  if (young < FEWEST_NEW)
    return told((known * ages.youngData) / ages.knownData < FEWEST_EXPECTED ? "unknown" : "still");
  // All of it young, the holder too: it was only just made.
  if (young >= known - 1 && ages.isYoung(object) !== false) return told("unknown", true);
  return told("growing");
}
