import type { Picture } from "./reference-picture.ts";
import { heightOf, type Point, widthOf } from "./settle.ts";

/** Tried one after the other, smallest first; to either side of the straight line. */
const DISTANCES = [0, 36, -36, 64, -64, 100, -100, 150, -150];
/** Two lines between the same nodes bend apart by this much at least. */
const APART = 26;
const SAMPLES = 14;
const MARGIN = 5;

interface Box {
  readonly id: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/**
 * How far each line bends from the straight one, to the left of its direction, so that it passes no node that it has
 * nothing to do with; 0 for a straight line. Where every way passes one, the line stays straight.
 * Time O(edges · nodes), some dozen steps each.
 */
export function bendsOf({ nodes, edges }: Picture, places: ReadonlyMap<string, Point>): ReadonlyMap<string, number> {
  const at = (id: string): Point => places.get(id) ?? { x: 0, y: 0 };
  const boxes = nodes.map((node): Box => {
    const { x, y } = at(node.id);
    const [wide, high] = [widthOf(node) / 2 + MARGIN, heightOf(node) / 2 + MARGIN];
    return { id: node.id, left: x - wide, right: x + wide, top: y - high, bottom: y + high };
  });
  const pairs = new Set(edges.map(({ from, to }) => `${from}>${to}`));
  return new Map(
    edges.map(({ id, from, to }): [string, number] => {
      if (from === to) return [id, 0];
      const others = boxes.filter((box) => box.id !== from && box.id !== to);
      const isMutual = pairs.has(`${to}>${from}`);
      const wanted = isMutual ? [APART, ...DISTANCES.filter((distance) => distance > APART)] : DISTANCES;
      const free = wanted.find((distance) => !passes(at(from), at(to), distance, others));
      return [id, free ?? wanted[0] ?? 0];
    }),
  );
}

/** The point that pulls a line off the straight one. */
export function bendPoint(from: Point, to: Point, distance: number): Point {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy) || 1;
  return { x: (from.x + to.x) / 2 - (dy / length) * distance, y: (from.y + to.y) / 2 + (dx / length) * distance };
}

function passes(from: Point, to: Point, distance: number, boxes: readonly Box[]): boolean {
  const bend = bendPoint(from, to, distance);
  for (let step = 1; step < SAMPLES; step++) {
    const t = step / SAMPLES;
    const [a, b, c] = [(1 - t) * (1 - t), 2 * t * (1 - t), t * t];
    const x = a * from.x + b * bend.x + c * to.x;
    const y = a * from.y + b * bend.y + c * to.y;
    if (boxes.some(({ left, right, top, bottom }) => x > left && x < right && y > top && y < bottom)) return true;
  }
  return false;
}
