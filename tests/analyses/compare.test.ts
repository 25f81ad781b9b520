import { describe, expect, it } from "vitest";
import { compareTypes, comparison, objectsByFate, type Pair, pairOf } from "../../shared/analyses/compare.ts";
import { grownHolders, growthRow, leastGrowth } from "../../shared/analyses/growth.ts";
import { addressesOf } from "../../shared/types/addresses.ts";
import { noTick } from "../../shared/types/graph.ts";
import type { Meta } from "../../shared/types/heap.ts";
import { asCaptureId } from "../../shared/types/ids.ts";
import { viewOf } from "../fixtures/drawn-heap.ts";
import { seededRandom } from "../fixtures/random.ts";

function meta(pid: number, createdAt: string): Meta {
  const process = { pid, start_time: 1000 + Math.random(), boot_id: "b" }; // the clocks differ a little each time
  return {
    captureId: asCaptureId("0".repeat(32)),
    label: null,
    createdAt,
    process,
    python: {},
    capture: {},
    gc: {},
    memory: {},
    tracemalloc: {},
  };
}

function pair(before: string, after: string, pids: [number, number] = [1, 1]) {
  const [a, b] = [viewOf(before), viewOf(after)];
  const made = pairOf(a.view, meta(pids[0], "2026-11-22T10:00:00Z"), b.view, meta(pids[1], "2026-11-22T12:00:00Z"));
  return { pair: made, before: a.id, after: b.id };
}

const growth = (both: Pair) => grownHolders(both, noTick).map((holder) => growthRow(both, holder, new Map(), noTick));

/** Lines stand for addresses, so what keeps its line keeps its address. */
const MONDAY = `
  @module shop: m
  m  module "shop" -> dict d
  d  dict -> ['PENDING'] p ['NAMES'] n
  p  dict size=100 -> ['a'] r1
  n  list size=50
  r1 shop.Request size=1000
`;
const TUESDAY = `
  @module shop: m
  m  module "shop" -> dict d
  d  dict -> ['PENDING'] p ['NAMES'] n
  p  dict size=300 -> ['a'] r1 ['b'] r2 ['c'] r3
  n  list size=50
  r1 shop.Request size=1000
  r2 shop.Request size=1000
  r3 shop.Request size=1000
`;

/** A log whose newest entry holds the one before it, `count` of them; an entry keeps its line, and so its address. */
const chain = (count: number, others = "") =>
  [
    "@module app: m",
    'm module "app" -> dict d',
    `d dict -> ['HEAD'] n${count - 1} ['SMALL'] s ${others === "" ? "" : "['pyheap_dump'] z"}`,
    "s list size=60",
    others,
    ...Array.from({ length: count }, (_, i) => `n${i} app.Msg size=1000${i === 0 ? "" : ` -> .next n${i - 1}`}`),
  ].join("\n");

describe("a chain that grew", () => {
  it("is told by its first object, wherever new ones are put", () => {
    const { pair: both, after } = pair(chain(40), chain(60));
    expect(growth(both)).toMatchObject([
      { idB: after.n59, path: "module app › HEAD", deltaRetainedBytes: 20_000, isNew: false },
    ]);
  });

  it("is followed through the objects between its links", () => {
    const linked = (count: number) =>
      [
        "@module app: m",
        'm module "app" -> .HEAD n0',
        ...Array.from({ length: count }, (_, i) =>
          i === count - 1
            ? `n${i} app.Msg size=1000`
            : `n${i} app.Msg size=900 -> dict c${i}\nc${i} dict size=100 -> ['next'] n${i + 1}`,
        ),
      ].join("\n");
    const [row] = growth(pair(linked(40), linked(60)).pair);
    expect(row).toMatchObject({ path: "module app › HEAD", deltaRetainedBytes: 20_000 });
  });
});

describe("growth that several containers share", () => {
  /** Requests that the containers of two modules hold. */
  const shared = (count: number) => {
    const all = Array.from({ length: count }, (_, i) => i);
    return [
      "@module web: w",
      "@module jobs: j",
      'w module "web" -> dict wd',
      'j module "jobs" -> dict jd',
      `wd dict -> ['ACTIVE'] a`,
      `jd dict -> ['QUEUE'] q`,
      `a dict size=200 -> ${all.map((i) => `['${i}'] r${i}`).join(" ")}`,
      `q list size=100 -> ${all.map((i) => `[] r${i}`).join(" ")}`,
      ...all.map((i) => `r${i} app.Request size=500`),
    ].join("\n");
  };

  it("is told by the container that has most of it, and says that others have it too", () => {
    const { pair: both, after } = pair(shared(20), shared(60));
    const rows = growth(both);
    expect(rows).toHaveLength(1);
    expect([after.a, after.q]).toContain(rows[0]?.idB);
    expect(rows[0]).toMatchObject({
      deltaRetainedBytes: 40 * (500 + 50), // with the keys, which the dict keeps alone
      isShared: true,
      isNew: false,
      entriesA: 20,
      entriesB: 60,
    });
  });

  it("is none where as much went", () => {
    expect(growth(pair(shared(60), shared(60)).pair)).toEqual([]);
    // What keeps its line keeps its address: here all requests are gone, and as many responses came.
    expect(growth(pair(shared(60), shared(60).replaceAll("Request", "Response")).pair)).toEqual([]);
  });
});

