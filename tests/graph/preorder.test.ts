import { describe, expect, it } from "vitest";
import { PreorderWalk } from "../../shared/graph/preorder.ts";
import { relabel } from "../../shared/graph/relabel.ts";
import { NONE } from "../../shared/types/graph.ts";
import { graphFromLists, graphFromText, listsOf } from "../fixtures/graph-from-text.ts";
import { numbered } from "../fixtures/numbered.ts";
import { randomCase } from "../fixtures/random-graph.ts";
import { preorderByRecursion, reachable, restrictedTo } from "./definitions.ts";

describe("preorder", () => {
  it("numbers a node before what it refers to, first reference first", () => {
    const { graph, names, n } = graphFromText(`
      app   -> cache log
      cache -> key value
      log   -> value
    `);
    const { order } = numbered(graph, [n.app]);
    expect([...order.node].map((v) => names[v] ?? "*")).toEqual(["*", "app", "cache", "key", "value", "log", "*"]);
    expect([...order.parent]).toEqual([NONE, 0, 1, 2, 2, 1, NONE]);
    expect([...order.preorder]).toEqual([1, 2, 5, 3, 4]);
  });

  it("goes on where it stopped when further starts are found", () => {
    const { graph, n } = graphFromText(`
      a -> shared
      b -> shared own
    `);
    const walk = new PreorderWalk(graph);
    expect(walk.startAt(n.a)).toBe(true);
    expect(walk.isNumbered(n.shared)).toBe(true);
    expect(walk.isNumbered(n.own)).toBe(false);
    expect(walk.startAt(n.b)).toBe(true);
    const order = walk.finish();
    expect([n.a, n.shared, n.b, n.own].map((v) => order.preorder[v])).toEqual([1, 2, 3, 4]);
    expect(order.parent[order.preorder[n.b]]).toBe(0);
  });

  it("keeps as a start what another start reached before, and once what is named twice", () => {
    const { graph, n } = graphFromText("a -> b");
    const walk = new PreorderWalk(graph);
    expect([n.a, n.b, n.b, n.a].map((v) => walk.startAt(v))).toEqual([true, false, false, false]);
    const order = walk.finish();
    expect([...order.starts]).toEqual([1, 2]);
    expect(listsOf(relabel(graph, order))).toEqual([[1, 2], [2], []]);
  });

  it("puts leftovers behind a root of their own, and leaves live objects live", () => {
    const { graph, n } = graphFromText(`
      module  -> used
      garbage -> used other
    `);
    const walk = new PreorderWalk(graph);
    walk.startAt(n.module);
    walk.beginUnreachable();
    expect(walk.startAt(n.garbage)).toBe(true);
    expect(walk.startAt(n.used)).toBe(false);
    const order = walk.finish();
    expect(order.unreachable).toBe(3);
    expect(order.node[order.unreachable]).toBe(NONE);
    expect(order.parent[order.unreachable]).toBe(NONE);
    expect(order.parent[order.preorder[n.garbage]]).toBe(order.unreachable);
    expect([...order.starts]).toEqual([1, 4]);
  });

  it("knows one unreachable group only", () => {
    const walk = new PreorderWalk(graphFromLists([[]]));
    walk.beginUnreachable();
    expect(() => walk.beginUnreachable()).toThrow("begun already");
  });

  it("says that all is live where no leftovers were asked for", () => {
    const { order } = numbered(graphFromLists([[], [0]]), [0], { withUnreachable: false });
    expect(order).toMatchObject({ nodeCount: 2, unreachable: 2 });
    expect([...order.preorder]).toEqual([1, NONE]);
  });

  it("numbers the artificial root alone in an empty graph", () => {
    const order = new PreorderWalk(graphFromLists([])).finish();
    expect(order).toMatchObject({ nodeCount: 1, unreachable: 1 });
    expect([...order.node, ...order.parent]).toEqual([NONE, NONE]);
    expect([...order.preorder, ...order.starts]).toEqual([]);
  });

  it("agrees with the recursive walk on 10,000 random graphs", () => {
    for (let seed = 0; seed < 10_000; seed++) {
      const { lists, starts, withUnreachable } = randomCase(seed);
      const { order } = numbered(graphFromLists(lists), starts, { withUnreachable });
      const live = preorderByRecursion(lists, starts);
      const nodes = [...order.node];
      expect(nodes.slice(1, order.unreachable), `seed ${seed}`).toEqual([...live]);

      const garbageStarts = [...order.starts].filter((i) => i > order.unreachable).map((i) => order.node[i]);
      const all = preorderByRecursion(lists, garbageStarts, new Set(live));
      expect(nodes.slice(order.unreachable + 1), `seed ${seed}`).toEqual([...all].slice(live.size));
      expect(all.size, `seed ${seed}`).toBe(withUnreachable ? lists.length : live.size);
      for (const [i, v] of nodes.entries()) if (v !== NONE) expect(order.preorder[v]).toBe(i);
    }
  });
});

describe("relabel", () => {
  it("lets garbage keep nothing alive", () => {
    const { graph, n } = graphFromText(`
      module  -> used
      garbage -> used other used
      other   -> garbage
    `);
    const { order, graph: relabelled } = numbered(graph, [n.module]);
    const [garbage, other] = [order.preorder[n.garbage], order.preorder[n.other]];
    expect(listsOf(relabelled)[order.unreachable]).toEqual([garbage, other]);
    expect(listsOf(relabelled)[garbage]).toEqual([other]);
  });

  it("keeps parallel references, self-references and their order", () => {
    const { graph, n } = graphFromText(`
      list -> b a b list
      a
      b
    `);
    const { graph: relabelled } = numbered(graph, [n.list]);
    expect(listsOf(relabelled)[1]).toEqual([2, 3, 2, 1]);
  });

  it("leaves out what has no number", () => {
    const order = new PreorderWalk(graphFromLists([[0, 1], [0]])).finish();
    expect(listsOf(relabel(graphFromLists([[0, 1], [0]]), order))).toEqual([[]]);
  });

  it("is the original graph without what leads from garbage to live objects, on 10,000 random graphs", () => {
    for (let seed = 0; seed < 10_000; seed++) {
      const { lists, starts, withUnreachable } = randomCase(seed);
      const { order, graph } = numbered(graphFromLists(lists), starts, { withUnreachable });
      const live = reachable(lists, starts);
      const garbage = new Set(lists.keys().filter((v) => withUnreachable && !live.has(v)));
      const expected = [restrictedTo(lists, live), restrictedTo(lists, garbage)];

      const rows = listsOf(graph);
      for (const [v, i] of order.preorder.entries()) {
        if (i === NONE) continue;
        const back = rows[i].map((target) => order.node[target]);
        expect(back, `seed ${seed}`).toEqual(expected[live.has(v) ? 0 : 1][v]);
      }
      expect(new Set(rows[0].map((i) => order.node[i])), `seed ${seed}`).toEqual(new Set(starts));
      expect(rows.length).toBe(order.nodeCount);
      expect(graph.targets.length).toBe(graph.offsets[order.nodeCount]);
    }
  });
});
