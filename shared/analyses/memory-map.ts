import { listAt, numberAt } from "../types/compact.ts";
import { NONE } from "../types/graph.ts";
import { asObjectId } from "../types/ids.ts";
import type { MemoryMapNode } from "../types/rows.ts";
import { moduleBelow, moduleOf, NO_MODULE, type OwnerModule } from "./holder-groups.ts";
import { type HeapView, objectRow, preorderOf } from "./view.ts";

/** What is narrower than this share of the whole picture is not drawn. */
const SHARE_TO_DRAW = 0.0008;
const MOST_NODES = 4000;
const MOST_DEPTH = 60;

/**
 * The top of the tree of holders below an object (or all, for null) as rows for an icicle: a node's parent comes before
 * it, children by bytes and, where these are equal, by number: as lists have them. Nodes too narrow to see are left out, so children may not fill their parent. Needs the
 * dominators. Time O(nodes drawn and their children).
 */
export function memoryMap(view: HeapView, isCode: Uint8Array, object: number | null): MemoryMapNode[] {
  const { dominators, graph } = view;
  if (dominators === null || graph === null) throw new Error("The memory map needs the dominators");
  const { retained, children } = dominators;
  const { node } = graph.graph.preordering;
  const root = object === null ? 0 : preorderOf(view, object);
  const least = SHARE_TO_DRAW * numberAt(retained, root);
  const rows: MemoryMapNode[] = [];
  const queue: { number: number; parent: number; depth: number }[] = [{ number: root, parent: NONE, depth: 0 }];
  const owners: OwnerModule[] = [];
  for (const { number, parent, depth } of queue) {
    const owner = ownerAt(view, node[number], owners[parent]);
    owners.push(owner);
    const place = {
      parent,
      depth,
      module: owner.module,
      retained: numberAt(retained, number),
      isCode: isCode[number] === 1,
    };
    rows.push(rowOf(view, node[number], place));
    if (depth === MOST_DEPTH) continue;
    const index = rows.length - 1;
    const wide: number[] = [];
    for (const child of listAt(children, number)) if (numberAt(retained, child) >= least) wide.push(child);
    wide.sort((a, b) => numberAt(retained, b) - numberAt(retained, a) || node[a] - node[b]);
    for (const child of wide)
      if (queue.length < MOST_NODES) queue.push({ number: child, parent: index, depth: depth + 1 });
  }
  return rows;
}

interface Kept {
  readonly retained: number;
  readonly isCode: boolean;
}

function ownerAt(view: HeapView, object: number, above: OwnerModule | undefined): OwnerModule {
  if (object === NONE) return NO_MODULE;
  return above === undefined ? moduleOf(view, object) : moduleBelow(view, object, above);
}

function rowOf(
  view: HeapView,
  object: number,
  { retained, isCode, ...place }: Pick<MemoryMapNode, "parent" | "depth" | "module"> & Kept,
): MemoryMapNode {
  if (object === NONE)
    return { id: null, label: "", type: "", ...place, retainedBytes: retained, shallowBytes: 0, isCode: false };
  const { label, type, shallowBytes } = objectRow(view, object);
  return { id: asObjectId(object), label, type, ...place, retainedBytes: retained, shallowBytes, isCode };
}
