import { join } from "node:path";
import { deflateSync } from "node:zlib";
import type Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { collectorDesign, collectorInfo } from "../../shared/analyses/collector.ts";
import { totalsOf } from "../../shared/analyses/compare.ts";
import { loadedCode } from "../../shared/analyses/loaded-code.ts";
import { memoryMap } from "../../shared/analyses/memory-map.ts";
import { buckets, overview } from "../../shared/analyses/overview.ts";
import { summary } from "../../shared/analyses/summary.ts";
import { liveBytes } from "../../shared/analyses/view.ts";
import { addressAt } from "../../shared/types/addresses.ts";
import { noTick } from "../../shared/types/graph.ts";
import type { CodeInfo, Meta } from "../../shared/types/heap.ts";
import { asCaptureId } from "../../shared/types/ids.ts";
import { drawHeap, temporaryFolder, viewOf, viewOfFile } from "../fixtures/drawn-heap.ts";
import { checksum, writeDump } from "../fixtures/dump-file.ts";

interface ObjectPage
  extends Readonly<
    Record<"address" | "type" | "layout" | "size" | "refcount" | "length" | "reference_count" | "flags", Buffer>
  > {
  readonly codec: string;
}

const META: Meta = {
  captureId: asCaptureId("0".repeat(32)),
  label: null,
  createdAt: null,
  process: {},
  python: { version_info: [3, 11, 7] },
  capture: { privacy: "previews" },
  gc: {
    enabled: true,
    thresholds: [700, 10, 10],
    counts: [1, 2, 3],
    stats: [{ collections: 5, collected: 7, uncollectable: 0 }],
  },
  memory: { rss_bytes: 100_000 },
  tracemalloc: { tracing: false },
};

const SHOP = `
  @module shop: m
  m   module "shop" size=70 -> dict d
  d   dict size=300 -> ['PENDING'] p ['remember'] f ['Session'] k ['NAME'] n ['BIG'] big
  p   dict size=5000 -> ['a'] s ['b'] t
  s   shop.Session size=900 -> type k
  t   shop.Session size=900 -> type k
  n   str "'shop'" size=60
  big str "'…'" size=20000
  f   function "remember" size=150 -> global d code c
  c   code "remember" size=200 -> constant doc
  doc str "'docstring'" size=80
  k   type "shop.Session" class size=1000 -> dict kd
  kd  dict size=400 -> ['LIMITS'] lim
  lim list size=640
  g   shop.Node size=33 -> .me g
`;

function parts() {
  const { view, id } = viewOf(SHOP);
  const isCode = loadedCode(view);
  const address = addressAt(view.columns.heap.address, id.c as number);
  const info: CodeInfo = {
    qualname: "remember",
    file: "shop/sessions.py",
    firstLine: 41,
    names: new Set(["PENDING", "len"]),
  };
  return { view, id, isCode, code: new Map([[address, info]]) };
}

describe("loaded code", () => {
  it("is modules, classes, functions, their dicts, and the constants that only they hold; never containers", () => {
    const { view, id, isCode } = parts();
    const preorder = view.graph?.graph.preordering.preorder ?? [];
    const code = Object.keys(id).filter((name) => isCode[preorder[id[name] as number] ?? 0] === 1);
    expect(code.filter((name) => !name.startsWith("'"))).toEqual(["m", "d", "n", "f", "c", "doc", "k", "kd"]);
  });

  it("is a bucket beside the data, the garbage, and what no object explains", () => {
    const { view, isCode } = parts();
    const found = buckets(view, isCode, META);
    const keys = 50 * 6; // PENDING, remember, Session, NAME, BIG, LIMITS; 'a' and 'b' belong to the data
    expect(found).toEqual({
      yourData: 5000 + 900 + 900 + 20000 + 640 + 100,
      loadedCode: 70 + 300 + 60 + 150 + 200 + 80 + 1000 + 400 + keys,
      garbage: 33,
      allocatorFree: null,
      outsidePython: null,
      unexplained: 100_000 - 27_540 - 2260 - keys - 33,
    });
  });
});

