import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { main } from "../../electron/headless/cli.ts";
import { printable, table } from "../../electron/headless/table.ts";
import type { AllocationRow, CompareAllocationRow } from "../../shared/session/contract.ts";
import { runProgram } from "../e2e/program.ts";
import { drawHeap } from "../fixtures/drawn-heap.ts";
import { writeDump } from "../fixtures/dump-file.ts";
import { spoolOf } from "../fixtures/spool-file.ts";

const ROOT = join(import.meta.dirname, "../..");

const SHOP = drawHeap(`
  @module shop.sessions: m
  m  module "shop.sessions" -> dict d
  d  dict -> ['_PENDING'] p
  p  dict -> ['u-17'] s
  s  shop.Session -> .request r
  r  shop.http.Request -> .body b
  b  bytes size=5000
  w  weakref.ReferenceType +1 -> weak r
  g  shop.Node -> .me g
`);

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** What a person types, in a process of its own: most of the time would go into starting it. */
const program = (...args: string[]): Promise<Outcome> =>
  new Promise((resolve) => {
    execFile(process.execPath, [join(ROOT, "electron/headless/cli.ts"), ...args], (failure, out, error) =>
      resolve({ code: failure === null ? 0 : Number(failure.code), out, error }),
    );
  });

/** The same in this process. */
async function cli(...args: string[]): Promise<Outcome> {
  let [out, error] = ["", ""];
  const code = await main(args, {
    out: (text) => {
      out += text;
    },
    error: (text) => {
      error += text;
    },
  });
  return { code, out, error };
}

const json = async (...args: string[]): Promise<Record<string, unknown>> => {
  const { code, out, error } = await cli(...args, "--json");
  expect({ code, error }).toEqual({ code: 0, error: "" });
  return JSON.parse(out) as Record<string, unknown>;
};

let folder = "";
let file = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pyheap-cli-"));
  file = join(folder, "shop.pyheap");
  const unnamed = { references: 2, types: [["shop.Opaque", 2]] };
  const meta = {
    capture: { pause_seconds: 0.5, unnamed },
    memory: { rss_bytes: 1000 },
    gc: { stats: [{ in_use: 1 }] },
  };
  writeDump(file, { ...SHOP.content, meta }, { codec: "zlib" });
  // As for a person: compiled code is kept, which is half of a start. These dumps are too small for an index.
  vi.stubEnv("PYHEAP_CACHE_DIR", join(folder, "cache"));
  return () => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  };
});
const id = (name: string): string => String(SHOP.id[name]);

/** Two dumps of one process whose allocations were traced; taken when the first test asks for them. */
let traced: readonly [string, string] | null = null;
function tracedDumps(): readonly [string, string] {
  if (traced === null) runProgram("traced.py", folder);
  traced ??= [join(folder, "before.pyheap"), join(folder, "after.pyheap")];
  return traced;
}

