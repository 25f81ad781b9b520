import { describe, expect, it } from "vitest";
import { shortestCycle, shortestCycleThrough } from "../../shared/graph/shortest-cycle.ts";
import { noTick } from "../../shared/types/graph.ts";
import { graphFromLists, graphFromText } from "../fixtures/graph-from-text.ts";
import { randomCase } from "../fixtures/random-graph.ts";

type Graph = ReturnType<typeof graphFromLists>;

/** The nodes along the edges, the first one again at the end. */
function walked(graph: Graph, edges: readonly number[]): number[] {
  const source = (edge: number) => graph.offsets.findIndex((first) => first > edge) - 1;
  return edges.length === 0 ? [] : [...edges.map(source), graph.targets[edges.at(-1) ?? 0]];
}

describe("the shortest cycle", () => {
  it("is found among longer ones", () => {
    const { graph, n, names } = graphFromText(`
      a -> b
      b -> c
      c -> a d
      d -> e
      e -> d
    `);
    expect(n.a).toBe(0);
    expect(walked(graph, shortestCycle(graph)).map((v) => names[v])).toEqual(["d", "e", "d"]);
  });

  it("may be a self-loop, and is none in a graph without cycles", () => {
    const loop = graphFromLists([[1], [0, 1]]);
    expect(walked(loop, shortestCycle(loop))).toEqual([1, 1]);
    expect(shortestCycle(graphFromLists([[1, 2], [2], []]))).toEqual([]);
    expect(shortestCycle(graphFromLists([]))).toEqual([]);
  });

  it("gives the best so far when it has looked at enough", () => {
    const ring = graphFromLists(Array.from({ length: 1000 }, (_, v) => [(v + 1) % 1000]));
    expect(shortestCycle(ring, noTick, 10)).toHaveLength(1000);
  });

  it("agrees with widening powers of the adjacency, on 5,000 random graphs", () => {
    for (let seed = 0; seed < 5_000; seed++) {
      const { lists } = randomCase(seed);
      const graph = graphFromLists(lists);
      const edges = shortestCycle(graph);
      const nodes = walked(graph, edges);
      expect(edges.length, `seed ${seed}`).toBe(slowGirth(lists));
      for (let i = 1; i < nodes.length; i++) expect(lists[nodes[i - 1]]).toContain(nodes[i]);
      expect(nodes.at(-1)).toBe(nodes[0]);
    }
  });
});

describe("the shortest cycle through one node", () => {
  it("is as long as the node needs to come back to itself, on 5,000 random graphs", () => {
    for (let seed = 0; seed < 5_000; seed++) {
      const { lists } = randomCase(seed);
      const graph = graphFromLists(lists);
      const start = seed % lists.length;
      const ring = shortestCycleThrough(graph, start, () => true);
      expect(ring.length, `seed ${seed}`).toBe(stepsBackTo(lists, start));
      for (const [i, { edge, source }] of ring.entries()) {
        expect(source).toBe(i === 0 ? start : graph.targets[ring[i - 1]?.edge ?? 0]);
        expect(lists[source]).toContain(graph.targets[edge]);
      }
      if (ring.length > 0) expect(graph.targets[ring.at(-1)?.edge ?? 0]).toBe(start);
    }
  });

  it("takes only the edges that count, and gives up in time", () => {
    const graph = graphFromLists([[1, 0], [2], [0]]);
    expect(shortestCycleThrough(graph, 0, () => true)).toEqual([{ edge: 1, source: 0 }]);
    expect(shortestCycleThrough(graph, 0, (edge) => edge !== 1)).toHaveLength(3);
    expect(shortestCycleThrough(graph, 0, (_, source, target) => source !== target && target !== 0)).toEqual([]);
    const ring = graphFromLists(Array.from({ length: 1000 }, (_, v) => [(v + 1) % 1000]));
    expect(shortestCycleThrough(ring, 7, () => true)).toHaveLength(1000);
    expect(shortestCycleThrough(ring, 7, () => true, undefined, 10)).toEqual([]);
  });
});

function stepsBackTo(lists: readonly (readonly number[])[], start: number): number {
  let reached = new Set(lists[start]);
  for (let steps = 1; steps <= lists.length; steps++) {
    if (reached.has(start)) return steps;
    reached = new Set([...reached].flatMap((v) => lists[v]));
  }
  return 0;
}

/** The definition: the fewest steps in which some node comes back to itself; 0 if none does. */
function slowGirth(lists: readonly (readonly number[])[]): number {
  const reached = lists.map((list) => new Set(list));
  for (let steps = 1; steps <= lists.length; steps++) {
    if (reached.some((set, v) => set.has(v))) return steps;
    for (const [v, set] of reached.entries()) reached[v] = new Set([...set].flatMap((w) => lists[w]));
  }
  return 0;
}
