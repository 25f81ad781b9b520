import { afterAll, describe, expect, it } from "vitest";
import type { ReferenceRow } from "../../shared/types/rows.ts";
import { capture, closeDumps, type Dump, dumpOf, inFolder, only, openDump, openDumps } from "./dumps.ts";

/*
 * docs/tutorial.md, idea by idea: what each program teaches has to be visible in the product. Sizes differ between
 * versions of Python, so that what is compared here is which is larger; the document has the numbers of one version.
 */

afterAll(closeDumps);

const ofType = (rows: readonly ReferenceRow[], type: string) => rows.filter((row) => row.type === type);
const keeps = async (dump: Dump, name: string): Promise<number> => (await dump.variable(name)).retainedBytes ?? 0;

describe("a reference cycle", async () => {
  const dump = await dumpOf("reference_cycle");
  const ring = async (reachable: boolean) =>
    only((await dump.cyclesOf("__main__.Node")).filter((row) => row.reachable === reachable));

  it("that nobody holds waits for the collector, and the product says so", async () => {
    const lost = await ring(false);
    expect(lost).toMatchObject({ reach: "unreachable", isCode: false });
    const nodes = lost.smallestCycle.filter(({ type }) => type === "__main__.Node");
    expect(nodes).toHaveLength(2);
    expect(await dump.why(nodes[0]?.id ?? -1)).toMatchObject({
      sentence: "Nothing keeps this Node alive: it is garbage that waits for the collector",
      paths: [],
    });
    expect(await ring(true)).toMatchObject({ reach: "named" });
  });

  it("shows the count that never reaches zero: all of it comes from inside the ring", async () => {
    const { smallestCycle, objects } = await ring(false);
    const members = new Set<number>(smallestCycle.map(({ id }) => id));
    expect(members.size).toBe(objects);
    for (const { id } of smallestCycle) {
      const { refcount, explainedReferences, referrers } = await dump.object(id);
      expect({ refcount, explainedReferences }).toEqual({ refcount: 1, explainedReferences: 1 });
      expect(referrers.map((row) => members.has(row.id))).toEqual([true]);
    }
  });

  it("names the reference to make weak, and what that frees", async () => {
    const { weaken, retainedBytes } = await ring(true);
    expect(weaken?.edge).toMatch(/partner/);
    expect(weaken?.freesBytes).toBe(retainedBytes);
  });
});

describe("generations and thresholds", async () => {
  const { file, said } = capture("generations");
  const dump = await openDump(file);

  it("are what Python itself says they are, whatever the version", async () => {
    const { gc } = await dump.summary();
    expect(gc).toMatchObject({ enabled: true, thresholds: said.thresholds, garbage: 0 });
    expect(gc.stats).toHaveLength(Number(said.generations));
  });

  it("tell who survived a collection", async () => {
    const generation = async (type: string) => (await dump.object(only(await dump.find(type)).id)).generation;
    expect(await generation("__main__.Young")).toBe(0);
    expect(await generation("__main__.Old")).toBeGreaterThan(0);
  });
});

describe("__slots__", async () => {
  const dump = await dumpOf("slots");
  const bytesEach = async (name: string) => {
    const { count, retainedBytes } = await dump.type(`__main__.${name}`);
    expect(count).toBe(2_000);
    return (retainedBytes ?? 0) / count;
  };

  it("makes instances smaller, and a subclass without them takes it all back", async () => {
    const slotted = await bytesEach("Slotted");
    expect(await bytesEach("Plain")).toBeGreaterThan(slotted + 16);
    expect(await bytesEach("Forgetful")).toBeGreaterThan(slotted + 16);
    expect(await bytesEach("Careful")).toBe(slotted);
  });

  it("would pay for the class without, and for the subclass that forgot them", async () => {
    const found = (await dump.advise()).suspects.filter(({ kind }) => kind === "small-objects");
    expect(found.map(({ title }) => /__main__\.\w+/.exec(title)?.[0]).sort()).toEqual([
      "__main__.Forgetful",
      "__main__.Plain",
    ]);
    const forgetful = found.find(({ title }) => title.includes("Forgetful"));
    expect(forgetful?.evidence.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(
        /base __main__\.Slotted has __slots__, but a subclass without its own has a __dict__ again/,
      ),
    );
  });

  it("shows which attributes are slots", async () => {
    const attributes = async (name: string) => {
      const [first] = await dump.find(`__main__.${name}`);
      const { referents } = await dump.object(first?.id ?? -1);
      return referents.filter(({ kind }) => kind !== "type").map(({ edge, kind }) => `${edge} ${kind}`);
    };
    expect(await attributes("Slotted")).toEqual([".x slot", ".y slot"]);
    expect(await attributes("Careful")).toEqual([".x slot", ".y slot"]);
    expect(await attributes("Forgetful")).toEqual(
      expect.arrayContaining([".x slot", ".y slot", expect.stringMatching(/^\.(note attribute|__dict__ dict)$/)]),
    );
  });
});

