import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { loadDump, readExtent } from "../../shared/store/load.ts";
import { openDump } from "../../shared/store/open-file.ts";
import { recover } from "../../shared/store/recover.ts";
import { readMeta } from "../../shared/store/small-tables.ts";
import { Texts } from "../../shared/store/text.ts";
import { addressesOf } from "../../shared/types/addresses.ts";
import { numbersOf, UNKNOWN } from "../../shared/types/compact.ts";
import { HeapError } from "../../shared/types/failure.ts";
import { noTick } from "../../shared/types/graph.ts";
import { drawHeap, temporaryFolder } from "../fixtures/drawn-heap.ts";
import { writeDump } from "../fixtures/dump-file.ts";

const SAMPLE = join(import.meta.dirname, "../fixtures/dumps/shop-monday-first-format.pyheap");

function load(path: string) {
  const file = openDump(path);
  try {
    const { heap, warnings, missing } = loadDump(file, readExtent(file), noTick);
    return { heap, warnings, missing, meta: readMeta(file), text: new Texts(file).get(0) };
  } finally {
    file.close();
  }
}

/** A copy of a real dump that `damage` has been at, and what can be saved of it. */
function recovered(damage: (path: string) => void) {
  const folder = temporaryFolder();
  const path = join(folder, "damaged.pyheap");
  const out = join(folder, "saved.pyheap");
  copyFileSync(SAMPLE, path);
  damage(path);
  const before = readFileSync(path);
  const report = recover(path, out, noTick);
  expect(readFileSync(path).equals(before)).toBe(true);
  expect(statSync(out).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder).sort()).toEqual(["damaged.pyheap", "saved.pyheap"]);
  return { report, ...load(out) };
}

const cutTo = (share: number) => (path: string) => {
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length * share)));
};
const sql = (statement: string) => (path: string) => {
  const db = new Database(path);
  db.exec(statement);
  db.close();
};

describe("a dump that was recovered", () => {
  const whole = load(SAMPLE);

  it("is as it was where nothing is lost", () => {
    const { report, heap, warnings } = recovered(() => {});
    expect(report.lost).toEqual([]);
    expect([...heap.references.targets]).toEqual([...whole.heap.references.targets]);
    expect([...numbersOf(heap.refcount)]).toEqual([...numbersOf(whole.heap.refcount)]);
    expect(warnings).toEqual([]);
  });

  it.each([0.95, 0.8, 0.6, 0.5])("has what %f of the file still tell, and says what is lost", (share) => {
    const { report, heap, meta, missing } = recovered(cutTo(share));
    expect(heap.objectCount).toBe(report.objects);
    expect(report.objects + report.objectsLost).toBe(whole.heap.objectCount);
    expect(heap.references.targets.length).toBe(report.references + report.referencesLost);
    expect(report.lost.length).toBeGreaterThan(0);
    expect(meta.capture.warnings).toEqual(expect.arrayContaining([...report.lost]));
    expect(meta.captureId).toBe(whole.meta.captureId);
    expect([...addressesOf(heap.address)]).toEqual([...addressesOf(whole.heap.address).subarray(0, report.objects)]);
    // A reference that is lost is never one to another object.
    for (const [e, target] of heap.references.targets.entries()) {
      if (target !== heap.objectCount) expect(target).toBe(whole.heap.references.targets[e]);
    }
    expect(missing).toBeGreaterThanOrEqual(report.referencesLost);
    if (report.objectsLost + report.referencesLost > 0)
      expect(numbersOf(heap.refcount).every((count) => count === UNKNOWN)).toBe(true);
  });

  it("counts its types anew", () => {
    const { heap } = recovered(cutTo(0.6));
    const count = new Map<number, number>();
    for (const type of heap.type) count.set(type, (count.get(type) ?? 0) + 1);
    for (const [id, type] of heap.types.entries()) expect(type.count).toBe(count.get(id) ?? 0);
  });

  it("lacks the references of a page that does not verify", () => {
    const { report, heap } = recovered(sql("UPDATE reference_page SET crc = crc + 1 WHERE first = 0"));
    expect(report).toMatchObject({ objects: whole.heap.objectCount, objectsLost: 0, referencesLost: 65_536 });
    expect(heap.references.targets.subarray(0, 65_536).every((target) => target === heap.objectCount)).toBe(true);
    expect([...heap.references.targets.subarray(65_536)]).toEqual([...whole.heap.references.targets.subarray(65_536)]);
  });

  it("lacks the texts of a page that does not verify, and nothing else", () => {
    const { report, heap, text } = recovered(sql("UPDATE text_page SET crc = crc + 1"));
    expect(report).toMatchObject({ objectsLost: 0, referencesLost: 0 });
    expect(report.textsLost).toBe(whole.heap.objectCount);
    expect([...numbersOf(heap.refcount)]).toEqual([...numbersOf(whole.heap.refcount)]);
    expect(text).toBeNull();
  });
});

describe("recovering", () => {
  function refusal(path: string, out: string): string {
    try {
      recover(path, out, noTick);
    } catch (thrown) {
      if (thrown instanceof HeapError) return `${thrown.failure.code}: ${thrown.message}`;
      throw thrown;
    }
    return "it was recovered";
  }

  it("never overwrites a file", () => {
    const out = join(temporaryFolder(), "out.pyheap");
    writeFileSync(out, "mine");
    expect(refusal(SAMPLE, out)).toMatch(/^file-exists: /);
    expect(readFileSync(out, "utf8")).toBe("mine");
  });

  it.each([
    ["is none", (path: string) => writeFileSync(path, "not a dump"), /^not-a-snapshot: /],
    ["is empty", (path: string) => writeFileSync(path, ""), /^empty-file: /],
    ["lost its objects", cutTo(0.05), /^damaged: /],
    [
      "lost all but its beginning",
      (path: string) => writeFileSync(path, readFileSync(path).subarray(0, 50)),
      /^cut-short: /,
    ],
  ] as const)("refuses in a sentence a file that %s, and leaves nothing behind", (_, damage, expected) => {
    const folder = temporaryFolder();
    const path = join(folder, "damaged.pyheap");
    copyFileSync(SAMPLE, path);
    damage(path);
    expect(refusal(path, join(folder, "out.pyheap"))).toMatch(expected);
    expect(readdirSync(folder)).toEqual(["damaged.pyheap"]);
  });

  it("refuses pages whose columns are spelled otherwise", () => {
    const folder = temporaryFolder();
    const path = join(folder, "spelled.pyheap");
    const respelled = 'ALTER TABLE object_page RENAME COLUMN type TO "TYPE"';
    writeDump(path, drawHeap("a list").content, { damage: (db) => db.exec(respelled) });
    expect(refusal(path, join(folder, "out.pyheap"))).toMatch(/^nothing-left: .*not one page/);
  });

  it("refuses a view in place of a table", () => {
    const folder = temporaryFolder();
    const path = join(folder, "hostile.pyheap");
    writeDump(path, drawHeap("a list").content, {
      damage: (db) =>
        db.exec("ALTER TABLE root RENAME TO behind; CREATE VIEW root AS SELECT * FROM behind, behind b, behind c"),
    });
    expect(refusal(path, join(folder, "out.pyheap"))).toMatch(/^damaged: .*not an ordinary table/);
    expect(existsSync(join(folder, "out.pyheap"))).toBe(false);
  });
});
