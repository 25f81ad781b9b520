import { type IndexColumn, NONE } from "../types/graph.ts";

/** How deep each node of a forest lies, and an ancestor further up to which a climb may jump. */
export interface JumpPointers {
  readonly parent: IndexColumn;
  readonly depth: Int32Array;
  readonly jump: Int32Array;
}

/**
 * For a forest whose parents have smaller numbers than their children, such as a dominator tree; roots have `NONE`.
 *
 * E. Myers, "An applicative random-access stack", 1983: jumps are as far as the digits of skew-binary numbers, so nodes of
 * one depth jump equally far, and no climb takes more than O(log n) steps. Time O(n), memory 8n bytes.
 */
export function jumpPointers(parent: IndexColumn): JumpPointers {
  const depth = new Int32Array(parent.length);
  const jump = new Int32Array(parent.length);
  for (let v = 0; v < parent.length; v++) {
    const p = parent[v];
    if (p === NONE) {
      jump[v] = v;
      continue;
    }
    const over = jump[p];
    depth[v] = depth[p] + 1;
    jump[v] = depth[p] - depth[over] === depth[over] - depth[jump[over]] ? jump[over] : p;
  }
  return { parent, depth, jump };
}

/** The nearest node that has both in its tree, which may be one of them. Both are in one tree. Time O(log n). */
export function commonAncestor({ parent, depth, jump }: JumpPointers, a: number, b: number): number {
  let lower = depth[a] >= depth[b] ? a : b;
  let upper = lower === a ? b : a;
  while (depth[lower] > depth[upper]) lower = depth[jump[lower]] >= depth[upper] ? jump[lower] : parent[lower];
  while (lower !== upper) {
    const apart = jump[lower] !== jump[upper];
    lower = apart ? jump[lower] : parent[lower];
    upper = apart ? jump[upper] : parent[upper];
  }
  return lower;
}
