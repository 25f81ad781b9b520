import { describe, expect, it } from "vitest";
import type { HeapView } from "../../shared/analyses/view.ts";
import { mostTellingWay, whyAlive } from "../../shared/analyses/why-alive.ts";
import { disjointPaths } from "../../shared/graph/disjoint-paths.ts";
import { anyPath, pathsToRoot } from "../../shared/graph/paths.ts";
import { noTick } from "../../shared/types/graph.ts";
import type { WhyAlive } from "../../shared/types/rows.ts";
import { oneComponent } from "../bench/graphs.ts";
import { viewOf } from "../fixtures/drawn-heap.ts";
import { numbered } from "../fixtures/numbered.ts";
import { seededRandom } from "../fixtures/random.ts";

const SHOP = `
  @module shop.sessions: m
  m  module "shop.sessions" -> dict d
  d  dict -> ['_PENDING'] p ['HISTORY'] h
  p  dict -> ['u-17'] s
  h  list -> [] s
  s  shop.Session -> .request r
  r  shop.http.Request -> .body b
  b  bytes "b'...'"
  wd weakref.ReferenceType +1 -> weak r
`;

function why(picture: string, object: string, ignore: string[] = [], paths = 3): WhyAlive {
  const { view, id } = viewOf(picture);
  const options = { paths, ignored: ignore.map((name) => id[name] as number) };
  return whyAlive(view, id[object] as number, options, noTick);
}

