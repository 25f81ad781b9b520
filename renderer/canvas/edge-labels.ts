import { bendPoint } from "./bends.ts";
import type { Picture, PictureEdge } from "./reference-picture.ts";
import { heightOf, type Point, widthOf } from "./settle.ts";

/** Of a letter of a label, in the picture's own units. */
const LETTER = 6.1;
const TALL = 15;
/** Places along a line that are tried for its label, the middle first. */
const SHARES = [0.5, 0.42, 0.58, 0.34, 0.66, 0.27, 0.73, 0.2, 0.8];
/** Above or below a line that has no such place. */
const BESIDE = [0, -11, 11];

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** What a label takes up, in width; none for an empty one. */
export const labelWidth = (label: string): number => (label === "" ? 0 : [...label].length * LETTER + 4);

/** The line of an edge between two boxes: a quadratic curve from border to border. */
function curveOf(from: Box, to: Box, bend: number): readonly [start: Point, pull: Point, end: Point] {
  const pull = bendPoint(from, to, bend);
  return [borderOf(from, pull), pull, borderOf(to, pull)];
}

/** Where the line from a box's centre towards a point leaves the box. */
export function borderOf({ x, y, width, height }: Box, towards: Point): Point {
  const [dx, dy] = [towards.x - x, towards.y - y];
  const share = Math.min(width / 2 / (Math.abs(dx) || 1e-9), height / 2 / (Math.abs(dy) || 1e-9), 1);
  return { x: x + dx * share, y: y + dy * share };
}

/**
 * How far each label moves away from the middle of its line so that it covers neither another label nor a node: along the
 * line, else close above or below it; where there is no such place, where it covers least. Lines with the least choice, which are the short ones, come
 * first. `bends`: as from `bendsOf`. Time O(edges · (edges + nodes)), some dozen steps each.
 */
export function labelShifts(
  { nodes, edges }: Picture,
  places: ReadonlyMap<string, Point>,
  bends: ReadonlyMap<string, number>,
): ReadonlyMap<string, Point> {
  const boxes = new Map(
    nodes.map((node): [string, Box] => [
      node.id,
      { ...(places.get(node.id) ?? { x: 0, y: 0 }), width: widthOf(node), height: heightOf(node) },
    ]),
  );
  const taken: Box[] = [...boxes.values()];
  const shifts = new Map<string, Point>();
  const lines = edges.flatMap((edge) => lineOf(edge, boxes, bends.get(edge.id) ?? 0));
  for (const { edge, curve } of lines.sort((a, b) => a.length - b.length)) {
    const size = { width: labelWidth(edge.label), height: TALL };
    let best: { readonly box: Box; readonly covered: number } | null = null;
    for (const [beside, share] of BESIDE.flatMap((beside) => SHARES.map((share) => [beside, share] as const))) {
      const { x, y } = pointAt(curve, share);
      const box = { x, y: y + beside, ...size };
      const covered = taken.reduce((sum, other) => sum + overlap(box, other), 0);
      if (best === null || covered < best.covered) best = { box, covered };
      if (covered === 0) break;
    }
    if (best === null) continue;
    const middle = pointAt(curve, 0.5);
    shifts.set(edge.id, { x: best.box.x - middle.x, y: best.box.y - middle.y });
    taken.push(best.box);
  }
  return shifts;
}

function lineOf(edge: PictureEdge, boxes: ReadonlyMap<string, Box>, bend: number) {
  const [from, to] = [boxes.get(edge.from), boxes.get(edge.to)];
  if (edge.label === "" || from === undefined || to === undefined || from === to) return [];
  const curve = curveOf(from, to, bend);
  return [{ edge, curve, length: Math.hypot(curve[2].x - curve[0].x, curve[2].y - curve[0].y) }];
}

function pointAt([start, pull, end]: ReturnType<typeof curveOf>, t: number): Point {
  const [a, b, c] = [(1 - t) * (1 - t), 2 * t * (1 - t), t * t];
  return { x: a * start.x + b * pull.x + c * end.x, y: a * start.y + b * pull.y + c * end.y };
}

/** The area that two boxes have in common. */
export function overlap(one: Box, other: Box): number {
  const wide = (one.width + other.width) / 2 - Math.abs(one.x - other.x);
  const high = (one.height + other.height) / 2 - Math.abs(one.y - other.y);
  return wide > 0 && high > 0 ? wide * high : 0;
}
