import { describe, expect, it } from "vitest";
import { components, cyclicComponents } from "../../shared/graph/components.ts";
import { retainedByCycle } from "../../shared/graph/cycle-retained.ts";
import { childrenOf, dominators } from "../../shared/graph/dominators.ts";
import { distances, pathsToRoot } from "../../shared/graph/paths.ts";
import { PreorderWalk } from "../../shared/graph/preorder.ts";
import { relabel } from "../../shared/graph/relabel.ts";
import { releasedAtOnce, releasedSums } from "../../shared/graph/released.ts";
import { retainedByType, retainedSizes } from "../../shared/graph/retained.ts";
import { reverse } from "../../shared/graph/reverse.ts";
import { orderOf } from "../../shared/graph/sort.ts";
import { sourceComponentMembers } from "../../shared/graph/sources.ts";
import { compactColumn } from "../../shared/types/compact.ts";
import { NONE, type Tick } from "../../shared/types/graph.ts";
import {
  completeBipartite,
  deepList,
  diamondChain,
  heapLike,
  hugeDict,
  type MadeHeap,
  nothingHeld,
  oneComponent,
} from "../bench/graphs.ts";
import { numbered, sizesByPreorder, typesByPreorder } from "../fixtures/numbered.ts";

/** Everything that a session computes on opening a heap. */
function analysed({ graph, roots, size, type, typeCount }: MadeHeap) {
  const result = numbered(graph, roots);
  const { order, idom, children } = result;
  const retained = retainedSizes(idom, sizesByPreorder(order, size));
  const tree = { idom, children, retained: compactColumn(retained), type: typesByPreorder(order, type), typeCount };
  const found = components(result.graph);
  const dominated = { parent: order.parent, predecessors: result.predecessors, idom };
  const release = releasedAtOnce(dominated, new Uint8Array(order.nodeCount).fill(1));
  const released = releasedSums(release, dominated, sizesByPreorder(order, size));
  return {
    ...result,
    retained,
    byType: retainedByType(tree),
    components: found,
    cycles: cyclicComponents(result.graph, found),
    distances: distances(result.graph),
    /** Retained bytes of a node of the original graph. */
    retainedBy: (node: number): number => retained[order.preorder[node]],
    /** Bytes that go with it at once, every count being explained. */
    releasedBy: (node: number): number => released.bytes[order.preorder[node]],
  };
}

describe("shapes that break recursion, or take forever the simple way", () => {
  it("a list that is entered first and whose half million items are held elsewhere too", () => {
    const heap = deepList(1_000_001);
    const { retainedBy, releasedBy, retained, order, idom, distances, cycles, predecessors } = analysed(heap);
    const registry = heap.roots[1];
    expect(retained[0]).toBe(1_000_001);
    expect(retainedBy(0)).toBe(500_000);
    expect(retainedBy(registry)).toBe(1);
    expect(releasedBy(0)).toBe(500_000);
    expect(idom[order.preorder[registry - 1]]).toBe(0);
    expect(distances.distance[order.preorder[499_999]]).toBe(500_000);
    expect(cycles.length).toBe(0);
    const { paths } = pathsToRoot(predecessors, order.preorder[499_999], 2);
    expect(paths.map((path) => path.length)).toEqual([500_000]);
  });

  it("a dict of a million", () => {
    const heap = hugeDict(1_000_000);
    const { retainedBy, releasedBy, components, cycles, predecessors, order } = analysed(heap);
    expect(retainedBy(0)).toBe(1_000_000);
    expect(releasedBy(0)).toBe(0);
    expect(cycles.length).toBe(1);
    expect(Math.max(...components.size.subarray(0, 1000))).toBe(500_000);
    expect(pathsToRoot(predecessors, order.preorder[999_999], 10)).toMatchObject({
      complete: true,
      paths: { length: 1 },
    });
  });

  it("two thousand objects that all refer to two thousand others", () => {
    const { retained, idom, order, releasedBy } = analysed(completeBipartite(2000, 2000));
    expect(releasedBy(0)).toBe(1);
    expect(retained[0]).toBe(4000);
    expect(idom.subarray(1, order.unreachable).every((d) => d === 0)).toBe(true);
  });

  it("a million objects in one cycle", () => {
    const { components, retainedBy, releasedBy, cycles } = analysed(oneComponent(1_000_000));
    expect(releasedBy(0)).toBe(0);
    expect(components.size[cycles[0]]).toBe(1_000_000);
    expect(retainedBy(0)).toBe(1_000_000);
  });

  it("three hundred thousand diamonds, each below the last", () => {
    const { idom, order, retainedBy, releasedBy } = analysed(diamondChain(900_001));
    expect([releasedBy(0), releasedBy(450_000)]).toEqual([900_001, 450_001]);
    expect(retainedBy(0)).toBe(900_001);
    expect(retainedBy(450_000)).toBe(450_001);
    expect(idom[order.preorder[900_000]]).toBe(order.preorder[899_997]);
  });

  it("nothing but garbage", () => {
    const { order, retained, byType, idom, distances, components } = analysed(nothingHeld(1_000_000));
    expect(order.unreachable).toBe(1);
    expect(retained[0]).toBe(0);
    expect(retained[order.unreachable]).toBe(1_000_000);
    expect(byType[0]).toBe(0);
    expect(idom[order.preorder[1]]).toBe(order.unreachable);
    expect(idom[order.preorder[3]]).toBe(order.preorder[2]);
    expect(distances.distance.every((d, i) => d === (i === 0 ? 0 : NONE))).toBe(true);
    expect(components.count).toBe(500_002);
  });

  it("a heap of 200,000 objects, in whatever order its roots are named", () => {
    const heap = heapLike({ objects: 200_000, seed: 7 });
    const forwards = analysed(heap);
    const backwards = analysed({ ...heap, roots: heap.roots.toReversed() });
    const nodes = Array.from({ length: 200_000 }, (_, v) => v);
    expect(nodes.map(backwards.retainedBy)).toEqual(nodes.map(forwards.retainedBy));
    expect([...backwards.byType]).toEqual([...forwards.byType]);
  });
});

