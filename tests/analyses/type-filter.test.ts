import { describe, expect, it } from "vitest";
import { typeFilter } from "../../shared/analyses/type-filter.ts";
import { moduleRows } from "../../shared/analyses/type-rows.ts";
import { asTypeId } from "../../shared/types/ids.ts";
import type { TypeRow } from "../../shared/types/rows.ts";
import { wrongCondition } from "../../shared/types/type-conditions.ts";

const row = (type: string, count: number, shallowBytes: number, retainedBytes: number | null = null): TypeRow => {
  const dot = type.lastIndexOf(".");
  return {
    typeId: asTypeId(0),
    type,
    module: dot < 0 ? "builtins" : type.slice(0, dot),
    count,
    shallowBytes,
    retainedBytes,
  };
};
const ROWS = [
  row("dict", 2_000, 200_000, 3_000_000),
  row("shop.http.Request", 1_500, 90_000, 2_097_152),
  row("shopping.Request", 10, 640),
  row("shop.Order", 1_000, 64_000, 70_000),
];
const found = (text: string) => {
  const filter = typeFilter(text);
  return ROWS.filter((each) => filter.matches(each, () => each.module.startsWith("shop"))).map(({ type }) => type);
};

describe("the filter above the list of types", () => {
  it("keeps names that contain all the words, whatever their case", () => {
    expect(found("request")).toEqual(["shop.http.Request", "shopping.Request"]);
    expect(found("Request HTTP")).toEqual(["shop.http.Request"]);
    expect(found("  ")).toHaveLength(4);
  });

  it("takes a name after = exactly", () => {
    expect(found("=dict")).toEqual(["dict"]);
    expect(found("=shop.http.Request")).toEqual(["shop.http.Request"]);
    expect(found("=request")).toEqual([]);
  });

  it("compares counts and sizes, with binary units", () => {
    expect(found("count>1000")).toEqual(["dict", "shop.http.Request"]);
    expect(found("count>=1000 count<=1500")).toEqual(["shop.http.Request", "shop.Order"]);
    expect(found("size<1k")).toEqual(["shopping.Request"]);
    expect(found("average=64")).toEqual(["shopping.Request", "shop.Order"]);
    expect(found("keeps>=2MB")).toEqual(["dict", "shop.http.Request"]);
  });

  it("does not let through what is not known yet", () => expect(found("keeps>=0")).not.toContain("shopping.Request"));

  it("knows a module with those below it, and whose code it is", () => {
    expect(found("module:shop")).toEqual(["shop.http.Request", "shop.Order"]);
    expect(found("module:shop.http name:req")).toEqual(["shop.http.Request"]);
    expect(found("is:mine count>=1000")).toEqual(["shop.http.Request", "shop.Order"]);
    expect(found("is:library")).toEqual(["dict"]);
    expect([typeFilter("is:mine").usesOwnership, typeFilter("mine").usesOwnership]).toEqual([true, false]);
  });

  it("takes what is no condition as a part of the name", () => {
    expect(found("colour>3")).toEqual([]);
    expect(found("constructor>3")).toEqual([]);
    expect(found("is:nothing")).toEqual([]);
  });
});

describe("what looks like a condition", () => {
  it.each([
    ["count>", /^count> is no condition/],
    ["count>many", /^count>many is no condition: .*compared with a number/],
    ["Request size>=1XB", /^size>=1XB is no condition: .*compared with a number/],
    ["is:yours", /^is:yours is no condition: there are is:mine and is:library$/],
    ["colour>3", /^colour>3 is no condition: there are count, size, average and keeps/],
    ["modul:shop", /^modul:shop is no condition: .*module:, name: and is:$/],
  ])("and is none is said: %s", (filter, expected) => {
    expect(wrongCondition(filter)).toMatch(expected);
  });

  it.each(["", "Request", "=shop.Request", "count>1000 size>64KB module:shop name:x is:mine", "<locals>", "is:"])(
    "is one, or is a name: %s",
    (filter) => expect(wrongCondition(filter)).toBeNull(),
  );
});

it("a module's row sums up its types", () => {
  const kept = new Map([["shop", 7]]);
  const modules = moduleRows(
    ROWS,
    (module) => kept.get(module) ?? null,
    () => false,
    { by: "count", descending: true },
  );
  expect(modules.map(({ module, types, count }) => [module, types, count])).toEqual([
    ["builtins", 1, 2_000],
    ["shop.http", 1, 1_500],
    ["shop", 1, 1_000],
    ["shopping", 1, 10],
  ]);
  expect(modules[2]).toMatchObject({ shallowBytes: 64_000, retainedBytes: 7, mine: false });
});
