import { NONE } from "../types/graph.ts";
import { asObjectId } from "../types/ids.ts";
import type { MemoryMapNode } from "../types/rows.ts";
import { type HeapView, objectRow, preorderOf } from "./view.ts";

/** What is narrower than this share of the whole picture is not drawn. */
const SHARE_TO_DRAW = 0.0008;
const MOST_NODES = 4000;
const MOST_DEPTH = 60;

/**
 * The top of the tree of holders below an object (or all, for null) as rows for an icicle: a node's parent comes before
 * it, children by bytes. Nodes too narrow to see are left out, so children may not fill their parent. Needs the
 * dominators. Time O(nodes drawn and their children).
 */
export function memoryMap(view: HeapView, isCode: Uint8Array, object: number | null): MemoryMapNode[] {
  const { dominators, graph } = view;
  if (dominators === null || graph === null) throw new Error("The memory map needs the dominators");
  const { retained, children } = dominators;
  const { node } = graph.graph.preordering;
  const root = object === null ? 0 : preorderOf(view, object);
  const least = SHARE_TO_DRAW * retained[root];
  const rows: MemoryMapNode[] = [];
  const queue: { number: number; parent: number; depth: number }[] = [{ number: root, parent: NONE, depth: 0 }];
  for (const { number, parent, depth } of queue) {
    rows.push(rowOf(view, node[number], { parent, depth, retained: retained[number], isCode: isCode[number] === 1 }));
    if (depth === MOST_DEPTH) continue;
    const index = rows.length - 1;
    const wide = Array.from(children.targets.subarray(children.offsets[number], children.offsets[number + 1]))
      .filter((child) => retained[child] >= least)
      .sort((a, b) => retained[b] - retained[a] || a - b);
    for (const child of wide)
      if (queue.length < MOST_NODES) queue.push({ number: child, parent: index, depth: depth + 1 });
  }
  return rows;
}

function rowOf(
  view: HeapView,
  object: number,
  { parent, depth, retained, isCode }: { parent: number; depth: number; retained: number; isCode: boolean },
): MemoryMapNode {
  if (object === NONE)
    return { id: null, label: "", type: "", parent, depth, retainedBytes: retained, shallowBytes: 0, isCode: false };
  const { label, type, shallowBytes } = objectRow(view, object);
  return { id: asObjectId(object), label, type, parent, depth, retainedBytes: retained, shallowBytes, isCode };
}
