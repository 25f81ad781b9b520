import type { MemoryMapNode } from "../../shared/session/contract.ts";
import type { ObjectId } from "../../shared/types/ids.ts";

/** One rectangle: a node, or what its drawn children leave over of the bytes it keeps alive. */
export interface Cell {
  /** Position in the list of nodes; for a rest, of the node whose rest it is. */
  readonly node: number;
  readonly rest: boolean;
  readonly row: number;
  /** Edges as shares of the picture's width, 0 to 1. */
  readonly left: number;
  readonly right: number;
  readonly bytes: number;
}

export interface Icicle {
  readonly nodes: readonly MemoryMapNode[];
  /** Cells by row, each row from left to right. The first row has one cell, which fills it. */
  readonly rows: readonly (readonly Cell[])[];
}

/**
 * Places the tree below one node: each child under its parent and as wide as its share of the bytes, in the order of the
 * list, in which parents come first. The bytes of children that the list leaves out become one cell, the rest; a
 * parent's own bytes stay empty. Time O(n log n).
 */
export function layoutIcicle(nodes: readonly MemoryMapNode[], top: number): Icicle {
  const rows: Cell[][] = [];
  const placed = new Map<number, { readonly cell: Cell; end: number; left: number }>();
  const whole = nodes[top]?.retainedBytes ?? 0;
  const place = (cell: Cell) => {
    rows[cell.row] ??= [];
    rows[cell.row]?.push(cell);
  };
  for (let node = top; node < nodes.length; node++) {
    const { parent, retainedBytes: bytes, shallowBytes } = nodes[node];
    const above = node === top ? undefined : placed.get(parent);
    if (node !== top && above === undefined) continue;
    const left = above?.end ?? 0;
    const right = node === top ? 1 : Math.min(1, left + share(bytes, whole));
    const cell: Cell = { node, rest: false, row: above === undefined ? 0 : above.cell.row + 1, left, right, bytes };
    place(cell);
    placed.set(node, { cell, end: left, left: Math.max(0, bytes - shallowBytes) });
    if (above !== undefined) {
      above.end = right;
      above.left -= bytes;
    }
  }
  for (const { cell, end, left: bytes } of placed.values()) {
    if (bytes <= 0) continue;
    const right = Math.min(cell.right, end + share(bytes, whole));
    place({ node: cell.node, rest: true, row: cell.row + 1, left: end, right, bytes });
  }
  for (const row of rows) row.sort((a, b) => a.left - b.left);
  return { nodes, rows };
}

const share = (bytes: number, whole: number): number => (whole > 0 ? bytes / whole : 0);

/** The cell at a share of the width; narrow ones are met within `reach` of their edges. Time O(log n). */
export function cellAt({ rows }: Icicle, row: number, x: number, reach = 0): Cell | null {
  const cells = rows[row] ?? [];
  let from = 0;
  let to = cells.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (cells[middle].left <= x) from = middle + 1;
    else to = middle;
  }
  const [before, after] = [cells[from - 1], cells[from]];
  if (before !== undefined && x < before.right) return before;
  if (before !== undefined && x - before.right < reach) return before;
  return after !== undefined && after.left - x < reach ? after : null;
}

/** The cell above; null for the first. */
export function parentCell({ nodes, rows }: Icicle, cell: Cell): Cell | null {
  const parent = cell.rest ? cell.node : nodes[cell.node].parent;
  return rows[cell.row - 1]?.find((each) => each.node === parent && !each.rest) ?? null;
}

/**
 * The way from the first row down to a cell, without the first row: each one's position among its siblings, which the
 * list has in their order, and its id. Of smaller ones, the first that is not drawn. Time O(nodes).
 */
export function wayToCell(
  { nodes, rows }: Icicle,
  cell: Cell,
): { readonly at: number; readonly id: ObjectId | null }[] {
  const top = rows[0]?.[0]?.node ?? 0;
  const positions = new Map<number, number>();
  const counts = new Map<number, number>();
  for (const [index, { parent }] of nodes.entries()) {
    const at = counts.get(parent) ?? 0;
    positions.set(index, at);
    counts.set(parent, at + 1);
  }
  const way: { at: number; id: ObjectId | null }[] = [];
  if (cell.rest) way.push({ at: counts.get(cell.node) ?? 0, id: null });
  for (let node = cell.node; node !== top && node >= 0; node = nodes[node].parent)
    way.unshift({ at: positions.get(node) ?? 0, id: nodes[node].id });
  return way;
}

/** The cells below, the largest first and the rest last. */
export const childCells = ({ nodes, rows }: Icicle, cell: Cell): readonly Cell[] =>
  cell.rest
    ? []
    : (rows[cell.row + 1] ?? []).filter((each) => (each.rest ? each.node : nodes[each.node].parent) === cell.node);

/** Where an arrow key leads; null for other keys, and where there is nothing. */
export function cellForKey(icicle: Icicle, cell: Cell, key: string): Cell | null {
  const row = icicle.rows[cell.row] ?? [];
  const at = row.indexOf(cell);
  switch (key) {
    case "ArrowLeft":
      return row[at - 1] ?? null;
    case "ArrowRight":
      return row[at + 1] ?? null;
    case "ArrowUp":
      return parentCell(icicle, cell);
    case "ArrowDown":
      return childCells(icicle, cell)[0] ?? null;
    case "Home":
      return row[0] ?? null;
    case "End":
      return row.at(-1) ?? null;
    default:
      return null;
  }
}
