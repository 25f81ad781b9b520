import { describe, expect, it } from "vitest";
import { cutLink } from "../../shared/analyses/cut-link.ts";
import { noTick } from "../../shared/types/graph.ts";
import { viewOf } from "../fixtures/drawn-heap.ts";
import { randomCase } from "../fixtures/random-graph.ts";
import { reachable } from "../graph/definitions.ts";

function cut(picture: string, from: string, to: string) {
  const { view, id } = viewOf(picture);
  const { edge, stillHeld, atOnce, later, also } = cutLink(view, id[from] as number, id[to] as number, noTick);
  return { edge, stillHeld, atOnce, later, also: also?.text ?? null };
}

const SHOP = `
  @module shop: m
  m  module "shop" -> dict d
  d  dict -> ['PENDING'] p ['HISTORY'] h
  p  dict -> ['a'] r ['b'] q
  h  list -> [] q
  r  shop.Request size=100 -> .response s .body b
  s  shop.Response size=10 -> .request r
  b  bytes size=1000
  q  shop.Request size=100 -> .body c
  c  bytes size=1000
`;

describe("cutting a link", () => {
  it("frees all that the object keeps alive, where it is the only way in: what is in no ring at once", () => {
    const body = cut(SHOP, "r", "b");
    expect(body).toEqual({
      edge: ".body",
      stillHeld: null,
      atOnce: { objects: 1, bytes: 1000 },
      later: { objects: 0, bytes: 0 },
      also: null,
    });
    expect(cut(SHOP, "p", "r")).toMatchObject({
      edge: "['a']",
      atOnce: { objects: 0, bytes: 0 },
      later: { objects: 3, bytes: 1110 },
    });
  });

  it("frees nothing where the object is held in another way, and says which", () => {
    expect(cut(SHOP, "p", "q")).toMatchObject({
      stillHeld: "path",
      atOnce: { bytes: 0 },
      also: "module shop › HISTORY[0]",
    });
    expect(cut(SHOP, "s", "r")).toMatchObject({ stillHeld: "path", also: "module shop › PENDING['a']" });
  });

  it("frees nothing where the same holder refers to it twice", () => {
    const twice = "@module app: m\nm module \"app\" -> dict d\nd dict -> ['A'] x ['B'] x\nx app.Item";
    expect(cut(twice, "d", "x")).toMatchObject({ edge: "['A']", stillHeld: "path", also: "module app › B" });
  });

  it("frees nothing of a starting point", () => {
    expect(cut('@module a: m\n@module b: n\nm module "a" -> .n n\nn module "b"', "m", "n")).toMatchObject({
      stillHeld: "path",
      also: "module b",
    });
  });

  it("frees nothing of what somebody holds whom nobody can see, and nothing that is garbage", () => {
    const picture = `
      @module app: m
      m module "app" -> .x x .z z
      x app.Item +1
      z app.Atom immortal
      g app.Node -> .me g
    `;
    expect(cut(picture, "m", "x")).toMatchObject({ stillHeld: "outside", also: null });
    expect(cut(picture, "m", "z").stillHeld).not.toBeNull();
    expect(cut(picture, "g", "g")).toMatchObject({ stillHeld: "is-garbage" });
  });

  it("frees what garbage refers to as well only when that is collected", () => {
    const picture = `@module app: m\nm module "app" -> .y y\ny app.Item size=30\ng app.Node -> .me g .y y`;
    expect(cut(picture, "m", "y")).toMatchObject({
      stillHeld: null,
      atOnce: { objects: 0, bytes: 0 },
      later: { objects: 1, bytes: 30 },
    });
  });

  it("frees what is no longer reached without the reference, on 60 random heaps", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { lists, starts } = randomCase(seed, 10);
      const roots = starts.map((v) => `@module m${v}: o${v}`).join("\n");
      const lines = lists.map(
        (list, v) =>
          `o${v} app.Node size=${10 + v}${list.length > 0 ? " ->" : ""} ${list.map((w) => `[] o${w}`).join(" ")}`,
      );
      const { view, id } = viewOf(`${roots}\n${lines.join("\n")}`);
      const alive = reachable(lists, starts);
      for (const [v, list] of lists.entries()) {
        for (const w of new Set(list)) {
          if (!alive.has(v)) continue;
          const without = lists.map((each, u) => (u === v ? each.toSpliced(each.indexOf(w), 1) : each));
          const left = reachable(without, starts);
          const gone = [...alive].filter((u) => !left.has(u)).reduce((sum, u) => sum + 10 + u, 0);
          const { atOnce, later } = cutLink(view, id[`o${v}`] as number, id[`o${w}`] as number, noTick);
          expect({ seed, v, w, bytes: (atOnce?.bytes ?? 0) + later.bytes }).toEqual({ seed, v, w, bytes: gone });
        }
      }
    }
  });

  it("is refused where there is no such reference", () => {
    expect(() => cut(SHOP, "r", "c")).toThrow(/has no reference that keeps object/);
  });
});
