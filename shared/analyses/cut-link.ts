import { addBit, emptyBitSet, hasBit } from "../graph/bitset.ts";
import { listAt, numberAt, UNKNOWN } from "../types/compact.ts";
import { HeapError } from "../types/failure.ts";
import type { Tick } from "../types/graph.ts";
import { FLAGS } from "../types/heap.ts";
import type { CutLink, RetainingPath, Totals } from "../types/rows.ts";
import { explainedReferences } from "./references.ts";
import { nameEdge, tell } from "./tell-path.ts";
import { type HeapView, objectRow, preorderOf, reachOf } from "./view.ts";
import { mostTellingWay } from "./why-alive.ts";

const NOTHING: Totals = { objects: 0, bytes: 0 };

/**
 * What would go if the first retaining reference from one object to another were cut: all that the target keeps alive if
 * this is the only way in, nothing otherwise, since then all of it is still reached. Needs the dominators.
 *
 * Other ways in are another reference from the same holder, a referrer that the target does not keep alive itself, the
 * target being a starting point, and references that its count tells of and nobody can see.
 * Time O(objects that the target keeps alive + references to it), and one search for the next way.
 */
export function cutLink(view: HeapView, from: number, to: number, tick: Tick): CutLink {
  const { dominators, graph } = view;
  if (dominators === null || graph === null) throw new Error("A link was cut before the dominators were done");
  const { offsets, targets } = graph.graph.predecessors;
  const target = preorderOf(view, to);
  const referrers = targets.subarray(offsets[target], offsets[target + 1]);
  const isGarbage = reachOf(view, to) === "unreachable";
  const edge = nameEdge(view, from, to);
  if (edge === null)
    throw new HeapError({ code: "bad-request", what: `object ${from} has no reference that keeps object ${to} alive` });

  const kept = isGarbage ? null : keptBy(view, target, tick);
  const holder = preorderOf(view, from);
  const parallel = referrers.reduce((sum, p) => sum + (p === holder ? 1 : 0), 0) > 1;
  const isHeld = (p: number): boolean => p !== holder && kept !== null && !hasBit(kept.members, p);
  const stillHeld: CutLink["stillHeld"] = isGarbage
    ? "is-garbage"
    : parallel || hasBit(kept?.members ?? emptyBitSet(0), holder) || referrers.some(isHeld)
      ? "path"
      : unseenHolder(view, to, referrers.length);
  // Garbage that refers to it lets go of it when it is collected, not before.
  const waits =
    numberAt(view.columns.heap.refcount, to) !== UNKNOWN && numberAt(view.columns.heap.refcount, to) > referrers.length;

  const all =
    stillHeld === null && kept !== null
      ? { objects: kept.count, bytes: numberAt(dominators.retained, target) }
      : NOTHING;
  const released = numberAt(dominators.released, target);
  const atOnce =
    stillHeld !== null
      ? NOTHING
      : released < 0
        ? null
        : waits
          ? NOTHING
          : { objects: numberAt(dominators.releasedObjects, target), bytes: released };
  const also = stillHeld === "path" ? nextWay(view, { from, to, target, holder, parallel }, tick) : null;
  return {
    from: objectRow(view, from),
    to: objectRow(view, to),
    edge: edge.text,
    stillHeld,
    atOnce,
    later: less(all, atOnce),
    also,
  };
}

const less = (all: Totals, part: Totals | null): Totals => ({
  objects: all.objects - (part?.objects ?? 0),
  bytes: all.bytes - (part?.bytes ?? 0),
});

/** All that `target` dominates, itself included, in preorder numbers. */
function keptBy(
  view: HeapView,
  target: number,
  tick: Tick,
): { members: ReturnType<typeof emptyBitSet>; count: number } {
  const children = view.dominators?.children;
  const members = emptyBitSet(view.graph?.graph.preordering.nodeCount ?? 0);
  const pending = [target];
  let count = 0;
  for (let v = pending.pop(); v !== undefined && children !== undefined; v = pending.pop()) {
    if ((count++ & 0x7fff) === 0) tick(0);
    addBit(members, v);
    for (const child of listAt(children, v)) pending.push(child);
  }
  return { members, count };
}

/** Who holds the object besides its referrers, live ones and garbage. */
function unseenHolder(view: HeapView, object: number, found: number): CutLink["stillHeld"] {
  const { heap } = view.columns;
  const count = numberAt(heap.refcount, object);
  if ((heap.flags[object] & FLAGS.immortal) !== 0) return "immortal";
  if (count === UNKNOWN || count <= found) return null;
  return count <= explainedReferences(view, object) ? null : "outside";
}

interface Link {
  readonly from: number;
  readonly to: number;
  readonly target: number;
  readonly holder: number;
  readonly parallel: boolean;
}

function nextWay(view: HeapView, { from, to, target, holder, parallel }: Link, tick: Tick): RetainingPath | null {
  if (!parallel) return mostTellingWay(view, target, { withoutReferrer: holder }, tick).told?.path ?? null;
  const node = view.graph?.graph.preordering.node;
  const { way } = mostTellingWay(view, holder, {}, tick);
  if (way === null || node === undefined) return null;
  return tell(view, [...way.map((v) => (v === holder ? from : node[v])), to], { position: 1 }).path;
}
