import { addBit, type BitSet, emptyBitSet, hasBit } from "../graph/bitset.ts";
import { type Components, components, cyclicComponents, type Lists } from "../graph/components.ts";
import { TICK_MASK } from "../graph/ticking.ts";
import type { AsideTask } from "../types/aside.ts";
import { type SignedCodeColumn, signedCodeColumn } from "../types/compact.ts";
import { giveBack, type IndexColumn, indexColumn, NONE, type Tick } from "../types/graph.ts";
import type { Heap } from "../types/heap.ts";
import { REFERENCE_KINDS, type ReferenceKind } from "../types/reference-kinds.ts";
import { type HeapGraph, wantedPlaces } from "./heap-graph.ts";

/**
 * The references in which a person looks for cycles: retaining ones but those from an instance to its class and from a
 * function to its globals. Through these two every object that a module's variable leads to is in one cycle with the
 * whole program, which is true and tells nothing.
 */
export const isDataReference = (kind: ReferenceKind): boolean =>
  REFERENCE_KINDS[kind].retains && kind !== "type" && kind !== "global";

export interface DataCycles {
  /** Object -> its cycle, a strongly connected component of the data references; `NONE` on none. */
  readonly cycleOf: SignedCodeColumn;
  /** The same by preorder number, artificial nodes included. */
  readonly byNumber: IndexColumn;
  /** Cycle -> number of objects. */
  readonly size: IndexColumn;
}

interface CyclesInput {
  readonly heap: Pick<Heap, "objectCount" | "references" | "layout" | "layouts">;
  readonly graph: Pick<HeapGraph, "predecessors"> & {
    readonly preordering: Pick<HeapGraph["preordering"], "node" | "preorder">;
  };
}

export const DATA_CYCLES: AsideTask<CyclesInput, DataCycles> = {
  name: "cycles",
  run: dataCycles,
};

/**
 * The cycles of a heap. They are found among the predecessors, backwards: the components are the same, and the predecessors
 * of neighbours in preorder lie side by side (three times as fast as in the order of the file). Only classes and the
 * globals of functions have predecessors that are none of data, so only theirs are listed anew. An object without
 * references is on no cycle; half of all are.
 * Time O(n + m); memory 6n bytes for the result, 21n of scratch.
 */
export function dataCycles({ heap, graph }: CyclesInput, tick: Tick): DataCycles {
  const { node } = graph.preordering;
  const instead = dataReferrersOfClasses(heap, graph.preordering, (done) => tick(0.2 * done));
  const lists: Lists = { ...graph.predecessors, instead };
  const found = components(lists, (done) => tick(0.2 + 0.6 * done), withoutReferences(heap, graph));
  const cyclic = cyclicComponents(lists, found, (done) => tick(0.8 + 0.1 * done));
  giveBack(instead.row, instead.lists.offsets, instead.lists.targets);
  const { byNumber, size } = onlyCycles(found, cyclic);
  const cycleOf = signedCodeColumn(heap.objectCount, size.length).fill(NONE);
  for (let i = 0; i < byNumber.length; i++) {
    if ((i & TICK_MASK) === 0) tick(0.9 + (0.1 * i) / byNumber.length);
    if (byNumber[i] !== NONE) cycleOf[node[i]] = byNumber[i];
  }
  return { cycleOf, byNumber, size };
}

/** By preorder number: the artificial nodes, and objects that refer to nothing. */
function withoutReferences({ references }: CyclesInput["heap"], { preordering }: CyclesInput["graph"]): BitSet {
  const { node } = preordering;
  const { offsets } = references;
  const result = emptyBitSet(node.length);
  for (let i = 0; i < node.length; i++) {
    const v = node[i];
    if (v === NONE || offsets[v] === offsets[v + 1]) addBit(result, i);
  }
  return result;
}

/**
 * The lists, in preorder numbers, of what refers to each object to which an instance leads as its class or a function as its
 * globals, apart from these references. Time O(n + m); memory 4n bytes and 4 for each such reference, n/8 of scratch.
 */
function dataReferrersOfClasses(
  { objectCount, references, layout, layouts }: CyclesInput["heap"],
  { node, preorder }: CyclesInput["graph"]["preordering"],
  tick: Tick,
): NonNullable<Lists["instead"]> {
  const { offsets, targets } = references;
  const others = layouts.map((l) => wantedPlaces(l, (kind) => REFERENCE_KINDS[kind].retains && !isDataReference(kind)));
  const data = layouts.map((l) => wantedPlaces(l, isDataReference));
  const isWanted = ({ fixed, rest }: { fixed: Uint8Array; rest: 0 | 1 }, place: number): boolean =>
    (place < fixed.length ? fixed[place] : rest) === 1;

  const isClass = emptyBitSet(objectCount + 1);
  const hasOthers = others.map(({ fixed, rest }) => rest === 1 || fixed.includes(1));
  for (let v = 0; v < objectCount; v++) {
    if ((v & TICK_MASK) === 0) tick((0.2 * v) / objectCount);
    if (!hasOthers[layout[v]]) continue;
    const places = others[layout[v]];
    const end = places.rest === 1 ? offsets[v + 1] : Math.min(offsets[v + 1], offsets[v] + places.fixed.length);
    for (let e = offsets[v]; e < end; e++) if (isWanted(places, e - offsets[v])) addBit(isClass, targets[e]);
  }

  const row = new Int32Array(node.length).fill(NONE);
  let rows = 0;
  for (let v = 0; v < objectCount; v++) if (hasBit(isClass, v)) row[preorder[v]] = rows++;
  const each = (meet: (row: number, referrer: number) => void, told: Tick): void => {
    for (let v = 0; v < objectCount; v++) {
      const first = offsets[v];
      for (let e = first, end = offsets[v + 1]; e < end; e++) {
        if ((e & TICK_MASK) === 0) told(v / objectCount);
        const w = targets[e];
        if (hasBit(isClass, w) && w < objectCount && isWanted(data[layout[v]], e - first)) meet(row[preorder[w]], v);
      }
    }
  };
  /** Ends of lists, then, filled from behind, their beginnings. */
  const ends = new Int32Array(rows + 1);
  each(
    (list) => ends[list]++,
    (done) => tick(0.2 + 0.4 * done),
  );
  for (let r = 1; r <= rows; r++) ends[r] += ends[r - 1];
  const referrers = new Int32Array(ends[rows]);
  each(
    (list, referrer) => {
      referrers[--ends[list]] = preorder[referrer];
    },
    (done) => tick(0.6 + 0.4 * done),
  );
  return { row, lists: { offsets: ends, targets: referrers } };
}

/** Nearly all components are single objects on no cycle: what is said of components is kept of the cycles only. */
function onlyCycles(
  { count, component, size }: Components,
  cyclic: IndexColumn,
): Pick<DataCycles, "byNumber" | "size"> {
  const number = new Int32Array(count).fill(NONE);
  const cycleSize = indexColumn(cyclic.length);
  for (let i = 0; i < cyclic.length; i++) {
    number[cyclic[i]] = i;
    cycleSize[i] = size[cyclic[i]];
  }
  for (let v = 0; v < component.length; v++) component[v] = number[component[v]];
  giveBack(number, size);
  return { byNumber: component, size: cycleSize };
}
