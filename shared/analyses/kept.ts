import { numberAt } from "../types/compact.ts";
import { NONE, type Tick } from "../types/graph.ts";
import type { DominatorGroup } from "../types/rows.ts";
import { type HeapView, preorderOf } from "./view.ts";

/**
 * Who holds the objects of a set: the nearest object without which each of them would be gone, in groups by its type, or
 * the nearest module in whose variables it is. Groups with most bytes first; members that no single object holds are one
 * group without a name. Needs the dominators. Time O(members), by module O(n).
 */
export function dominatorGroups(
  view: HeapView,
  objects: Int32Array,
  by: "type" | "module",
  tick: Tick,
): DominatorGroup[] {
  const { dominators, graph, columns } = view;
  if (dominators === null || graph === null) throw new Error("Holders were asked for before the dominators were done");
  const { heap } = columns;
  const { idom, retained } = dominators;
  const { node } = graph.graph.preordering;
  const owner = by === "module" ? modulesAbove(view, tick) : idom;
  const groups = new Map<string | null, { -readonly [K in keyof DominatorGroup]: DominatorGroup[K] }>();
  const seen = new Set<number>();
  for (const [i, object] of objects.entries()) {
    if ((i & 0x7fff) === 0) tick(i / objects.length);
    const v = preorderOf(view, object);
    const holder = owner[v] === NONE || node[owner[v]] === NONE ? null : owner[v];
    const name =
      holder === null
        ? null
        : by === "type"
          ? heap.types[heap.type[node[holder]]].name
          : (view.moduleOfDict?.get(node[holder]) ?? null);
    const group = groups.get(name) ?? { name, dominators: 0, members: 0, shallowBytes: 0, retainedBytes: 0 };
    groups.set(name, group);
    group.members++;
    group.shallowBytes += numberAt(heap.shallow, object);
    group.retainedBytes += numberAt(retained, v);
    if (holder === null || seen.has(holder)) continue;
    seen.add(holder);
    group.dominators++;
  }
  return [...groups.values()].sort((a, b) => b.retainedBytes - a.retainedBytes || b.members - a.members);
}

/** Of each object, the nearest dict of a module's variables above it, by preorder number; `NONE` for none. Time O(n). */
function modulesAbove(view: HeapView, tick: Tick): Int32Array {
  const idom = view.dominators?.idom ?? new Int32Array(0);
  const node = view.graph?.graph.preordering.node ?? idom;
  const above = new Int32Array(idom.length).fill(NONE);
  for (let v = 0; v < idom.length; v++) {
    if ((v & 0x7fff) === 0) tick(v / idom.length);
    const d = idom[v];
    if (d !== NONE) above[v] = view.moduleOfDict?.has(node[d]) === true ? d : above[d];
  }
  return above;
}
