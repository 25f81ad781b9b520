import { describe, expect, it } from "vitest";
import { CommonAncestors } from "../../shared/graph/common-ancestors.ts";
import { NONE } from "../../shared/types/graph.ts";
import { seededRandom } from "../fixtures/random.ts";

/** The definition: the first of one's own ancestors that is one of the other's. */
function byLooking(parent: ArrayLike<number>, a: number, b: number): number {
  const above = new Set<number>();
  for (let v = a; v !== NONE; v = parent[v]) above.add(v);
  let v = b;
  while (!above.has(v)) v = parent[v];
  return v;
}

describe("the common ancestor of two nodes", () => {
  it("is the nearest one, which may be one of them", () => {
    const tree = new CommonAncestors(Int32Array.of(NONE, 0, 1, 1, 3));
    expect(tree.of(2, 4)).toBe(1);
    expect(tree.of(4, 1)).toBe(1);
    expect(tree.of(4, 4)).toBe(4);
    expect(tree.of(0, 4)).toBe(0);
  });

  it("agrees with looking through all ancestors, in 2,000 random forests, flat and deep", () => {
    for (let seed = 0; seed < 2000; seed++) {
      const random = seededRandom(seed);
      const n = 1 + random.below(60);
      const near = 1 + random.below(n);
      const parent = Int32Array.from({ length: n }, (_, v) =>
        v === 0 || random.below(20) === 0 ? NONE : Math.max(0, v - 1 - random.below(near)),
      );
      const root = (v: number): number => (parent[v] === NONE ? v : root(parent[v]));
      const tree = new CommonAncestors(parent);
      for (let i = 0; i < 20; i++) {
        const [a, b] = [random.below(n), random.below(n)];
        if (root(a) !== root(b)) continue;
        expect(tree.of(a, b), `seed ${seed}, ${a} and ${b}`).toBe(byLooking(parent, a, b));
      }
    }
  });

  it("is found at the end of a list of a million as well", () => {
    const n = 1_000_000;
    // Two lists that lie one into the other, and only their beginning in common.
    const tree = new CommonAncestors(Int32Array.from({ length: n }, (_, v) => (v === 0 ? NONE : Math.max(0, v - 2))));
    for (let i = 0; i < 10_000; i++) expect(tree.of(n - 1 - i, n - 2 - i)).toBe(0);
  });
});
