import { describe, expect, it } from "vitest";
import { anyPath, distances, type PathOptions, pathScratch, pathsToRoot } from "../../shared/graph/paths.ts";
import { NONE } from "../../shared/types/graph.ts";
import { type DrawnGraph, graphFromLists, graphFromText } from "../fixtures/graph-from-text.ts";
import { numbered } from "../fixtures/numbered.ts";
import { randomCase } from "../fixtures/random-graph.ts";
import { allSimplePaths, reachable } from "./definitions.ts";

const CACHE = graphFromText(`
  app     -> cache handler
  cache   -> entry
  entry   -> request
  handler -> request
  worker  -> frame
  frame   -> handler
  garbage -> request loop
  loop    -> garbage
`);

/** Paths in names, in the drawing above or another one. */
function pathNames(target: string, limit: number, options: PathOptions & { starts?: string; drawn?: DrawnGraph } = {}) {
  const { starts = "app worker", drawn = CACHE, ignored, ...rest } = options;
  const { graph, names, n } = drawn;
  const { order, predecessors } = numbered(
    graph,
    starts.split(" ").map((name) => n[name]),
  );
  const byNode = ignored && { ignored: (i: number) => ignored(order.node[i]) };
  const { paths, complete } = pathsToRoot(predecessors, order.preorder[n[target]], limit, { ...rest, ...byNode });
  return { paths: paths.map((path) => path.map((i) => names[order.node[i]]).join(" ")), complete };
}

const ignoring = (...names: string[]): PathOptions => ({ ignored: (v) => names.includes(CACHE.names[v]) });

describe("paths to the root", () => {
  it("give one path for each start that leads to the object, shortest first", () => {
    expect(pathNames("request", 10)).toEqual({
      paths: ["app handler request", "worker frame handler request"],
      complete: true,
    });
  });

  it("stop at the limit and say that there may be more", () => {
    expect(pathNames("request", 1)).toEqual({ paths: ["app handler request"], complete: false });
    expect(pathNames("request", 0)).toEqual({ paths: [], complete: false });
  });

  it("go around an ignored holder", () => {
    expect(pathNames("request", 10, ignoring("handler"))).toEqual({
      paths: ["app cache entry request"],
      complete: true,
    });
  });

  it("prove that nothing else holds the object: none are left, and that is all", () => {
    expect(pathNames("request", 10, ignoring("handler", "cache"))).toEqual({ paths: [], complete: true });
    expect(pathNames("request", 10, ignoring("app", "worker"))).toEqual({ paths: [], complete: true });
  });

  it("never ignore the object itself", () => {
    expect(pathNames("app", 10, ignoring("app")).paths).toEqual(["app"]);
  });

  it("give a start both as itself and as what others hold", () => {
    expect(pathNames("handler", 10, { starts: "app handler" }).paths).toEqual(["handler", "app handler"]);
  });

  it("end at the first start: a way through another one would say nothing new", () => {
    expect(pathNames("request", 10, { starts: "app worker frame" }).paths).toEqual([
      "app handler request",
      "frame handler request",
    ]);
  });

  it("give up after so many references, keep what was found, and say so", () => {
    const within = (left: number) => pathNames("request", 10, { budget: { left } });
    const all = pathNames("request", 10);
    const shortest = { paths: all.paths.slice(0, 1), complete: false };
    const none = { paths: [], complete: false };
    const found = Array.from({ length: 12 }, (_, left) => within(left));
    expect(found[0]).toEqual(none);
    expect(found).toContainEqual(shortest);
    expect(found[11]).toEqual(all);
    // What costs more never finds less.
    expect(found.map(({ paths }) => paths.length)).toEqual(found.map(({ paths }) => paths.length).toSorted());
  });

  it("are all looked for at the price of one budget", () => {
    const budget = { left: 11 };
    pathNames("request", 10, { budget });
    expect(budget.left).toBeLessThan(11);
    const { left } = budget;
    pathNames("request", 10, { budget });
    expect(budget.left).toBeLessThan(left);
  });

  it("end where all others have more references than are of use", () => {
    const told: number[] = [];
    const mostReferences = (path: readonly number[]) => {
      told.push(path.length);
      return path.length - 1;
    };
    expect(pathNames("request", 10, { mostReferences })).toEqual({
      paths: pathNames("request", 10).paths.filter((path) => path.split(" ").length === told[0]),
      complete: true,
    });
  });

  it("are found without a search, one for each object that is alive, on 2,000 random graphs", () => {
    for (let seed = 0; seed < 2_000; seed++) {
      const { lists, starts } = randomCase(seed);
      const { order, predecessors } = numbered(graphFromLists(lists), starts);
      const alive = reachable(lists, starts);
      for (const target of lists.keys()) {
        const path = anyPath(predecessors, order.preorder[target])?.map((i) => order.node[i]) ?? null;
        expect(path !== null, `seed ${seed}`).toBe(alive.has(target));
        if (path === null) continue;
        expect(starts).toContain(path[0]);
        expect(path.at(-1)).toBe(target);
        expect(path.every((v, i) => i === 0 || lists[path[i - 1]].includes(v))).toBe(true);
      }
    }
  });

  it("are none for garbage, which has paths from its own group only", () => {
    expect(pathNames("loop", 10)).toEqual({ paths: [], complete: true });
    const { order } = numbered(CACHE.graph, [CACHE.n.app, CACHE.n.worker]);
    expect(pathNames("loop", 10, { root: order.unreachable }).paths).toEqual(["loop", "garbage loop"]);
  });

  it("are none for the artificial root", () => {
    expect(pathsToRoot(graphFromLists([[], [0]]), 0, 5)).toEqual({ paths: [], complete: true });
  });

  it("use memory kept from earlier searches, also from cancelled ones", () => {
    const { graph, n } = graphFromText(`
      app -> a b
      a   -> x
      b   -> x
    `);
    const { order, predecessors } = numbered(graph, [n.app]);
    const scratch = pathScratch(order.nodeCount);
    const target = order.preorder[n.x];
    const fresh = pathsToRoot(predecessors, target, 10);
    const cancelled = {
      ignored: () => {
        throw new Error("cancelled");
      },
      scratch,
    };
    for (let i = 0; i < 3; i++) {
      expect(() => pathsToRoot(predecessors, target, 10, cancelled)).toThrow("cancelled");
      expect(pathsToRoot(predecessors, target, 10, { scratch })).toEqual(fresh);
      expect(pathsToRoot(predecessors, order.preorder[n.a], 10, { scratch }).paths).toHaveLength(1);
    }
  });

  it("grow their memory for a path of any length", () => {
    const length = 5000;
    const { order, predecessors } = numbered(
      graphFromLists(Array.from({ length }, (_, v) => (v + 1 < length ? [v + 1] : []))),
      [0],
    );
    const { paths } = pathsToRoot(predecessors, order.preorder[length - 1], 3);
    expect(paths).toEqual([Array.from({ length }, (_, i) => i + 1)]);
  });

  it("agree with trying every path, on 10,000 random graphs", () => {
    for (let seed = 0; seed < 10_000; seed++) {
      const { lists, starts } = randomCase(seed, 8);
      const target = seed % lists.length;
      const ignored = new Set([(seed + 1) % lists.length, (seed + 3) % lists.length].slice(seed % 3));
      const { order, predecessors } = numbered(graphFromLists(lists), starts);
      const { paths, complete } = pathsToRoot(predecessors, order.preorder[target], Infinity, {
        ignored: (i) => ignored.has(order.node[i]),
      });
      const found = paths.map((path) => path.map((i) => order.node[i]));

      const all = allSimplePaths(lists, starts, target, ignored).filter(
        (path) => !path.slice(1, -1).some((v) => starts.includes(v)),
      );
      expect(complete).toBe(true);
      for (const path of found) expect(all, `seed ${seed}`).toContainEqual(path);
      const lengths = found.map((path) => path.length);
      expect(lengths, `seed ${seed}`).toEqual(lengths.toSorted((a, b) => a - b));
      expect(shortestByStart(found), `seed ${seed}`).toEqual(shortestByStart(all));
      expect(new Set(found.map(([first]) => first)).size, `seed ${seed}`).toBe(found.length);
    }
  });
});

