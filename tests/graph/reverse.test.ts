import { describe, expect, it } from "vitest";
import { reverse } from "../../shared/graph/reverse.ts";
import { noTick } from "../../shared/types/graph.ts";
import { graphFromLists, graphFromText, listsOf } from "../fixtures/graph-from-text.ts";
import { inTurn } from "../fixtures/in-turn.ts";
import { randomCase } from "../fixtures/random-graph.ts";

describe("reverse", () => {
  it("lists who refers to an object, in increasing order, as often as they do", () => {
    const { graph, n } = graphFromText(`
      a -> shared
      b -> shared shared
      shared -> a shared
    `);
    const referrers = listsOf(reverse(graph));
    expect(referrers[n.shared]).toEqual([n.a, n.shared, n.b, n.b]);
    expect(referrers[n.a]).toEqual([n.shared]);
    expect(referrers[n.b]).toEqual([]);
  });

  it("leaves an empty graph empty, and a lonely node lonely", () => {
    expect(listsOf(reverse(graphFromLists([])))).toEqual([]);
    expect(listsOf(reverse(graphFromLists([[]])))).toEqual([[]]);
  });

  it("is written over a graph that nobody needs any more, whatever that was, or anew where that is too small", () => {
    const graph = graphFromLists([[1, 1], [0], [1]]);
    const over = graphFromLists([[3, 2, 1], [2], [0, 3], [3, 3]]);
    const reversed = reverse(graph, noTick, null, over);
    expect(listsOf(reversed)).toEqual([[1], [0, 0, 2], []]);
    expect(reversed.targets.buffer).toBe(over.targets.buffer);
    const anew = reverse(graph, noTick, null, graphFromLists([[0]]));
    expect(listsOf(anew)).toEqual([[1], [0, 0, 2], []]);
  });

  it("agrees with searching every list, on 10,000 random graphs", () => {
    for (let seed = 0; seed < 10_000; seed++) {
      const { lists } = randomCase(seed);
      const expected = lists.map((_, v) =>
        lists.flatMap((list, source) => list.filter((w) => w === v).map(() => source)),
      );
      expect(listsOf(reverse(graphFromLists(lists))), `seed ${seed}`).toEqual(expected);
      expect(listsOf(reverse(graphFromLists(lists), noTick, inTurn)), `halves, seed ${seed}`).toEqual(expected);
    }
  });
});
