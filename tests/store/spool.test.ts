import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { createSession } from "../../shared/session/session.ts";
import { openAt, openDump } from "../../shared/store/open-file.ts";
import { recover } from "../../shared/store/recover.ts";
import { SCHEMA } from "../../shared/store/schema.ts";
import { readMeta } from "../../shared/store/small-tables.ts";
import { importSpool, isSpool, readSpoolMeta } from "../../shared/store/spool.ts";
import { HeapError, toFailure } from "../../shared/types/failure.ts";
import { noTick } from "../../shared/types/graph.ts";
import { drawHeap, temporaryFolder } from "../fixtures/drawn-heap.ts";
import { writeDump } from "../fixtures/dump-file.ts";
import { spoolOf, spoolRow } from "../fixtures/spool-file.ts";
import { findPython } from "../setup/python.ts";

const ROOT = join(import.meta.dirname, "../..");
const SAMPLE = join(ROOT, "tests/fixtures/dumps/shop-monday-first-format.pyheap");
const FIRST_LINE = Buffer.from("PyHeap spool 1\n");

/** All rows of all tables. */
function rowsOf(path: string): Record<string, unknown[]> {
  const db = new Database(path, { readonly: true });
  try {
    const tables = db.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
    const rows = (table: string) => db.prepare(`SELECT * FROM ${table} ORDER BY rowid`).raw().all();
    return Object.fromEntries(tables.toSorted().map((table) => [table, rows(table)]));
  } finally {
    db.close();
  }
}

function smallSpool(): Buffer {
  const path = join(temporaryFolder(), "small.pyheap");
  writeDump(path, drawHeap(`@module app: m\nm module "app" -> dict d\nd dict -> ['a'] l\nl list -> [] l`).content);
  return spoolOf(path);
}

/** Imports what was written and opens it; the failure, or null. */
function failureOf(spool: Buffer): unknown {
  const path = join(temporaryFolder(), "spool.pyheap");
  const database = join(dirname(path), "database");
  writeFileSync(path, spool);
  try {
    importSpool(path, database, noTick);
    openAt({ path, database }, openDump).close();
    return null;
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(HeapError);
    expect((thrown as Error).message).toContain(path);
    return toFailure(thrown);
  }
}

const normalised = (sql: string): string =>
  sql
    .replace(/\s+/g, " ")
    .replace(/ ?([(),;]) ?/g, "$1")
    .trim();

describe("the schema", () => {
  const statements = (text: string) =>
    new Set([...text.replace(/--.*$/gm, "").matchAll(/CREATE TABLE \w+ \([^;]*\);/g)].map(([sql]) => normalised(sql)));

  it.each(["docs/format.md", "python-dump/pyheap_dump.py"])("is the one of %s", (file) => {
    expect(statements(SCHEMA)).toEqual(statements(readFileSync(join(ROOT, file), "utf8")));
  });
});