describe("why an object is alive", () => {
  it("names the module and the whole expression, with __dict__ folded away", () => {
    expect(why(SHOP, "r").sentence).toBe(
      "This Request is alive because the module shop.sessions keeps it in _PENDING['u-17'].request",
    );
  });

  it("gives the steps as real objects, each with the name its holder gives it", () => {
    const [path] = why(SHOP, "r").paths;
    expect(path?.text).toBe("module shop.sessions › _PENDING['u-17'].request");
    expect(path?.steps.map((step) => step.edge)).toEqual([null, ".__dict__", "['_PENDING']", "['u-17']", ".request"]);
    expect(path?.steps[0]?.root).toEqual({ kind: "module", name: "shop.sessions", place: null });
    expect(path?.steps.map((step) => step.label)).toEqual([
      "module shop.sessions",
      "variables of module shop.sessions",
      "dict, 1 entry",
      "Session",
      "Request",
    ]);
  });

  it("tells what a thread-local and a context hold by the names that the program gave them", () => {
    const picture = (start: string) => `
      @module shop: m
      m   module "shop" -> dict d
      d   dict -> ${start}
      l   _thread._local -> unnamed ts
      s   shop.State -> dict=__dict__ ts
      ts  dict -> key dummy value td
      dummy _thread._localdummy
      td  dict -> ['seen'] x
      c   _contextvars.Context -> unnamed h
      h   hamt -> unnamed n
      n   hamt_bitmap_node -> unnamed x unnamed v unnamed n2 unnamed y unnamed w
      n2  hamt_bitmap_node -> unnamed z unnamed w
      v   _contextvars.ContextVar -> member=name vn
      vn  str "'trail'"
      w   _contextvars.ContextVar -> unnamed e
      x   list
      y   list
      z   list
      e   list
    `;
    const way = (start: string, object: string) => why(picture(start), object).paths[0]?.text;
    expect(way("['LOCAL'] l", "x")).toBe("module shop › LOCAL.seen");
    expect(way("['STATE'] s", "x")).toBe("module shop › STATE.seen");
    expect(way("['KEPT'] c", "x")).toBe("module shop › KEPT[<ContextVar trail>]");
    expect(way("['KEPT'] c", "y")).toBe("module shop › KEPT[<ContextVar>]");
    expect(way("['KEPT'] c", "z")).toBe("module shop › KEPT[<ContextVar>]");
    expect(way("['KEPT'] c ['VAR'] w", "e")).toBe("module shop › VAR › default");
  });

  it("lists weak references apart and never as holders", () => {
    const answer = why(SHOP, "r");
    expect(answer.weak.map((row) => [row.edge, row.retains])).toEqual([[" weak reference", false]]);
    expect(answer.paths.every((path) => path.steps.every((step) => step.kind !== "weak"))).toBe(true);
  });

  it("finds the next way when a holder is ignored", () => {
    const answer = why(SHOP, "r", ["p"]);
    expect(answer.paths[0]?.text).toBe("module shop.sessions › HISTORY[0].request");
    expect(answer.ignored.map((row) => row.label)).toEqual(["dict, 1 entry"]);
  });

  it("gives other ways from the same starting point, each through other objects", () => {
    const answer = why(SHOP, "s");
    expect(answer.paths.map((path) => path.text)).toEqual([
      "module shop.sessions › _PENDING['u-17']",
      "module shop.sessions › HISTORY[0]",
    ]);
    expect(answer.complete).toBe(true);
  });

  it("does not tell a way through another starting point: it would say nothing new", () => {
    const answer = why(
      `${SHOP}
      @modules sys.modules: mods
      @module sys: sys
      mods dict -> ['shop.sessions'] m ['sys'] sys
      sys  module "sys" -> dict sd
      sd   dict -> ['modules'] mods
    `,
      "s",
    );
    expect(answer.paths.map((path) => path.text)).toEqual([
      "module shop.sessions › _PENDING['u-17']",
      "module shop.sessions › HISTORY[0]",
    ]);
  });

  it("says that nothing is left when every holder is ignored", () => {
    const answer = why(SHOP, "r", ["p", "h"]);
    expect(answer.paths).toEqual([]);
    expect(answer.complete).toBe(true);
    expect(answer.sentence).toBe("Without the 2 ignored holders nothing would keep this Request alive");
  });

  it("prefers a module's variable to a running frame's, though both are as long", () => {
    const answer = why(
      `
      @thread MainThread: f
      @module app: m
      f frame "handle" -> local=item x
      m module "app" -> .CACHE x
      x app.Item
      `,
      "x",
    );
    expect(answer.paths.map((path) => path.text)).toEqual(["module app › CACHE", "frame MainThread › item"]);
  });

  it("names the local variable where only a running frame holds the object", () => {
    const answer = why(
      `
      @thread Worker-1: f
      f frame "handle" -> local=request x
      x app.Request -> .body b
      b bytes
      `,
      "b",
    );
    expect(answer.sentence).toBe(
      "This bytes is alive because the local variable request.body of a frame of thread Worker-1 refers to it",
    );
  });

  it("tells a starting point as one", () => {
    expect(why(SHOP, "m").sentence).toBe("This module is a starting point itself: the module shop.sessions");
  });

  it("tells garbage from what somebody outside the graph holds", () => {
    const picture = `
      @module app: m
      m  module "app"
      a  app.Node -> .next b
      b  app.Node -> .next a
      c  app.Handle +1 -> .buffer d
      d  bytearray
    `;
    expect(why(picture, "a")).toMatchObject({
      reach: "unreachable",
      paths: [],
      sentence: "Nothing keeps this Node alive: it is garbage that waits for the collector",
    });
    expect(why(picture, "d")).toMatchObject({
      reach: "held-outside",
      sentence: "This bytearray is alive because something outside the graph holds a Handle that keeps it in buffer",
    });
  });

  it("begins a path on one line with words for every kind of starting point", () => {
    const text = (root: string, object = "x") =>
      why(`${root}: r\nr dict -> ['a'] x\nx app.Item`, object).paths[0]?.text;
    expect(text("@modules sys.modules")).toBe("sys.modules['a']");
    expect(text("@builtin gc.garbage")).toBe("gc.garbage['a']");
    expect(text("@builtin gc.garbage", "r")).toBe("gc.garbage");
    expect(text("@frozen ")).toBe("frozen › dict, 1 entry › ['a']");
    const held = why("r app.Handle +1 -> .buffer x\nx bytearray\ni app.Atom immortal -> .next y\ny app.Item", "x");
    expect(held.paths[0]?.text).toBe("outside the graph › Handle › buffer");
  });

  it("says steps without a Python expression in words", () => {
    const answer = why(
      `
      @module app: m
      m  module "app" -> dict d
      d  dict -> ['handler'] f
      f  function "make.<locals>.handler" -> member=__closure__ t
      t  tuple -> cell=cache c
      c  cell -> cell=cache x
      x  dict
      `,
      "x",
    );
    expect(answer.paths[0]?.text).toBe("module app › handler › closure cache");
  });

  it("tells both ends of a path through a thousand objects", () => {
    const chain = Array.from({ length: 1000 }, (_, i) => `o${i} app.Node -> .next o${i + 1}`).join("\n");
    const [path] = why(`@module app: m\nm module "app" -> .head o0\n${chain}\no1000 app.Node`, "o1000").paths;
    expect([path?.steps.length, path?.skipped]).toEqual([200, 802]);
    expect(path?.text).toMatch(/^module app › head\.next\.next.*\.next … next\.next.*\.next$/);
    expect(path?.steps.at(-1)?.edge).toBe(".next");
  });

  it("names a default by its parameter", () => {
    const answer = why(
      `
      @module app: m
      m  module "app" -> dict d
      d  dict -> ['handle'] f
      f  function "handle" -> member=__defaults__ t
      t  tuple -> default=cache x
      x  dict
      `,
      "x",
    );
    expect(answer.paths[0]?.text).toBe("module app › handle › default cache");
  });

  it("keeps a name from the dump as plain text", () => {
    const answer = why(
      `
      @module app: m
      m  module "app" -> dict d
      d  dict -> ['<img src=x onerror=alert(1)>'] x
      x  app.Item
      `,
      "x",
    );
    expect(answer.sentence).toContain("__dict__['<img src=x onerror=alert(1)>']");
  });
});

