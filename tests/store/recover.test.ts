import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { loadDump, readExtent } from "../../shared/store/load.ts";
import { openDump } from "../../shared/store/open-file.ts";
import { type Recovered, recover } from "../../shared/store/recover.ts";
import { readMeta } from "../../shared/store/small-tables.ts";
import { Texts } from "../../shared/store/text.ts";
import { addressesOf } from "../../shared/types/addresses.ts";
import { numbersOf, UNKNOWN } from "../../shared/types/compact.ts";
import { HeapError } from "../../shared/types/failure.ts";
import { noTick } from "../../shared/types/graph.ts";
import { drawHeap, temporaryFolder } from "../fixtures/drawn-heap.ts";
import { writeDump } from "../fixtures/dump-file.ts";
import { findPython } from "../setup/python.ts";

const ROOT = join(import.meta.dirname, "../..");
const SAMPLE = join(ROOT, "tests/fixtures/dumps/shop-monday-first-format.pyheap");

function load(path: string) {
  const file = openDump(path);
  try {
    const { heap, warnings, missing } = loadDump(file, readExtent(file), noTick);
    const texts = new Texts(file);
    const text = Array.from({ length: heap.objectCount }, (_, object) => texts.get(object));
    return { heap, warnings, missing, meta: readMeta(file), text };
  } finally {
    file.close();
  }
}

/** What a capture of today writes of a small program. */
function freshDump(path: string): void {
  const code = "import sys, pyheap_dump; pyheap_dump.dump(sys.argv[1])";
  const env = { ...process.env, PYTHONPATH: join(ROOT, "python-dump"), PYTHONDONTWRITEBYTECODE: "1" };
  const { status, stderr } = spawnSync(findPython() ?? "python3", ["-c", code, path], { env, encoding: "utf8" });
  expect(`${status}${stderr}`).toBe("0");
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

/** What was saved, or why nothing was. */
function attempt(path: string, out: string): Recovered | string {
  try {
    return recover(path, out, noTick);
  } catch (thrown) {
    if (thrown instanceof HeapError) return `${thrown.failure.code}: ${thrown.message}`;
    throw thrown;
  }
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

  it.each(["of today", "of the first format"])(
    "has what is left of a file cut anywhere, and says what is lost: %s",
    (age) => {
      const folder = temporaryFolder();
      const [source, path, out] = ["whole", "cut", "saved"].map((name) => join(folder, `${name}.pyheap`)) as [
        string,
        string,
        string,
      ];
      if (age === "of today") freshDump(source);
      else copyFileSync(SAMPLE, source);
      const whole = load(source);
      const bytes = readFileSync(source);
      const addresses = addressesOf(whole.heap.address);
      let refused = 0;
      for (let percent = 95; percent > 0; percent -= 5) {
        writeFileSync(path, bytes.subarray(0, Math.floor((bytes.length * percent) / 100)));
        rmSync(out, { force: true });
        const told = attempt(path, out);
        if (typeof told === "string") {
          expect(told).toMatch(/^nothing-left: /);
          refused++;
          continue;
        }
        expect(refused, "more is left of less").toBe(0);
        const { heap, meta, text } = load(out);
        expect(heap.objectCount).toBe(told.objects);
        expect(told.objects + told.objectsLost).toBe(whole.heap.objectCount);
        expect(heap.references.targets.length).toBe(told.references + told.referencesLost);
        expect(told.lost.length).toBeGreaterThan(0);
        expect(meta.capture.warnings).toEqual(expect.arrayContaining([...told.lost]));
        expect(meta.captureId).toBe(whole.meta.captureId);
        expect(
          Buffer.from(addressesOf(heap.address).buffer).equals(Buffer.from(addresses.buffer, 0, 8 * told.objects)),
        ).toBe(true);
        // A reference that is lost is never one to another object.
        const { targets } = whole.heap.references;
        const wrong = heap.references.targets.findIndex(
          (target, e) => target !== heap.objectCount && target !== targets[e],
        );
        expect(wrong).toBe(-1);
        const lost = heap.references.targets.filter(
          (target, e) => target === heap.objectCount && (targets[e] ?? 0) < told.objects,
        );
        expect(lost.length).toBeLessThanOrEqual(told.referencesLost);
        expect(text.filter((each, object) => each !== null && each !== whole.text[object])).toEqual([]);
        expect(text.filter((each, object) => each !== whole.text[object]).length).toBeLessThanOrEqual(told.textsLost);
        if (told.objectsLost + told.referencesLost > 0)
          expect(numbersOf(heap.refcount).every((count) => count === UNKNOWN)).toBe(true);
        // Names in code are what is written last.
        if (age === "of today" && percent >= 85)
          expect(told).toMatchObject({ objectsLost: 0, referencesLost: 0, textsLost: 0 });
      }
      expect(refused).toBeLessThan(10);
    },
  );

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
    expect(text.every((each) => each === null)).toBe(true);
  });
});

describe("recovering", () => {
  it("never overwrites a file", () => {
    const out = join(temporaryFolder(), "out.pyheap");
    writeFileSync(out, "mine");
    expect(attempt(SAMPLE, out)).toMatch(/^file-exists: /);
    expect(readFileSync(out, "utf8")).toBe("mine");
  });

  it.each([
    ["is none", (path: string) => writeFileSync(path, "not a dump"), /^not-a-snapshot: /],
    ["is empty", (path: string) => writeFileSync(path, ""), /^empty-file: /],
    ["lost its objects", cutTo(0.05), /^nothing-left: Nothing can be saved of .* can't be read\. Copy/],
    [
      "lost all but its beginning",
      (path: string) => writeFileSync(path, readFileSync(path).subarray(0, 50)),
      /^nothing-left: .*only its first bytes/,
    ],
  ] as const)("refuses in a sentence a file that %s, and leaves nothing behind", (_, damage, expected) => {
    const folder = temporaryFolder();
    const path = join(folder, "damaged.pyheap");
    copyFileSync(SAMPLE, path);
    damage(path);
    expect(attempt(path, join(folder, "out.pyheap"))).toMatch(expected);
    expect(readdirSync(folder)).toEqual(["damaged.pyheap"]);
  });

  it("refuses pages whose columns are spelled otherwise", () => {
    const folder = temporaryFolder();
    const path = join(folder, "spelled.pyheap");
    const respelled = 'ALTER TABLE object_page RENAME COLUMN type TO "TYPE"';
    writeDump(path, drawHeap("a list").content, { damage: (db) => db.exec(respelled) });
    expect(attempt(path, join(folder, "out.pyheap"))).toMatch(/^nothing-left: .*not one page/);
  });

  it("refuses a view in place of a table", () => {
    const folder = temporaryFolder();
    const path = join(folder, "hostile.pyheap");
    writeDump(path, drawHeap("a list").content, {
      damage: (db) =>
        db.exec("ALTER TABLE root RENAME TO behind; CREATE VIEW root AS SELECT * FROM behind, behind b, behind c"),
    });
    expect(attempt(path, join(folder, "out.pyheap"))).toMatch(/^nothing-left: .*not an ordinary table/);
    expect(existsSync(join(folder, "out.pyheap"))).toBe(false);
  });
});
