import { expect, it } from "vitest";
import { type DelayedStart, holderForest, membersBelow } from "../../shared/graph/holder-forest.ts";
import { NONE } from "../../shared/types/graph.ts";
import { deepList } from "../bench/graphs.ts";
import { graphFromLists } from "../fixtures/graph-from-text.ts";
import { seededRandom } from "../fixtures/random.ts";
import { randomCase } from "../fixtures/random-graph.ts";
import type { Lists } from "./definitions.ts";

/** Level by level until nothing changes: how far each node is from the nearest start, delays included. */
function distancesByRelaxing(lists: Lists, starts: readonly DelayedStart[]): number[] {
  const distance = lists.map(() => Infinity);
  for (const { node, delay } of starts) distance[node] = Math.min(distance[node], delay);
  for (let changed = true; changed; ) {
    changed = false;
    for (const [v, list] of lists.entries())
      for (const w of list) {
        if (distance[v] + 1 >= distance[w]) continue;
        distance[w] = distance[v] + 1;
        changed = true;
      }
  }
  return distance;
}

it("ways are as short as any, late starts counted, on 5,000 random graphs", () => {
  for (let seed = 1; seed <= 5_000; seed++) {
    const { lists, starts: nodes } = randomCase(seed, 14);
    const random = seededRandom(seed);
    const starts = nodes.map((node) => ({ node, delay: random.below(4) }));
    const forest = holderForest(graphFromLists(lists), starts);
    const expected = distancesByRelaxing(lists, starts);
    const ways = lists.map((_, v) => {
      const way = [v];
      for (let u = forest.parent[v]; u !== NONE; u = forest.parent[u]) way.push(u);
      return way;
    });
    const reached = new Set(forest.order);
    for (const v of lists.keys()) {
      expect(reached.has(v), `seed ${seed}`).toBe(expected[v] < Infinity);
      if (!reached.has(v)) continue;
      const start = ways[v].at(-1) ?? v;
      expect({ seed, v, steps: ways[v].length - 1 + expected[start] }).toEqual({ seed, v, steps: expected[v] });
    }
    const members = [...lists.keys()].filter((v) => reached.has(v) && random.below(2) === 0);
    const below = membersBelow(forest, members);
    for (const v of reached) expect(below[v]).toBe(members.filter((member) => ways[member].includes(v)).length);
  }
});

it("a list of half a million is one way", () => {
  const { graph, roots } = deepList(1_000_001);
  const forest = holderForest(
    graph,
    roots.map((node, i) => ({ node, delay: i * 600_000 })),
  );
  expect(membersBelow(forest, [499_999])[0]).toBe(1);
});
