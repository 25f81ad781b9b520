import { describe, expect, it } from "vitest";
import { releasedAtOnce, releasedSums } from "../../shared/graph/released.ts";
import { NONE } from "../../shared/types/graph.ts";
import { type CountedHeap, freedByCounting, referencesTo } from "../fixtures/counted-heap.ts";
import { graphFromLists, graphFromText } from "../fixtures/graph-from-text.ts";
import { numbered } from "../fixtures/numbered.ts";
import { seededRandom } from "../fixtures/random.ts";
import { randomCase } from "../fixtures/random-graph.ts";

/** By node of the original graph; garbage is left out. */
function released(heap: CountedHeap): Map<number, { bytes: number; objects: number }> {
  const { lists, starts, unexplained, size } = heap;
  const { order, predecessors, idom } = numbered(graphFromLists(lists), starts);
  const references = referencesTo(heap);
  const explained = Uint8Array.from(order.node, (v, i) => {
    if (v === NONE) return 0;
    const found = predecessors.targets.subarray(predecessors.offsets[i], predecessors.offsets[i + 1]);
    const known = found.filter((p) => order.node[p] !== NONE).length;
    return known === references[v] + unexplained[v] ? 1 : 0;
  });
  const sizes = Float64Array.from(order.node, (v) => (v === NONE ? 0 : size[v]));
  const dominated = { parent: order.parent, predecessors, idom };
  const { bytes, objects } = releasedSums(releasedAtOnce(dominated, explained), dominated, sizes);
  const live = [...order.node.keys()].filter((i) => i < order.unreachable && order.node[i] !== NONE);
  return new Map(live.map((i) => [order.node[i], { bytes: bytes[i], objects: objects[i] }]));
}

/** Bytes freed at once by name; every object has one byte. `held` have a reference that nobody explains. */
function drawn(text: string, starts: string, held = ""): Record<string, number> {
  const { graph, names, n } = graphFromText(text);
  const lists = names.map((_, v) => [...graph.targets.subarray(graph.offsets[v], graph.offsets[v + 1])]);
  const result = released({
    lists,
    starts: starts.split(" ").map((name) => n[name]),
    unexplained: names.map((name) => (held.split(" ").includes(name) ? 1 : 0)),
    size: names.map(() => 1),
  });
  return Object.fromEntries(names.map((name, v) => [name, result.get(v)?.bytes ?? NONE]));
}

describe("what goes at once with an object", () => {
  it("is all that only it leads to, where there is no cycle", () => {
    const bytes = drawn(
      `
      app   -> cache other
      cache -> a b
      a     -> shared
      b     -> shared x
      other -> x
      `,
      "app",
    );
    expect(bytes).toMatchObject({ cache: 4, a: 1, b: 1, shared: 1, x: 1, other: 1, app: 7 });
  });

  it("is nothing where something that only it keeps alive refers back to it", () => {
    const bytes = drawn(
      `
      app     -> pending
      pending -> request
      request -> response body
      response -> request
      `,
      "app",
    );
    expect(bytes).toMatchObject({ request: 0, response: 1, body: 1, pending: 1 });
  });

  it("stops at a cycle below it, and at what the cycle holds too", () => {
    const bytes = drawn(
      `
      app -> x
      x   -> a leaf shared
      a   -> b shared
      b   -> a
      `,
      "app",
    );
    expect(bytes).toMatchObject({ x: 2, a: 0, b: 1, leaf: 1, shared: 1 });
  });

  it("does not mind a cycle through what stays, such as an instance's class and the module that keeps both", () => {
    const bytes = drawn(
      `
      module   -> dict
      dict     -> cache function
      cache    -> instance
      instance -> class value
      class    -> function
      function -> dict
      `,
      "module class",
    );
    expect(bytes).toMatchObject({ cache: 3, instance: 2 });
  });

  it("leaves what a reference holds that nobody can see, and what is a starting point itself", () => {
    const bytes = drawn("app -> x\nx -> y z\ny -> leaf", "app z", "y");
    expect(bytes).toMatchObject({ x: 1, y: 2 });
  });

  it("leaves what garbage refers to until the collector has come by", () => {
    expect(drawn("app -> x\nx -> y\nloop -> loop y", "app")).toMatchObject({ x: 1 });
  });

  it("counts each of several references between two objects", () => {
    expect(drawn("app -> x\nx -> y y y", "app")).toMatchObject({ x: 2 });
  });

  it("is what the interpreter would free count by count, on 10,000 random heaps", () => {
    for (let seed = 1; seed <= 10_000; seed++) {
      const { lists, starts } = randomCase(seed, seed % 3 === 0 ? 30 : 12);
      const random = seededRandom(seed);
      const unexplained = lists.map(() => (random.below(8) === 0 ? 1 : 0));
      const heap: CountedHeap = { lists, starts, unexplained, size: lists.map((_, v) => 1 + v) };
      for (const [v, { bytes, objects }] of released(heap)) {
        const freed = freedByCounting(heap, [v]);
        const expected = [...freed].reduce((sum, w) => sum + heap.size[w], 0);
        if (bytes !== expected || objects !== freed.size)
          expect({ seed, v, bytes, objects }).toEqual({ seed, v, bytes: expected, objects: freed.size });
      }
    }
  });
});
