import { retainedByType } from "../graph/retained.ts";
import { NONE, type Tick } from "../types/graph.ts";
import type { HeapView } from "./view.ts";

/**
 * What the instances of each module's types keep alive, each byte once; null before the dominators are there.
 * The same as for types, with a module in a type's place. Time O(n).
 */
export function keptByModule(view: HeapView, tick: Tick): ReadonlyMap<string, number> | null {
  if (view.dominators === null || view.graph === null) return null;
  const { heap } = view.columns;
  const { node, unreachable } = view.graph.graph.preordering;
  const modules = [...new Set(heap.types.map((type) => type.module))];
  const numbers = new Map(modules.map((module, number) => [module, number]));
  const moduleOf = Int32Array.from(heap.types, (type) => numbers.get(type.module) ?? NONE);
  const type = Int32Array.from(node, (object) => (object === NONE ? NONE : moduleOf[heap.type[object]]));
  const tree = { ...view.dominators, type, typeCount: modules.length };
  const live = retainedByType(tree, 0, (done) => tick(done / 2));
  const ofGarbage = retainedByType(tree, unreachable, (done) => tick(0.5 + done / 2));
  return new Map(modules.map((module, number) => [module, live[number] + ofGarbage[number]]));
}
