import { join } from "node:path";
import type Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { build } from "../../shared/session/build.ts";
import { drawHeap, temporaryFolder } from "../fixtures/drawn-heap.ts";
import { writeDump } from "../fixtures/dump-file.ts";

/** What opening says of a dump whose tables are no longer what they were; small ones have no checksums. */
function warningsOf(damage: (db: Database.Database) => void): readonly string[] {
  const path = join(temporaryFolder(), "changed.pyheap");
  writeDump(path, drawHeap("@module app: m\n@builtin gc.garbage: a\nm module\na list -> [] b\nb dict").content, {
    damage,
  });
  let warnings: readonly string[] = ["it did not open"];
  build({ path, database: path }, { folder: null }, (message) => {
    if (message.kind === "done" && message.done.stage === "columns") warnings = message.done.value.warnings;
  });
  return warnings;
}

describe("a dump whose tables were changed", () => {
  it("says nothing where nothing was", () => {
    expect(warningsOf(() => {})).toEqual([]);
  });

  it.each([
    ["a starting point's address", "UPDATE root SET address = address + 8 WHERE kind = 'module'"],
    ["a starting point's kind", "UPDATE root SET kind = 'moduld' WHERE kind = 'module'"],
  ])("says that %s leads nowhere", (_, sql) => {
    expect(warningsOf((db) => db.exec(sql))).toEqual([
      expect.stringMatching(/^1 starting point of the dump leads to none of its objects: the file is damaged/),
    ]);
  });

  it.each([
    [
      "bytes that are in no size",
      "UPDATE layout SET hidden_bytes = 64 WHERE id = 0",
      /^The dump's own totals of 2 types/,
    ],
    ["the number of objects of a type", "UPDATE type SET count = 7 WHERE id = 0", /^The dump's own totals of a type/],
    ["the bytes of a type", "UPDATE type SET bytes = bytes + 1 WHERE id = 0", /^The dump's own totals of a type/],
  ])("says that totals do not agree: %s", (_, sql, expected) => {
    expect(warningsOf((db) => db.exec(sql))).toEqual([expect.stringMatching(expected)]);
  });
});