describe("the command line", () => {
  it("is a program, whose answer, complaint and end are what a shell sees", async () => {
    for (const args of [
      ["types", file, "--json"],
      ["summary", join(folder, "none.pyheap")],
      ["compare", file, file, "--fail-if-grew", "1MB"],
      ["--help"],
      [],
    ])
      expect(await program(...args)).toEqual(await cli(...args));
  });

  it("answers for a spool as for the dump it was made of, by every kind of command", async () => {
    const spool = join(folder, "shop.spool");
    writeFileSync(spool, spoolOf(file));
    const answers = async (path: string) =>
      Promise.all([
        json("types", path),
        json("why", path, id("b")),
        json("tables", path, join(folder, `${path === spool}.sqlite`)).then(({ objects }) => objects),
        json("recover", path, join(folder, `${path === spool}.pyheap`)).then(({ objects }) => objects),
      ]);
    expect(await answers(spool)).toEqual(await answers(file));
    expect(await json("summary", spool)).toMatchObject({ file: spool });
    writeFileSync(spool, spoolOf(file).subarray(0, -20));
    const { code, error } = await cli("summary", spool);
    expect({ code, error }).toEqual({ code: 2, error: expect.stringContaining(`${spool} was cut short`) as string });
  });

  it.each(["SIGINT", "SIGTERM"] as const)(
    "ends by %s as other programs do, and leaves no copy of a spool",
    async (signal) => {
      const spool = join(folder, "copied.spool");
      writeFileSync(spool, spoolOf(file));
      const temporary = mkdtempSync(join(folder, "tmp-"));
      const script = join(folder, "waits.mjs");
      const source = `import { withDumps } from ${JSON.stringify(join(ROOT, "electron/headless/open-dumps.ts"))};
await withDumps([${JSON.stringify(spool)}], () => {
  process.stdout.write("open");
  return new Promise((resolve) => setTimeout(resolve, 600_000));
});`;
      writeFileSync(script, source);
      const env = { ...process.env, TMPDIR: temporary };
      const command = spawn(process.execPath, [script], { env, stdio: ["ignore", "pipe", "inherit"] });
      const ended = new Promise((resolve) => command.once("exit", (_, by) => resolve(by)));
      await Promise.race([ended, new Promise((resolve) => command.stdout.once("data", resolve))]);
      expect(readdirSync(temporary)).toHaveLength(1);
      command.kill(signal);
      expect(await ended).toBe(signal);
      expect(readdirSync(temporary)).toEqual([]);
    },
  );

  it("summary: has every key that a script may rely on", async () => {
    const summary = await json("summary", file);
    expect(summary).toMatchObject({
      file,
      format: 1,
      python: null,
      pid: null,
      host: null,
      uptimeSeconds: null,
      createdAt: null,
      objects: 10,
      types: 8,
      reachable: { objects: 8 },
      heldOutside: { objects: 1, bytes: 16 },
      unreachable: { objects: 1, bytes: 16 },
      unnamed: { references: 2, types: [{ type: "shop.Opaque", references: 2 }] },
      buckets: { yourData: 5114, loadedCode: 82, garbage: 16, allocatorFree: null, outsidePython: null },
      roots: [
        { kind: "module", count: 1 },
        { kind: "c_held", count: 1 },
      ],
      captureId: "0".repeat(32),
      capture: { pauseSeconds: 0.5 },
      gc: { stats: [{ inUse: 1 }] },
      memory: { rssBytes: 1000 },
    });
    expect(summary.warnings).toContain(
      "This dump does not tell how much is free in Python's allocator, how much lies outside Python.",
    );
    expect(summary.references).toBe(SHOP.content.target.length);
  });

  it("types: rows by kept-alive bytes, with the total of the whole list", async () => {
    const { total, rows } = await json("types", file, "--limit", "2");
    expect(total).toBe(8);
    expect(rows).toMatchObject([
      { type: "module", module: "builtins", count: 1, retainedBytes: 5180 },
      { type: "dict", count: 2, shallowBytes: 32 },
    ]);
  });

  it("find: nothing of a type is an answer, an empty list", async () => {
    expect(await json("find", file, "--type", "Nothing")).toMatchObject({ total: 0, rows: [] });
    expect(await cli("find", file, "--type", "Nothing")).toEqual({
      code: 0,
      out: "No object in this dump is of type Nothing.\n",
      error: "",
    });
  });

  it("find: by exact type, by unique bare name, by address, by text", async () => {
    const expected = { total: 1, rows: [{ id: SHOP.id.r, type: "shop.http.Request", retainedBytes: 5016 }] };
    const found = await json("find", file, "--type", "shop.http.Request");
    expect(found).toMatchObject(expected);
    expect(await json("find", file, "--type", "Request")).toMatchObject(expected);
    const [{ address } = { address: "" }] = found.rows as { address: string }[];
    expect(await json("find", file, "--address", address)).toMatchObject(expected);
    expect(await json("find", file, "--address", address.slice(2))).toMatchObject(expected);
    expect(await json("find", file, "--text", "u-17")).toMatchObject({ total: 1, rows: [{ label: "'u-17'" }] });
  });

  it("object: sizes, count, and both directions with edge names", async () => {
    const object = await json("object", file, id("r"));
    expect(object).toMatchObject({
      id: SHOP.id.r,
      refcount: 1,
      explainedReferences: 1,
      generation: null,
      dominator: SHOP.id.s,
      releasedByRefcountBytes: 5016,
      releasedObjects: 2,
      smallestCycle: [],
      referents: [{ id: SHOP.id.b, edge: ".body", kind: "attribute", type: "bytes" }],
      referrers: [
        { id: SHOP.id.s, edge: ".request", kind: "attribute", retains: true },
        { id: SHOP.id.w, kind: "weak", retains: false },
      ],
    });
    expect(object.warnings).toEqual([]);
  });

  it("why: the sentence, and paths whose first step is the root", async () => {
    const why = await json("why", file, id("r"));
    expect(why.sentence).toBe(
      "This Request is alive because the module shop.sessions keeps it in _PENDING['u-17'].request",
    );
    expect(why.paths).toMatchObject([
      {
        weak: false,
        steps: [
          { id: SHOP.id.m, edge: null, root: { kind: "module", name: "shop.sessions" } },
          { id: SHOP.id.d, edge: ".__dict__" },
          { id: SHOP.id.p, edge: "['_PENDING']" },
          { id: SHOP.id.s, edge: "['u-17']" },
          { id: SHOP.id.r, edge: ".request" },
        ],
      },
    ]);
    expect(await json("why", file, id("r"), "--ignore", id("p"))).toMatchObject({ paths: [] });
  });

  it("why --type: how all objects of a type are held", async () => {
    const held = await json("why", file, "--type", "Request");
    expect(held).toMatchObject({ total: 1, garbage: 0, through: { text: "module shop.sessions › _PENDING['u-17']" } });
    expect((held.rows as { label: string }[]).map(({ label }) => label)).toEqual([
      "module shop.sessions",
      "dict, 1 entry",
      "Session",
      "Request",
    ]);
    expect((await cli("why", file)).error).toContain("why takes an object's number or address, or --type");
    expect((await cli("why", file, id("r"), "--type", "Request")).code).toBe(2);
    expect((await cli("why", file, "--type", "Request")).out).toMatch(/^1 of 1 Request are held through /);
  });

  it("cut: what would go without a link, or who else holds it", async () => {
    expect(await json("cut", file, id("s"), id("r"))).toMatchObject({
      edge: ".request",
      stillHeld: null,
      atOnce: { objects: 2, bytes: 5016 },
      later: { objects: 0, bytes: 0 },
    });
    expect((await cli("cut", file, id("s"), id("r"))).out).toBe(
      "Cutting .request frees 4.9 KiB at once, 0 B more at the next collection.\n",
    );
    expect(await cli("cut", file, id("r"), id("s"))).toMatchObject({ code: 2, out: "" });
  });

  it("keeps: what would be gone with an object, by type", async () => {
    expect(await json("keeps", file, id("s"))).toMatchObject({
      id: SHOP.id.s,
      retainedBytes: 5032,
      total: 3,
      rows: [{ type: "bytes", count: 1, shallowBytes: 5000 }, {}, {}],
    });
  });

  it("dominators --type: who holds the objects of a type, by the holder's type or by module", async () => {
    expect(await json("dominators", file, "--type", "Request")).toMatchObject({
      rows: [{ name: "shop.Session", dominators: 1, members: 1, retainedBytes: 5016 }],
    });
    expect(await json("dominators", file, "--type", "Request", "--by", "module")).toMatchObject({
      rows: [{ name: "shop.sessions", dominators: 1, members: 1 }],
    });
    expect((await cli("dominators", file, "--type", "Request", "--by", "size")).error).toContain("--by takes type");
  });

  it("dominators: of all, and below one object", async () => {
    expect(await json("dominators", file)).toMatchObject({ total: 2, rows: [{ id: SHOP.id.m, children: 1 }, {}] });
    expect(await json("dominators", file, "--object", id("s"))).toMatchObject({
      rows: [{ id: SHOP.id.r, children: 1 }],
    });
  });

  it("types --by: all objects by size class or by generation", async () => {
    const { objects } = (await json("summary", file)) as { objects: number };
    for (const by of ["size", "generation"]) {
      const { rows } = (await json("types", file, "--by", by)) as { rows: { objects: number }[] };
      expect(rows.reduce((sum, row) => sum + row.objects, 0)).toBe(objects);
    }
    expect((await cli("types", file, "--by", "size")).out).toMatch(/to \d+ bytes/);
    expect((await cli("types", file, "--by", "module")).error).toContain("--by takes size, generation, line,");
  });

  it("dominators: in groups by type or module, and down to where the bytes are spread", async () => {
    const groups = await json("dominators", file, "--by", "module");
    expect(groups).toMatchObject({ rows: [{ name: "shop.sessions", holders: 1, biggest: SHOP.id.m }, {}] });
    expect(await json("dominators", file, "--by", "type", "--object", id("s"))).toMatchObject({
      rows: [{ holders: 1, biggest: SHOP.id.r }],
    });
    const { to, levels } = await json("dominators", file, "--drop");
    expect(levels).toBeGreaterThan(1);
    expect((await cli("dominators", file, "--drop")).out).toContain("nothing that it holds has most of that");
    expect(to).toMatchObject({ retainedBytes: expect.any(Number) });
    expect((await cli("dominators", file, "--by", "size")).error).toContain("--by takes type or module");
  });

  it("allocations: the lines that allocated, their objects, and what grew between two dumps", async () => {
    const [before, after] = tracedDumps();
    const page = await json("allocations", after, "--filter", "traced.py", "--limit", "100");
    expect(page).toMatchObject({ tracing: { state: "on", frames: 5 }, total: expect.any(Number) });
    const rows = page.rows as AllocationRow[];
    expect(rows[0]?.frames[0]?.line).toBe(33); // the buffer
    expect(rows[0]?.bytes).toBeGreaterThan(3_000_000);
    const made = rows.find(({ frames }) => frames[0]?.line === 21);
    expect(made).toMatchObject({ blocks: 2_200, objects: 2_200 });
    const compared = await json("compare", before, after);
    expect((compared.allocations as CompareAllocationRow[])[0]).toMatchObject({
      frames: [{ line: 23 }],
      deltaBlocks: 2_000,
    });
    const tracebacks = await cli("allocations", after, "--by", "traceback", "--filter", "traced.py");
    expect(tracebacks.out).toMatch(/traced\.py:23 ← \S*traced\.py:29 ← \S*traced\.py:36/);
    const found = await json("find", after, "--type", "__main__.Order", "--limit", "1");
    const [order] = found.rows as { id: number }[];
    expect((await cli("object", after, String(order?.id))).out).toMatch(/^allocated at \S*traced\.py:21 ← /m);
    expect((await cli("allocations", file)).out).toMatch(/not tracing.*\n.*PYTHONTRACEMALLOC=10/);
    expect((await cli("allocations", after, "--by", "colour")).code).toBe(2);
  });

  it("types: all objects by the line that allocated them", async () => {
    const [, after] = tracedDumps();
    const lines = await json("types", after, "--by", "line", "--sort", "count", "--filter", "traced.py:21");
    expect(lines.rows).toMatchObject([{ count: 2_200, frames: [{ line: 21 }] }]);
    expect((await cli("types", after, "--by", "file")).out).toMatch(/\d+ objects \(.*\) have no place$/m);
    expect((await cli("types", file, "--by", "line")).out).toMatch(/not tracing.*\n.*PYTHONTRACEMALLOC=10/);
  });

  it("threads: stacks with their variables, and what they keep alive", async () => {
    runProgram("tasks.py", folder);
    const tasks = join(folder, "tasks.pyheap");
    expect(await json("threads", tasks, "--filter", "worker")).toMatchObject({
      counts: { thread: 2, task: 6, suspended: expect.any(Number) },
      total: 1,
      rows: [
        {
          of: "thread",
          name: "worker",
          daemon: true,
          lines: expect.arrayContaining([
            expect.objectContaining({
              row: "frame",
              place: expect.objectContaining({ function: "work", exact: true }),
            }),
            expect.objectContaining({ row: "local", edge: " local big", label: "list, 100 items" }),
          ]),
        },
      ],
    });
    const { out } = await cli("threads", tasks);
    expect(out).toMatch(/^task request-5, waiting, object \d+, waits for .+, in loop .+, keeps alive/m);
    expect(out).toMatch(/^ {4}big = list, 100 items \(object \d+\), keeps alive 1\d\d\.\d KiB$/m);
    expect((await cli("threads", tasks, "--sort", "speed")).code).toBe(2);
  });

  it("cycles: rings with the reference to make weak, garbage counted apart", async () => {
    expect(await json("cycles", file)).toMatchObject({
      total: 1,
      waiting: { objects: 1, bytes: 16 },
      held: { objects: 0, bytes: 0 },
      rows: [
        {
          objects: 1,
          reachable: false,
          smallestCycle: [{ edge: ".me" }],
          weaken: { fromType: "shop.Node", edge: ".me" },
        },
      ],
    });
  });

  it("cycles: like ones share a row for people, and a group in JSON; --each gives every one its own", async () => {
    const pairs = join(folder, "pairs.pyheap");
    const drawn = [1, 2, 3].map((i) => `q${i} shop.Request -> .response p${i}\np${i} shop.Response -> .request q${i}`);
    writeDump(pairs, drawHeap(drawn.join("\n")).content);
    expect(await json("cycles", pairs)).toMatchObject({
      total: 3,
      rows: [{ objects: 2 }, { objects: 2 }, { objects: 2 }],
      groupsTotal: 1,
      groups: [{ objects: 2, alike: { cycles: 3, objects: 6, shallowBytes: 96 } }],
    });
    const grouped = await cli("cycles", pairs);
    expect(grouped.out.split("\n")).toHaveLength(3);
    expect(grouped.out).toMatch(/3 +6 +96 B +96 B +garbage waiting +Request\.response ⇄ Response\.request/);
    expect((await cli("cycles", pairs, "--each")).out.match(/⇄/g)).toHaveLength(3);
  });

  it("advise: has every key that a script may rely on, and is a document on request", async () => {
    const leak = join(folder, "leak.pyheap");
    const numbers = Array.from({ length: 40 }, (_, i) => i);
    const picture = `
      @module shop.sessions: m
      m  module "shop.sessions" -> dict=__dict__ d
      d  dict -> ['_PENDING'] p
      p  dict -> ${numbers.map((i) => `['u-${i}'] s${i}`).join(" ")}
      ${numbers.map((i) => `s${i} shop.Session size=1000`).join("\n")}
    `;
    writeDump(leak, drawHeap(picture).content);
    const advice = await json("advise", leak);
    expect(advice).toMatchObject({
      suspects: [
        {
          title: expect.stringContaining("shop.sessions._PENDING (dict, 40 entries) keeps"),
          text: expect.any(String),
          kind: "accumulation",
          bytes: expect.any(Number),
          confidence: expect.stringMatching(/^(certain|likely|possible)$/),
          ids: expect.any(Array),
          holder: "shop.sessions._PENDING",
          usedBy: [],
          evidence: expect.any(Array),
        },
      ],
      unknowns: expect.any(Array),
    });
    expect((await cli("advise", leak)).out).toMatch(/^1\. shop\.sessions\._PENDING .*\n {3}why: /);
    expect((await cli("advise", leak, "--markdown")).out).toMatch(/^# What is wrong with this heap\?\n/);
    expect((await cli("advise", leak, "--html")).out).toMatch(/^<!doctype html>\n[\s\S]*<\/html>\n$/);
    expect((await cli("advise", file)).out).toMatch(/^Nothing suspicious was found\.\n/);
  });

  it("advise: with an earlier dump of the same process says what grew; the later one stands last", async () => {
    const [before, after] = tracedDumps();
    const advice = await json("advise", before, after);
    expect(advice).toMatchObject({ earlier: { sameProcess: true, secondsBetween: expect.any(Number) } });
    expect(advice.suspects).toContainEqual(
      expect.objectContaining({
        title: expect.stringContaining("more than in the earlier dump (200 → 2,200 entries)"),
      }),
    );
    const page = await cli("advise", before, after, "--html");
    expect(page.out).toContain("more than in the earlier dump");
    expect(page.out).toContain("an earlier dump of the same process");
    expect(await cli("advise", after, before)).toMatchObject({ code: 2, error: expect.stringContaining("swap them") });
    expect(await cli("advise", file, file)).toMatchObject({ code: 2, error: expect.stringContaining("its own") });
    expect((await cli("advise", file, file, file)).error).toContain("advise [FILE-BEFORE] FILE");
  });

  it("compare: three files in a row tell what no longer grows, from the first to the last", async () => {
    const files = [1_000, 90_000, 2_000].map((size, i) => {
      const path = join(folder, `row-${i}.pyheap`);
      const { content } = drawHeap(`@module shop: m\nm module "shop" -> .CACHE c\nc list size=${size}`);
      const process = { pid: 1, start_time: 1000, boot_id: "b" };
      const meta = { process, capture_id: String(i).repeat(32), created_at: `2026-11-22T1${i}:00:00Z` };
      writeDump(path, { ...content, meta });
      return path;
    });
    expect(await json("compare", ...files)).toMatchObject({
      before: { bytes: 1_000 + 16 },
      after: { bytes: 2_000 + 16 },
      objects: { new: { objects: 0 }, survived: { objects: 2 } },
      series: {
        dumps: [{ captureId: "0".repeat(32) }, { captureId: "1".repeat(32) }, { captureId: "2".repeat(32) }],
        secondsBetween: [3600, 3600],
        holders: [{ path: "module shop › CACHE", trend: "no-longer", retained: [1_000, 90_000, 2_000] }],
        kept: { new: { objects: 0 }, stillThere: { objects: 0 } },
      },
    });
    const { out } = await cli("compare", ...files);
    expect(out).toMatch(/^own sizes 1016 B → 87\.9 KiB → 2\.0 KiB, 60 min, then 60 min apart$/m);
    expect(out).toMatch(/^module shop › CACHE +no longer grows +1000 B → 87\.9 KiB → 2\.0 KiB +0 → 0 → 0$/m);
    expect((await cli("compare", files[0] ?? "", files[1] ?? "")).out).toMatch(
      /\+86\.9 KiB in 60 min = \+86\.9 KiB\/h$/m,
    );
  });

  it("compare: types that did not change are not listed for people", async () => {
    const { out } = await cli("compare", file, file);
    expect(out).toContain("no type has more or fewer objects");
    expect(out).not.toContain("+0");
  });

  it("compare: what grew, and how objects were matched", async () => {
    const same = await json("compare", file, file);
    expect(same).toMatchObject({
      types: expect.any(Array),
      holders: [],
      objects: null,
      matching: { confidence: "none" },
    });
  });

  it("compare: is a gate with --fail-if-grew, which says what grew", async () => {
    const later = drawHeap(`
      @module shop.sessions: m
      m  module "shop.sessions" -> dict d
      d  dict -> ['_PENDING'] p
      p  dict size=90000
    `);
    const path = join(folder, "later.pyheap");
    writeDump(path, { ...later.content, meta: { capture_id: "1".repeat(32) } });
    expect(await cli("compare", file, path, "--fail-if-grew", "1MB")).toMatchObject({ code: 0, error: "" });
    const grown = await cli("compare", file, path, "--json", "--fail-if-grew", "10KB");
    expect(grown).toMatchObject({
      code: 1,
      error: expect.stringMatching(/^module shop\.sessions › _PENDING grew by .* KiB, more than 10\.0 KiB\.\n$/),
    });
    expect(JSON.parse(grown.out)).toMatchObject({ holdersTotal: 1 });
    expect(await cli("compare", file, path, "--fail-if-grew", "much")).toMatchObject({ code: 2, out: "" });
  });

  it("overview: the biggest holder, who uses it, and what a collection would free", async () => {
    expect(await json("overview", file)).toMatchObject({
      holders: [{ id: SHOP.id.b, path: "module shop.sessions › _PENDING['u-17'].request.body", usedBy: [] }],
      collector: { wouldFree: { objects: 1, bytes: 16 } },
    });
  });

  it("tables: writes plain SQLite, roots found by count included, and overwrites nothing", async () => {
    const out = join(folder, "plain.sqlite");
    expect(await json("tables", file, out)).toMatchObject({ objects: 10 });
    const db = new Database(out, { readonly: true });
    expect(db.prepare("SELECT type, size, refcount FROM object WHERE id = ?").get(SHOP.id.b)).toEqual({
      type: "bytes",
      size: 5000,
      refcount: 1,
    });
    expect(db.prepare("SELECT name FROM reference WHERE target = ? AND kind = 'value'").pluck().get(SHOP.id.s)).toBe(
      "'u-17'",
    );
    expect(db.prepare("SELECT kind, weak FROM reference WHERE source = ?").all(SHOP.id.w)).toEqual([
      { kind: "weak", weak: 1 },
    ]);
    expect(db.prepare("SELECT object, kind FROM root").all()).toEqual([
      { object: SHOP.id.m, kind: "module" },
      { object: SHOP.id.w, kind: "c_held" },
    ]);
    db.close();
    expect(await cli("tables", file, out)).toMatchObject({ code: 2, error: expect.stringContaining("already exists") });
  });

  it("prints tables for people without --json", async () => {
    const { out } = await cli("why", file, id("r"));
    expect(out).toContain(
      "This Request is alive because the module shop.sessions keeps it in _PENDING['u-17'].request.",
    );
    expect(out).toMatch(/\['u-17'\] +Session/);
    expect((await cli("types", file)).out).toMatch(/^type +objects +own size +keeps alive\n/);
  });

  it.each([
    ["no command", []],
    ["an unknown command", ["explode"]],
    ["an unknown option", ["summary", "x.pyheap", "--wat"]],
    ["too few words", ["why", "x.pyheap"]],
    ["a limit that is no number", ["types", "x.pyheap", "--limit", "many"]],
  ])("ends with 2 and a sentence for %s", async (_, args) => {
    const { code, out, error } = await cli(...args);
    expect(code).toBe(2);
    expect(out === "" ? error : out).toMatch(/pyheap-explorer|--/);
    expect(error).not.toContain("    at ");
  });

  it.each([
    [["summary", "x.pyheap", "--wat"], "There is no option --wat. Run pyheap-explorer --help for the list."],
    [["types", "x.pyheap", "--limit"], "--limit needs a value. Run pyheap-explorer --help for the list."],
    [["types", "x.pyheap", "--limit", "--json"], "--limit needs a value. Run pyheap-explorer --help for the list."],
    [["types", "x.pyheap", "--limit", "-5"], "--limit takes a whole number from 0 to 1000000000, not -5."],
    [["types", "x.pyheap", "--limit=-5"], "--limit takes a whole number from 0 to 1000000000, not -5."],
    [["object", "x.pyheap", "-1"], "-1 is neither an option nor an object's number or address (0x…)."],
    [["types", "x.pyheap", "--json=yes"], "--json takes no value. Run pyheap-explorer --help for the list."],
  ])("says in its own words what is wrong with an option: %j", async (args, sentence) => {
    expect(await cli(...args)).toEqual({ code: 2, out: "", error: `${sentence}\n` });
  });

  it("ends with 2 and one sentence for what can't be found or read", async () => {
    const text = join(folder, "notes.txt");
    writeFileSync(text, "hello");
    const cases: [string[], RegExp][] = [
      [["summary", join(folder, "none.pyheap")], /^There is no file .*none\.pyheap\. Check the path/],
      [["summary", folder], /is a folder or a device/],
      [["summary", text], /is not a heap dump/],
      [["object", file, "99"], /^There is no object 99 in this dump; it has objects 0 to 9\./],
      [["object", file, "0xfff"], /^There is no object 0xfff/],
      [["object", file, "x"], /neither an object's number nor an address/],
      [["find", file], /(find takes one of --type, --address, --text, --pattern and --set|only one of)/],
    ];
    for (const [args, sentence] of cases) {
      const { code, out, error } = await cli(...args);
      expect([code, out]).toEqual([2, ""]);
      expect(error).toMatch(sentence);
      expect(error.trimEnd().split("\n")).toHaveLength(1);
    }
  });

  it("types --filter: says which condition is none where nothing passes", async () => {
    for (const [filter, what] of [
      ["Session count>abc", "count>abc is no condition: count, size, average and keeps are compared with a number"],
      ["is:yours", "is:yours is no condition: there are is:mine and is:library"],
      ["modul:shop", "modul:shop is no condition: there are count, size, average and keeps"],
    ] as const)
      expect(await cli("types", file, "--filter", filter)).toMatchObject({
        code: 2,
        error: expect.stringContaining(what),
      });
    expect(await json("types", file, "--filter", "nobody")).toMatchObject({ total: 0 });
    expect(await json("types", file, "--filter", "Session count>0")).toMatchObject({ total: 1 });
  });

  it("says once that a byte is there again and again", () => {
    const columns = [{ title: "object", text: (row: string) => row }];
    const last = (text: string) => table(columns, [text]).split("\n").at(-1);
    expect(last(`b'a${"\\x00".repeat(12)}\\x01'`)).toBe("b'a\\x00{12}\\x01'");
    expect(last("b'\\x00\\x00\\x00'")).toBe("b'\\x00\\x00\\x00'");
    expect(last(`'${"\\\\x00".repeat(5)}'`)).toBe(`'${"\\\\x00".repeat(5)}'`);
  });

  it("makes names from a dump harmless for a terminal", () => {
    expect(printable("a\u001b[31mred\nline\u202Eevil")).toBe("a\\u{1b}[31mred\\u{a}line\\u{202e}evil");
  });
});
