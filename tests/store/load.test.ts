import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadDump, readExtent } from "../../shared/store/load.ts";
import { openDump } from "../../shared/store/open-file.ts";
import { Pattern } from "../../shared/store/pattern.ts";
import { readMeta } from "../../shared/store/small-tables.ts";
import { Texts } from "../../shared/store/text.ts";
import { addressesOf } from "../../shared/types/addresses.ts";
import { numbersOf } from "../../shared/types/compact.ts";
import { HeapError } from "../../shared/types/failure.ts";
import { noTick } from "../../shared/types/graph.ts";
import { drawHeap, temporaryFolder } from "../fixtures/drawn-heap.ts";
import { checksum, type DumpContent, PAGE, packed, writeDump } from "../fixtures/dump-file.ts";

const PICTURE = `
  @module app: m
  m  module "app" -> dict d
  d  dict -> ['CACHE'] c
  c  list size=88 -> [] x [] x [] gone
  x  app.Item +2 -> weak c
`;

type Options = Parameters<typeof writeDump>[2];

function load(content: DumpContent, options: Options = {}) {
  const path = join(temporaryFolder(), "test.pyheap");
  writeDump(path, content, options);
  const file = openDump(path);
  try {
    readMeta(file);
    return loadDump(file, readExtent(file), noTick);
  } finally {
    file.close();
  }
}

/** The code and the words with which loading is refused. */
function refusal(content: DumpContent, options: Options = {}): string {
  try {
    load(content, options);
  } catch (thrown) {
    if (thrown instanceof HeapError) return `${thrown.failure.code}: ${thrown.message}`;
    throw thrown;
  }
  return "loaded";
}

describe("loading a dump", () => {
  it.each(["raw", "zlib", "planes+zlib"] as const)("reads pages packed as %s", (codec) => {
    const { content, id } = drawHeap(PICTURE);
    const { heap, roots, missing } = load(content, { codec });
    expect([...addressesOf(heap.address)]).toEqual(content.address);
    expect([...numbersOf(heap.refcount)]).toEqual(content.refcount);
    expect([...numbersOf(heap.shallow)]).toEqual(content.size);
    expect([...heap.references.offsets]).toEqual([0, 1, 3, 6, 7, 7, 7]);
    expect(roots).toEqual([{ kind: "module", name: "app", object: id.m, place: null }]);
    expect(missing).toBe(1);
  });

  it("gives references to objects that are not in the file to the node behind the last one", () => {
    const { content, id } = drawHeap(PICTURE);
    const { heap } = load(content);
    const { offsets, targets } = heap.references;
    expect([...targets.subarray(offsets[id.c], offsets[(id.c ?? 0) + 1])]).toEqual([id.x, id.x, heap.objectCount]);
  });

  it("adds what sys.getsizeof leaves out to the own size", () => {
    const { content } = drawHeap(PICTURE);
    const layouts = content.layouts.map((layout) => ({ ...layout, hiddenBytes: 100 }));
    const { heap } = load({ ...content, layouts });
    expect([...numbersOf(heap.shallow)]).toEqual([...Array.from(content.size, (size) => size + 100)]);
  });

  it("loads more than one page of objects and references", () => {
    const objects = PAGE + 10;
    const column = (value: number) => new Float64Array(objects).fill(value);
    const address = column(0).map((_, i) => 0x7f00_0000_0000 + 48 * i);
    const { heap } = load({
      ...drawHeap(PICTURE).content,
      address,
      type: column(0),
      layout: column(0),
      size: column(48),
      refcount: column(1),
      length: column(0),
      referenceCount: column(1),
      flags: column(0),
      target: address.map((_, i) => address[(i * 7919 + 1) % objects] as number),
      layouts: [{ hiddenBytes: 0, runs: [["item", null, "rest"]] }],
      texts: (object) => `'${object}'`,
    });
    expect(heap.objectCount).toBe(objects);
    expect([...heap.references.targets]).toEqual(Array.from(address, (_, i) => (i * 7919 + 1) % objects));
  });

  it("loads a dump without objects", () => {
    const { heap } = load({ ...drawHeap("").content });
    expect(heap.objectCount).toBe(0);
    expect([...heap.references.offsets]).toEqual([0, 0]);
  });
});

