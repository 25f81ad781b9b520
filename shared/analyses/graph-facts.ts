import { NONE } from "../types/graph.ts";
import { FLAGS } from "../types/heap.ts";
import type { CycleFacts, GraphFacts } from "../types/neighbour-rows.ts";
import { referrerCount } from "./referrers.ts";
import type { HeapView } from "./view.ts";

/** Objects that everything refers to, whatever the program does. */
const HUB_TYPES = new Set([
  "module",
  "builtin_function_or_method",
  "method_descriptor",
  "wrapper_descriptor",
  "NoneType",
  "bool",
  "ellipsis",
  "NotImplementedType",
]);

/** What a picture shows of an object besides its row. Referrers are 0 before the graph is there. Time O(log cycles). */
export function graphFacts(view: HeapView, object: number): GraphFacts {
  const { offsets } = view.columns.heap.references;
  return {
    hub: isHub(view, object),
    cycle: cycleOf(view, object),
    root: view.rootsOf?.get(object)?.[0] ?? null,
    referents: offsets[object + 1] - offsets[object],
    referrers: view.graph === null ? 0 : referrerCount(view, object),
  };
}

export function isHub({ columns: { heap }, moduleOfDict }: HeapView, object: number): boolean {
  const isClass = (heap.flags[object] & FLAGS.isClass) !== 0;
  return isClass || HUB_TYPES.has(heap.types[heap.type[object]].name) || moduleOfDict?.has(object) === true;
}

/** The number of the object's cycle, as lists of cycles have it. */
function cycleOf({ cycles }: HeapView, object: number): number | null {
  if (cycles === null) return null;
  const cycle = cycles.cycleOf[object];
  return cycle === NONE ? null : cycle;
}

/** What is known of these cycles, each once. */
export function cycleFacts({ cycles }: HeapView, facts: Iterable<GraphFacts>): CycleFacts[] {
  if (cycles === null) return [];
  const numbers = new Set<number>();
  for (const { cycle } of facts) if (cycle !== null) numbers.add(cycle);
  return Array.from(numbers, (cycle) => ({
    cycle,
    objects: cycles.size[cycle],
    retainedBytes: cycles.retained[cycle],
  }));
}
