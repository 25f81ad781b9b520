import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import type {
  CompareTypeRow,
  Comparison,
  CyclePage,
  GrowthRow,
  ObjectRow,
  Page,
  ReferenceRow,
  Series,
  Summary,
  WhyAlive,
} from "../../shared/types/rows.ts";
import { only } from "./dumps.ts";

/*
 * The committed dumps are golden files of the format: whatever changes, they must open and tell the story of the
 * shop. `samples/make.py` makes them again.
 */

const ROOT = join(import.meta.dirname, "../..");
const MONDAY = join(ROOT, "samples/shop-monday.pyheap");
const TUESDAY = join(ROOT, "samples/shop-tuesday.pyheap");
const FIXED = join(ROOT, "samples/shop-fixed.pyheap");
const ALL = ["--limit", "100000"];

const cli = <T>(...args: string[]): Promise<T> =>
  new Promise((resolve, reject) => {
    const command = [join(ROOT, "electron/headless/cli.ts"), ...args, "--json"];
    execFile(process.execPath, command, { maxBuffer: 1 << 28 }, (failure, out) =>
      failure === null ? resolve(JSON.parse(out) as T) : reject(failure),
    );
  });

interface Compared extends Comparison {
  readonly types: readonly CompareTypeRow[];
  readonly holders: readonly GrowthRow[];
}
interface References {
  readonly refcount: number;
  readonly referents: readonly ReferenceRow[];
}

describe("a dump that an earlier version of the capture wrote", () => {
  it("opens as it did then", async () => {
    const file = join(ROOT, "tests/fixtures/dumps/shop-monday-first-format.pyheap");
    expect(await cli<Summary>("summary", file)).toMatchObject({ format: 1, label: "Monday", objects: 33_546 });
    const { holders } = await cli<{ holders: readonly { path: string }[] }>("overview", file);
    expect(holders[0]?.path).toBe("module shop.sessions › _PENDING");
  });
});

