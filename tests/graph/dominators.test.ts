import { describe, expect, it } from "vitest";
import { childrenOf, dominators } from "../../shared/graph/dominators.ts";
import { retainedByType, retainedSizes } from "../../shared/graph/retained.ts";
import { compactColumn } from "../../shared/types/compact.ts";
import { NONE } from "../../shared/types/graph.ts";
import { type DrawnGraph, graphFromLists, graphFromText, listsOf } from "../fixtures/graph-from-text.ts";
import { numbered, sizesByPreorder, typesByPreorder } from "../fixtures/numbered.ts";
import { type RandomCase, randomCase } from "../fixtures/random-graph.ts";
import { dominatorsByDeletion, type Lists, lostWithout, reachable, restrictedTo } from "./definitions.ts";

/** Name -> name of its dominator; `live` and `garbage` stand for the two artificial nodes. */
function dominatorNames({ graph, names, n }: DrawnGraph, starts: string): Record<string, string> {
  const { order, idom } = numbered(
    graph,
    starts
      .split(" ")
      .filter(Boolean)
      .map((name) => n[name]),
  );
  const nameOf = (i: number): string => names[order.node[i]] ?? (i === 0 ? "live" : "garbage");
  return Object.fromEntries(names.map((name, v) => [name, nameOf(idom[order.preorder[v]])]));
}

describe("dominators", () => {
  it("give a shared object to the nearest object on all paths to it", () => {
    const drawn = graphFromText(`
      app    -> left right
      left   -> shared
      right  -> shared
      shared -> leaf
    `);
    expect(dominatorNames(drawn, "app")).toEqual({
      app: "live",
      left: "app",
      right: "app",
      shared: "app",
      leaf: "shared",
    });
  });

  it("give what two roots hold to neither, even if one root reaches the other first", () => {
    const drawn = graphFromText(`
      a -> b
      b -> x
    `);
    expect(dominatorNames(drawn, "a")).toEqual({ a: "live", b: "a", x: "b" });
    expect(dominatorNames(drawn, "a b")).toEqual({ a: "live", b: "live", x: "b" });
  });

  it("are not changed by references from garbage", () => {
    const drawn = graphFromText(`
      app     -> holder
      holder  -> x
      garbage -> x own
    `);
    expect(dominatorNames(drawn, "app")).toEqual({
      app: "live",
      holder: "app",
      x: "holder",
      garbage: "garbage",
      own: "garbage",
    });
  });

  it("let nobody in particular own a garbage cycle", () => {
    const drawn = graphFromText(`
      x -> y
      y -> x tail
    `);
    expect(dominatorNames(drawn, "")).toEqual({ x: "garbage", y: "garbage", tail: "y" });
  });

  it("need more than the parent and the semidominator where paths cross (the paper's irreducible case)", () => {
    const drawn = graphFromText(`
      r -> a b
      a -> c
      b -> d
      c -> d e
      d -> c e
    `);
    expect(dominatorNames(drawn, "r")).toEqual({ r: "live", a: "r", b: "r", c: "r", d: "r", e: "r" });
  });

  it("are nobody for the artificial root, and an empty column for an empty graph", () => {
    expect([...numbered(graphFromLists([]), []).idom]).toEqual([NONE, NONE]);
    expect([...dominators(new Int32Array(0), graphFromLists([]))]).toEqual([]);
  });

  it("agree with deleting each object in turn, on 10,000 random graphs", () => {
    for (let seed = 0; seed < 10_000; seed++) {
      const { order, idom, groups } = numberedCase(randomCase(seed));
      for (const { root, lists, starts } of groups) {
        const byDeletion = [...dominatorsByDeletion(lists, starts)];
        const found = byDeletion.map(([v]) => idom[order.preorder[v]]);
        const expected = byDeletion.map(([, d]) => (d === null ? root : order.preorder[d]));
        expect(found, `seed ${seed}`).toEqual(expected);
      }
      expect(idom[0]).toBe(NONE);
      expect(idom[order.unreachable] ?? NONE).toBe(NONE);
    }
  });
});

describe("children in the dominator tree", () => {
  it("are the nodes with that dominator, increasing; roots are nobody's", () => {
    expect(listsOf(childrenOf(Int32Array.of(NONE, 0, 1, 1, 0, NONE, 5)))).toEqual([
      [1, 4],
      [2, 3],
      [],
      [],
      [],
      [6],
      [],
    ]);
  });

  it("are none in an empty tree", () => {
    expect(listsOf(childrenOf(new Int32Array(0)))).toEqual([]);
  });
});

