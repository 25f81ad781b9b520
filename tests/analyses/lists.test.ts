import { describe, expect, it } from "vitest";
import { objectDetail } from "../../shared/analyses/object-detail.ts";
import { combined, inOrder, type ListedSource, objectsOf, ofTypesLike } from "../../shared/analyses/object-lists.ts";
import { explainedReferences, referencePlaces, referenceRows } from "../../shared/analyses/references.ts";
import { typeFilter } from "../../shared/analyses/type-filter.ts";
import { typeRows, typesNamed } from "../../shared/analyses/type-rows.ts";
import { addressAt } from "../../shared/types/addresses.ts";
import { noTick } from "../../shared/types/graph.ts";
import { asTypeId } from "../../shared/types/ids.ts";
import { viewOf } from "../fixtures/drawn-heap.ts";
import { seededRandom } from "../fixtures/random.ts";

const PICTURE = `
  @module app: m
  m  module "app" -> dict d
  d  dict size=200 -> ['items'] l ['one'] a
  l  list size=80 -> [] a [] b [] a
  a  app.Item size=30 -> .name n
  b  app.Item size=50 -> .name n
  n  str "'shared name'" size=40
  w  weakref.ReferenceType +1 -> weak a
  g  other.Item -> .self g
`;

function names(
  source: (id: Record<string, number>) => ListedSource,
  by: "retained" | "shallow" | "id" = "id",
  descending = false,
) {
  const { view, id } = viewOf(PICTURE);
  const objects = objectsOf(view, source(id), noTick);
  const name = (object: number) => Object.keys(id).find((key) => id[key] === object);
  return [...inOrder(view, objects, { by, descending }, noTick)].map(name);
}

describe("a list of objects", () => {
  it("holds all, or those of a type", () => {
    expect(names(() => ({ kind: "all" })).length).toBe(10);
    const { view } = viewOf(PICTURE);
    const item = view.columns.heap.types.findIndex((type) => type.name === "app.Item");
    expect(names(() => ({ kind: "type", type: asTypeId(item) }))).toEqual(["a", "b"]);
  });

  it("holds the objects of several types, and none of no type", () => {
    const { view } = viewOf(PICTURE);
    const types = view.columns.heap.types.flatMap((type, at) =>
      type.name === "list" || type.name === "dict" ? [asTypeId(at)] : [],
    );
    const all = types.flatMap((type) => names(() => ({ kind: "type", type })));
    expect(names(() => ({ kind: "types", types })).sort()).toEqual(all.sort());
    expect(all.length).toBeGreaterThan(1);
    expect(names(() => ({ kind: "types", types: [] }))).toEqual([]);
  });

  it("holds what an object refers to, and who refers to it, each once", () => {
    expect(names((id) => ({ kind: "referents", object: id.l as never }))).toEqual(["a", "b"]);
    expect(names((id) => ({ kind: "referrers", object: id.a as never }))).toEqual(["d", "l", "w"]);
  });

  it("holds what an object dominates, and the biggest holders of all", () => {
    expect(names((id) => ({ kind: "dominated", object: id.d as never }))).toEqual(["l", "a", "n", "'items'", "'one'"]);
    expect(names((id) => ({ kind: "dominated", object: id.l as never }))).toEqual(["b"]);
    expect(names(() => ({ kind: "dominated", object: null }))).toEqual(["m", "w"]);
    expect(names((id) => ({ kind: "kept", object: id.l as never }))).toEqual(["l", "b"]);
  });

  it("holds what is held only from outside the graph, and what nobody holds", () => {
    expect(names(() => ({ kind: "held-outside" }))).toEqual(["w"]);
    expect(names(() => ({ kind: "unreachable" }))).toEqual(["g"]);
  });

  it("finds the object at an address, with or without 0x", () => {
    const { view, id } = viewOf(PICTURE);
    const address = addressAt(view.columns.heap.address, id.b as number).toString(16);
    expect(names(() => ({ kind: "address", address: `0x${address}` }))).toEqual(["b"]);
    expect(names(() => ({ kind: "address", address }))).toEqual(["b"]);
    expect(names(() => ({ kind: "address", address: "0xffff" }))).toEqual([]);
  });

  it("comes in any order, equal ones by number", () => {
    expect(names((id) => ({ kind: "dominated", object: id.d as never }), "shallow", true)).toEqual([
      "l",
      "'items'",
      "'one'",
      "n",
      "a",
    ]);
    expect(names((id) => ({ kind: "dominated", object: id.d as never }), "retained")).toEqual([
      "a",
      "n",
      "'items'",
      "'one'",
      "l",
    ]);
    expect(names((id) => ({ kind: "referents", object: id.l as never }), "id", true)).toEqual(["b", "a"]);
  });

  it("can be limited to types by a part of their name", () => {
    const { view, id } = viewOf(PICTURE);
    expect([...ofTypesLike(view, Int32Array.from([id.a as number, id.l as number]), "ITEM")]).toEqual([id.a]);
  });
});

