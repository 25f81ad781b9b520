import { type Preordering, PreorderWalk } from "../graph/preorder.ts";
import { relabel } from "../graph/relabel.ts";
import { reverse } from "../graph/reverse.ts";
import { sourceComponentMembers } from "../graph/sources.ts";
import type { Aside } from "../types/aside.ts";
import { numberAt, UNKNOWN } from "../types/compact.ts";
import { type Csr, giveBack, type IndexColumn, indexColumn, type Tick } from "../types/graph.ts";
import { type FileRootKind, FLAGS, type Heap, type Layout, type Root } from "../types/heap.ts";
import { REFERENCE_KINDS, type ReferenceKind } from "../types/reference-kinds.ts";

/** A starting point that the explorer found by the counts, not by a name in the file. */
export const FOUND_ROOT_KINDS = ["c_held", "immortal", "uncounted"] as const;
export type FoundRootKind = (typeof FOUND_ROOT_KINDS)[number];

/** Preorder numbers without what only the next steps need. */
export type Numbering = Omit<Preordering, "parent" | "degree">;

export interface GraphRoot {
  readonly kind: FileRootKind | FoundRootKind;
  readonly name: string;
  readonly place: string | null;
  readonly object: number;
}

/** What keeps what alive, in preorder numbers. */
export interface HeapGraph {
  readonly preordering: Numbering;
  /** Who retains each object, artificial nodes included. */
  readonly predecessors: Csr;
  /**
   * Numbers from here up to `preordering.unreachable` are held only from outside the graph; those below are reached
   * from starting points with a name.
   */
  readonly heldOutside: number;
  readonly roots: readonly GraphRoot[];
}

/** What the predecessors need beyond the references of a heap: numbers for the artificial nodes and for starting points. */
const SPARE_NUMBERS = 1 << 16;

/**
 * The references that keep their targets alive: without weak and borrowed ones, and without those to missing objects.
 * Time O(n + m); memory 4(n + 1) + 4m bytes, from `make`.
 */
export function retainingReferences(
  { objectCount, references, layout, layouts }: Heap,
  tick: Tick,
  make: (length: number) => IndexColumn = (length) => new Int32Array(length),
): Csr {
  const { offsets, targets } = references;
  const places = layouts.map((l) => wantedPlaces(l, (kind) => REFERENCE_KINDS[kind].retains));
  const isPlain = Uint8Array.from(places, ({ fixed, rest }) => (rest === 1 && !fixed.includes(0) ? 1 : 0));
  const keptOffsets = make(objectCount + 1);
  const keptTargets = make(targets.length);
  let count = 0;
  for (let v = 0; v < objectCount; v++) {
    if ((v & 0xffff) === 0) tick(v / objectCount);
    const first = offsets[v];
    const end = offsets[v + 1];
    if (isPlain[layout[v]] === 1) {
      for (let e = first; e < end; e++) if (targets[e] !== objectCount) keptTargets[count++] = targets[e];
      keptOffsets[v + 1] = count;
      continue;
    }
    const { fixed, rest } = places[layout[v]];
    for (let e = first; e < end; e++) {
      const w = targets[e];
      const isWanted = e - first < fixed.length ? fixed[e - first] : rest;
      if (isWanted === 1 && w !== objectCount) keptTargets[count++] = w;
    }
    keptOffsets[v + 1] = count;
  }
  return { nodeCount: objectCount, offsets: keptOffsets, targets: keptTargets.subarray(0, count) };
}

/** Which places of an object's list are wanted: a flag for each one that its layout names, and one for all others. */
export function wantedPlaces(
  { runs }: Layout,
  wanted: (kind: ReferenceKind) => boolean,
): { readonly fixed: Uint8Array; readonly rest: 0 | 1 } {
  const fixed: number[] = [];
  let rest: 0 | 1 = wanted("unnamed") ? 1 : 0;
  for (const { kind, repeat } of runs) {
    const flag = wanted(kind) ? 1 : 0;
    if (typeof repeat === "string") rest = flag;
    else for (let i = 0; i < repeat; i++) fixed.push(flag);
  }
  return { fixed: Uint8Array.from(fixed), rest };
}

/**
 * Finds what is alive and through whom, as principle 8 of the format has it: named starting points first; then, as the
 * cyclic collector does it, objects whose reference count exceeds the references found, which somebody outside the
 * graph must hold; only what neither reaches is unreachable.
 *
 * An object without a trustworthy count is never called garbage: it becomes a starting point of its own.
 * Time O(n + m); memory per node 28 bytes and per reference 8, half of it scratch.
 */
export function buildHeapGraph(
  heap: Heap,
  named: readonly Root[],
  tick: Tick,
  aside: Aside | null,
): { readonly graph: HeapGraph; readonly parent: IndexColumn } {
  const share =
    (from: number, to: number): Tick =>
    (fraction) =>
      tick(from + (to - from) * fraction);
  const retaining = retainingReferences(heap, share(0, 0.1), (length) => indexColumn(length + SPARE_NUMBERS));
  const walk = new PreorderWalk(retaining, share(0.1, 0.45));
  const roots: GraphRoot[] = [...named];
  for (const { object } of named) walk.startAt(object);

  const held = heldFromOutside(heap, retaining, (object) => !walk.isNumbered(object));
  let firstHeld = -1;
  for (const root of held) {
    if (walk.startAt(root.object) && firstHeld === -1) firstHeld = root.object;
    roots.push(root);
  }

  const leftovers = sourceComponentMembers(retaining, (object) => !walk.isNumbered(object), share(0.45, 0.5));
  if (leftovers.length > 0) walk.beginUnreachable();
  for (const object of leftovers) walk.startAt(object);

  const ordered = walk.finish();
  const { parent, degree, ...preordering } = ordered;
  const relabelled = relabel(retaining, ordered, share(0.5, 0.75), aside);
  giveBack(degree);
  const predecessors = reverse(relabelled, share(0.75, 1), aside, retaining);
  giveBack(relabelled.offsets, relabelled.targets);
  const heldOutside = firstHeld === -1 ? preordering.unreachable : preordering.preorder[firstHeld];
  return { graph: { preordering, predecessors, heldOutside, roots }, parent };
}

/**
 * Of the objects that no name reaches, those that somebody outside the graph holds: their count exceeds the references
 * found. What a named object refers to has a name itself, so only references among these objects matter.
 */
function heldFromOutside(heap: Heap, retaining: Csr, isLeftover: (object: number) => boolean): GraphRoot[] {
  const found = new Uint32Array(heap.objectCount);
  const leftovers: number[] = [];
  for (let v = 0; v < heap.objectCount; v++) {
    if (!isLeftover(v)) continue;
    leftovers.push(v);
    // Every kind of reference that retains also owns a count, and the reverse (reference-kinds.ts).
    for (let e = retaining.offsets[v], end = retaining.offsets[v + 1]; e < end; e++) found[retaining.targets[e]]++;
  }
  const roots: GraphRoot[] = [];
  for (const object of leftovers) {
    const kind = outsideKind(heap, object, found[object]);
    if (kind !== null) roots.push({ kind, name: "", place: null, object });
  }
  giveBack(found);
  return roots;
}

function outsideKind(heap: Heap, object: number, found: number): FoundRootKind | null {
  if ((heap.flags[object] & FLAGS.immortal) !== 0) return "immortal";
  const count = numberAt(heap.refcount, object);
  if (count === UNKNOWN) return "uncounted";
  return count > found ? "c_held" : null;
}
