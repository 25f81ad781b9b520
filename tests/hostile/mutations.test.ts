import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { cycleStage, dominatorStage, graphStage, typeTotals } from "../../shared/analyses/stages.ts";
import { loadDump, readExtent } from "../../shared/store/load.ts";
import { openDump } from "../../shared/store/open-file.ts";
import { readCode, readMeta, readTypes } from "../../shared/store/small-tables.ts";
import { Texts } from "../../shared/store/text.ts";
import { HeapError } from "../../shared/types/failure.ts";
import { noTick } from "../../shared/types/graph.ts";
import { isReferenceKind, REFERENCE_KINDS } from "../../shared/types/reference-kinds.ts";
import { drawHeap, temporaryFolder } from "../fixtures/drawn-heap.ts";
import { checksum, writeDump } from "../fixtures/dump-file.ts";
import { type Random, seededRandom } from "../fixtures/random.ts";

/** A bit of everything: names, keys, weak and missing references, a garbage ring, something held from outside. */
const PICTURE = `
  @module app: m
  @thread MainThread: f
  @builtin gc.garbage: l
  m  module "app" -> dict d
  d  dict -> ['CACHE'] c ['ITEMS'] l
  c  dict -> ['u-17'] s ['u-18'] t
  s  app.Session +1 size=97 -> .user u .self s
  t  app.Session size=97 -> .user u
  u  app.User +2 -> weak s
  l  list size=120 -> [] s [] t [] gone [] l
  f  frame -> local=x t local=y u
  o  app.Held +3 -> .next p
  p  app.Held -> .next q
  q  app.Held -> .back p
  g1 app.Ring -> .next g2
  g2 app.Ring -> .next g1
  i  int "7" immortal
  k  type class "app.Session" -> base k
`;

const OBJECT_COLUMNS = [
  ["address", 8],
  ["type", 4],
  ["layout", 4],
  ["size", 8],
  ["refcount", 4],
  ["length", 4],
  ["reference_count", 4],
  ["flags", 2],
] as const;

const TABLES = ["meta", "type", "layout", "root", "object_page", "reference_page"] as const;

const pick = <T>(random: Random, from: readonly T[]): T => from[random.below(from.length)] as T;

/** What can stand in a field of a SQLite table that nobody guards. */
const ODD_VALUES: readonly unknown[] = [
  null,
  "",
  "text",
  "1",
  "-1",
  "__proto__",
  "[]",
  "{}",
  '[["item",null,"rest"]]',
  '[["item",null,1.5]]',
  '[["item",null,-1]]',
  '[["item",null,1e308]]',
  '[["constructor",null,1]]',
  "x".repeat(70_000),
  0n,
  1n,
  -1n,
  65_536n,
  0x7fff_ffffn,
  0xffff_ffffn,
  2n ** 53n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  0.5,
  -0.5,
  1e308,
  Number.POSITIVE_INFINITY,
  Buffer.alloc(0),
  Buffer.from("text"),
  Buffer.alloc(64, 0xff),
];

/** Numbers that a column of a page can't mean. */
const ODD_NUMBERS: readonly bigint[] = [
  0n,
  1n,
  2n,
  7n,
  255n,
  0x7fffn,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 64n - 1n,
];

type Mutation = (path: string, random: Random) => void;

function change(path: string, work: (db: Database.Database) => void): void {
  const db = new Database(path);
  db.pragma("journal_mode = OFF");
  db.pragma("synchronous = OFF");
  try {
    work(db);
  } finally {
    db.close();
  }
}