it("growth of the dumper itself is no holder that grew", () => {
  const dumper = (size: number) => `z module "pyheap_dump" -> dict y\ny dict size=${size}`;
  expect(growth(pair(chain(3, dumper(100)), chain(3, dumper(900_000))).pair)).toEqual([]);
});

describe("two dumps of one process", () => {
  it("have new objects, objects that are gone, and objects that are still there", () => {
    const { pair: both, after } = pair(MONDAY, TUESDAY);
    const compared = comparison(both);
    // The keys 'PENDING' and so on stand behind the other objects, so their addresses change with the picture.
    expect(compared.objects?.survived.objects).toBe(6);
    expect(compared.secondsBetween).toBe(7200);
    expect(compared.matching.confidence).toBe("likely");
    expect([...objectsByFate(both, "new")]).toContain(after.r2);
    expect([...objectsByFate(both, "still-there")]).toContain(after.r1);
  });

  it("count an object whose address now has another type as gone and new", () => {
    const { pair: both, after } = pair("@module a: x\nx app.Old", "@module a: x\nx app.New");
    expect([...objectsByFate(both, "new")]).toEqual([after.x]);
    expect(comparison(both).objects).toMatchObject({
      new: { objects: 1 },
      gone: { objects: 1 },
      survived: { objects: 0 },
    });
  });

  it("name the container that holds the growth, not those around it", () => {
    const { pair: both, after, before } = pair(MONDAY, TUESDAY);
    const rows = growth(both);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      idA: before.p,
      idB: after.p,
      path: "module shop › PENDING",
      entriesA: 1,
      entriesB: 3,
      isNew: false,
    });
    expect(rows[0]?.deltaRetainedBytes).toBe((rows[0]?.retainedB ?? 0) - (rows[0]?.retainedA ?? 0));
  });

  it("tell a holder that is new with all it keeps alive", () => {
    const { pair: both, after } = pair(
      '@module a: m\nm module "a"',
      '@module a: m\nm module "a" -> .cache c\nc list size=5000',
    );
    expect(growth(both)).toMatchObject([{ idA: null, idB: after.c, isNew: true, deltaRetainedBytes: 5000 }]);
  });

  it("know a list that was replaced by its name: that is churn, not growth", () => {
    const before = '@module a: m\nm module "a" -> .cache c\nc list size=5000';
    const after = '@module a: m\nm module "a" -> .cache c\nfree app.Free +1\nc list size=5000';
    expect(growth(pair(before, after).pair)).toEqual([]);
  });

  it("name a container that grew in a module that shrank as a whole", () => {
    const before = '@module a: m\nm module "a" -> .big b .small s\nb list size=90000\ns list size=100';
    const after = '@module a: m\nm module "a" -> .big b .small s\nb list size=10\ns list size=9000';
    const { pair: both, after: id } = pair(before, after);
    expect(growth(both)).toMatchObject([{ idB: id.s, deltaRetainedBytes: 8900 }]);
  });

  it("leave out what comes and goes at any time, and say from where on they count", () => {
    const before = '@module a: m\nm module "a" -> .big b .small s\nb list size=4000000\ns list size=100';
    const grows = (bytes: number) =>
      pair(before, `@module a: m\nm module "a" -> .big b .small s\nb list size=4000000\ns list size=${100 + bytes}`)
        .pair;
    expect(growth(grows(7_900))).toEqual([]); // 0.2 % of all is about 8,000
    expect(leastGrowth(grows(7_900))).toBe(8017);
    expect(growth(grows(8_100))).toHaveLength(1);
  });

  it("have no holder that grew where nothing grew", () => {
    expect(growth(pair(MONDAY, MONDAY).pair)).toEqual([]);
    expect(growth(pair(TUESDAY, MONDAY).pair)).toEqual([]);
  });

  it("name the functions that use the variable by which the container is held", () => {
    const { pair: both } = pair(MONDAY, TUESDAY);
    const dict = both.after.moduleOfDict?.keys().next().value ?? -1;
    const code = { qualname: "remember", file: "shop.py", firstLine: 7, names: new Set(["PENDING"]) };
    const [row] = grownHolders(both, noTick).map((holder) =>
      growthRow(both, holder, new Map([[dict, [code, { ...code, names: new Set(["NAMES"]) }]]]), noTick),
    );
    expect(row?.usedBy).toEqual([{ function: "remember", file: "shop.py", line: 7 }]);
  });

  it("tell the limit of the process's control group, unless it is none", () => {
    const { pair: both } = pair(MONDAY, TUESDAY);
    const limited = (limit: unknown) =>
      comparison({ ...both, afterMeta: { ...both.afterMeta, memory: { cgroup: { limit } } } }).after.limitBytes;
    expect([512 * 2 ** 20, 2 ** 63, 0, null, "max"].map(limited)).toEqual([512 * 2 ** 20, null, null, null, null]);
  });

  it("say so when they come in the wrong order", () => {
    const { pair: both } = pair(MONDAY, TUESDAY);
    const swapped: Pair = { ...both, beforeMeta: both.afterMeta, afterMeta: both.beforeMeta };
    expect(comparison(swapped).warnings).toEqual([expect.stringMatching(/swap them/)]);
  });

  it("agree with matching every pair, on random heaps", () => {
    for (let seed = 0; seed < 30; seed++) {
      const random = seededRandom(seed);
      const picture = () =>
        Array.from(
          { length: 1 + random.below(12) },
          (_, i) => `o${i} ${random.below(3) === 0 ? "app.A" : "app.B"}`,
        ).join("\n");
      const { pair: both } = pair(picture(), picture());
      const [a, b] = [both.before.columns.heap, both.after.columns.heap];
      const slow = Array.from(addressesOf(b.address), (address, j) =>
        Array.from(addressesOf(a.address)).findIndex(
          (other, i) => other === address && a.types[a.type[i]]?.name === b.types[b.type[j]]?.name,
        ),
      );
      expect([...(both.matching?.earlier ?? [])], `seed ${seed}`).toEqual(slow);
    }
  });
});

