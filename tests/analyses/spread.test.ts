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
  const { rows, figures } = spread(view, all, "size", noTick);
  const { shallow } = view.columns.heap;
  for (const { from, to, objects, shallowBytes } of rows) {
    const inside = [...all].filter((object) => from <= numberAt(shallow, object) && numberAt(shallow, object) <= to);
    expect([objects, shallowBytes]).toEqual([inside.length, inside.reduce((sum, o) => sum + numberAt(shallow, o), 0)]);
    expect([...within(view, all, { by: "size", from, to })]).toEqual(inside);
  }
  expect(rows.reduce((sum, { objects }) => sum + objects, 0)).toBe(all.length);
  expect(rows.map(({ from }) => from)).toEqual(rows.map(({ from }) => from).toSorted((a, b) => a - b));

  // That share of the objects in the order of their sizes, counted up to the next whole object.
  const ordered = sizes.toSorted((a, b) => a - b);
  const at = (share: number) => ordered[Math.ceil(share * ordered.length) - 1];
  expect(figures).toMatchObject({ median: at(0.5), p90: at(0.9), p99: at(0.99), largest: ordered.at(-1) });
  expect(numberAt(shallow, figures?.largestObject ?? -1)).toBe(ordered.at(-1));
});

it.each([
  [[], null],
  [[40], [40, 40, 40, 40]],
  [
    [10, 20],
    [10, 20, 20, 20],
  ],
  [Array.from({ length: 100 }, (_, at) => at + 1), [50, 90, 99, 100]],
])("tells the median, two percentiles and the largest size of %j", (sizes, told) => {
  const { view } = viewOf(sizes.map((size, at) => `o${at} bytes size=${size}`).join("\n"));
  const { figures } = spread(view, Int32Array.from(sizes.keys()), "size", noTick);
  expect(figures && [figures.median, figures.p90, figures.p99, figures.largest]).toEqual(told);
});

it("tells generations, and -1 for what has none", () => {
  const { view } = viewOf("a list\nb list");
  const { flags } = view.columns.heap;
  flags[0] = 1 | (2 << 1);
  flags[1] = 1 | (1 << 3);
  const all = objectsOf(view, { kind: "all" }, noTick);
  const { rows, figures } = spread(view, all, "generation", noTick);
  expect(figures).toBeNull();
  expect(rows.map(({ from, objects }) => [from, objects])).toEqual([
    [-1, 1],
    [2, 1],
  ]);
  expect([...within(view, all, { by: "generation", from: 2, to: 2 })]).toEqual([0]);
});
