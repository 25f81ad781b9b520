import { type Preordering, PreorderWalk } from "../graph/preorder.ts";
import { relabel } from "../graph/relabel.ts";
import { reverse } from "../graph/reverse.ts";
import { sourceComponentMembers } from "../graph/sources.ts";
import { type Csr, indexColumn, type Tick } from "../types/graph.ts";
import { type FileRootKind, FLAGS, type Heap, type Root, UNKNOWN } from "../types/heap.ts";

/** A starting point that the explorer found by the counts, not by a name in the file. */
export type FoundRootKind = "c_held" | "immortal" | "uncounted";

export interface GraphRoot {
  readonly kind: FileRootKind | FoundRootKind;
  readonly name: string;
  readonly place: string | null;
  readonly object: number;
}

/** What keeps what alive, in preorder numbers. */
export interface HeapGraph {
  readonly preordering: Preordering;
  /** Retaining references only, artificial nodes included. */
  readonly forward: Csr;
  readonly predecessors: Csr;
  /**
   * Numbers from here up to `preordering.unreachable` are held only from outside the graph; those below are reached
   * from starting points with a name.
   */
  readonly heldOutside: number;
  readonly roots: readonly GraphRoot[];
}

/**
 * The references that keep their targets alive: without weak and borrowed ones, and without those to missing objects.
 * Time O(n + m); memory 4(n + 1) + 4m bytes.
 */
export function retainingReferences(heap: Heap, tick: Tick): Csr {
  const { objectCount, references, layout, layouts } = heap;
  const { offsets, targets } = references;
  const keepsAll = Uint8Array.from(layouts, (l) => (l.allRetain ? 1 : 0));
  const kept = indexColumn(objectCount + 1);
  const keptTargets = new Int32Array(new SharedArrayBuffer(4 * targets.length));
  let count = 0;
  for (let v = 0; v < objectCount; v++) {
    if ((v & 0xffff) === 0) tick(v / objectCount);
    const first = offsets[v];
    const end = offsets[v + 1];
    const retains = keepsAll[layout[v]] === 1 ? null : retainingPlaces(heap, v);
    for (let e = first; e < end; e++) {
      const w = targets[e];
      if (w !== objectCount && (retains === null || retains(e - first))) keptTargets[count++] = w;
    }
    kept[v + 1] = count;
  }
  return { nodeCount: objectCount, offsets: kept, targets: keptTargets.subarray(0, count) };
}

/** For an object of which not all references retain: which places of its list do. */
export function retainingPlaces(heap: Heap, object: number): (place: number) => boolean {
  const weak: [first: number, end: number][] = [];
  let place = 0;
  for (const { kind, repeat } of heap.layouts[heap.layout[object]].runs) {
    const length = typeof repeat === "number" ? repeat : Number.POSITIVE_INFINITY;
    if (kind === "weak" || kind === "borrowed") weak.push([place, place + length]);
    place += length;
  }
  return (at) => !weak.some(([first, end]) => at >= first && at < end);
}

/**
 * Finds what is alive and through whom, as principle 8 of the format has it: named starting points first; then, as the
 * cyclic collector does it, objects whose reference count exceeds the references found, which somebody outside the
 * graph must hold; only what neither reaches is unreachable.
 *
 * An object without a trustworthy count is never called garbage: it becomes a starting point of its own.
 * Time O(n + m); memory per node 28 bytes and per reference 8, of which the forward graph is dropped later.
 */
export function buildHeapGraph(heap: Heap, named: readonly Root[], retaining: Csr, tick: Tick): HeapGraph {
  const share =
    (from: number, to: number): Tick =>
    (fraction) =>
      tick(from + (to - from) * fraction);
  const walk = new PreorderWalk(retaining, share(0, 0.4));
  const roots: GraphRoot[] = [...named];
  for (const { object } of named) walk.startAt(object);

  const held = heldFromOutside(heap, retaining, (object) => !walk.isNumbered(object));
  let firstHeld = -1;
  for (const root of held) {
    if (walk.startAt(root.object) && firstHeld === -1) firstHeld = root.object;
    roots.push(root);
  }

  const leftovers = sourceComponentMembers(retaining, (object) => !walk.isNumbered(object), share(0.4, 0.45));
  if (leftovers.length > 0) walk.beginUnreachable();
  for (const object of leftovers) walk.startAt(object);

  const preordering = walk.finish();
  const forward = relabel(retaining, preordering, share(0.45, 0.75));
  const predecessors = reverse(forward, share(0.75, 1));
  const heldOutside = firstHeld === -1 ? preordering.unreachable : preordering.preorder[firstHeld];
  return { preordering, forward, predecessors, heldOutside, roots };
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
  return roots;
}

function outsideKind(heap: Heap, object: number, found: number): FoundRootKind | null {
  if ((heap.flags[object] & FLAGS.immortal) !== 0) return "immortal";
  const count = heap.refcount[object];
  if (count === UNKNOWN) return "uncounted";
  return count > found ? "c_held" : null;
}