describe("two dumps of different processes", () => {
  it("have no matched objects, and say why", () => {
    const compared = comparison(pair(MONDAY, TUESDAY, [1, 2]).pair);
    expect(compared.objects).toBeNull();
    expect(compared.matching.confidence).toBe("none");
    expect(compared.warnings).toEqual([expect.stringMatching(/different processes/)]);
  });

  it("still name the container that grew: it has the same name", () => {
    const moved = `filler app.Filler +1\n${TUESDAY}`;
    const { pair: both, before, after } = pair(MONDAY, moved, [1, 2]);
    expect(growth(both)).toMatchObject([{ idA: before.p, idB: after.p, path: "module shop › PENDING" }]);
  });

  it("count growth from what it was, also where a running function held the module's variables too", () => {
    const running = `@frame main: f\nf frame -> .f_globals d\n${MONDAY}`;
    const { pair: both, before, after } = pair(running, `filler app.Filler +1\n${TUESDAY}`, [1, 2]);
    expect(growth(both)).toMatchObject([
      { idA: before.p, idB: after.p, retainedA: 1150, deltaRetainedBytes: 2300, isNew: false },
    ]);
  });
});

describe("types of two dumps", () => {
  it("are matched by name, with what changed first", () => {
    const { pair: both } = pair(MONDAY, TUESDAY);
    const rows = compareTypes(both, "", { by: "deltaBytes", descending: true });
    expect(rows[0]).toMatchObject({
      type: "shop.Request",
      countA: 1,
      countB: 3,
      deltaCount: 2,
      bytesA: 1000,
      bytesB: 3000,
      deltaBytes: 2000,
    });
    expect(rows.find((row) => row.type === "list")).toMatchObject({ deltaCount: 0, deltaBytes: 0 });
  });

  it("are ordered by change where what was lost counts as much as what was gained", () => {
    const { pair: both } = pair("x app.Old +1 size=500\ny app.Same +1", "x app.New +1 size=20\ny app.Same +1");
    const rows = compareTypes(both, "", { by: "change", descending: true });
    expect(rows.map((row) => row.type)).toEqual(["app.Old", "app.New", "app.Same"]);
  });

  it("of one dump only are compared with nothing", () => {
    const { pair: both } = pair("x app.Old +1 size=10", "x app.New +1 size=20");
    const rows = compareTypes(both, "", { by: "name", descending: false });
    expect(rows.map((row) => [row.type, row.countA, row.countB, row.deltaBytes])).toEqual([
      ["app.New", 0, 1, 20],
      ["app.Old", 1, 0, -10],
    ]);
  });
});
