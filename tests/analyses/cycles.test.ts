import { describe, expect, it } from "vitest";
import { indexCycles } from "../../shared/analyses/cycle-index.ts";
import { cycleRow, cyclesInOrder } from "../../shared/analyses/cycles.ts";
import { noTick } from "../../shared/types/graph.ts";
import type { CycleRow } from "../../shared/types/rows.ts";
import { viewOf } from "../fixtures/drawn-heap.ts";

type Row = Omit<CycleRow, "alike">;

function cycles(picture: string, kind: "data" | "code" = "data"): Row[] {
  const { view } = viewOf(picture);
  if (view.cycles === null) throw new Error("The cycles are done in a drawn heap");
  const stage = view.cycles;
  const index = indexCycles(view.columns.heap, stage);
  const order = cyclesInOrder(view, stage, index, { kind, by: "retained", descending: true }, noTick);
  return order.map((cycle) => cycleRow(view, stage, index, cycle));
}

const ring = (row: Row | undefined): string =>
  row?.smallestCycle.map((step) => `${step.label} ${step.edge}`).join(" → ") ?? "";

const TREE = `
  @module app: m
  m  module "app" -> .ROOT p
  p  app.Parent size=100 -> .children l
  l  list -> [] a [] b
  a  app.Child size=10 -> .parent p .data d
  b  app.Child size=10 -> .parent p
  d  bytes size=1000
`;

describe("reference cycles", () => {
  it("have the shortest ring with the names of its references, nearest to the starting point first", () => {
    const [row] = cycles(TREE);
    expect(row).toMatchObject({ objects: 4, shallowBytes: 136, reachable: true, isCode: false });
    expect(ring(row)).toBe("Parent .children → list, 2 items [0] → Child .parent");
  });

  it("keep alive what would go with all members together", () => {
    expect(cycles(TREE)[0]?.retainedBytes).toBe(1136);
  });

  it("are cured by making the reference back to the holder weak, in all objects of its type", () => {
    expect(cycles(TREE)[0]?.weaken).toMatchObject({ edge: ".parent", fromType: "app.Child", freesBytes: 1136 });
  });

  it("are told by the object whose __dict__ has the reference, not by the dict", () => {
    const [row] = cycles(`
      @module app: m
      m  module "app" -> .ROOT p
      p  app.Parent -> .child c
      c  app.Child -> dict d
      d  dict -> ['parent'] p ['name'] n
      n  str
    `);
    expect(row?.weaken).toMatchObject({ edge: ".parent", fromType: "app.Child" });
  });

  it("are never cured by what a program can't make weak, such as an item of a tuple", () => {
    const [row] = cycles(`
      @module app: m
      m  module "app" -> .t t
      t  tuple -> [] x
      x  app.Item -> .all t
    `);
    expect(row?.weaken).toMatchObject({ edge: ".all", fromType: "app.Item" });
  });

  it("of one shape get one advice, whatever comes first in memory: towards the member that keeps most alive", () => {
    const rows = cycles(`
      q1 app.Request -> .response p1 .body b1
      p1 app.Response -> .request q1
      b1 bytes size=3000
      p2 app.Response -> .request q2
      q2 app.Request -> .response p2 .body b2
      b2 bytes size=2000
    `);
    expect(rows.map((row) => row.weaken?.edge)).toEqual([".request", ".request"]);
  });

  it("are cured from the many to the one, also where the one is the smaller object", () => {
    const [row] = cycles(`
      p  app.Parent -> .children l
      l  app.Children size=9000 -> .first c .second d
      c  app.Child -> .parent p
      d  app.Child -> .parent p
    `);
    expect(row?.weaken).toMatchObject({ edge: ".parent", fromType: "app.Child" });
  });

  it("are cured at an attribute rather than at an item of a container", () => {
    const [row] = cycles(`
      l  list size=5000 -> [] x
      x  app.Item -> .all l
    `);
    expect(row?.weaken).toMatchObject({ edge: ".all", fromType: "app.Item" });
  });

  it("of a ring of 20,000 are listed at once, with advice but not step by step", () => {
    const count = 20_000;
    const lines = Array.from({ length: count }, (_, i) => `o${i} app.Node -> .next o${(i + 1) % count}`);
    const [row] = cycles(lines.join("\n"));
    expect(row).toMatchObject({ objects: count, smallestCycle: [], weaken: { edge: ".next", fromType: "app.Node" } });
  });

  it("get no advice where one weak reference is not enough", () => {
    const [row] = cycles(`
      @module app: m
      m  module "app" -> .a a
      a  app.A -> .b b .c c
      b  app.B -> .a a .c c
      c  app.C -> .a a .b b
    `);
    expect(row?.weaken).toBeNull();
  });

  it("that nobody holds are garbage waiting for the collector", () => {
    const rows = cycles(`${TREE}
      x  app.Node size=5000 -> .me x
    `);
    expect(rows.map((row) => [row.reachable, row.objects])).toEqual([
      [false, 1],
      [true, 4],
    ]);
    expect(ring(rows[0])).toBe("Node .me");
  });

  it("through an instance's class or a function's globals do not count: all of a program is in that one", () => {
    const picture = `
      @module app: m
      m  module "app" -> dict d
      d  dict -> ['CACHE'] c ['f'] f
      c  dict -> ['one'] x
      x  app.Item -> type k
      k  type "app.Item" class -> dict kd
      kd dict -> ['method'] f
      f  function "app.f" -> global d
    `;
    expect(cycles(picture)).toEqual([]);
    expect(cycles(picture, "code")).toEqual([]);
  });

  it("of classes are apart: that is how Python is built", () => {
    const picture = `
      @module app: m
      m  module "app" -> .Item k
      k  type "app.Item" class -> mro t
      t  tuple -> [] k
    `;
    expect(cycles(picture)).toEqual([]);
    expect(cycles(picture, "code")).toMatchObject([{ objects: 2, isCode: true }]);
  });

  it("of several entries keep alive what no single member keeps", () => {
    const [row] = cycles(`
      @module app: m
      m  module "app" -> .a a .b b
      a  app.Node size=10 -> .next b .shared s
      b  app.Node size=10 -> .next a .shared s
      s  bytes size=500
    `);
    expect(row?.retainedBytes).toBe(520);
  });
});
