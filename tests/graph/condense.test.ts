import { describe, expect, it } from "vitest";
import { components } from "../../shared/graph/components.ts";
import { condense, retainedByComponent } from "../../shared/graph/condense.ts";
import { graphFromLists } from "../fixtures/graph-from-text.ts";
import { numbered } from "../fixtures/numbered.ts";
import { randomCase } from "../fixtures/random-graph.ts";

describe("the graph of components", () => {
  it("has the references between different components, parallel ones too, and no cycle", () => {
    const graph = graphFromLists([[1, 2], [0, 2, 2], [3], [2]]);
    const found = components(graph);
    const { nodeCount, offsets, targets } = condense(graph, found);
    expect(nodeCount).toBe(2);
    const [from, to] = [found.component[0], found.component[2]];
    expect([...targets.subarray(offsets[from], offsets[from + 1])]).toEqual([to, to, to]);
    expect(offsets[to + 1] - offsets[to]).toBe(0);
  });

  it("is empty for an empty graph", () => {
    const graph = graphFromLists([]);
    expect(condense(graph, components(graph)).nodeCount).toBe(0);
  });
});

describe("bytes that go with a component", () => {
  it("agree with taking all its members away, on 5,000 random graphs", () => {
    for (let seed = 0; seed < 5_000; seed++) {
      const { lists, starts } = randomCase(seed);
      const graph = graphFromLists(lists);
      // Cycles of a part of the references, as the session looks for them: every third reference is left out.
      const found = components(graphFromLists(lists.map((list, v) => list.filter((_, i) => (v + i + seed) % 3 !== 0))));
      const { order } = numbered(graph, starts);
      const node = (number: number) => order.node[number];
      const alive = [...order.starts].filter((number) => number < order.unreachable).map(node);
      const unreachable = [...order.starts].filter((number) => number > order.unreachable).map(node);
      const size = Float64Array.from(lists, (_, v) => 1 << v);
      const retained = retainedByComponent(graph, found, { alive, unreachable, size });
      for (let c = 0; c < found.count; c++) {
        const isAlive = lists.some((_, v) => found.component[v] === c && order.preorder[v] < order.unreachable);
        const roots = isAlive ? alive : unreachable;
        const bytes = lostWithout(
          lists,
          { component: found.component, gone: c },
          roots,
          (v) => isAlive || order.preorder[v] > order.unreachable,
        );
        expect(retained[c], `seed ${seed}, component ${c}`).toBe(bytes);
      }
    }
  });
});

/** The definition: the bytes (1 << node) of what the roots no longer reach when no member of the component may be passed. */
function lostWithout(
  lists: readonly (readonly number[])[],
  { component, gone }: { component: ArrayLike<number>; gone: number },
  roots: readonly number[],
  counts: (v: number) => boolean,
): number {
  const sum = (without: number | null): number => {
    const seen = new Set(roots.filter((root) => component[root] !== without));
    for (const v of seen) for (const w of lists[v]) if (component[w] !== without && counts(w)) seen.add(w);
    return [...seen].reduce((bytes, v) => bytes + (1 << v), 0);
  };
  return sum(null) - sum(gone);
}
