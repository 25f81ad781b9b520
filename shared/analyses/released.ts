import { releasedAtOnce, releasedSums } from "../graph/released.ts";
import type { AsideTask } from "../types/aside.ts";
import { type CompactColumn, compactColumn, numberAt, UNKNOWN } from "../types/compact.ts";
import { giveBack, type IndexColumn, type Tick } from "../types/graph.ts";
import { FLAGS, type Heap } from "../types/heap.ts";
import type { HeapGraph } from "./heap-graph.ts";

/** What is known of an object's count; 0 where it has more than the references found explain. */
const [EXPLAINED, UNCOUNTED, IMMORTAL] = [1, 2, 3];

interface ReleaseInput {
  readonly heap: Pick<Heap, "refcount" | "flags">;
  readonly graph: Pick<HeapGraph, "predecessors"> & {
    readonly preordering: Pick<HeapGraph["preordering"], "node" | "unreachable">;
  };
  readonly parent: IndexColumn;
  readonly idom: IndexColumn;
}

interface Release {
  /** By preorder number; see `releasedAtOnce`. */
  readonly release: Uint8Array<ArrayBuffer>;
  /** By preorder number: `EXPLAINED`, `UNCOUNTED`, `IMMORTAL` or 0. */
  readonly explained: Uint8Array<ArrayBuffer>;
}

/** The part that another core can do. Time O(n + m), memory 2n bytes for the result and 12n of scratch. */
export const RELEASE_FLAGS: AsideTask<ReleaseInput, Release> = {
  name: "release",
  run: releaseFlags,
};

export function releaseFlags({ heap, graph, parent, idom }: ReleaseInput, tick: Tick): Release {
  const { preordering, predecessors } = graph;
  const { node, unreachable } = preordering;
  const { offsets } = predecessors;
  const { small, most } = heap.refcount;
  const explained = new Uint8Array(node.length);
  for (let v = 1; v < unreachable; v++) {
    if ((v & 0x7fff) === 0) tick((0.2 * v) / unreachable);
    const object = node[v];
    const count = small[object] < most ? small[object] : numberAt(heap.refcount, object);
    if (count === UNKNOWN) explained[v] = UNCOUNTED;
    else if ((heap.flags[object] & FLAGS.immortal) !== 0) explained[v] = IMMORTAL;
    else explained[v] = count <= offsets[v + 1] - offsets[v] ? EXPLAINED : 0;
  }
  const release = releasedAtOnce({ parent, predecessors, idom }, explained, (done) => tick(0.2 + 0.8 * done));
  return { release, explained };
}

/**
 * What reference counts alone free with each object, by preorder number (see `releasedAtOnce`); `UNKNOWN` bytes where
 * the object's count can't be trusted, so that nobody knows when it goes. Immortal objects never go. Garbage is held by
 * garbage only, so nobody can let go of it: all of it waits for the collector, and nothing goes at once. What comes in is
 * empty afterwards. Time O(n); memory 6n to 12n bytes for the result and 12n of scratch.
 */
export function releasedWithEach(
  { release, explained }: Release,
  {
    parent,
    idom,
    size,
    unreachable,
  }: Pick<ReleaseInput, "parent" | "idom"> & { readonly size: Float64Array<ArrayBuffer>; readonly unreachable: number },
  tick: Tick,
): { readonly bytes: CompactColumn; readonly objects: CompactColumn } {
  const released = releasedSums(release, { parent, idom }, size, (done) => tick(0.5 * done));
  for (let v = 1; v < explained.length; v++) {
    if ((v & 0x7fff) === 0) tick(0.5 + (0.2 * v) / explained.length);
    if (v < unreachable && explained[v] !== UNCOUNTED && explained[v] !== IMMORTAL) continue;
    released.bytes[v] = explained[v] === UNCOUNTED ? UNKNOWN : 0;
    released.objects[v] = 0;
  }
  const bytes = compactColumn(released.bytes);
  giveBack(release, explained, released.bytes);
  tick(0.85);
  const objects = compactColumn(released.objects);
  giveBack(released.objects);
  return { bytes, objects };
}

/**
 * Whether the references found among live objects are all that the object's count stands for. References of garbage
 * and those that nobody found are none of them: such an object stays until they are gone as well.
 */
export function countIsExplained(
  heap: Heap,
  { offsets }: HeapGraph["predecessors"],
  node: IndexColumn,
  v: number,
): boolean {
  const object = node[v];
  const count = numberAt(heap.refcount, object);
  return count !== UNKNOWN && (heap.flags[object] & FLAGS.immortal) === 0 && count <= offsets[v + 1] - offsets[v];
}
