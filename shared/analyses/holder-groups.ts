import { listAt, numberAt } from "../types/compact.ts";
import { NONE } from "../types/graph.ts";
import { asObjectId } from "../types/ids.ts";
import type { HolderGroup } from "../types/rows.ts";
import { type HeapView, preorderOf } from "./view.ts";

export interface OwnerModule {
  readonly module: string | null;
  /** Its variables lead to the object; else it only has the class. */
  readonly isNamed: boolean;
}

export const NO_MODULE: OwnerModule = { module: null, isNamed: false };

/** The module that an object is, or whose variables it is; null for every other object. */
function moduleIn({ columns: { heap }, moduleOfDict, texts }: HeapView, object: number): string | null {
  return (
    moduleOfDict?.get(object) ?? (heap.types[heap.type[object]].name === "module" ? (texts.get(object) ?? null) : null)
  );
}

/**
 * The module that has the object: the nearest one above it in the tree of holders; where there is none, the one that the
 * class of the nearest object above it is from, itself included, unless that is a built-in. Time O(depth).
 */
export function moduleOf(view: HeapView, object: number): OwnerModule {
  const idom = view.dominators?.idom ?? new Int32Array(0);
  const node = view.graph?.graph.preordering.node ?? idom;
  let own: string | null = null;
  for (let v = preorderOf(view, object); v !== NONE && node[v] !== NONE; v = idom[v]) {
    const module = moduleIn(view, node[v]);
    if (module !== null) return { module, isNamed: true };
    own ??= moduleOfClass(view, node[v]);
  }
  return { module: own, isNamed: false };
}

/** The same, from what is known of the object above. */
export function moduleBelow(view: HeapView, object: number, above: OwnerModule): OwnerModule {
  const named = moduleIn(view, object) ?? (above.isNamed ? above.module : null);
  if (named !== null) return { module: named, isNamed: true };
  return { module: moduleOfClass(view, object) ?? above.module, isNamed: false };
}

/** The module that the object's class is from; null for built-ins. */
function moduleOfClass({ columns: { heap } }: HeapView, object: number): string | null {
  const { module } = heap.types[heap.type[object]];
  return module === "builtins" || module === "" ? null : module;
}

/**
 * What one object holds alone (the biggest holders of all, for null), summed up by type or by module; the groups with
 * most bytes first. None of them is held by another, so that kept bytes add up. Needs the dominators. Time O(children).
 */
export function holderGroups(view: HeapView, object: number | null, by: "type" | "module"): HolderGroup[] {
  const { dominators, graph, columns } = view;
  if (dominators === null || graph === null) throw new Error("Holders were asked for before the dominators were done");
  const { heap } = columns;
  const { children, retained } = dominators;
  const { node } = graph.graph.preordering;
  const top = object === null ? 0 : preorderOf(view, object);
  const above = object === null ? NO_MODULE : moduleOf(view, object);
  const groups = new Map<string | null, { -readonly [K in keyof HolderGroup]: HolderGroup[K] } & { most: number }>();
  for (const v of listAt(children, top)) {
    const name = by === "type" ? heap.types[heap.type[node[v]]].name : moduleBelow(view, node[v], above).module;
    const biggest = asObjectId(node[v]);
    const group = groups.get(name) ?? { name, holders: 0, shallowBytes: 0, retainedBytes: 0, biggest, most: -1 };
    groups.set(name, group);
    group.holders++;
    group.shallowBytes += numberAt(heap.shallow, node[v]);
    group.retainedBytes += numberAt(retained, v);
    if (numberAt(retained, v) > group.most) {
      group.most = numberAt(retained, v);
      group.biggest = biggest;
    }
  }
  return [...groups.values()]
    .sort((a, b) => b.retainedBytes - a.retainedBytes || b.holders - a.holders)
    .map(({ most: _, ...group }) => group);
}
