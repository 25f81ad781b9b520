import { describe, expect, it } from "vitest";
import { holderGroups, moduleOf } from "../../shared/analyses/holder-groups.ts";
import { bigDrop } from "../../shared/analyses/holders.ts";
import { loadedCode } from "../../shared/analyses/loaded-code.ts";
import { memoryMap } from "../../shared/analyses/memory-map.ts";
import { liveBytes } from "../../shared/analyses/view.ts";
import { viewOf } from "../fixtures/drawn-heap.ts";

const SHOP = `
  @module shop: m
  @thread MainThread: t
  m  module "shop" size=70 -> dict d
  d  dict size=300 -> ['PENDING'] p ['cache'] c
  p  list size=50 -> [] a [] b
  a  bytes size=400
  b  bytes size=600
  c  collections.OrderedDict size=40
  t  threading.Thread size=30 -> .job j .text s
  j  shop.Job size=20
  s  str "hello" size=60
`;

describe("what nothing else holds, in groups", () => {
  it("adds up what objects of each type keep, each byte once", () => {
    const { view, id } = viewOf(SHOP);
    expect(holderGroups(view, id.p as number, "type")).toEqual([
      { name: "bytes", holders: 2, shallowBytes: 1000, retainedBytes: 1000, biggest: id.b },
    ]);
    const all = holderGroups(view, null, "type");
    expect(all.map(({ name, holders }) => [name, holders])).toEqual([
      ["module", 1],
      ["threading.Thread", 1],
    ]);
    expect(all.reduce((sum, { retainedBytes }) => sum + retainedBytes, 0)).toBe(liveBytes(view));
  });

  it("gives an object to the nearest module above it, and one that none has to the module of its class", () => {
    const { view, id } = viewOf(SHOP);
    const named = (object: number | null) => holderGroups(view, object, "module").map(({ name }) => name);
    expect(named(null)).toEqual(["shop", "threading"]);
    expect(named(id.d as number)).toEqual(["shop"]);
    // The text has no module of its own: the thread that holds it has one.
    expect(holderGroups(view, id.t as number, "module")).toMatchObject([
      { name: "threading", holders: 1 },
      { name: "shop", holders: 1 },
    ]);
  });
});

describe("the module of a cell of the memory map", () => {
  it("is the nearest above it, wherever the map begins", () => {
    const { view, id } = viewOf(SHOP);
    for (const top of [null, id.d, id.p, id.t]) {
      const nodes = memoryMap(view, loadedCode(view), top as number | null).filter((node) => node.id !== null);
      expect(nodes.map((node) => node.module)).toEqual(nodes.map((node) => moduleOf(view, Number(node.id)).module));
    }
    const modules = new Map(memoryMap(view, loadedCode(view), null).map((node) => [node.id, node.module]));
    expect([id.a, id.c, id.j, id.s].map((object) => modules.get(object as never))).toEqual([
      "shop",
      "shop",
      "shop",
      "threading",
    ]);
  });
});

describe("the next big drop", () => {
  it("goes down while one object has most of the bytes, and says how far", () => {
    const { view, id } = viewOf(SHOP);
    expect(bigDrop(view, null)).toMatchObject({ to: { id: id.p }, levels: 3 });
    expect(bigDrop(view, id.p as number)).toMatchObject({ to: { id: id.b }, levels: 1 });
    expect(bigDrop(view, id.b as number)).toEqual({ to: null, levels: 0 });
  });
});
