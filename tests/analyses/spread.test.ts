import { expect, it } from "vitest";
import { objectsOf } from "../../shared/analyses/object-lists.ts";
import { sizeClass, spread, within } from "../../shared/analyses/spread.ts";
import { numberAt } from "../../shared/types/compact.ts";
import { noTick } from "../../shared/types/graph.ts";
import { viewOf } from "../fixtures/drawn-heap.ts";
import { seededRandom } from "../fixtures/random.ts";

it.each([
  [0, 0, 0],
  [1, 1, 16],
  [16, 1, 16],
  [17, 17, 32],
  [57, 49, 64],
  [512, 497, 512],
  [513, 513, 1024],
  [1024, 513, 1024],
  [1025, 1025, 2048],
  [3_000_000_000, 2 ** 31 + 1, 2 ** 32],
])("puts %d bytes into the class from %d to %d", (size, from, to) => expect(sizeClass(size)).toEqual({ from, to }));

it("counts each object in one class, the one whose bounds it lies in", () => {
  const random = seededRandom(5);
  const sizes = Array.from({ length: 200 }, () => random.below(random.below(2) === 0 ? 600 : 100_000));
  const { view } = viewOf(sizes.map((size, at) => `o${at} bytes size=${size}`).join("\n"));
  const all = objectsOf(view, { kind: "all" }, noTick);
  const rows = spread(view, all, "size", noTick);
  const { shallow } = view.columns.heap;
  for (const { from, to, objects, shallowBytes } of rows) {
    const inside = [...all].filter((object) => from <= numberAt(shallow, object) && numberAt(shallow, object) <= to);
    expect([objects, shallowBytes]).toEqual([inside.length, inside.reduce((sum, o) => sum + numberAt(shallow, o), 0)]);
    expect([...within(view, all, { by: "size", from, to })]).toEqual(inside);
  }
  expect(rows.reduce((sum, { objects }) => sum + objects, 0)).toBe(all.length);
  expect(rows.map(({ from }) => from)).toEqual(rows.map(({ from }) => from).toSorted((a, b) => a - b));
});

it("tells generations, and -1 for what has none", () => {
  const { view } = viewOf("a list\nb list");
  const { flags } = view.columns.heap;
  flags[0] = 1 | (2 << 1);
  flags[1] = 1 | (1 << 3);
  const all = objectsOf(view, { kind: "all" }, noTick);
  expect(spread(view, all, "generation", noTick).map(({ from, objects }) => [from, objects])).toEqual([
    [-1, 1],
    [2, 1],
  ]);
  expect([...within(view, all, { by: "generation", from: 2, to: 2 })]).toEqual([0]);
});
