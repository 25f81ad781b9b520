import { describe, expect, it } from "vitest";
import { heldAs } from "../../shared/analyses/held-as.ts";
import { viewOf } from "../fixtures/drawn-heap.ts";

const HEAP = `
  @module shop: m
  @module other: n
  m  module "shop" -> dict d
  n  module "other" -> dict e
  d  dict -> ['PENDING'] p ['ODD'] o
  e  dict -> ['ALSO'] o
  p  dict -> ['u-1'] s1 ['u-2'] s2
  s1 app.Session -> .request r1
  s2 app.Session -> dict s2d
  s2d dict -> ['request'] r2
  r1 app.Request
  r2 app.Request
  o  app.Odd -> .noise x .number seven
  x  app.Noise
  seven int "7"
  g  app.Lost -> .name gn
  gn str "'lost one'"
  h  app.Lost
`;

describe("what tells objects of one type apart", () => {
  const names = (...which: string[]) => {
    const { view, id } = viewOf(HEAP);
    return heldAs(
      view,
      which.map((each) => id[each] ?? -1),
    );
  };

  it("is the thread, of frames that run", () => {
    const { view, id } = viewOf(`
      @thread worker-1: f
      @thread worker-2: g
      f frame -> local=x a
      g frame
      a list
    `);
    expect(heldAs(view, [id.f ?? -1, id.g ?? -1])).toEqual(["thread worker-1", "thread worker-2"]);
  });

  it("is how their holder names them, up to the module's variable", () => {
    expect(names("p", "s1", "r1")).toEqual(["shop.PENDING", "PENDING['u-1']", "PENDING['u-1'].request"]);
  });

  it("is the same whether attributes lie in the instance or in its dict", () => {
    expect(names("r2")).toEqual(["PENDING['u-2'].request"]);
  });

  it("is what they call themselves where several hold them, or nobody", () => {
    expect(names("o", "g")).toEqual(["number=7", "name='lost one'"]);
  });

  it("is the attribute alone where the rest of the way is shared, and nothing where nothing is known", () => {
    expect(names("x", "h")).toEqual([".noise", null]);
  });

  it("begins with the starting point's name where an item is in one", () => {
    const { view, id } = viewOf(`
      @builtin gc.garbage: l
      l  list -> [] a [] b
      a  app.Lost
      b  app.Lost
    `);
    expect(heldAs(view, [id.a ?? -1, id.b ?? -1])).toEqual(["gc.garbage[0]", "gc.garbage[1]"]);
  });

  it("is not known before the dominators are", () => {
    const { view, id } = viewOf(HEAP);
    expect(heldAs({ ...view, dominators: null }, [id.r1 ?? -1])).toEqual([null]);
  });
});
