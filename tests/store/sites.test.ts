import { join } from "node:path";
import { crc32 } from "node:zlib";
import Database from "better-sqlite3";
import { expect, it, onTestFinished } from "vitest";
import { openDump } from "../../shared/store/open-file.ts";
import { readSites } from "../../shared/store/sites.ts";
import { temporaryFolder } from "../fixtures/drawn-heap.ts";
import { writeSmallDump } from "../session/small-dump.ts";

const SCHEMA = `
CREATE TABLE site (id INTEGER PRIMARY KEY, frames TEXT NOT NULL);
CREATE TABLE site_total (site INTEGER NOT NULL, domain INTEGER NOT NULL, bytes INTEGER NOT NULL, count INTEGER NOT NULL);
CREATE TABLE site_page (first INTEGER PRIMARY KEY, count INTEGER NOT NULL, codec TEXT NOT NULL, crc INTEGER NOT NULL, site BLOB NOT NULL);
INSERT INTO site VALUES (0, '[["app.py", 3], ["main.py", 9]]'), (1, '[["app.py", 4]]');
INSERT INTO site_total VALUES (0, 0, 100, 2), (0, 7, 5, 1), (1, 0, 64, 1);
`;
/** A dump with two places; the first objects have them in turn, the rest have none; then changed by `change`. */
function read(change = "") {
  const path = join(temporaryFolder(), "sites.pyheap");
  const { objects } = writeSmallDump(path, { texts: 5 });
  const db = new Database(path);
  db.exec(SCHEMA);
  const column = Buffer.alloc(4 * objects, 0xff);
  column.writeUInt32LE(0, 0);
  column.writeUInt32LE(1, 4);
  db.prepare("INSERT INTO site_page VALUES (0, ?, 'raw', ?, ?)").run(objects, crc32(column), column);
  db.exec(change);
  db.close();
  const file = openDump(path);
  onTestFinished(() => file.close());
  return { objects, sites: () => readSites(file, objects) };
}

it("reads places, what they have in use in all domains, and the objects of each", () => {
  const { objects, sites } = read();
  const found = sites();
  expect(found?.sites).toEqual([
    {
      frames: [
        { file: "app.py", line: 3 },
        { file: "main.py", line: 9 },
      ],
      bytes: 105,
      blocks: 3,
    },
    { frames: [{ file: "app.py", line: 4 }], bytes: 64, blocks: 1 },
  ]);
  expect([...(found?.siteOf ?? [])]).toEqual([0, 1, ...new Array(objects - 2).fill(-1)]);
  expect(found?.lost).toBe(0);
});

it("knows nothing where the tables are missing, or empty", () => {
  for (const change of [
    "DROP TABLE site",
    "DROP TABLE site_total",
    "DROP TABLE site_page",
    "DELETE FROM site_total; DELETE FROM site",
  ])
    expect(read(change).sites()).toBeNull();
});

it.each([
  ["another checksum", "UPDATE site_page SET crc = crc + 1"],
  ["a number of a place that is not there", "DELETE FROM site_total WHERE site = 1; DELETE FROM site WHERE id = 1"],
  ["more entries than there are objects", "UPDATE site_page SET count = count + 1"],
  ["a beginning behind the end", "UPDATE site_page SET first = 99999"],
  ["another length", "UPDATE site_page SET site = x'00'"],
  ["no bytes", "UPDATE site_page SET site = 'text'"],
  ["an unknown codec", "UPDATE site_page SET codec = 'lz4'"],
  ["an endless count", "UPDATE site_page SET count = 9007199254740991"],
])("a page with %s costs the places of its objects, and is counted", (_, change) => {
  const { objects, sites } = read(change);
  const found = sites();
  expect(found?.lost).toBe(objects);
  expect(found?.siteOf.every((site) => site === -1)).toBe(true);
});

it.each([
  "UPDATE site SET frames = '[]' WHERE id = 0",
  "UPDATE site SET frames = '[[\"a\"]]' WHERE id = 0",
  "UPDATE site SET frames = '[[1, 2]]' WHERE id = 0",
  "UPDATE site SET frames = '[[\"a\", -1]]' WHERE id = 0",
  "UPDATE site SET frames = 'no json' WHERE id = 0",
  "UPDATE site SET id = 7 WHERE id = 0",
  "UPDATE site_total SET site = 9",
  "UPDATE site_total SET site = -1",
  "UPDATE site_total SET bytes = -1",
  "UPDATE site_total SET bytes = 9007199254740991",
  "UPDATE site_total SET count = 'many'",
])("refuses %s with a sentence", (change) => {
  expect(() => read(change).sites()).toThrow(/damaged/);
});

it("a view in place of a table is refused when the file is opened", () => {
  expect(() => read("DROP TABLE site; CREATE VIEW site AS SELECT 0 AS id, '[]' AS frames")).toThrow(/ordinary table/);
});