describe("the sample dumps", () => {
  it("say what they are", async () => {
    for (const [file, label] of [
      [MONDAY, "Monday"],
      [TUESDAY, "Tuesday"],
      [FIXED, "Wednesday, fixed"],
    ] as const) {
      const summary = await cli<Summary>("summary", file);
      expect(summary).toMatchObject({ format: 1, label, python: expect.stringMatching(/^3\.11\./) });
      expect(summary.objects).toBeGreaterThan(20_000);
      expect(summary.gc).toMatchObject({ enabled: true, thresholds: [700, 10, 10] });
    }
  });

  it("name the container that grew, with its entries, and nothing that only churned", async () => {
    const { holders, types, objects, secondsBetween } = await cli<Compared>("compare", MONDAY, TUESDAY);
    expect(holders[0]).toMatchObject({
      path: "module shop.sessions › _PENDING",
      entriesA: 200,
      entriesB: 3_950,
      isNew: false,
    });
    const [pending, ...others] = holders;
    // The second one is bookkeeping of the weak references to what the first one keeps.
    expect(others.map(({ path }) => path)).toEqual(["module shop.cache › BY_ID.data"]);
    expect(others[0]?.deltaRetainedBytes).toBeLessThan((pending?.deltaRetainedBytes ?? 0) / 20);
    expect(types.find(({ type }) => type === "shop.sessions.Session")).toMatchObject({ countA: 260, countB: 4_010 });
    expect(objects?.gone.objects).toBeGreaterThan(200);
    expect(secondsBetween).toBeGreaterThan(85); // a day in this shop: long enough to tell a rate
    expect(secondsBetween).toBeLessThan(180);
  });

  it("show that the fix helps: what grew no longer grows, and of what was new little is still there", async () => {
    const { series, holders } = await cli<Compared & { series: Series }>("compare", MONDAY, TUESDAY, FIXED);
    expect(series.holders[0]).toMatchObject({
      path: "module shop.sessions › _PENDING",
      trend: "no-longer",
      entries: [200, 3_950, expect.any(Number)],
      usedBy: [
        { function: "remember", file: expect.stringMatching(/sessions\.py$/) },
        { function: "confirm", file: expect.stringMatching(/sessions\.py$/) },
      ],
    });
    expect(series.holders[0]?.entries[2]).toBeLessThanOrEqual(200);
    expect(series.holders.filter(({ trend }) => trend !== "no-longer")).toEqual([]);
    expect(holders.every(({ deltaRetainedBytes }) => deltaRetainedBytes < 1 << 20)).toBe(true);
    const { kept } = series;
    expect(kept?.new.objects).toBeGreaterThan(30_000);
    expect(kept?.stillThere.objects).toBeLessThan((kept?.new.objects ?? 0) / 10);
  });

  it("tell why a Request is alive; the cache of weak values does not count", async () => {
    const { holders } = await cli<Compared>("compare", MONDAY, TUESDAY, "--limit", "1");
    const kept = async (id: number) => (await cli<Page<ObjectRow>>("dominators", TUESDAY, "--object", `${id}`)).rows;
    const [session] = await kept(holders[0]?.idB ?? -1);
    expect(session?.type).toBe("shop.sessions.Session");
    const request = only((await kept(session?.id ?? -1)).filter(({ type }) => type === "shop.http.Request"));

    const why = await cli<WhyAlive>("why", TUESDAY, `${request.id}`);
    expect(why.sentence).toMatch(
      /^This Request is alive because the module shop\.sessions keeps it in _PENDING\['u-\d+'\]\.request$/,
    );
    expect(why.weak.map(({ type, retains }) => [type, retains])).toEqual([["weakref.KeyedRef", false]]);
  });

  it("have the ring of request and response, and the reference to make weak", async () => {
    const { rows } = await cli<CyclePage>("cycles", MONDAY, ...ALL);
    const ring = ["shop.http.Request.response", "shop.http.Response.request"];
    const rings = rows.filter(({ smallestCycle: steps }) =>
      ring.every((step) => steps.some(({ type, edge }) => `${type}${edge}` === step)),
    );
    const held = rings.filter(({ reachable }) => reachable);
    expect(held.length).toBeGreaterThanOrEqual(260); // every session has one
    for (const { weaken, retainedBytes } of held) {
      expect(weaken).toMatchObject({ fromType: "shop.http.Response", edge: ".request", freesBytes: retainedBytes });
    }
    expect(rings.length).toBeGreaterThan(held.length); // some wait for the collector

    const shelves = only(rows.filter(({ types }) => types.some(({ type }) => type === "shop.catalog.Shelf")));
    expect(shelves).toMatchObject({ reachable: true, weaken: { fromType: "shop.catalog.Shelf", edge: ".parent" } });
  });

  it("hold requests by stored tracebacks", async () => {
    const { rows } = await cli<Page<ObjectRow>>("find", TUESDAY, "--type", "KeyError");
    expect(rows).toHaveLength(12);
    const { referents } = await cli<References>("object", TUESDAY, `${rows[0]?.id}`);
    const trace = only(referents.filter(({ kind }) => kind === "traceback"));
    const why = await cli<WhyAlive>("why", TUESDAY, `${trace.id}`);
    expect(why.paths[0]?.text).toMatch(/^module shop\.failures › RECENT\[\d+\]\.__traceback__$/);
  });
});

describe("the files of the samples", () => {
  it.each([MONDAY, TUESDAY, FIXED])("%s is small and names nobody's machine", (file) => {
    expect(statSync(file).size).toBeLessThan(2 << 20);
    const db = new Database(file, { readonly: true });
    const { host, program, argv0 } = JSON.parse(
      db.prepare("SELECT value FROM meta WHERE key = 'process'").pluck().get() as string,
    ) as Record<string, string>;
    expect({ host, program, argv0 }).toEqual({ host: "shop", program: "shop", argv0: "/usr/bin/python3" });

    const files = db
      .prepare("SELECT file FROM code UNION SELECT file FROM module UNION SELECT file FROM frame")
      .pluck()
      .all() as (string | null)[];
    expect(files.filter((path) => path?.startsWith("/srv/shop/shop/")).length).toBeGreaterThan(5);
    const elsewhere = files.filter((path) => !/^(\/srv\/shop\/|\/usr\/lib\/python3|<)/.test(path ?? "<none>"));
    expect(elsewhere).toEqual([]);

    const texts = [...everyText(db)].join("\n");
    expect(texts).toMatch(/\bu-\d{3,5}\b/);
    expect(texts.match(/\/(root|home|Users|work|workspace|builds?|tmp)\/[\w.-]+/g)).toBeNull();
    db.close();
  });
});

/** Every value of every table as text, pages inflated. */
function* everyText(db: Database.Database): Iterable<string> {
  const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all() as string[];
  for (const table of tables) {
    for (const row of db.prepare(`SELECT * FROM ${table}`).raw().iterate() as Iterable<unknown[]>) {
      const packed = row.some((value) => value === "zlib" || value === "planes+zlib");
      for (const value of row) {
        if (!Buffer.isBuffer(value)) yield String(value);
        else yield (packed ? inflateSync(value) : value).toString("latin1");
      }
    }
  }
}