describe("a damaged dump", () => {
  const { content } = drawHeap(PICTURE);

  it("is refused when a page's checksum does not match", () => {
    const damage: Options = { damage: (db) => db.exec("UPDATE object_page SET crc = crc + 1") };
    expect(refusal(content, damage)).toMatch(
      /^damaged: .*the page of objects from 0, a page's checksum does not match/,
    );
  });

  it("opens without the references of a page that does not verify, and says so", () => {
    const { heap, warnings } = load(content, { damage: (db) => db.exec("UPDATE reference_page SET crc = crc + 1") });
    expect([...heap.references.targets].every((target) => target === heap.objectCount)).toBe(true);
    expect(warnings).toEqual([expect.stringMatching(/^7 references could not be read: their pages are damaged/)]);
  });

  it.each([
    ["a page that claims more objects than it holds", "UPDATE object_page SET count = count + 1"],
    ["a page that claims no objects", "UPDATE object_page SET count = 0"],
    ["a page that claims a billion objects", "UPDATE object_page SET count = 1000000000"],
    ["a page that does not start where the one before ended", "UPDATE object_page SET first = 5"],
    ["a column that holds text", "UPDATE object_page SET type = 'text'"],
    ["a codec nobody knows", "UPDATE object_page SET codec = 'zip'"],
    ["pages of references that are gone", "DELETE FROM reference_page"],
    ["layouts that are gone", "DELETE FROM layout"],
    ["types that are gone", "DELETE FROM type"],
    ["a layout of an unknown kind", `UPDATE layout SET runs = '[["magic",null,1]]'`],
    ["a layout that is not JSON", "UPDATE layout SET runs = '['"],
    ["a layout that names two billion references", `UPDATE layout SET runs = '[["item",null,2147483647]]'`],
    ["facts that are nested too deep", `UPDATE meta SET value = '${"[".repeat(5000)}' WHERE key = 'capture_id'`],
    ["a column that is called otherwise", "ALTER TABLE object_page RENAME COLUMN type TO kind"],
    ["a layout whose rest is not last", `UPDATE layout SET runs = '[["item",null,"rest"],["dict",null,1]]'`],
    ["a layout that names more references than there are", `UPDATE layout SET runs = '[["item",null,9]]'`],
    ["types that are not numbered from 0", "UPDATE type SET id = id + 100"],
  ])("is refused with one sentence: %s", (_, sql) => {
    expect(refusal(content, { damage: (db) => db.exec(sql) })).toMatch(/^damaged: \S+ is damaged: .+\. Copy it again/);
  });

  it.each([
    ["addresses that do not increase", { address: [64, 64, 64, 64, 64] }],
    ["a type that does not exist", { type: [0, 0, 0, 0, 99] }],
    ["a layout that does not exist", { layout: [0, 0, 0, 0, 0xffffffff] }],
    ["more references announced than there are", { referenceCount: [1, 2, 3, 1, 9] }],
    ["an address above 2^53", { address: [1, 2, 3, 4, 2 ** 60] }],
  ])("is refused with one sentence: %s", (_, change) => {
    expect(refusal({ ...content, ...change })).toMatch(/^damaged: \S+ is damaged: .+\. Copy it again/);
  });

  it("can't blow up memory with a page that decompresses to more than it announces", () => {
    const bomb = packed(new Float64Array(4_000_000), 0, 4_000_000, 8, "zlib");
    const sql = "UPDATE reference_page SET target = ?, codec = 'zlib', crc = ?";
    const damage: Options = { damage: (db) => db.prepare(sql).run(bomb, checksum([bomb])) };
    expect(load(content, damage).warnings).toHaveLength(1);
  });
});