describe("long loops", () => {
  const heap = heapLike({ objects: 150_000 });
  const { order, graph, predecessors, idom, children, retained, components: found } = analysed(heap);
  const type = typesByPreorder(order, heap.type);
  const sizes = sizesByPreorder(order, heap.size);
  const everything = Array.from({ length: order.nodeCount }, (_, i) => i);
  const mostReferred = everything.reduce((a, b) => (referrers(b) > referrers(a) ? b : a));
  function referrers(i: number): number {
    return predecessors.offsets[i + 1] - predecessors.offsets[i];
  }

  const steps: Record<string, (tick: Tick) => unknown> = {
    preorder: (tick) => {
      const walk = new PreorderWalk(heap.graph, tick);
      for (const v of heap.roots) walk.startAt(v);
    },
    relabel: (tick) => relabel(heap.graph, order, tick),
    reverse: (tick) => reverse(graph, tick),
    dominators: (tick) => dominators(order.parent, predecessors, tick),
    childrenOf: (tick) => childrenOf(idom, tick),
    retainedSizes: (tick) => retainedSizes(idom, sizesByPreorder(order, heap.size), tick),
    retainedByType: (tick) =>
      retainedByType({ idom, children, retained: compactColumn(retained), type, typeCount: heap.typeCount }, 0, tick),
    components: (tick) => components(graph, tick),
    cyclicComponents: (tick) => cyclicComponents(graph, found, tick),
    sourceComponentMembers: (tick) => sourceComponentMembers(graph, () => true, tick),
    distances: (tick) => distances(graph, tick),
    releasedAtOnce: (tick) =>
      releasedAtOnce({ parent: order.parent, predecessors, idom }, new Uint8Array(order.nodeCount).fill(1), tick),
    releasedSums: (tick) =>
      releasedSums(
        new Uint8Array(order.nodeCount),
        { parent: order.parent, idom },
        sizesByPreorder(order, heap.size),
        tick,
      ),
    retainedByCycle: (tick) =>
      retainedByCycle(
        {
          predecessors,
          idom,
          cycleOf: found.component.map((c) => (found.size[c] > 1 ? c : NONE)),
          cycleCount: found.count,
          size: (v) => sizes[v],
          retained: (v) => retained[v],
        },
        tick,
      ),
    orderOf: (tick) => orderOf(retained, true, tick),
    pathsToRoot: (tick) => pathsToRoot(predecessors, mostReferred, Infinity, { tick }),
  };

  it.each(Object.entries(steps))("%s says how far it is, never backwards", (_, run) => {
    const fractions: number[] = [];
    run((fraction) => fractions.push(fraction));
    expect(fractions.length).toBeGreaterThanOrEqual(2);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions[0]).toBeGreaterThanOrEqual(0);
    expect(fractions.at(-1)).toBeLessThanOrEqual(1);
  });

  it("tick by references where few objects have very many", () => {
    const dense = completeBipartite(1000, 1000);
    const { order, graph, predecessors } = analysed(dense);
    const ticksOf = (run: (tick: Tick) => unknown): number => {
      let ticks = 0;
      run(() => ticks++);
      return ticks;
    };
    const preorder = (tick: Tick): void => {
      const walk = new PreorderWalk(dense.graph, tick);
      for (const v of dense.roots) walk.startAt(v);
    };
    expect(ticksOf(preorder)).toBeGreaterThanOrEqual(30);
    expect(ticksOf((tick) => reverse(graph, tick))).toBeGreaterThanOrEqual(30);
    expect(ticksOf((tick) => dominators(order.parent, predecessors, tick))).toBeGreaterThanOrEqual(30);
    expect(ticksOf((tick) => components(graph, tick))).toBeGreaterThanOrEqual(30);
  });

  it.each(Object.entries(steps))("%s stops when a tick throws, early or late", (_, run) => {
    let ticks = 0;
    run(() => ticks++);
    for (const stopAt of [1, Math.ceil(ticks / 2), ticks]) {
      let left = stopAt;
      const stop: Tick = () => {
        if (--left === 0) throw new Error("cancelled");
      };
      expect(() => run(stop), `tick ${stopAt} of ${ticks}`).toThrow("cancelled");
    }
  });
});
