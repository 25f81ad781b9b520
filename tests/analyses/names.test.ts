import { describe, expect, it } from "vitest";
import { attributeValues, indexNames, namesLike } from "../../shared/analyses/names.ts";
import { noTick } from "../../shared/types/graph.ts";
import { viewOf } from "../fixtures/drawn-heap.ts";

const PICTURE = `
  @module app: m
  m  module "app" -> dict=__dict__ d
  d  dict size=200 -> ['items'] l ['body_limit'] n
  l  list size=80 -> [] a [] b [] c
  a  app.Item -> .body x .owner n
  b  app.Item -> .body y .owner n
  c  app.Other -> dict=__dict__ e
  e  dict -> ['body'] z ['body'] n
  n  int "7"
  x  bytes size=100
  y  bytes size=300
  z  bytes size=900
`;

const found = (text: string) => {
  const { view } = viewOf(PICTURE);
  return namesLike(
    indexNames(view, () => true, noTick),
    text,
  ).map(({ name, kind, owner, count }) => `${kind} ${owner}.${name} ${count}`);
};

describe("names", () => {
  it("are variables of modules, and attributes in layouts and in instances' dicts", () => {
    expect(found("body").sort()).toEqual([
      "attribute app.Item.body 2",
      "attribute app.Other.body 2",
      "variable app.body_limit 1",
    ]);
    expect(found("ITEMS")).toEqual(["variable app.items 1"]);
    expect(found("nobody")).toEqual([]);
  });

  it("come exact ones first, then those that begin so", () => {
    expect(found("body").at(-1)).toBe("variable app.body_limit 1");
  });

  it("come those of the program itself before Python's and the packages'", () => {
    const { view } = viewOf(`${PICTURE}
      @module json: j
      j  module "json" -> dict=__dict__ jd
      jd dict -> ['body'] n ['item'] n`);
    const names = (isMine: (module: string) => boolean) =>
      namesLike(indexNames(view, isMine, noTick), "body").map(({ owner, name }) => `${owner}.${name}`);
    expect(names((module) => module !== "json")).toEqual([
      "app.Item.body",
      "app.Other.body",
      "app.body_limit",
      "json.body",
    ]);
    expect(names((module) => module === "json")[0]).toBe("json.body");
  });

  it("lead to a variable's value and what it keeps alive", () => {
    const { view, id } = viewOf(PICTURE);
    const [row] = namesLike(
      indexNames(view, () => true, noTick),
      "items",
    );
    expect(row).toMatchObject({ object: id.l, typeId: null });
    expect(row?.retainedBytes).toBeGreaterThan(1300);
  });

  it("lead to all that instances hold under them", () => {
    const { view, id } = viewOf(PICTURE);
    const valuesOf = (type: string) => {
      const number = view.columns.heap.types.findIndex(({ name }) => name === type);
      return [...attributeValues(view, number, "body", noTick)];
    };
    expect(valuesOf("app.Item")).toEqual([id.x, id.y]);
    expect(valuesOf("app.Other")).toEqual([id.z, id.n]);
    expect(valuesOf("int")).toEqual([]);
  });
});
