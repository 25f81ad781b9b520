import { describe, expect, it } from "vitest";
import { attributePlaces, attributeRows } from "../../shared/analyses/attributes.ts";
import { wayBetween } from "../../shared/analyses/between.ts";
import { objectDetail } from "../../shared/analyses/object-detail.ts";
import { objectsOf } from "../../shared/analyses/object-lists.ts";
import { indexFunctions, usersOfObject } from "../../shared/analyses/used-by.ts";
import { addressAt } from "../../shared/types/addresses.ts";
import { noTick } from "../../shared/types/graph.ts";
import { viewOf } from "../fixtures/drawn-heap.ts";

const PICTURE = `
  @module app: m
  m  module "app" -> dict d
  d  dict -> ['CACHE'] c ['one'] a ['load'] f
  f  function "load" -> code=__code__ k global=__globals__ d
  k  code "load"
  c  dict -> ['u-1'] a ['u-2'] b
  a  app.Item size=30 -> type=__class__ t .name n dict=__dict__ x weak w
  x  dict -> ['colour'] r ['no name'] s
  b  app.Item size=50 -> .next e
  e  app.Item size=70 -> .next g
  g  list size=90 -> [] r [] s
  t  type "app.Item" class
  n  str "'n'"
  r  str "'red'"
  s  str "'s'"
  w  weakref.ReferenceType
`;

describe("the attributes of an object", () => {
  const attributes = (name: string, text = "") => {
    const { view, id } = viewOf(PICTURE);
    const object = id[name] as number;
    return attributeRows(view, object, attributePlaces(view, object, text)).map(
      ({ edge, label }) => `${edge} = ${label}`,
    );
  };

  it("are its own and those of its __dict__, the class last, nothing weak", () => {
    expect(attributes("a")).toEqual([
      ".name = 'n'",
      ".colour = 'red'",
      "['no name'] = 's'",
      ".__class__ = class app.Item",
    ]);
  });

  it("are a dict's entries by key, and a list's items by position", () => {
    expect(attributes("c")).toEqual(["['u-1'] = Item", "['u-2'] = Item"]);
    expect(attributes("g")).toEqual(["[0] = 'red'", "[1] = 's'"]);
  });

  it("can be limited to values of a type", () => {
    expect(attributes("a", "STR")).toEqual([".name = 'n'", ".colour = 'red'", "['no name'] = 's'"]);
  });
});

describe("the way between two objects", () => {
  const way = (from: string, to: string) => {
    const { view, id } = viewOf(PICTURE);
    return wayBetween(view, id[from] as number, id[to] as number, noTick).steps?.map(({ edge }) => edge) ?? null;
  };

  it("is a shortest one, each step as its holder names it", () => {
    expect(way("c", "s")).toEqual(["['u-1']", ".__dict__", "['no name']"]);
    expect(way("c", "g")).toEqual(["['u-2']", ".next", ".next"]);
    expect(way("c", "c")).toEqual([]);
  });

  it("goes through classes and globals only where nothing else leads there, and never along weak references", () => {
    expect(way("a", "t")).toEqual([".__class__"]);
    expect(way("f", "g")).toEqual([".__globals__", "['CACHE']", "['u-2']", ".next", ".next"]);
    expect(way("a", "w")).toBeNull();
    expect(way("g", "c")).toBeNull();
  });
});

it("all that an object keeps alive is what its dominator tree has below it", () => {
  const { view, id } = viewOf(PICTURE);
  const kept = objectsOf(view, { kind: "kept", object: id.b as never }, noTick);
  expect([...kept]).toEqual([id.b, id.e, id.g]);
});

it("an object is used by the functions that name a module's variable with it", () => {
  const { view, id } = viewOf(PICTURE);
  const code = { qualname: "load", file: "app.py", firstLine: 7, names: new Set(["CACHE"]) };
  const address = addressAt(view.columns.heap.address, id.k as number);
  const index = indexFunctions(view, new Map([[address, code]]));
  expect(usersOfObject(view, index, id.c as number)).toEqual([{ function: "load", file: "app.py", line: 7 }]);
  expect(usersOfObject(view, index, id.a as number)).toEqual([]);
  expect(objectDetail(view, id.b as number).layout).toMatchObject({ inline: 1, slots: [] });
});
