import { chmodSync, mkdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import Database from "better-sqlite3";
import type { Failure } from "../../shared/types/failure.ts";
import { spoolOf } from "../fixtures/spool-file.ts";
import { writeSmallDump } from "./small-dump.ts";

/** A file that is no dump, or not a whole one, and what opening it must say. */
export interface BadFile {
  readonly what: string;
  readonly failure: Partial<Failure> & Pick<Failure, "code">;
  make(path: string): void;
}

/** Not the capture of the good dump: that one is open already, and the same dump is opened only once. */
const CAPTURE = { texts: 500, captureId: "2".repeat(32) };

const changed = (path: string, sql: string) => {
  writeSmallDump(path, CAPTURE);
  const db = new Database(path);
  db.exec(sql);
  db.close();
};

export const BAD_FILES: readonly BadFile[] = [
  { what: "that is not there", failure: { code: "no-such-file" }, make() {} },
  { what: "that is a folder", failure: { code: "not-a-file" }, make: (path) => mkdirSync(path) },
  { what: "that is empty", failure: { code: "empty-file" }, make: (path) => writeFileSync(path, "") },
  {
    what: "that is no SQLite database",
    failure: { code: "not-a-snapshot", looksLike: "unknown" },
    make: (path) => writeFileSync(path, "a shopping list"),
  },
  {
    what: "that is another program's SQLite database",
    failure: { code: "not-a-snapshot", looksLike: "sqlite" },
    make: (path) => new Database(path).exec("CREATE TABLE song (title TEXT)").close(),
  },
  {
    what: "that ivanyu/pyheap wrote",
    failure: { code: "not-a-snapshot", looksLike: "ivanyu-pyheap" },
    make: (path) => writeFileSync(path, Buffer.from("000000000754d60100000001", "hex")),
  },
  {
    what: "that a Python without sqlite3 wrote, and that was cut in the middle",
    failure: { code: "cut-short" },
    make(path) {
      writeSmallDump(path, CAPTURE);
      const spool = spoolOf(path);
      writeFileSync(path, spool.subarray(0, spool.length / 2));
    },
  },
  {
    what: "of a newer version",
    failure: { code: "newer-version", found: 2, supported: 1 },
    make: (path) => changed(path, "PRAGMA user_version = 2"),
  },
  {
    what: "that was cut in the middle",
    failure: { code: "cut-short" },
    make(path) {
      writeSmallDump(path, CAPTURE);
      truncateSync(path, statSync(path).size / 2);
    },
  },
  {
    what: "whose capture did not finish",
    failure: { code: "cut-short" },
    make: (path) => changed(path, "DELETE FROM meta WHERE key = 'complete'"),
  },
  {
    what: "with a view in place of a table",
    failure: { code: "damaged" },
    make: (path) => changed(path, "DROP TABLE type; CREATE VIEW type AS SELECT * FROM meta"),
  },
  {
    what: "whose objects have a wrong checksum",
    failure: { code: "damaged" },
    make: (path) => changed(path, "UPDATE object_page SET crc = crc + 1"),
  },
  {
    what: "that this user may not read",
    failure: { code: "no-permission" },
    make(path) {
      writeSmallDump(path, CAPTURE);
      chmodSync(path, 0);
    },
  },
];

/** Nothing is forbidden to root, so this one can't be shown as root. */
export const showable = ({ failure }: BadFile): boolean => failure.code !== "no-permission" || process.getuid?.() !== 0;