describe("memory that no object explains", () => {
  const allocator = { arenas: 3, arena_bytes: 30_000, used_bytes: 20_000, blocks: 400 };
  const withMemory = (memory: Record<string, unknown>) => {
    const { view, isCode } = parts();
    return buckets(view, isCode, { ...META, memory });
  };
  const objects = 27_540 + 2260 + 300 + 33;

  it("is free in Python's allocator or outside of Python, where the file has the allocator's figures", () => {
    expect(withMemory({ rss_bytes: 100_000, allocator })).toMatchObject({
      allocatorFree: 10_000,
      outsidePython: 100_000 - objects - 10_000,
      unexplained: 0,
    });
  });

  it("has no more free memory than there is", () => {
    expect(withMemory({ rss_bytes: objects + 1000, allocator })).toMatchObject({
      allocatorFree: 1000,
      outsidePython: 0,
    });
  });

  it.each([[null], [{ arena_bytes: 10, used_bytes: 20 }], [{ arena_bytes: "30000" }], ["no"]])(
    "stays one number with %j",
    (bad) => {
      expect(withMemory({ rss_bytes: 100_000, allocator: bad })).toMatchObject({
        allocatorFree: null,
        outsidePython: null,
        unexplained: 100_000 - objects,
      });
    },
  );

  it("is not known where objects are larger than what was resident", () => {
    expect(withMemory({ rss_bytes: 100, allocator })).toMatchObject({ allocatorFree: null, unexplained: null });
  });
});

describe("the overview", () => {
  it("names a chain by its first object, and sorts by what is shown", () => {
    const { view, id } = viewOf(
      [
        "@module app: m",
        'm module "app" -> .HEAD n0 .SMALL s',
        "s list size=3000",
        ...Array.from({ length: 50 }, (_, i) => `n${i} app.Msg size=1000${i === 49 ? "" : ` -> .next n${i + 1}`}`),
      ].join("\n"),
    );
    const { holders } = overview(view, META, { isCode: loadedCode(view), code: new Map(), tracing: "off" }, noTick);
    expect(holders.map((row) => [row.id, row.path, row.retainedBytes])).toEqual([
      [id.n0, "module app › HEAD", 50_000],
      [id.s, "module app › SMALL", 3000],
    ]);
  });

  it("names the containers that keep most alive, and the functions that use them", () => {
    const { view, id, isCode, code } = parts();
    const { holders } = overview(view, META, { isCode, code, tracing: "off" }, noTick);
    expect(holders.map((row) => row.path)).toEqual([
      "module shop › BIG",
      "module shop › PENDING",
      "module shop › Session.LIMITS",
    ]);
    expect(holders[1]).toMatchObject({
      id: id.p,
      entries: 2,
      retainedBytes: 6900,
      usedBy: [{ function: "remember", file: "shop/sessions.py", line: 41 }],
    });
    expect(holders[0]?.usedBy).toEqual([]);
  });

  it("descends from an object to the container in it that has the bytes", () => {
    const { view, id } = viewOf(`
      @module app: m
      m  module "app" -> dict d
      d  dict -> ['cache'] c
      c  app.Cache -> .items i
      i  dict -> ['a'] x ['b'] y
      x  bytes size=1000
      y  bytes size=1000
    `);
    const { holders } = overview(view, META, { isCode: loadedCode(view), code: new Map(), tracing: "off" }, noTick);
    expect(holders).toMatchObject([{ id: id.i, path: "module app › cache.items" }]);
  });

  it("says what the dump can't tell", () => {
    const { view, isCode, code } = parts();
    const { unseen } = overview(view, META, { isCode, code, tracing: "off" }, noTick);
    expect(unseen.join(" ")).toContain("Where objects were allocated is not known");
    const types = Array.from({ length: 7 }, (_, i) => [`app.T${i}`, 7 - i]);
    const nameless = { ...META, capture: { ...META.capture, unnamed: { references: 28, types } } };
    expect(overview(view, nameless, { isCode, code, tracing: "off" }, noTick).unseen[0]).toMatch(
      /^28 of \d+ references \(\d+\.\d\d %\) have no name: 7 of app\.T0, .*3 of app\.T4, and those of 2 more types\.$/,
    );
    const hostile = { ...META, capture: { ...META.capture, unnamed: { references: -1, types: [[{}, "x"]] } } };
    expect(overview(view, hostile, { isCode, code, tracing: "off" }, noTick).unseen).toEqual(unseen);
    const hidden = { ...META, capture: { privacy: "names", redacted: 3, warnings: ["own words"] } };
    expect(overview(view, hidden, { isCode, code, tracing: "off" }, noTick).unseen.join(" ")).toMatch(
      /left out.*3 values.*own words/,
    );
  });
});