describe("references of an object", () => {
  const rows = (direction: "referents" | "referrers", object: string) => {
    const { view, id } = viewOf(PICTURE);
    const places = referencePlaces(view, direction, id[object] as number, "", { by: "place", descending: false });
    return referenceRows(view, direction, id[object] as number, places).map((row) => `${row.edge}: ${row.label}`);
  };

  it("are one row each, in the holder's order, with the holder's names", () => {
    expect(rows("referents", "l")).toEqual(["[0]: Item", "[1]: Item", "[2]: Item"]);
    expect(rows("referents", "d")).toEqual([
      " key: 'items'",
      "['items']: list, 3 items",
      " key: 'one'",
      "['one']: Item",
    ]);
  });

  it("to it are one row each too, also several from one holder", () => {
    expect(rows("referrers", "a")).toEqual([
      "['one']: variables of module app",
      "[0]: list, 3 items",
      "[2]: list, 3 items",
      " weak reference: ReferenceType",
    ]);
  });

  it("are told in time when one holder has 200,000 of them, weak ones among them", () => {
    const items = "[] x ".repeat(200_000);
    const { view, id } = viewOf(`@module a: l\nl app.Odd -> weak x ${items}\nx app.Item`);
    expect(explainedReferences(view, id.x as number)).toBe(200_000);
    const places = referencePlaces(view, "referrers", id.x as number, "", { by: "place", descending: false });
    const rows = referenceRows(view, "referrers", id.x as number, places.subarray(0, 1000));
    expect(rows.slice(0, 3).map((row) => row.edge)).toEqual([" weak reference", "[0]", "[1]"]);
    expect(rows.at(-1)?.edge).toBe("[998]");
  });

  it("explain its count, the weak ones left out", () => {
    const { view, id } = viewOf(PICTURE);
    expect(explainedReferences(view, id.a as number)).toBe(3);
    expect(objectDetail(view, id.a as number)).toMatchObject({ refcount: 3, explainedReferences: 3 });
    expect(objectDetail(view, id.w as number)).toMatchObject({ refcount: 1, explainedReferences: 0 });
  });
});

describe("one object in detail", () => {
  it("knows its chain of holders from the outermost in", () => {
    const { view, id } = viewOf(PICTURE);
    const detail = objectDetail(view, id.b as number);
    expect(detail.holders.map((row) => row.id)).toEqual([id.m, id.d, id.l]);
    expect(detail).toMatchObject({ dominator: id.l, holdersCut: false, reach: "named", cycleObjects: 0 });
  });

  it("cuts a chain of a thousand holders and says so", () => {
    const chain = Array.from({ length: 1000 }, (_, i) => `o${i} app.Node -> .next o${i + 1}`).join("\n");
    const { view, id } = viewOf(`@module app: o0\n${chain}\no1000 app.Node`);
    const { holders, holdersCut } = objectDetail(view, id.o1000 as number);
    expect([holders.length, holdersCut, holders.at(-1)?.id]).toEqual([100, true, id.o999]);
  });

  it("knows its cycle", () => {
    const { view, id } = viewOf(`
      @module app: a
      a  app.Node -> .next b
      b  app.Node -> .next a .leaf c
      c  app.Leaf -> .self c
      d  app.Leaf
    `);
    const cycle = (name: string) => objectDetail(view, id[name] as number).cycleObjects;
    expect(["a", "b", "c", "d"].map(cycle)).toEqual([2, 2, 1, 0]);
  });
});

describe("types", () => {
  const columns = () => {
    const { columns, dominators } = viewOf(PICTURE).view;
    return {
      types: columns.heap.types,
      count: columns.typeCount,
      bytes: columns.typeBytes,
      retained: dominators?.retainedByType ?? null,
    };
  };

  it("come in the wanted order, largest first", () => {
    const rows = typeRows(columns(), typeFilter(""), { by: "shallow", descending: true });
    expect(rows.map((row) => [row.type, row.count, row.shallowBytes])).toEqual([
      ["dict", 1, 200],
      ["str", 3, 140],
      ["app.Item", 2, 80],
      ["list", 1, 80],
      ["module", 1, 16],
      ["other.Item", 1, 16],
      ["weakref.ReferenceType", 1, 16],
    ]);
  });

  it("retain each byte once, garbage too", () => {
    const retained = Object.fromEntries(
      typeRows(columns(), typeFilter(""), { by: "name", descending: false }).map((row) => [
        row.type,
        row.retainedBytes,
      ]),
    );
    expect(retained).toMatchObject({ module: 516, dict: 500, "app.Item": 80, "other.Item": 16 });
  });

  it("are filtered by a part of their name, ignoring case", () => {
    expect(typeRows(columns(), typeFilter("ITEM"), { by: "name", descending: true }).map((row) => row.type)).toEqual([
      "other.Item",
      "app.Item",
    ]);
  });

  it("are found by their exact name, else by a bare name", () => {
    const { types } = columns();
    const found = (name: string) => typesNamed(columns(), name).map((id) => types[id]?.name);
    expect(found("app.Item")).toEqual(["app.Item"]);
    expect(found("Item")).toEqual(["app.Item", "other.Item"]);
    expect(found("list")).toEqual(["list"]);
    expect(found("Nothing")).toEqual([]);
  });
});

describe("two lists", () => {
  const random = seededRandom(7);
  const numbers = () => [...new Set(Array.from({ length: 40 }, () => random.below(60)))].sort((a, b) => a - b);

  it.each(Array.from({ length: 50 }, (_, round) => round))("are combined as their sets are, round %i", () => {
    const [first, second] = [numbers(), numbers()];
    const either = [...new Set([...first, ...second])].sort((a, b) => a - b);
    const of = (how: "union" | "intersection" | "difference") => [
      ...combined(how, Int32Array.from(first), Int32Array.from(second)),
    ];
    expect(of("union")).toEqual(either);
    expect(of("intersection")).toEqual(first.filter((object) => second.includes(object)));
    expect(of("difference")).toEqual(first.filter((object) => !second.includes(object)));
  });
});