/** The table without its constraints, so that anything may stand in it. */
const unguard = (db: Database.Database, table: string): void => {
  db.exec(`CREATE TABLE free AS SELECT * FROM ${table}; DROP TABLE ${table}; ALTER TABLE free RENAME TO ${table}`);
};

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  "bits of the file": (path, random) => {
    const bytes = readFileSync(path);
    for (let flips = 1 + random.below(8); flips > 0; flips--) {
      const at = random.below(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
    }
    writeFileSync(path, bytes);
  },
  "bytes of the first pages": (path, random) => {
    const bytes = readFileSync(path);
    for (let changes = 1 + random.below(4); changes > 0; changes--) bytes[random.below(4096)] = random.below(256);
    writeFileSync(path, bytes);
  },
  "a cut": (path, random) => {
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, random.below(bytes.length)));
  },
  "numbers of the object page, its checksum right": (path, random) => {
    change(path, (db) => {
      const row = db.prepare("SELECT * FROM object_page").get() as Record<string, Buffer> & { count: number };
      for (let changes = 1 + random.below(3); changes > 0; changes--) {
        const [column, width] = pick(random, OBJECT_COLUMNS);
        const odd = BigInt.asUintN(8 * width, random.below(2) ? pick(random, ODD_NUMBERS) : BigInt(random.below(40)));
        const at = width * random.below(row.count);
        for (let k = 0; k < width; k++) (row[column] as Buffer)[at + k] = Number((odd >> BigInt(8 * k)) & 255n);
      }
      const blobs = OBJECT_COLUMNS.map(([column]) => row[column] as Buffer);
      const sets = OBJECT_COLUMNS.map(([column]) => `${column} = ?`).join(", ");
      db.prepare(`UPDATE object_page SET ${sets}, crc = ?`).run(...blobs, checksum(blobs));
    });
  },
  "targets of references, their checksum right": (path, random) => {
    change(path, (db) => {
      const { target } = db.prepare("SELECT target FROM reference_page").get() as { target: Buffer };
      for (let changes = 1 + random.below(6); changes > 0; changes--) {
        const at = 8 * random.below(target.length / 8);
        const value = random.below(3) ? BigInt(0x1000 + 64 * random.below(24)) : pick(random, ODD_NUMBERS);
        target.writeBigUInt64LE(value, at);
      }
      db.prepare("UPDATE reference_page SET target = ?, crc = ?").run(target, checksum([target]));
    });
  },
  "a field of a table": (path, random) => {
    change(path, (db) => {
      const table = pick(random, TABLES);
      unguard(db, table);
      const columns = db.pragma(`table_info(${table})`) as { name: string }[];
      const { name } = pick(random, columns);
      const rows = db.prepare(`SELECT rowid FROM ${table}`).pluck().all() as number[];
      db.prepare(`UPDATE ${table} SET ${name} = ? WHERE rowid = ?`).run(pick(random, ODD_VALUES), pick(random, rows));
    });
  },
  "a column of a table": (path, random) => {
    change(path, (db) => {
      const table = pick(random, TABLES);
      unguard(db, table);
      const columns = db.pragma(`table_info(${table})`) as { name: string }[];
      db.exec(`ALTER TABLE ${table} RENAME COLUMN ${pick(random, columns).name} TO other`);
    });
  },
  "rows that are gone or twice there": (path, random) => {
    change(path, (db) => {
      const table = pick(random, TABLES);
      unguard(db, table);
      const rows = db.prepare(`SELECT rowid FROM ${table}`).pluck().all() as number[];
      const row = pick(random, rows);
      const twice = random.below(2) === 1;
      db.exec(
        twice
          ? `INSERT INTO ${table} SELECT * FROM ${table} WHERE rowid = ${row}`
          : `DELETE FROM ${table} WHERE rowid = ${row}`,
      );
    });
  },
  "a layout": (path, random) => {
    change(path, (db) => {
      const kinds = ["item", "weak", "borrowed", "value", "dict", "unnamed", "type", "global", "nothing"];
      const repeat = () => pick<unknown>(random, [0, 1, 1, 2, 3, 1000, "rest", "pairs", "all", null]);
      const runs = Array.from({ length: random.below(4) }, () => [pick(random, kinds), null, repeat()]);
      const ids = db.prepare("SELECT id FROM layout").pluck().all() as number[];
      db.prepare("UPDATE layout SET runs = ? WHERE id = ?").run(JSON.stringify(runs), pick(random, ids));
    });
  },
  "what stands in place of a table": (path, random) => {
    change(path, (db) => {
      const table = pick(random, TABLES);
      db.exec(`ALTER TABLE ${table} RENAME TO behind`);
      const instead = [
        `CREATE VIEW ${table} AS SELECT * FROM behind`,
        `CREATE VIRTUAL TABLE ${table} USING fts5(first, count, id, key, value)`,
        `CREATE TABLE ${table.toUpperCase()} AS SELECT * FROM behind`,
        `CREATE TABLE ${table} (a PRIMARY KEY) WITHOUT ROWID`,
        `CREATE INDEX ${table} ON behind (rowid)`,
        `CREATE TRIGGER ${table} AFTER INSERT ON behind BEGIN SELECT 1; END`,
      ];
      try {
        db.exec(pick(random, instead));
      } catch {
        // Not every table can stand behind every thing; then the table is only gone.
      }
    });
  },
};

/** Numbers as the file has them, read the slow way. */
function slowTotals(path: string, whole: boolean) {
  const db = new Database(path, { readonly: true });
  try {
    const layouts = db.prepare("SELECT hidden_bytes, runs FROM layout ORDER BY id").all() as {
      hidden_bytes: number;
      runs: string;
    }[];
    const page = db.prepare("SELECT * FROM object_page").get() as
      | (Record<string, Buffer> & { count: number })
      | undefined;
    const targets = whole ? (db.prepare("SELECT target FROM reference_page").get() as { target: Buffer }) : undefined;
    const roots = db.prepare("SELECT kind, address FROM root").all() as { kind: string; address: number }[];
    if (page === undefined) return { bytes: 0, named: 0 };
    const at = (column: string, i: number, width: number): number => {
      let value = 0n;
      for (let k = width - 1; k >= 0; k--) value = value * 256n + BigInt((page[column] as Buffer)[width * i + k] ?? 0);
      return Number(value);
    };
    const number = new Map<number, number>();
    const held: number[][] = [];
    let bytes = 0;
    let reference = 0;
    for (let i = 0; i < page.count; i++) {
      number.set(at("address", i, 8), i);
      const layout = layouts[at("layout", i, 4)] ?? { hidden_bytes: 0, runs: "[]" };
      bytes += at("size", i, 8) + layout.hidden_bytes;
      const kinds: string[] = [];
      const runs = JSON.parse(layout.runs) as [string, null, number | string][];
      const count = at("reference_count", i, 4);
      for (const [kind, , repeat] of runs)
        for (let k = typeof repeat === "number" ? repeat : count; k > 0 && kinds.length < count; k--) kinds.push(kind);
      held.push([]);
      for (let k = 0; k < count; k++) {
        const kind = kinds[k] ?? "unnamed";
        const from = 8 * reference++;
        const target = Number(targets?.target.subarray(from, from + 8).readBigUInt64LE() ?? 0n);
        if (isReferenceKind(kind) && REFERENCE_KINDS[kind].retains) held[i]?.push(target);
      }
    }
    const named = new Set<number>();
    const known = ["module", "modules", "thread", "builtin", "type", "frozen"];
    const todo = roots.filter(({ kind }) => known.includes(kind)).map(({ address }) => address);
    for (let address = todo.pop(); address !== undefined; address = todo.pop()) {
      const object = number.get(address);
      if (object === undefined || named.has(object)) continue;
      named.add(object);
      todo.push(...(held[object] ?? []));
    }
    return { bytes, named: named.size };
  } finally {
    db.close();
  }
}