describe("the collector's panel", () => {
  it("says how much a collection would free now", () => {
    const { view } = parts();
    expect(collectorInfo(view, META)).toMatchObject({
      design: "generational",
      thresholds: [700, 10, 10],
      stats: [{ collections: 5, collected: 7, uncollectable: 0 }],
      wouldFree: { objects: 1, bytes: 33 },
    });
  });

  it.each([
    ["a page of references is damaged", (db: Database.Database) => db.exec("UPDATE reference_page SET crc = crc + 1")],
    [
      "the reference counts are left out, as of a dump that was recovered in part",
      (db: Database.Database) => {
        const unknown = Buffer.alloc(4 * Number(db.prepare("SELECT count FROM object_page").pluck().get()), 0xff);
        const page = db.prepare<[], ObjectPage>("SELECT * FROM object_page").get();
        if (page === undefined) throw new Error("There are no objects");
        const { address, type, layout, size, length, reference_count, flags } = page;
        const refcount = page.codec === "raw" ? unknown : deflateSync(unknown);
        const crc = checksum([address, type, layout, size, refcount, length, reference_count, flags]);
        db.prepare("UPDATE object_page SET refcount = ?, crc = ?").run(refcount, crc);
      },
    ],
  ])("says nowhere how much garbage there is where %s", (_, damage) => {
    const path = join(temporaryFolder(), "damaged.pyheap");
    writeDump(path, drawHeap(SHOP).content, { damage });
    const view = viewOfFile(path);
    expect(collectorInfo(view, META).wouldFree).toBeNull();
    expect(buckets(view, loadedCode(view), META).garbage).toBeNull();
    expect(summary(view, META, { file: path, format: 1, buckets: null }).unreachable).toBeNull();
    expect(totalsOf(view, META).garbageBytes).toBeNull();
  });

  it.each([
    [[3, 9, 18], "generational"],
    [[3, 12, 1], "generational"],
    [[3, 13, 0], "generational"],
    [[3, 14, 0], "incremental"],
    [[3, 14, 4], "incremental"],
    [[3, 14, 5], "generational"],
    [[3, 15, 0], "generational"],
  ] as const)("knows the design of %j: %s", (version, design) => {
    expect(collectorDesign(version, false)).toBe(design);
    expect(collectorDesign(version, true)).toBe("free-threaded");
  });
});

describe("the memory map", () => {
  it("has parents before children, children by bytes, and never more than their parent", () => {
    const { view, isCode } = parts();
    const nodes = memoryMap(view, isCode, null);
    expect(nodes[0]).toMatchObject({ id: null, parent: -1, retainedBytes: liveBytes(view) });
    const used = nodes.map(() => 0);
    for (const [i, node] of nodes.entries()) {
      if (i === 0) continue;
      expect(node.parent).toBeLessThan(i);
      used[node.parent] = (used[node.parent] ?? 0) + node.retainedBytes;
    }
    for (const [i, node] of nodes.entries())
      expect(used[i]).toBeLessThanOrEqual(node.retainedBytes - node.shallowBytes);
  });

  it("can start at an object, and leaves out what is too narrow to see", () => {
    const { view, id, isCode } = parts();
    const nodes = memoryMap(view, isCode, id.p as number);
    expect(nodes.map((node) => node.id)).toEqual([id.p, id.s, id.t, id["'a'"], id["'b'"]]);
    const wide = viewOf(`@module a: m\nm module "a" -> .big b .tiny t\nb bytes size=1000000\nt bytes size=10`);
    const shown = memoryMap(wide.view, loadedCode(wide.view), null).map((node) => node.id);
    expect(shown).not.toContain(wide.id.t);
  });
});
