import type { Drawing } from "./layout.ts";
import type { Picture, PictureNode } from "./reference-picture.ts";
import { nodeWidth } from "./sizes.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const TALL = 38;
export const STUB = 22;
/** Free space kept round a node. */
const GAP = 10;
/** A node is moved in steps of this until it stands free. */
const STEP = 8;
const MOST_STEPS = 3000;

export const heightOf = (node: PictureNode): number => (node.detail === "" ? STUB : TALL);
export const widthOf = ({ label, detail }: PictureNode): number => Math.max(nodeWidth(label), nodeWidth(detail));

/**
 * What the layout is asked to place: all of a picture that has no places yet; else the new nodes, with the placed ones
 * that they are tied to, so that it is known on which side of these they belong.
 */
export function drawingOf(picture: Picture, places: ReadonlyMap<string, Point>): Drawing {
  const fresh = new Set(picture.nodes.filter(({ id }) => !places.has(id)).map(({ id }) => id));
  const ties = picture.edges.filter(({ from, to }) => fresh.has(from) || fresh.has(to));
  const anchor = fresh.size < picture.nodes.length ? anchorOf(picture, fresh) : null;
  const isAsked = (id: string) => fresh.has(id) || id === anchor;
  const edges = ties.filter(({ from, to }) => isAsked(from) && isAsked(to) && from !== to);
  return {
    nodes: picture.nodes
      .filter(({ id }) => isAsked(id))
      .map((node) => ({ id: node.id, label: node.label, width: widthOf(node), height: heightOf(node) })),
    edges: edges.map(({ id, from, to, label, look }) => ({ id, from, to, label, main: look === "path" })),
    across: true,
  };
}

/** The placed node that most of the new ones are tied to. */
function anchorOf({ nodes, edges }: Picture, fresh: ReadonlySet<string>): string | null {
  const ties = new Map<string, number>();
  for (const { from, to } of edges) {
    if (fresh.has(from) === fresh.has(to)) continue;
    const placed = fresh.has(from) ? to : from;
    ties.set(placed, (ties.get(placed) ?? 0) + 1);
  }
  const [most] = [...ties].sort(([, a], [, b]) => b - a);
  return most?.[0] ?? nodes.find(({ id }) => !fresh.has(id))?.id ?? null;
}

/**
 * Places for all nodes: placed ones stay where they are, new ones come as the layout has them relative to their anchor.
 * Where others stand there already, a new node moves up or down to the nearest free place, those next to the anchor
 * first. Time O(new · placed · steps).
 */
export function settle(
  picture: Picture,
  places: ReadonlyMap<string, Point>,
  laidOut: ReadonlyMap<string, Point>,
): ReadonlyMap<string, Point> {
  const settled = new Map<string, Point>();
  for (const { id } of picture.nodes) {
    const known = places.get(id);
    if (known !== undefined) settled.set(id, known);
  }
  const anchor = [...laidOut.keys()].find((id) => settled.has(id));
  const from = anchor === undefined ? { x: 0, y: 0 } : (laidOut.get(anchor) ?? { x: 0, y: 0 });
  const to = anchor === undefined ? { x: 0, y: 0 } : (settled.get(anchor) ?? { x: 0, y: 0 });
  const fresh = picture.nodes
    .filter(({ id }) => !settled.has(id))
    .map((node): Box => {
      const { x, y } = laidOut.get(node.id) ?? from;
      return { node, x: x - from.x + to.x, y: y - from.y + to.y };
    });
  const standing = picture.nodes.flatMap((node): Box[] => {
    const at = settled.get(node.id);
    return at === undefined ? [] : [{ node, ...at }];
  });
  for (const box of fresh.sort((a, b) => Math.abs(a.y - to.y) - Math.abs(b.y - to.y))) {
    const at = nearestFree(box, standing);
    settled.set(box.node.id, { x: at.x, y: at.y });
    standing.push(at);
  }
  return settled;
}

interface Box extends Point {
  readonly node: PictureNode;
}

/** The nearest place above or below where the node stands clear of all others. */
function nearestFree(box: Box, standing: readonly Box[]): Box {
  for (let step = 0; step <= MOST_STEPS; step++) {
    const shift = STEP * Math.ceil(step / 2) * (step % 2 === 0 ? -1 : 1);
    const moved = { ...box, y: box.y + shift };
    if (!standing.some((other) => overlap(moved, other))) return moved;
  }
  return box;
}

const overlap = (a: Box, b: Box): boolean =>
  Math.abs(a.x - b.x) < (widthOf(a.node) + widthOf(b.node)) / 2 + GAP &&
  Math.abs(a.y - b.y) < (heightOf(a.node) + heightOf(b.node)) / 2 + GAP;