/** Two modules with their variables, and lists and frames that refer to anything. */
function randomPicture(seed: number): string {
  const random = seededRandom(seed);
  const objects = 3 + random.below(12);
  const some = (most: number): string =>
    Array.from({ length: random.below(most + 1) }, () => `[] o${random.below(objects)}`).join(" ");
  const variables = () =>
    Array.from({ length: random.below(3) }, (_, i) => `['v${i}'] o${random.below(objects)}`).join(" ");
  return `
    @module shop: m
    @module log: n
    @thread work: o0
    m module "shop" -> dict md
    n module "log" -> dict nd
    md dict -> ${variables()} ['back'] o${random.below(objects)}
    nd dict -> ${variables()} ['other'] md
    ${Array.from({ length: objects }, (_, i) => `o${i} list -> [] o${i} ${some(3)} ${random.below(6) === 0 ? "[] md" : ""}`).join("\n")}
  `;
}

it("the dominators spare searches and change no answer, on 60 random heaps", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const { view } = viewOf(randomPicture(seed));
    const random = seededRandom(seed);
    for (let object = 0; object < view.columns.heap.objectCount; object++) {
      const ignored = seed % 3 === 0 ? [random.below(view.columns.heap.objectCount)] : [];
      const told = ({ dominators }: Pick<HeapView, "dominators">) => {
        const { paths, complete } = whyAlive({ ...view, dominators }, object, { paths: 10, ignored }, noTick);
        return { paths: paths.map((path) => path.steps.map(({ id }) => id)), complete };
      };
      expect(told(view), `seed ${seed}, object ${object}`).toEqual(told({ dominators: null }));
    }
  }
});

it("what nothing holds is told without a search", () => {
  const { view, id } = viewOf("g app.Node -> .me h\nh app.Node -> .me g");
  const number = view.graph?.graph.preordering.preorder[id.g as number] ?? 0;
  const found = mostTellingWay(view, number, {}, noTick, { left: 0 });
  expect(found).toEqual({ way: null, told: null, complete: true });
  expect(whyAlive(view, id.g as number, { paths: 3, ignored: [] }, noTick)).toMatchObject({
    reach: "unreachable",
    paths: [],
    complete: true,
  });
});

it("an answer ends where its budget does, says so, and still tells a way, in a graph where everything leads to everything", () => {
  const { order, predecessors } = numbered(oneComponent(300_000).graph, [0]);
  const budget = { left: 1000 };
  const target = order.preorder[150_000] ?? 0;
  expect(pathsToRoot(predecessors, target, 24, { budget })).toEqual({ paths: [], complete: false });
  expect(budget.left).toBe(0);
  const way = anyPath(predecessors, target) ?? [];
  expect([way[0], way.at(-1)]).toEqual([order.preorder[0], target]);
  const found = disjointPaths(predecessors, target, 10, { first: way, budget: { left: 1000 } });
  expect(found).toEqual({ paths: [way], complete: false });
});
