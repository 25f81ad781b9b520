import { childrenOf } from "../graph/dominators.ts";
import { retainedByType } from "../graph/retained.ts";
import { TICK_MASK } from "../graph/ticking.ts";
import { NONE, type Tick } from "../types/graph.ts";
import type { HeapView } from "./view.ts";

/**
 * What the objects of each group keep alive, each byte once a group; null before the dominators are there. The same as
 * for types, with a group in a type's place. `groupOf`: below `groups`, or `NONE`. Time O(n), memory 16n bytes of scratch.
 */
export function keptByGroup(
  view: HeapView,
  groups: number,
  groupOf: (object: number) => number,
  tick: Tick,
): Float64Array | null {
  if (view.dominators === null || view.graph === null) return null;
  const { node, unreachable } = view.graph.graph.preordering;
  const type = new Int32Array(node.length);
  for (let v = 0; v < node.length; v++) {
    if ((v & TICK_MASK) === 0) tick(0);
    type[v] = node[v] === NONE ? NONE : groupOf(node[v]);
  }
  const { idom, retained } = view.dominators;
  const tree = { idom, children: childrenOf(idom), retained, type, typeCount: groups };
  const live = retainedByType(tree, 0, (done) => tick(done / 2));
  const ofGarbage = retainedByType(tree, unreachable, (done) => tick(0.5 + done / 2));
  return live.map((bytes, group) => bytes + ofGarbage[group]);
}

/** By the modules of the objects' types. */
export function keptByModule(view: HeapView, tick: Tick): ReadonlyMap<string, number> | null {
  const { heap } = view.columns;
  const modules = [...new Set(heap.types.map((type) => type.module))];
  const numbers = new Map(modules.map((module, number) => [module, number]));
  const moduleOf = Int32Array.from(heap.types, (type) => numbers.get(type.module) ?? NONE);
  const kept = keptByGroup(view, modules.length, (object) => moduleOf[heap.type[object]], tick);
  return kept === null ? null : new Map(modules.map((module, number) => [module, kept[number]]));
}