describe("a spool", () => {
  it("becomes a database with the rows of the dump", () => {
    const path = join(temporaryFolder(), "spool.pyheap");
    const database = join(dirname(path), "database");
    writeFileSync(path, spoolOf(SAMPLE));
    expect([isSpool(path), isSpool(SAMPLE), isSpool(dirname(path))]).toEqual([true, false, false]);
    const seen: number[] = [];
    importSpool(path, database, (done) => seen.push(done));
    expect(rowsOf(database)).toMatchObject(rowsOf(SAMPLE));
    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  it.skipIf(findPython() === null)("is what the capture writes without sqlite3", () => {
    const folder = temporaryFolder();
    const script = `import sys; sys.modules["sqlite3"] = None
import pyheap_dump; pyheap_dump.dump("spool.pyheap", label="of a spool")`;
    const run = (...args: string[]) =>
      spawnSync(findPython() ?? "python3", args, {
        cwd: folder,
        env: { ...process.env, PYTHONPATH: join(ROOT, "python-dump"), PYTHONDONTWRITEBYTECODE: "1" },
        encoding: "utf8",
      });
    expect(run("-c", script)).toMatchObject({ status: 0, stderr: "" });
    const [path, converted, database] = ["spool.pyheap", "converted.pyheap", "database"].map((n) =>
      join(folder, n),
    ) as [string, string, string];
    expect(run(join(ROOT, "python-dump/pyheap_dump.py"), "convert", path, converted).status).toBe(0);
    importSpool(path, database, noTick);
    expect(rowsOf(database)).toEqual(rowsOf(converted));
    const opened = openAt({ path, database }, openDump);
    expect(readSpoolMeta(path)).toEqual(readMeta(opened));
    expect(opened).toMatchObject({ path, bytes: statSync(path).size });
    opened.close();
  });

  it("is refused as cut short wherever it ends before its end", () => {
    const whole = smallSpool();
    expect(failureOf(whole)).toBeNull();
    for (let length = FIRST_LINE.length; length < whole.length; length += 11)
      expect(failureOf(whole.subarray(0, length)), `cut at ${length}`).toMatchObject({ code: "cut-short" });
  });

  it("says so before it is opened, too", () => {
    const path = join(temporaryFolder(), "spool.pyheap");
    const whole = smallSpool();
    for (const cut of [1, 2, 30, 200, whole.length - FIRST_LINE.length]) {
      writeFileSync(path, whole.subarray(0, whole.length - cut));
      expect(() => readSpoolMeta(path)).toThrow("was cut short");
    }
    writeFileSync(path, Buffer.concat([FIRST_LINE, spoolRow("meta", ["complete", "true"])]));
    expect(() => readSpoolMeta(path)).toThrow("`meta` has no usable `capture_id`");
  });

  it("of a later version is refused by its version, and one without by its damage", () => {
    const later = Buffer.concat([Buffer.from("PyHeap spool 2\n"), smallSpool().subarray(FIRST_LINE.length)]);
    expect(failureOf(later)).toMatchObject({ code: "newer-version", found: 2, supported: 1 });
    expect(failureOf(Buffer.from("PyHeap spool of yarn\n"))).toMatchObject({ code: "damaged" });
  });

  it("may have tables and columns that nobody knows yet", () => {
    const more = [
      spoolRow("weather", ["rain", Buffer.from('["meta", ["complete", "false"]]\n')]),
      spoolRow("about", ["a line", "and more", Buffer.from("bytes")]),
    ];
    const spool = smallSpool();
    expect(failureOf(Buffer.concat([FIRST_LINE, ...more, spool.subarray(FIRST_LINE.length)]))).toBeNull();
  });

  it.each<[string, string]>([
    ["no JSON", "about\n"],
    ["no row", "{}\n"],
    ["no table", '[1, ["x"]]\n'],
    ["no values", '["about", "x"]\n'],
    ["too few values", '["meta", ["key"]]\n'],
    ["a value of several", '["about", [[1, 2]]]\n'],
    ["a value that is an object", '["about", [{"toString": 1}]]\n'],
    ["a negative number of bytes", '["about", [[-1]]]\n'],
    ["a broken number of bytes", '["about", [[1.5]]]\n'],
    ["more bytes than any page has", '["about", [[1e15]]]\n'],
    ["deep nesting", `["about", ${"[".repeat(100_000)}${"]".repeat(100_000)}]\n`],
    ["a row twice", '["meta", ["capture_id", "1"]]\n["meta", ["capture_id", "2"]]\n'],
    ["a missing value", '["about", [null]]\n'],
    ["a number that is none", '["layout", ["one", 2, "[]"]]\n'],
    ["a table of SQLite's own", '["sqlite_schema", ["table", "x", "x", 2, "CREATE TABLE x (y)"]]\n["about", []]\n'],
  ])("is refused as damaged, with %s", (_, rows) => {
    const spool = smallSpool();
    expect(failureOf(Buffer.concat([FIRST_LINE, Buffer.from(rows), spool.subarray(FIRST_LINE.length)]))).toMatchObject({
      code: "damaged",
    });
  });

  it("asks for no memory that its file does not hold", () => {
    const page = `["object_page", [0, 1, "raw", 0${", [67108864]".repeat(8)}]]\n`;
    expect(failureOf(Buffer.concat([FIRST_LINE, Buffer.from(page)]))).toMatchObject({ code: "cut-short" });
  });

  it("that was cut off gives what is there by recover, and a whole one all of it", () => {
    const folder = temporaryFolder();
    const whole = spoolOf(SAMPLE);
    const recovered = (spool: Buffer, name: string) => {
      writeFileSync(join(folder, `${name}.spool`), spool);
      return recover(join(folder, `${name}.spool`), join(folder, name), noTick);
    };
    const all = recovered(whole, "whole.pyheap");
    expect(all.lost).toEqual([]);
    const lastPage = whole.lastIndexOf('["text_page"');
    const most = recovered(whole.subarray(0, lastPage + 200), "cut.pyheap");
    expect(most).toMatchObject({ objects: all.objects, objectsLost: 0, references: all.references, referencesLost: 0 });
    expect(most.textsLost).toBe(all.objects);
    expect(() => recovered(whole.subarray(0, 2_000), "nothing.pyheap")).toThrow("not one page of its objects");
    expect(readdirSync(folder).toSorted()).toEqual(
      ["whole.pyheap", "whole.pyheap.spool", "cut.pyheap", "cut.pyheap.spool", "nothing.pyheap.spool"].toSorted(),
    );
  });

  it("leaves no copy behind when it is closed, nor where it could not be opened", async () => {
    const folder = temporaryFolder();
    const copies = () => readdirSync(tmpdir()).filter((name) => existsSync(join(tmpdir(), name, "dump.pyheap")));
    const before = new Set(copies());
    const session = createSession({ stateFolder: null });
    const whole = spoolOf(SAMPLE);
    const open = (name: string, spool: Buffer) => {
      writeFileSync(join(folder, name), spool);
      return session.api.open({ file: session.offer({ path: join(folder, name), origin: "command-line" }) });
    };
    await open("whole.pyheap", whole);
    const mine = copies().filter((name) => !before.has(name));
    expect(mine.length).toBeGreaterThan(0);
    for (const name of mine) expect(statSync(join(tmpdir(), name)).mode & 0o777).toBe(0o700);
    await expect(open("cut.pyheap", whole.subarray(0, whole.length / 2))).rejects.toThrow("cut.pyheap was cut short");
    await session.dispose();
    expect(mine.filter((name) => existsSync(join(tmpdir(), name)))).toEqual([]);
  });
});
