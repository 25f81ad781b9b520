import { expect, it } from "vitest";
import { retainedBySet } from "../../shared/graph/set-retained.ts";
import { NONE } from "../../shared/types/graph.ts";
import { deepList, nothingHeld, oneComponent } from "../bench/graphs.ts";
import { type CountedHeap, freedByCounting, lostWithoutSet, referencesTo } from "../fixtures/counted-heap.ts";
import { graphFromLists, graphFromText, listsOf } from "../fixtures/graph-from-text.ts";
import { numbered } from "../fixtures/numbered.ts";
import { seededRandom } from "../fixtures/random.ts";
import { randomCase } from "../fixtures/random-graph.ts";

function retained(heap: CountedHeap, set: readonly number[], graph = graphFromLists(heap.lists)) {
  const { order, predecessors } = numbered(graph, heap.starts);
  const references = referencesTo(heap);
  const explained = (v: number): boolean => {
    const found = predecessors.targets.subarray(predecessors.offsets[v], predecessors.offsets[v + 1]);
    const known = found.filter((p) => order.node[p] !== NONE).length;
    return known === references[order.node[v]] + heap.unexplained[order.node[v]];
  };
  return retainedBySet(
    {
      predecessors,
      unreachable: order.unreachable,
      size: (v) => heap.size[order.node[v]],
      isExplained: explained,
      isMortal: () => true,
    },
    set.map((v) => order.preorder[v]),
  );
}

it("a set keeps what its members share, each byte once, and at once what is in no ring", () => {
  const { graph, n } = graphFromText(`
    app -> a b other
    a -> shared own
    b -> shared ring
    ring -> back
    back -> ring
    other -> own
  `);
  const lists = listsOf(graph);
  const heap = { lists, starts: [n.app], unexplained: lists.map(() => 0), size: lists.map(() => 10) };
  expect(retained(heap, [n.a, n.b])).toEqual({ objects: 5, bytes: 50, releasedObjects: 3, releasedBytes: 30 });
  expect(retained(heap, [])).toEqual({ objects: 0, bytes: 0, releasedObjects: 0, releasedBytes: 0 });
});

it("is what is lost without the set, and what counting frees of it, on 5,000 random heaps", () => {
  for (let seed = 1; seed <= 5_000; seed++) {
    const { lists, starts } = randomCase(seed, 14);
    const random = seededRandom(seed);
    const unexplained = lists.map(() => (random.below(8) === 0 ? 1 : 0));
    const heap: CountedHeap = { lists, starts, unexplained, size: lists.map((_, v) => 1 + v) };
    const alive = lostWithoutSet(heap, [...lists.keys()]);
    const set = [...alive].filter(() => random.below(3) === 0);
    const bytes = (objects: Iterable<number>) => [...objects].reduce((sum, v) => sum + heap.size[v], 0);
    const [lost, freed] = [lostWithoutSet(heap, set), freedByCounting(heap, set)];
    expect({ seed, ...retained(heap, set) }).toEqual({
      seed,
      objects: lost.size,
      bytes: bytes(lost),
      releasedObjects: freed.size,
      releasedBytes: bytes(freed),
    });
  }
});

it("is found in a list of half a million, in one component of a million, and in garbage", () => {
  const all = (heap: ReturnType<typeof deepList>, set: readonly number[]) => {
    const { order, predecessors } = numbered(heap.graph, heap.roots);
    const numbers = set.map((v) => order.preorder[v]);
    const graph = { predecessors, parent: order.parent, unreachable: order.unreachable };
    return retainedBySet({ ...graph, size: () => 1, isExplained: () => true, isMortal: () => true }, numbers);
  };
  expect(all(deepList(1_000_001), [0])).toMatchObject({ objects: 500_000, releasedObjects: 500_000 });
  expect(all(oneComponent(1_000_000), [0])).toMatchObject({ objects: 1_000_000, releasedObjects: 0 });
  const garbage = nothingHeld(1_000_000);
  expect(all(garbage, [2])).toMatchObject({ releasedObjects: 0 });
});
