import { releasedAtOnce } from "../graph/released.ts";
import { type CompactColumn, compactColumn, numberAt, numbersOf, UNKNOWN } from "../types/compact.ts";
import { giveBack, type IndexColumn, type Tick } from "../types/graph.ts";
import { FLAGS, type Heap } from "../types/heap.ts";
import type { HeapGraph } from "./heap-graph.ts";

/** What is known of an object's count; 0 where it has more than the references found explain. */
const [EXPLAINED, UNCOUNTED, IMMORTAL] = [1, 2, 3];

/**
 * What reference counts alone free with each object, by preorder number (see `releasedAtOnce`); `UNKNOWN` bytes where
 * the object's count can't be trusted, so that nobody knows when it goes. Immortal objects never go. Garbage is held by garbage only, so nobody can let go
 * of it: all of it waits for the collector, and nothing goes at once.
 * Time O(n + m); memory 6n to 12n bytes for the result and 29n of scratch.
 */
export function releasedWithEach(
  heap: Heap,
  { preordering, predecessors }: HeapGraph,
  { parent, idom, size }: { readonly parent: IndexColumn; readonly idom: IndexColumn; readonly size: Float64Array },
  tick: Tick,
): { readonly bytes: CompactColumn; readonly objects: CompactColumn } {
  const { node, unreachable } = preordering;
  const explained = new Uint8Array(node.length);
  const counts = numbersOf(heap.refcount);
  for (let v = 1; v < unreachable; v++) {
    const count = counts[node[v]];
    if (count === UNKNOWN) explained[v] = UNCOUNTED;
    else if ((heap.flags[node[v]] & FLAGS.immortal) !== 0) explained[v] = IMMORTAL;
    else explained[v] = count <= predecessors.offsets[v + 1] - predecessors.offsets[v] ? EXPLAINED : 0;
  }
  giveBack(counts);
  const released = releasedAtOnce({ parent, predecessors, idom }, size, explained, (done) => tick(0.7 * done));
  for (let v = 1; v < node.length; v++) {
    if ((v & 0x7fff) === 0) tick(0.7 + (0.1 * v) / node.length);
    if (v < unreachable && explained[v] !== UNCOUNTED && explained[v] !== IMMORTAL) continue;
    released.bytes[v] = explained[v] === UNCOUNTED ? UNKNOWN : 0;
    released.objects[v] = 0;
  }
  const bytes = compactColumn(released.bytes);
  giveBack(explained, released.bytes);
  tick(0.9);
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
