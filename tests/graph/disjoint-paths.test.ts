import { describe, expect, it } from "vitest";
import { disjointPaths } from "../../shared/graph/disjoint-paths.ts";
import { pathsToRoot } from "../../shared/graph/paths.ts";
import { deepList } from "../bench/graphs.ts";
import { graphFromLists, graphFromText } from "../fixtures/graph-from-text.ts";
import { numbered } from "../fixtures/numbered.ts";
import { randomCase } from "../fixtures/random-graph.ts";
import { allSimplePaths, reachable } from "./definitions.ts";

function drawn(text: string, starts: string, target: string, limit = 10, ignore = "") {
  const { graph, names, n } = graphFromText(text);
  const { order, predecessors } = numbered(
    graph,
    starts.split(" ").map((name) => n[name]),
  );
  const ignored = (i: number) => ignore.split(" ").includes(names[order.node[i]]);
  const { paths, complete } = disjointPaths(predecessors, order.preorder[n[target]], limit, { ignored });
  return { paths: paths.map((path) => path.map((i) => names[order.node[i]]).join(" ")), complete };
}

describe("disjoint paths", () => {
  it("have nothing in common but their ends, shortest first", () => {
    const text = `
      app  -> cache index
      cache -> entry
      entry -> x
      index -> x
      log -> entry
    `;
    expect(drawn(text, "app log", "x")).toEqual({ paths: ["log entry x", "app index x"], complete: true });
  });

  it("are found where the first one has to give way", () => {
    const text = `
      app -> a b
      a -> c d
      b -> c
      c -> x
      d -> e
      e -> x
    `;
    const { paths, complete } = drawn(text, "app", "x");
    expect([paths, complete]).toEqual([["app b c x", "app a d e x"], true]);
  });

  it("count a starting point that refers to the object once, and the object itself where it is one", () => {
    expect(drawn("app -> x x\nlog -> x", "app log x", "x").paths.sort()).toEqual(["app x", "log x", "x"]);
  });

  it("go around what is ignored, and stop at the limit", () => {
    const text = "app -> a b c\na -> x\nb -> x\nc -> x";
    expect(drawn(text, "app", "x", 10, "b").paths).toEqual(["app a x", "app c x"]);
    expect(drawn(text, "app", "x", 2)).toMatchObject({ paths: { length: 2 }, complete: false });
  });

  it("are as many as can be found by trying all sets of paths, on 4,000 random graphs", () => {
    for (let seed = 1; seed <= 4_000; seed++) {
      const { lists, starts } = randomCase(seed, 8);
      const { order, predecessors } = numbered(graphFromLists(lists), starts);
      const target = seed % lists.length;
      if (!reachable(lists, starts).has(target)) continue;
      const all = allSimplePaths(lists, starts, target).filter((path) =>
        path.every((v, i) => i === 0 || v === target || !starts.includes(v)),
      );
      const first = pathsToRoot(predecessors, order.preorder[target], 1).paths[0];
      for (const begin of [undefined, first]) {
        const options = begin === undefined || begin.length === 1 ? {} : { first: begin };
        const { paths, complete } = disjointPaths(predecessors, order.preorder[target], 100, options);
        const found = paths.map((path) => path.map((i) => order.node[i]));
        for (const path of found) expect(all, `seed ${seed}`).toContainEqual(path);
        expect(areDisjoint(found), `seed ${seed}`).toBe(true);
        expect({ seed, count: found.length, complete }).toEqual({ seed, count: mostDisjoint(all), complete: true });
      }
    }
  });

  it("are found at the end of a list of half a million", () => {
    const heap = deepList(1_000_001);
    const { order, predecessors } = numbered(heap.graph, heap.roots);
    const last = order.preorder[499_999];
    const { paths, complete } = disjointPaths(predecessors, last, 5);
    expect([paths.map((path) => path.length), complete]).toEqual([[500_000], true]);
  });
});

/** No object in common but the first and the last one; paths of two objects must differ in the first. */
const isDisjoint = (a: readonly number[], b: readonly number[]): boolean =>
  a.length <= 2 || b.length <= 2 ? a.join() !== b.join() : a.slice(1, -1).every((v) => !b.slice(1, -1).includes(v));

const areDisjoint = (paths: readonly (readonly number[])[]): boolean =>
  paths.every((a, i) => paths.every((b, j) => i <= j || isDisjoint(a, b)));

/** The size of the largest set of paths that are disjoint two by two. */
function mostDisjoint(paths: readonly (readonly number[])[]): number {
  const [first, ...rest] = paths;
  if (first === undefined) return 0;
  const without = mostDisjoint(rest.filter((path) => isDisjoint(first, path)));
  // A path of two objects is in the way of none, so there is always a largest set with it.
  return first.length <= 2 ? 1 + without : Math.max(1 + without, mostDisjoint(rest));
}
