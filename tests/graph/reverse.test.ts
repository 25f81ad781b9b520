import { describe, expect, it } from "vitest";
import { reverse } from "../../shared/graph/reverse.ts";
import { graphFromLists, graphFromText, listsOf } from "../fixtures/graph-from-text.ts";
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

  it("agrees with searching every list, on 10,000 random graphs", () => {
    for (let seed = 0; seed < 10_000; seed++) {
      const { lists } = randomCase(seed);
      const expected = lists.map((_, v) =>
        lists.flatMap((list, source) => list.filter((w) => w === v).map(() => source)),
      );
      expect(listsOf(reverse(graphFromLists(lists))), `seed ${seed}`).toEqual(expected);
    }
  });
});
