import type { Direction } from "../../shared/session/contract.ts";
import type { Picture, PictureEdge, PictureNode } from "./reference-picture.ts";

/** A node of the picture in the list beside it. Each node is there once, under the nearest one on the way to the focus. */
export interface TreeItem {
  readonly node: PictureNode;
  readonly depth: number;
  readonly parent: string | null;
  /** How the parent has it: `referents` where the parent holds it, `referrers` where it holds the parent. */
  readonly direction: Direction | null;
  readonly edge: PictureEdge | null;
  readonly children: number;
  readonly position: number;
  readonly siblings: number;
}

/** The picture as a list in the order of a tree, the focus first; below it what holds it, then what it holds. */
export function treeOf(picture: Picture): readonly TreeItem[] {
  const nodes = new Map(picture.nodes.map((node) => [node.id, node]));
  const focus = picture.nodes.find((node) => node.isFocus);
  if (focus === undefined) return [];
  const ends = new Map<string, { edge: PictureEdge; direction: Direction; other: string }[]>();
  const addEnd = (at: string, edge: PictureEdge, direction: Direction, other: string) => {
    const known = ends.get(at);
    if (known === undefined) ends.set(at, [{ edge, direction, other }]);
    else known.push({ edge, direction, other });
  };
  for (const edge of picture.edges) {
    addEnd(edge.to, edge, "referrers", edge.from);
    addEnd(edge.from, edge, "referents", edge.to);
  }
  const children = new Map<string, Omit<TreeItem, "children" | "position" | "siblings">[]>();
  const depths = new Map([[focus.id, 0]]);
  for (const [id, depth] of depths) {
    const below: Omit<TreeItem, "children" | "position" | "siblings">[] = [];
    for (const wanted of ["referrers", "referents"] as const) {
      for (const { edge, direction, other } of ends.get(id) ?? []) {
        const node = nodes.get(other);
        if (direction !== wanted || node === undefined || depths.has(other)) continue;
        depths.set(other, depth + 1);
        below.push({ node, depth: depth + 1, parent: id, direction, edge });
      }
    }
    children.set(id, below);
  }
  const items: TreeItem[] = [];
  const waiting = [
    { node: focus, depth: 0, parent: null, direction: null, edge: null, position: 1, siblings: 1 } as const,
  ];
  const stack: Omit<TreeItem, "children">[] = [...waiting];
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    const below = children.get(item.node.id) ?? [];
    items.push({ ...item, children: below.length });
    for (const [index, child] of [...below.entries()].reverse())
      stack.push({ ...child, position: index + 1, siblings: below.length });
  }
  return items;
}

/** The items that are in view, those below a closed one left out. */
export function openItems(items: readonly TreeItem[], closed: ReadonlySet<string>): readonly TreeItem[] {
  let hiddenBelow = Infinity;
  return items.filter(({ node, depth }) => {
    if (depth > hiddenBelow) return false;
    hiddenBelow = closed.has(node.id) ? depth : Infinity;
    return true;
  });
}