/** Loads and analyses the file; what is wrong with the result, or "" for a sound view or a clear refusal. */
function verdict(path: string): { refused: boolean; wrong: string } {
  try {
    const file = openDump(path);
    try {
      readMeta(file);
      const extent = readExtent(file);
      readTypes(file);
      const { heap, roots, warnings } = loadDump(file, extent, noTick);
      const { stage, retaining } = graphStage(heap, roots, noTick);
      const { retained } = dominatorStage(heap, stage, noTick);
      cycleStage(heap, stage, retaining, noTick);
      readCode(file);
      const texts = new Texts(file);
      for (let object = 0; object < heap.objectCount; object++) texts.get(object);
      const { preordering, heldOutside } = stage.graph;
      const group = (first: number, end: number) => {
        const objects = [...preordering.node.subarray(first, end)].filter((object) => object >= 0);
        return { count: objects.length, bytes: objects.reduce((sum, object) => sum + (heap.shallow[object] ?? 0), 0) };
      };
      const named = group(1, heldOutside);
      const groups = [
        named,
        group(heldOutside, preordering.unreachable),
        group(preordering.unreachable, preordering.nodeCount),
      ];
      const count = groups.reduce((sum, { count }) => sum + count, 0);
      const bytes = groups.reduce((sum, { bytes }) => sum + bytes, 0);
      const { typeCount, typeBytes } = typeTotals(heap);
      const close = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * Math.max(a, b);
      const whole = warnings.length === 0 && extent.references > 0;
      const slow = slowTotals(path, whole);
      const checks: [string, boolean][] = [
        ["every object is in one of the three groups", count === heap.objectCount],
        ["the types have all objects", typeCount.reduce((sum, n) => sum + n, 0) === heap.objectCount],
        ["the groups have all bytes", close(bytes, slow.bytes)],
        [
          "the types have all bytes",
          close(
            typeBytes.reduce((sum, n) => sum + n, 0),
            slow.bytes,
          ),
        ],
        ["what is alive keeps its own bytes", close(retained[0] ?? 0, bytes - (groups[2]?.bytes ?? 0))],
        ["as much is named as a slow search finds", !whole || named.count === slow.named],
      ];
      return {
        refused: false,
        wrong: checks
          .filter(([, holds]) => !holds)
          .map(([name]) => `not true: ${name}`)
          .join("; "),
      };
    } finally {
      file.close();
    }
  } catch (thrown) {
    if (!(thrown instanceof HeapError)) return { refused: false, wrong: `thrown: ${(thrown as Error).stack}` };
    const sentence = thrown.message.replace(path, "FILE");
    return { refused: true, wrong: /^FILE .{10,}\.$/s.test(sentence) ? "" : `an unclear sentence: ${sentence}` };
  }
}

describe("a dump that was changed at random", () => {
  const RUNS = Number(process.env.MUTATIONS ?? 200);

  it.each(Object.entries(MUTATIONS))("is refused in a sentence or opens as it is: %s", (_, mutate) => {
    const folder = temporaryFolder();
    const whole = join(folder, "whole.pyheap");
    writeDump(whole, drawHeap(PICTURE).content, { codec: "raw" });
    expect(verdict(whole)).toEqual({ refused: false, wrong: "" });
    const path = join(folder, "changed.pyheap");
    const wrong: string[] = [];
    const began = performance.now();
    for (let seed = 1; seed <= RUNS; seed++) {
      rmSync(path, { force: true });
      copyFileSync(whole, path);
      mutate(path, seededRandom(seed));
      const started = performance.now();
      const found = verdict(path).wrong;
      if (found !== "") wrong.push(`seed ${seed}: ${found}`);
      if (performance.now() - started > 5000) wrong.push(`seed ${seed}: too slow`);
    }
    expect(wrong).toEqual([]);
    expect(performance.now() - began).toBeLessThan(30_000);
  });
});