const shortestByStart = (paths: readonly number[][]): Record<number, number> => {
  const lengths: Record<number, number> = {};
  for (const path of paths) lengths[path[0]] = Math.min(lengths[path[0]] ?? Infinity, path.length);
  return lengths;
};

describe("distances", () => {
  it("count references from the root, and know the way", () => {
    const { graph, n } = CACHE;
    const { order, graph: relabelled } = numbered(graph, [n.app, n.worker]);
    const { distance, parent } = distances(relabelled);
    const of = (name: string): number => distance[order.preorder[n[name]]];
    expect([of("app"), of("cache"), of("entry"), of("request"), of("frame")]).toEqual([1, 2, 3, 3, 2]);
    expect(parent[order.preorder[n.request]]).toBe(order.preorder[n.handler]);
    expect([distance[0], parent[0]]).toEqual([0, NONE]);
  });

  it("leave garbage without one", () => {
    const { order, graph } = numbered(CACHE.graph, [CACHE.n.app]);
    const { distance, parent } = distances(graph);
    for (const i of [order.unreachable, order.preorder[CACHE.n.garbage]]) {
      expect([distance[i], parent[i]]).toEqual([NONE, NONE]);
    }
  });

  it("are an empty column for an empty graph", () => {
    expect([...distances(graphFromLists([])).distance]).toEqual([]);
  });

  it("agree with widening circles, on 10,000 random graphs", () => {
    for (let seed = 0; seed < 10_000; seed++) {
      const { lists, starts } = randomCase(seed);
      const { order, graph } = numbered(graphFromLists(lists), starts);
      const { distance, parent } = distances(graph);
      let circle = new Set(starts);
      const expected = lists.map(() => NONE);
      for (let step = 1; circle.size > 0; step++) {
        for (const v of circle) expected[v] = step;
        circle = new Set([...circle].flatMap((v) => lists[v]).filter((w) => expected[w] === NONE));
      }
      expect(
        [...order.preorder].map((i) => distance[i]),
        `seed ${seed}`,
      ).toEqual(expected);

      const before = [...order.preorder].map((i) => parent[i]);
      const isRight = expected.map((steps, v) => {
        if (steps === NONE) return before[v] === NONE;
        if (steps === 1) return before[v] === 0;
        return distance[before[v]] === steps - 1 && lists[order.node[before[v]]].includes(v);
      });
      expect(isRight, `seed ${seed}`).not.toContain(false);
      expect(distance.filter((d) => d > 0).length).toBe(reachable(lists, starts).size);
    }
  });
});
