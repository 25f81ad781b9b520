import { describe, expect, it } from "vitest";
import {
  choose,
  collapseCycle,
  fitting,
  hideObjects,
  MOST_OBJECTS,
  openCycle,
  pathOf,
  type ReferenceGraph,
  showHidden,
  withSubgraph,
} from "../../renderer/canvas/reference-graph.ts";
import { pictureOf } from "../../renderer/canvas/reference-picture.ts";
import { openItems, treeOf } from "../../renderer/canvas/reference-tree.ts";
import { asObjectId } from "../../shared/types/ids.ts";
import { answer, expanded, items, link, object, start, subgraph } from "./graph-fixture.ts";
import { type Drawn, why } from "./why-fixture.ts";

const labels = (graph: ReferenceGraph) => pictureOf(graph).nodes.map(({ label }) => label);
const lines = (graph: ReferenceGraph) => {
  const { nodes, edges } = pictureOf(graph);
  const label = new Map(nodes.map((node) => [node.id, node.label]));
  return edges.map((edge) => `${label.get(edge.from)} ${edge.label} ${label.get(edge.to)}: ${edge.look}`);
};

describe("the way to the object", () => {
  const steps = (drawn: readonly Drawn[]) => why([drawn]).paths[0]?.steps ?? [];

  it("is drawn without a module's __dict__, unless that is drawn itself", () => {
    const way = pathOf(
      steps([
        [1, "module app"],
        [8, "dict", ".__dict__", "dict"],
        [2, "dict", "['_CACHE']", "value"],
        [3, "thing", "['k']", "value"],
      ]),
    );
    expect(way.path).toEqual([1, 2, 3]);
    const graph = { ...start(), ...way };
    const folded = { ...graph, links: new Map([...graph.links].filter(([key]) => !key.startsWith("1 2"))) };
    expect(lines(folded)).toContain("module app ._CACHE thing 2: path");
    const dict = subgraph([object(8)], [link(1, 8, ".__dict__"), link(8, 2, "['_CACHE']")]);
    expect(lines(withSubgraph(folded, dict))).toEqual([
      "thing 2 ['k'] thing 3: path",
      "module app .__dict__ thing 8: path",
      "thing 8 ['_CACHE'] thing 2: path",
    ]);
  });

  it("has a gap where it is too long to be read", () => {
    const long = Array.from({ length: 1000 }, (_, i): Drawn => [i, `o${i}`, ".next", "attribute"]);
    const { path, pathLinks } = pathOf(steps(long));
    expect(path.length).toBeLessThan(20);
    expect(path.at(-1)).toBe(999);
    expect(pathLinks).toMatchObject([{ from: 2, between: 999 - 2 - 12 }]);
  });
});

describe("neighbours", () => {
  it("are drawn one by one up to seven of a group, the rest as one node that counts", () => {
    const group = items(100_005);
    expect(choose(start(), answer(object(3), [group]))).toHaveLength(7);
    const graph = expanded(100_005, 7);
    expect(labels(graph).at(-1)).toBe("+ 99,998 more Thing");
    expect(pictureOf(graph).nodes.at(-1)?.detail).toBe("6.1 MiB");
  });

  it("leave room for other groups, and keys of a dict are only counted", () => {
    const groups = ["app.A", "app.B", "app.C"].map((type, at) => ({
      ...items(50, { type }),
      rows: items(50).rows.map((row) => ({ ...row, id: asObjectId(1000 * (at + 1) + row.id) })),
    }));
    const rows = choose(start(), answer(object(3), groups), { most: 9 });
    expect(rows.map(({ id }) => Math.floor(id / 1000))).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3]);
    const keys = { ...items(5), kind: "key" as const };
    expect(choose(start(), answer(object(3), [keys, { ...items(2), kind: "value" }]))).toHaveLength(2);
    expect(choose(start(), answer(object(3), [keys]))).toHaveLength(5);
  });

  it("of which none is drawn are one node for all kinds", () => {
    const graph = expanded(3, 3);
    const kinds = [items(4, { type: "app.A" }), items(5, { type: "app.B" })];
    const more = { ...graph, expansions: new Map([["referents 3", answer(object(3), kinds)]]) };
    expect(labels(more).at(-1)).toBe("+ 9 more, 2 kinds");
  });

  it("are never more than can be drawn", () => {
    const full = withSubgraph(
      start(),
      subgraph(
        Array.from({ length: MOST_OBJECTS - 5 }, (_, i) => object(1000 + i)),
        [],
      ),
    );
    const wanted = [1, 2001, 2002, 2003, 2004].map(asObjectId);
    expect(fitting(full, wanted)).toEqual({ objects: [2001, 2002], left: 2 });
    const hidden = hideObjects(full, [1000, 1001].map(asObjectId));
    expect(fitting(hidden, wanted)).toEqual({ objects: [2001, 2002, 2003, 2004], left: 0 });
  });

  it("that are weak or hubs look like it, and a hub's references are drawn only where they were asked for", () => {
    const hub = object(50, { hub: true, label: "class app.Thing" });
    const weak = object(60, { type: "weakref.ref" });
    const drawn = withSubgraph(
      start(),
      subgraph(
        [hub, weak],
        [link(3, 50, ".__class__", { kind: "type" }), link(60, 3, " weak reference", { kind: "weak", retains: false })],
      ),
    );
    expect(lines(drawn)).toContain("thing 60 weak reference thing 3: weak");
    expect(labels(drawn)).not.toContain("class app.Thing");
    const asked = { ...drawn, expansions: new Map([["referents 3", answer(object(3), [])]]) };
    expect(pictureOf(asked).nodes.find(({ isHub, label }) => isHub && label === "class app.Thing")?.detail).toBe("");
  });
});