describe("a weak reference", async () => {
  const dump = await dumpOf("weak_reference");

  it("is shown and keeps nothing alive", async () => {
    const shown = only(await dump.find("__main__.Picture")); // the other one went at once
    const { paths, weak, sentence } = await dump.why(shown.id);
    expect(sentence).toBe("This Picture is alive because the module __main__ keeps it in SHOWN");
    expect(weak.map(({ kind, retains }) => ({ kind, retains }))).toEqual([{ kind: "weak", retains: false }]);
    expect(paths.flatMap(({ steps }) => steps).map(({ kind }) => kind)).not.toContain("weak");
  });

  it("whose object is gone refers to nothing", async () => {
    const pointsTo = async (name: string) => {
      const { referents } = await dump.object((await dump.variable(name)).id);
      return referents.filter(({ kind }) => kind === "weak").map(({ type }) => type);
    };
    expect(await pointsTo("MAYBE")).toEqual(["__main__.Picture"]);
    expect(await pointsTo("GONE")).toEqual([]);
  });
});

describe("a cache of weak values", async () => {
  const dump = await dumpOf("weak_cache");

  it("has entries only for what somebody else holds", async () => {
    const pictures = await dump.find("__main__.Picture");
    expect(pictures).toHaveLength(3);
    expect(await dump.find("weakref.KeyedRef")).toHaveLength(3);
    const { sentence, weakTotal } = await dump.why(pictures[0]?.id ?? -1);
    expect(sentence).toMatch(/the module __main__ keeps it in ON_SCREEN\[\d\]$/);
    expect(weakTotal).toBe(1);
  });

  it("keeps its own bookkeeping alive and none of its values", async () => {
    expect(await keeps(dump, "ON_SCREEN")).toBeGreaterThan(3 * 1_000);
    expect(await keeps(dump, "CACHE")).toBeLessThan(3 * 1_000);
  });
});

describe("tracemalloc", async () => {
  const { file, said } = capture("traced");
  const dump = await openDump(file);

  it("and the dump agree on what grew; the dump adds who holds it", async () => {
    const rows = await dump.variable("ROWS");
    expect(said.line).toBe(8);
    expect(Math.abs((rows.retainedBytes ?? 0) / Number(said.grew) - 1)).toBeLessThan(0.05);
    const { sentence } = await dump.why(rows.id);
    expect(sentence).toBe("This list is alive because the module __main__ keeps it in ROWS");
  });

  it("have the same top line, with the same bytes", async () => {
    const { rows, tracing } = await dump.allocations("traced.py");
    expect(tracing).toMatchObject({ state: "on", frames: 1 });
    expect(rows[0]?.frames[0]?.line).toBe(said.line);
    expect(Math.abs((rows[0]?.bytes ?? 0) - Number(said.grew))).toBeLessThan(1_000);
  });
});

describe("DEBUG_LEAK", async () => {
  const { file, said } = capture("debug_leak");
  const dump = await openDump(file);

  it("keeps what was collected in gc.garbage, which is named as the holder", async () => {
    expect((await dump.summary()).gc).toMatchObject({ debug: 38, garbage: said.garbage });
    const nodes = await dump.find("__main__.Node");
    expect(nodes).toHaveLength(3);
    for (const { id } of nodes) expect((await dump.why(id)).paths[0]?.text).toMatch(/^gc\.garbage\[\d\]/);
  });
});

describe("all instances of a class", async () => {
  const { file, said } = capture("instances");
  const dump = await openDump(file);

  it("are as many as gc.get_objects knows, and there are those that it does not know", async () => {
    expect(said).toEqual({ Order: 40, bytes: 0 });
    expect(await dump.find("__main__.Order")).toHaveLength(40);
    expect(await dump.findText("b'label ")).toHaveLength(7);
  });
});

