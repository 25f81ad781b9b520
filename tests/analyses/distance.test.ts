import { expect, it } from "vitest";
import { objectDetail } from "../../shared/analyses/object-detail.ts";
import { reachOf } from "../../shared/analyses/view.ts";
import { viewOf } from "../fixtures/drawn-heap.ts";
import { seededRandom } from "../fixtures/random.ts";

it("is the number of references from the nearest starting point, and weak ones lead nowhere", () => {
  const { view, id } = viewOf(`
    @module app: m
    m  module "app" -> dict d
    d  dict -> ['long'] a ['short'] c
    a  list -> [] b
    b  list -> [] c
    c  list
    w  weakref.ReferenceType +1 -> weak x
    x  list -> [] y
    y  list -> [] x
  `);
  const distance = (name: string) => objectDetail(view, id[name] as number).distance;
  expect(["m", "d", "a", "b", "c"].map(distance)).toEqual([0, 1, 2, 3, 2]);
  expect(distance("w")).toBe(0); // held from outside the graph, which is a starting point too
  expect([distance("x"), distance("y")]).toEqual([null, null]);
});

/** Level by level from the starting points. */
function slowly(edges: readonly (readonly number[])[], starts: Iterable<number>): (number | null)[] {
  const distance: (number | null)[] = edges.map(() => null);
  let level = [...new Set(starts)];
  for (let d = 0; level.length > 0; d++) {
    for (const v of level) distance[v] = d;
    level = [...new Set(level.flatMap((v) => edges[v] ?? []))].filter((w) => distance[w] === null);
  }
  return distance;
}

it("is the same as level by level from the starting points, on random heaps", () => {
  for (let seed = 1; seed <= 30; seed++) {
    const random = seededRandom(seed);
    const count = 3 + random.below(25);
    const edges = Array.from({ length: count }, () =>
      Array.from({ length: random.below(4) }, () => random.below(count)),
    );
    const roots = Array.from({ length: 1 + random.below(3) }, () => random.below(count));
    const { view } = viewOf(
      [
        ...roots.map((object, at) => `@module m${at}: o${object}`),
        ...edges.map((to, at) => `o${at} list -> ${to.map((w) => `[] o${w}`).join(" ")}`.replace(/ -> $/, "")),
      ].join("\n"),
    );
    const starts = (view.graph?.graph.roots ?? []).map(({ object }) => object);
    const expected = slowly(edges, starts);
    for (const [object, distance] of expected.entries())
      expect([seed, object, objectDetail(view, object).distance]).toEqual([
        seed,
        object,
        reachOf(view, object) === "unreachable" ? null : distance,
      ]);
  }
});
