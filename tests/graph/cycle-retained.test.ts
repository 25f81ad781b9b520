import { describe, expect, it } from "vitest";
import { components } from "../../shared/graph/components.ts";
import { retainedByCycle } from "../../shared/graph/cycle-retained.ts";
import { retainedSizes } from "../../shared/graph/retained.ts";
import { NONE } from "../../shared/types/graph.ts";
import { graphFromLists } from "../fixtures/graph-from-text.ts";
import { numbered, sizesByPreorder } from "../fixtures/numbered.ts";
import { randomCase } from "../fixtures/random-graph.ts";

/** The bytes of each group of nodes; a group is what `groupOf` has the same number for. */
function keptByEach(lists: readonly (readonly number[])[], starts: readonly number[], groupOf: ArrayLike<number>) {
  const { order, predecessors, idom } = numbered(graphFromLists(lists), starts);
  const size = sizesByPreorder(
    order,
    lists.map((_, v) => 1 << v),
  );
  const retained = retainedSizes(idom, size);
  const kept = retainedByCycle({
    predecessors,
    idom,
    cycleOf: Int32Array.from(order.node, (v) => (v === NONE ? NONE : groupOf[v])),
    cycleCount: Math.max(-1, ...Array.from(groupOf)) + 1,
    size: (v) => size[v],
    retained: (v) => retained[v],
  });
  return { order, kept };
}

describe("bytes that go with a cycle", () => {
  it("are what its members keep together, also where it is entered at several places", () => {
    // Both members of the cycle 1, 2 are held from outside it, and both hold 3.
    expect([...keptByEach([[1, 2], [2, 3], [1, 3], [4], []], [0], [-1, 0, 0, -1, -1]).kept]).toEqual([2 + 4 + 8 + 16]);
    // The same cycle entered at 1 only; 4 is held elsewhere too.
    expect([...keptByEach([[1, 4], [2, 3], [1, 3], [4], []], [0], [-1, 0, 0, -1, -1]).kept]).toEqual([2 + 4 + 8]);
    expect([...keptByEach([], [], []).kept]).toEqual([]);
  });

  it("agree with taking all its members away, on 10,000 random graphs", () => {
    for (let seed = 0; seed < 10_000; seed++) {
      const { lists, starts } = randomCase(seed);
      // Cycles of a part of the references, as the session looks for them: every third reference is left out. Half of
      // the time single objects count as cycles too, so that many groups lie close together.
      const part = graphFromLists(lists.map((list, v) => list.filter((_, i) => (v + i + seed) % 3 !== 0)));
      const { component, size, count } = components(part);
      const number = new Map<number, number>();
      for (let c = 0; c < count; c++) if (size[c] > 1 || seed % 2 === 0) number.set(c, number.size);
      const groupOf = Array.from(component, (c) => number.get(c) ?? NONE);

      const { order, kept } = keptByEach(lists, starts, groupOf);
      const node = (preorder: number) => order.node[preorder];
      const alive = [...order.starts].filter((start) => start < order.unreachable).map(node);
      const garbage = [...order.starts].filter((start) => start > order.unreachable).map(node);
      expect(kept.length).toBe(number.size);
      for (let c = 0; c < kept.length; c++) {
        const isAlive = order.preorder[groupOf.indexOf(c)] < order.unreachable;
        const counts = (v: number): boolean => isAlive || order.preorder[v] > order.unreachable;
        const bytes = lostWithout(lists, (v) => groupOf[v] === c, isAlive ? alive : garbage, counts);
        expect(kept[c], `seed ${seed}, cycle ${c}`).toBe(bytes);
      }
    }
  });
});

/** The definition: the bytes (1 << node) of what the roots no longer reach when nothing of what is gone may be passed. */
function lostWithout(
  lists: readonly (readonly number[])[],
  isGone: (v: number) => boolean,
  roots: readonly number[],
  counts: (v: number) => boolean,
): number {
  const sum = (passes: (v: number) => boolean): number => {
    const seen = new Set(roots.filter(passes));
    for (const v of seen) for (const w of lists[v]) if (passes(w) && counts(w)) seen.add(w);
    return [...seen].reduce((bytes, v) => bytes + (1 << v), 0);
  };
  return sum(() => true) - sum((v) => !isGone(v));
}
