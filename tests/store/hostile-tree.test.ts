import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { openDump, openRemains } from "../../shared/store/open-file.ts";
import { HeapError } from "../../shared/types/failure.ts";
import { drawHeap, temporaryFolder } from "../fixtures/drawn-heap.ts";
import { writeDump } from "../fixtures/dump-file.ts";

function smallDump(): string {
  const path = join(temporaryFolder(), "small.pyheap");
  writeDump(path, drawHeap("@module app: m\nm module -> .x x\nx list").content);
  return path;
}

function refusal(path: string, open = openDump): string {
  try {
    open(path).close();
  } catch (thrown) {
    if (thrown instanceof HeapError) return thrown.message;
    throw thrown;
  }
  return "it opened";
}

const INTERIOR = 5;

/**
 * Makes the tree of a table one whose pages all lead to the page below them, hundreds of times over: 400 to the power of
 * `levels` times the rows that there were.
 */
function multiplyRows(path: string, table: string, levels: number): void {
  const db = new Database(path);
  const size = db.pragma("page_size", { simple: true }) as number;
  const root =
    db.prepare<[string], number>("SELECT rootpage FROM sqlite_schema WHERE name = ?").pluck().get(table) ?? 1;
  db.close();
  const before = readFileSync(path);
  const pages = before.length / size;
  const bytes = Buffer.concat([before, Buffer.alloc(size * levels)]);
  const place = (page: number) => (page - 1) * size;
  bytes.copy(bytes, place(pages + 1), place(root), place(root) + size);
  const lead = (page: number, to: number) => {
    const at = place(page) + (page === 1 ? 100 : 0); // the file's header comes first
    bytes.fill(0, at, place(page) + size);
    const cells = 400;
    bytes[at] = INTERIOR;
    bytes.writeUInt16BE(cells, at + 3);
    bytes.writeUInt32BE(to, at + 8);
    let top = size;
    for (let cell = 0; cell < cells; cell++) {
      top -= 6;
      bytes.writeUInt32BE(to, place(page) + top);
      bytes.writeUInt16BE(0x81_00, place(page) + top + 4); // 128, as a variable-length integer
      bytes.writeUInt16BE(top, at + 12 + 2 * cell);
    }
    bytes.writeUInt16BE(top, at + 5);
  };
  for (let level = 1; level < levels; level++) lead(pages + 1 + level, pages + level);
  lead(root, pages + levels);
  bytes.writeUInt32BE(bytes.length / size, 28);
  writeFileSync(path, bytes);
}

describe("a dump whose pages lead to the same page again and again", () => {
  it.each(["meta", "type", "layout", "root", "object_page", "reference_page", "text_page"])(
    "is refused before anything reads all rows that %s seems to have",
    (table) => {
      const path = smallDump();
      multiplyRows(path, table, 8);
      expect(refusal(path)).toMatch(new RegExp(`\`${table}\` has more than 1000000 rows`));
      expect(refusal(path, openRemains)).toMatch(/has more than 1000000 rows/);
    },
  );

  it("is refused before SQLite reads such a list of tables", () => {
    const path = smallDump();
    multiplyRows(path, "sqlite_schema", 8);
    expect(refusal(path)).toMatch(/its list of tables is not the one that a capture writes/);
  });

  it("may have a list of tables that takes more than one page", () => {
    const path = smallDump();
    const db = new Database(path);
    for (let i = 0; i < 60; i++)
      db.exec(`CREATE TABLE of_a_later_version_${i} (${"a_column_with_a_long_name_".repeat(8)} TEXT)`);
    db.close();
    expect(refusal(path)).toBe("it opened");
  });
});

describe("a dump that another program changed", () => {
  it("is not read with a write-ahead log, whose files SQLite would write beside it", () => {
    const path = smallDump();
    const db = new Database(path);
    db.pragma("journal_mode = WAL");
    db.close();
    const folder = temporaryFolder();
    const copy = join(folder, "copy.pyheap");
    copyFileSync(path, copy);
    expect(refusal(copy)).toMatch(/given it a write-ahead log; “PRAGMA journal_mode = DELETE” there takes it back\./);
    expect(readdirSync(folder)).toEqual(["copy.pyheap"]);
  });

  it("has no index that would be read in place of a table", () => {
    const path = smallDump();
    new Database(path).exec("CREATE INDEX types ON type (id, address, module)").close();
    expect(refusal(path)).toMatch(/`type` has an index, which no capture makes/);
  });
});
