import { expect, it } from "vitest";
import { bendPoint, bendsOf } from "../../renderer/canvas/bends.ts";
import { type Box, borderOf, labelShifts, labelWidth, overlap } from "../../renderer/canvas/edge-labels.ts";
import type { Picture, PictureEdge, PictureNode } from "../../renderer/canvas/reference-picture.ts";
import { heightOf, type Point, widthOf } from "../../renderer/canvas/settle.ts";
import { seededRandom } from "../fixtures/random.ts";

const node = (id: string): PictureNode => ({ id, label: `node ${id}`, detail: "8.1 KiB" }) as PictureNode;
const edge = (from: string, to: string, label: string): PictureEdge =>
  ({ id: `${from}>${to}`, from, to, label, look: "plain" }) as PictureEdge;

/** Where the labels and nodes of a picture are, the labels in the middle of their lines or moved from there. */
function boxesOf({ nodes, edges }: Picture, places: ReadonlyMap<string, Point>, moved: boolean) {
  const bends = bendsOf({ nodes, edges }, places);
  const shifts = moved ? labelShifts({ nodes, edges }, places, bends) : new Map<string, Point>();
  const boxOf = (id: string): Box => {
    const each = nodes.find((other) => other.id === id) as PictureNode;
    return { ...(places.get(id) as Point), width: widthOf(each), height: heightOf(each) };
  };
  const labels = edges.map(({ id, from, to, label }): Box => {
    const pull = bendPoint(boxOf(from), boxOf(to), bends.get(id) ?? 0);
    const [start, end] = [borderOf(boxOf(from), pull), borderOf(boxOf(to), pull)];
    const shift = shifts.get(id) ?? { x: 0, y: 0 };
    const middle = { x: (start.x + 2 * pull.x + end.x) / 4, y: (start.y + 2 * pull.y + end.y) / 4 };
    return { x: middle.x + shift.x, y: middle.y + shift.y, width: labelWidth(label), height: 15 };
  });
  return { labels, nodes: nodes.map(({ id }) => boxOf(id)) };
}

function covered({ labels, nodes }: ReturnType<typeof boxesOf>): number {
  const pairs = labels.flatMap((one, at) => labels.slice(at + 1).map((other) => overlap(one, other)));
  const onNodes = labels.flatMap((label) => nodes.map((box) => overlap(label, box)));
  return [...pairs, ...onNodes].reduce((sum, area) => sum + area, 0);
}

it("labels of lines that leave one node close together do not cover each other", () => {
  const held = ["a", "b", "c", "d", "e", "f"];
  const edges = [
    ...held.map((id) => edge("m", id, `.attribute_${id}`)),
    edge("c", "m", ".back"),
    edge("d", "m", ".back"),
  ];
  const picture = { nodes: ["m", ...held].map(node), edges };
  const places = new Map<string, Point>([
    ["m", { x: 0, y: 0 }],
    ...held.map((id, at): [string, Point] => [id, { x: 420, y: 48 * (at - 2.5) }]),
  ]);
  expect(covered(boxesOf(picture, places, false))).toBeGreaterThan(0);
  expect(covered(boxesOf(picture, places, true))).toBe(0);
});

it("labels of two lines that cross in the middle go apart, and one that stands free stays", () => {
  const picture = {
    nodes: ["a", "b", "c", "d", "e", "f"].map(node),
    edges: [edge("a", "d", ".first"), edge("b", "c", ".second"), edge("e", "f", ".free")],
  };
  const places = new Map<string, Point>([
    ["a", { x: 0, y: 0 }],
    ["b", { x: 0, y: 300 }],
    ["c", { x: 500, y: 0 }],
    ["d", { x: 500, y: 300 }],
    ["e", { x: 0, y: 600 }],
    ["f", { x: 500, y: 600 }],
  ]);
  expect(covered(boxesOf(picture, places, false))).toBeGreaterThan(0);
  expect(covered(boxesOf(picture, places, true))).toBe(0);
  expect(labelShifts(picture, places, bendsOf(picture, places)).get("e>f")).toEqual({ x: 0, y: 0 });
});

it("on random pictures labels cover less than in the middle of their lines", () => {
  let [before, after] = [0, 0];
  for (let seed = 1; seed <= 40; seed++) {
    const random = seededRandom(seed);
    const ids = Array.from({ length: 4 + random.below(12) }, (_, at) => `n${at}`);
    const ends = new Set(
      Array.from({ length: 20 }, () => [random.below(ids.length), random.below(ids.length)] as const)
        .filter(([from, to]) => from !== to)
        .map(([from, to]) => `n${from}>n${to}`),
    );
    const edges = [...ends].map((each) => {
      const [from = "", to = ""] = each.split(">");
      return edge(from, to, `.${"x".repeat(1 + random.below(14))}`);
    });
    const places = new Map(ids.map((id): [string, Point] => [id, { x: random.below(900), y: random.below(500) }]));
    const picture = { nodes: ids.map(node), edges };
    before += covered(boxesOf(picture, places, false));
    after += covered(boxesOf(picture, places, true));
  }
  expect(after).toBeLessThan(before / 2);
});