describe("a reference cycle", () => {
  const graph = withSubgraph(
    start(),
    subgraph(
      [object(10, { cycle: 4 }), object(11, { cycle: 4 }), object(12)],
      [link(3, 10), link(10, 11, ".child"), link(11, 10, ".parent"), link(11, 12, ".data")],
      [{ cycle: 4, objects: 17, retainedBytes: 4_404_019 }],
    ),
  );

  it("is marked, collapses into one node, and opens again", () => {
    expect(lines(graph)).toContain("thing 10 .child thing 11: cycle");
    const collapsed = collapseCycle(graph, 4);
    expect(labels(collapsed)).toEqual(["module app", "thing 2", "thing 3", "cycle of 17 objects", "thing 12"]);
    expect(pictureOf(collapsed).nodes[3]?.detail).toBe("4.2 MiB");
    expect(lines(collapsed)).toContain("cycle of 17 objects .data thing 12: plain");
    expect(pictureOf(openCycle(collapsed, 4))).toEqual(pictureOf(graph));
  });

  it("that the way leads through keeps both marks", () => {
    const through = { ...graph, path: [1, 2, 10, 3].map(asObjectId) };
    expect(pictureOf(through).nodes.find(({ id }) => id === "object:10")).toMatchObject({
      look: "path",
      inCycle: true,
    });
    expect(pictureOf(collapseCycle(through, 4)).nodes.find(({ id }) => id === "cycle:4")?.look).toBe("path");
  });
});

describe("hiding", () => {
  it("takes along what hangs on nothing else, and never the object itself", () => {
    const graph = expanded(3, 3);
    expect(labels(hideObjects(graph, [2, 3].map(asObjectId)))).toEqual([
      "thing 3",
      "thing 100",
      "thing 101",
      "thing 102",
    ]);
    expect(labels(hideObjects(graph, [asObjectId(100)]))).toContain("thing 101");
  });

  it("can be taken back", () => {
    const graph = expanded(3, 3);
    const hidden = hideObjects(graph, [asObjectId(100)]);
    expect(pictureOf(showHidden(hidden, [asObjectId(100)]))).toEqual(pictureOf(graph));
  });
});

describe("the list beside the picture", () => {
  const items = treeOf(pictureOf(expanded(20, 2)));

  it("has each node once, below the nearest one on the way to the object", () => {
    expect(items.map(({ node, depth, direction }) => `${"  ".repeat(depth)}${direction ?? ""} ${node.label}`)).toEqual([
      " thing 3",
      "  referrers thing 2",
      "    referrers module app",
      "  referents thing 100",
      "  referents thing 101",
      "  referents + 18 more Thing",
    ]);
    expect(items[3]).toMatchObject({ position: 2, siblings: 4, parent: "object:3" });
  });

  it("leaves out what is below a closed item", () => {
    expect(openItems(items, new Set(["object:2"])).map(({ node }) => node.label)).not.toContain("module app");
    expect(openItems(items, new Set(["object:3"]))).toHaveLength(1);
  });
});
