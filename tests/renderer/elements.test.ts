import { expect, it } from "vitest";
import { type WhyGraph, whyGraph } from "../../renderer/canvas/elements.ts";
import { place } from "../../renderer/canvas/layout.ts";
import { asObjectId } from "../../shared/types/ids.ts";
import { type Drawn, weakRow, why } from "./why-fixture.ts";

const TARGET = { id: asObjectId(9), label: "Session" };
const FIRST: readonly Drawn[] = [
  [1, "module app"],
  [2, "dict, 3 entries", ".__dict__", "dict"],
  [3, "dict, 200 entries", "['_SESSIONS']", "value"],
  [9, "Session", "['u-1']", "value"],
];
const SECOND: readonly Drawn[] = [
  [5, "module other"],
  [3, "dict, 200 entries", ".cache", "attribute"],
  [9, "Session", "['u-1']", "value"],
];

const drawn = ({ edges, nodes }: WhyGraph) => {
  const label = new Map(nodes.map((node) => [node.id, node.label]));
  return edges.map(
    (edge) => `${label.get(edge.from)} ${edge.label} ${label.get(edge.to)}${edge.weak ? " (weak)" : ""}`,
  );
};

it("draws a shared step once, and folds a module's __dict__ away", () => {
  const graph = whyGraph(why([FIRST, SECOND]), TARGET);
  expect(drawn(graph)).toEqual([
    "module app ._SESSIONS dict, 200 entries",
    "dict, 200 entries ['u-1'] Session",
    "module other .cache dict, 200 entries",
  ]);
  expect(graph.nodes.map(({ role }) => role)).toEqual(["root", "holder", "target", "root"]);
  expect(graph.nodes.map(({ main }) => main)).toEqual([true, true, true, false]);
});

it("draws weak references towards the object, also where nothing else leads there", () => {
  const weak = [weakRow(20, "KeyedRef")];
  expect(drawn(whyGraph(why([FIRST], weak), TARGET))).toContain("KeyedRef weak Session (weak)");
  const alone = whyGraph(why([], weak), TARGET);
  expect(drawn(alone)).toEqual(["KeyedRef weak Session (weak)"]);
  expect(alone.nodes[0]).toMatchObject({ role: "target", label: "Session" });
});

it("draws no more than can be read, and says how much it left out", () => {
  const long = Array.from({ length: 40 }, (_, at): Drawn => [100 + at, `o${at}`, ".next", "attribute"]);
  const graph = whyGraph(why([FIRST, [...long, [9, "Session", ".last", "attribute"]]]), TARGET, 10);
  expect(graph.nodes).toHaveLength(10);
  expect(graph.left).toBe(33);
  expect(new Set(graph.edges.map(({ id }) => id)).size).toBe(graph.edges.length);
  for (const edge of graph.edges)
    expect(graph.nodes.map(({ id }) => id)).toEqual(expect.arrayContaining([edge.from, edge.to]));
});

it("bounds labels and makes them visible", () => {
  const graph = whyGraph(
    why([
      [
        [1, "x".repeat(100_000)],
        [9, "Se\u202ession", "['\n']", "value"],
      ],
    ]),
    TARGET,
  );
  expect(graph.nodes.map(({ label }) => label.length)).toEqual([28, 13]);
  expect(graph.edges[0]?.label).toBe("['\\n']");
});

it("places starting points above what they hold, without overlap", () => {
  const graph = whyGraph(why([FIRST, SECOND], [weakRow(20, "KeyedRef")]), TARGET);
  const places = new Map(place(graph).map((each) => [each.id, each]));
  for (const { from, to } of graph.edges) expect(places.get(from)?.y).toBeLessThan(places.get(to)?.y ?? 0);
  const rows = [...places.values()];
  for (const a of rows)
    for (const b of rows)
      if (a !== b && Math.abs(a.y - b.y) < 26)
        expect(Math.abs(a.x - b.x)).toBeGreaterThanOrEqual((a.width + b.width) / 2);
});