describe("texts", () => {
  function texts(content: DumpContent, options: Options = {}): Texts {
    const path = join(temporaryFolder(), "test.pyheap");
    writeDump(path, content, options);
    return new Texts(openDump(path));
  }
  /** Every object found, the search run to its end. */
  function found(read: Texts, wanted: string | Pattern, end: number): readonly number[] {
    const search = read.search(wanted, end);
    while (search.step(noTick));
    expect(search.fraction).toBe(1);
    return search.found;
  }
  const { content, id } = drawHeap(`
    a str "'Straße'"
    b str
    c str "'user-17'"
    d str "'USER-18'"
  `);

  it("are read by object; an object without one has null", () => {
    const read = texts(content);
    expect(["a", "b", "c"].map((name) => read.get(id[name] as number))).toEqual(["'Straße'", null, "'user-17'"]);
    expect(read.get(4)).toBeNull();
  });

  it("are found whatever their ASCII case, each object once", () => {
    expect(found(texts(content), "user-1", 4)).toEqual([id.c, id.d]);
    expect(found(texts(content), "straße", 4)).toEqual([id.a]);
    expect(found(texts(content), "", 4)).toEqual([]);
  });

  it("are found by a regular expression, whatever their case", () => {
    expect(found(texts(content), new Pattern("^'user-\\d+'$"), 4)).toEqual([id.c, id.d]);
    expect(found(texts(content), new Pattern("."), 4)).toEqual([id.a, id.c, id.d]);
    expect(found(texts(content), new Pattern("^user"), 4)).toEqual([]);
    expect(() => new Pattern("(")).toThrow("no regular expression");
  });

  it("are searched by a pattern as one by one, over many steps", () => {
    const many = Array.from({ length: 9000 }, (_, i) => `'${i.toString(7)}'`);
    const drawn = drawHeap(many.map((text, i) => `o${i} str "${text}"`).join("\n"));
    const expected = many.flatMap((text, i) => (/5.*5/.test(text) ? [i] : []));
    expect(found(texts(drawn.content), new Pattern("5.*5"), many.length)).toEqual(expected);
  });

  it("end a pattern that would run for ever, and say why", () => {
    const evil = drawHeap(`a str "'${"a".repeat(60)}!'"`);
    const search = texts(evil.content).search(new Pattern("^'(a+)+'$"), 1);
    expect(() => search.step(noTick)).toThrow("A repeat inside a repeat");
  });

  it("lose nothing and find nothing twice where a search is stopped and goes on", () => {
    const many = drawHeap(Array.from({ length: 1000 }, (_, i) => `o${i} str "'user'"`).join("\n"));
    const search = texts(many.content).search("user", 1000);
    let ticks = 0;
    const stop = () => {
      if (++ticks === 2) throw new Error("stop");
    };
    expect(() => search.step(stop)).toThrow("stop");
    while (search.step(noTick));
    expect(search.found).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  });

  it("are not found across the border of two objects", () => {
    expect(found(texts(content), "''", 4)).toEqual([]);
  });

  it("are searched once each, whatever they repeat", () => {
    const long = drawHeap(Array.from({ length: 2000 }, (_, i) => `o${i} str "'${"a".repeat(1000)}'"`).join("\n"));
    expect(found(texts(long.content), "a".repeat(999), 2000)).toHaveLength(2000);
    expect(found(texts(long.content), "a".repeat(1001), 2000)).toEqual([]);
  });

  it("of objects that do not exist are never found", () => {
    const beyond: Options = { damage: (db) => db.exec("UPDATE text_page SET first = 65536") };
    expect(found(texts(content, beyond), "user", 4)).toEqual([]);
    expect(found(texts(content), "user", 3)).toEqual([id.c]);
  });

  it("read as absent where the table is not what it should be", () => {
    for (const sql of ["UPDATE text_page SET count = 'x'", "ALTER TABLE text_page RENAME COLUMN text TO other"])
      expect(texts(content, { damage: (db) => db.exec(sql) }).get(0)).toBeNull();
  });

  it("are absent, not wrong, where their page is damaged or missing", () => {
    expect(texts(content, { damage: (db) => db.exec("UPDATE text_page SET crc = 1") }).get(0)).toBeNull();
    expect(found(texts(content, { damage: (db) => db.exec("DROP TABLE text_page") }), "user", 4)).toEqual([]);
  });
});