describe("leak detection, before and after", async () => {
  const halfWay = inFolder("leak-before.pyheap");
  const [before, after] = (await openDumps(halfWay, capture("leak", halfWay).file)) as [Dump, Dump];
  const changed = await before.compare(after);

  it("names the one container that grew, with its entries", () => {
    expect(changed).toMatchObject({ before: { label: "before" }, matching: { confidence: "likely" } });
    expect(changed.holders[0]).toMatchObject({
      path: "module __main__ › HISTORY",
      entriesA: 300,
      entriesB: 1_500,
      isNew: false,
    });
    const visits = changed.types.find(({ type }) => type === "__main__.Visit");
    expect(visits).toMatchObject({ countA: 450, countB: 1_650 });
  });

  it("does not accuse a full cache, nor work that comes and goes", () => {
    const ours = changed.holders.map(({ path }) => path).filter((path) => path.startsWith("module __main__"));
    expect(ours).toEqual(["module __main__ › HISTORY"]);
  });

  it("tells a leak from a cache: of two that hold visits, only one has grown", async () => {
    expect(await keeps(after, "HISTORY")).toBeGreaterThan(4 * (await keeps(before, "HISTORY")));
    expect(await keeps(after, "RECENT")).toBeLessThan(1.02 * (await keeps(before, "RECENT")));
  });
});

describe("many small objects", async () => {
  const dump = await dumpOf("many_objects");

  it("cost a multiple of the same numbers in an array", async () => {
    expect(await dump.type("__main__.Point")).toMatchObject({ count: 10_000 });
    const packed = await keeps(dump, "PACKED");
    expect(packed).toBeGreaterThanOrEqual(160_000);
    expect(await keeps(dump, "POINTS")).toBeGreaterThan(4 * packed);
    const titles = (await dump.advise()).suspects.map(({ title }) => title);
    expect(titles).toContainEqual(expect.stringMatching(/^__main__\.POINTS \(list, 10,000 items\) keeps/));
    expect(titles).toContainEqual(
      expect.stringMatching(/^10,000 objects of __main__\.Point would take .* less with __slots__/),
    );
  });

  it("and of a numpy array, where there is numpy", async ({ skip }) => {
    const table = await dump.variable("TABLE");
    skip(table.type === "NoneType", "this Python has no numpy");
    expect(table.retainedBytes).toBeGreaterThanOrEqual(160_000);
    expect(table.retainedBytes).toBeLessThan(200_000);
  });
});

describe("parent and child", async () => {
  const dump = await dumpOf("parent_child");
  const rings = await dump.cyclesOf("__main__.Strong");

  it("that hold each other stay after their last use, those with a weak parent go at once", async () => {
    expect(await dump.find("__main__.Strong")).toHaveLength(22);
    expect(await dump.find("__main__.Cured")).toHaveLength(11);
    expect(rings.map(({ reachable }) => reachable).sort()).toEqual([false, true]);
    expect(await dump.cyclesOf("__main__.Cured")).toEqual([]);
  });

  it("get the advice that the cured class has followed", () => {
    const { weaken, retainedBytes } = only(rings.filter(({ reachable }) => reachable));
    expect(weaken?.edge).toMatch(/parent/);
    expect(weaken?.freesBytes).toBe(retainedBytes);
  });

  it("show why counts can't free a cycle: the lost parent's ten come from its ten children", async () => {
    const lost = only(rings.filter(({ reachable }) => !reachable));
    const parents = await Promise.all(lost.smallestCycle.map(({ id }) => dump.object(id)));
    expect(parents.map(({ refcount }) => refcount)).toContain(10);
    for (const { refcount, explainedReferences } of parents) expect(explainedReferences).toBe(refcount);
  });
});

describe("a global cache", async () => {
  const dump = await dumpOf("global_cache");

  it("without a bound is named, with its entries", async () => {
    expect((await dump.variable("_CACHE")).label).toBe("dict, 2,000 entries");
    const page = only(await dump.findText("b'page 7: "));
    const { sentence } = await dump.why(page.id);
    expect(sentence).toBe("This bytes is alive because the module __main__ keeps it in _CACHE[7]");
  });

  it("with lru_cache holds as many as it may", async () => {
    const cached = await dump.object((await dump.variable("page_cached")).id);
    expect(ofType(cached.referents, "bytes")).toHaveLength(64);
    expect(await keeps(dump, "_CACHE")).toBeGreaterThan(10 * (cached.retainedBytes ?? 0));
    expect(cached.cache).toEqual({ function: "page_cached", hits: 0, misses: 2_000, maxsize: 64, currsize: 64 });
  });

  it("without a bound is found by the advisor, which claims no more than one dump can show", async () => {
    const [first] = (await dump.advise()).suspects;
    expect(first?.title).toMatch(/^__main__\._CACHE \(dict, 2,000 entries\) keeps/);
    expect(first?.confidence).toBe("possible");
    expect(first?.usedBy.map((user) => user.function)).toEqual(["page_cached_for_ever"]);
  });
});