describe("retained sizes", () => {
  it("count live bytes and garbage apart", () => {
    const { graph, n } = graphFromText(`
      app     -> list
      list    -> item
      garbage -> item waste
    `);
    const { order, idom } = numbered(graph, [n.app]);
    const size = { app: 1, list: 10, item: 100, garbage: 1000, waste: 10_000 };
    const retained = retainedSizes(idom, sizesByPreorder(order, Object.values(size)));
    expect(retained[0]).toBe(111);
    expect(retained[order.preorder[n.list]]).toBe(110);
    expect(retained[order.unreachable]).toBe(11_000);
  });

  it("are exact beyond 4 GiB", () => {
    expect([...retainedSizes(Int32Array.of(NONE, 0, 1), Float64Array.of(0, 3e15, 1))]).toEqual([3e15 + 1, 3e15 + 1, 1]);
  });

  it("are none in an empty tree", () => {
    expect([...retainedSizes(new Int32Array(0), new Float64Array(0))]).toEqual([]);
  });

  it("agree with what is lost with each object, on 10,000 random graphs", () => {
    for (let seed = 0; seed < 10_000; seed++) {
      const testCase = randomCase(seed);
      const { order, idom, groups } = numberedCase(testCase);
      const retained = retainedSizes(idom, sizesByPreorder(order, testCase.lists.map(distinctSize)));
      for (const { root, lists, starts } of groups) {
        const lost = [...lostWithout(lists, starts)];
        const found = lost.map(([v]) => retained[order.preorder[v]]);
        expect(found, `seed ${seed}`).toEqual(lost.map(([, set]) => total(set)));
        expect(retained[root], `seed ${seed}`).toBe(total(reachable(lists, starts)));
      }
    }
  });
});

describe("bytes retained by a type", () => {
  it("count an instance below another one of its type once", () => {
    const { graph, n } = graphFromText(`
      app   -> outer other
      outer -> inner text
      inner -> text2
      other -> text3
    `);
    const { order, idom, children } = numbered(graph, [n.app]);
    const [module, list, str] = [0, 1, 2];
    const typeOf = { app: module, outer: list, other: list, inner: list, text: str, text2: str, text3: str };
    const tree = {
      idom,
      children,
      retained: compactColumn(retainedSizes(idom, sizesByPreorder(order, new Float64Array(7).fill(1)))),
      type: typesByPreorder(
        order,
        Object.keys(n).map((name) => typeOf[name as keyof typeof typeOf]),
      ),
      typeCount: 4,
    };
    expect([...retainedByType(tree)]).toEqual([7, 6, 3, 0]);
    expect([...retainedByType(tree, order.unreachable)]).toEqual([0, 0, 0, 0]);
  });

  it("are nothing where the asked root does not exist", () => {
    const tree = { ...numbered(graphFromLists([]), []), retained: compactColumn(Float64Array.of(0, 0)), typeCount: 1 };
    const type = Int32Array.of(NONE, NONE);
    expect([...retainedByType({ ...tree, type })]).toEqual([0]);
    expect([...retainedByType({ ...tree, type }, 2)]).toEqual([0]);
  });

  it("agree with the union of what is lost with each instance, on 10,000 random graphs", () => {
    for (let seed = 0; seed < 10_000; seed++) {
      const testCase = randomCase(seed);
      const { order, idom, children, groups } = numberedCase(testCase);
      const retained = compactColumn(retainedSizes(idom, sizesByPreorder(order, testCase.lists.map(distinctSize))));
      const typeCount = 3;
      const type = testCase.lists.map((_, v) => (v * 7 + seed) % typeCount);
      const tree = { idom, children, retained, type: typesByPreorder(order, type), typeCount };
      for (const { root, lists, starts } of groups) {
        const lost = [...lostWithout(lists, starts)];
        const expected = [0, 1, 2].map((t) =>
          total(new Set(lost.flatMap(([v, set]) => (type[v] === t ? [...set] : [])))),
        );
        expect([...retainedByType(tree, root)], `seed ${seed}`).toEqual(expected);
      }
    }
  });
});

/** Sums of these tell exactly which objects were added. */
const distinctSize = (_: unknown, v: number): number => 2 ** v;
const total = (nodes: ReadonlySet<number>): number => [...nodes].reduce((sum, v) => sum + 2 ** v, 0);

/** A random graph, numbered, and its two groups as separate graphs of original nodes. */
function numberedCase({ lists, starts, withUnreachable }: RandomCase) {
  const result = numbered(graphFromLists(lists), starts, { withUnreachable });
  const { order } = result;
  const live = reachable(lists, starts);
  const groups: { root: number; lists: Lists; starts: readonly number[] }[] = [
    { root: 0, lists: restrictedTo(lists, live), starts },
  ];
  if (withUnreachable) {
    const garbage = new Set(lists.keys().filter((v) => !live.has(v)));
    const garbageStarts = [...order.starts].filter((i) => i > order.unreachable).map((i) => order.node[i]);
    groups.push({ root: order.unreachable, lists: restrictedTo(lists, garbage), starts: garbageStarts });
  }
  return { ...result, groups };
}
