import { randomBytes } from "node:crypto";
import { closeSync, lstatSync, openSync, rmSync } from "node:fs";
import { deflateSync } from "node:zlib";
import Database from "better-sqlite3";
import { HeapError } from "../types/failure.ts";
import type { Tick } from "../types/graph.ts";
import { UNKNOWN_IN_FILE } from "../types/heap.ts";
import { publish } from "./export-tables.ts";
import { loadDump, readExtent } from "./load.ts";
import {
  APPLICATION_ID,
  type DumpFile,
  type DumpPlace,
  openAt,
  openDump,
  openRemains,
  SUPPORTED_VERSION,
} from "./open-file.ts";
import { BadPage, type Codec, checkPage, checksumOf, PAGE_ENTRIES, readU32, readU64 } from "./page.ts";
import { readCode, readLayouts, readMeta, readTypes } from "./small-tables.ts";
import { importSpool, isSpool, removeTemporaryDatabase, temporaryDatabase } from "./spool.ts";

/** What a recovered dump has and lacks. */
export interface Recovered {
  readonly objects: number;
  readonly objectsLost: number;
  readonly references: number;
  readonly referencesLost: number;
  /** Objects in the pages of texts that are lost; not each of them had one. */
  readonly textsLost: number;
  /** What is not in the new file, each a sentence. Empty where nothing was lost. */
  readonly lost: readonly string[];
}

interface Page {
  readonly first: number;
  readonly count: number;
  readonly codec: Codec;
  readonly crc: number;
}
type ObjectPage = Page & {
  readonly [Column in
    | "address"
    | "type"
    | "layout"
    | "size"
    | "refcount"
    | "length"
    | "reference_count"
    | "flags"]: Buffer;
};

/** The columns of each table of pages, in the order in which the checksum goes over their bytes. */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  object_page: ["address", "type", "layout", "size", "refcount", "length", "reference_count", "flags"],
  reference_page: ["target"],
  text_page: ["offsets", "text"],
  site_page: ["site"],
};
/**
 * zlib makes at most 1,032 bytes of one (https://zlib.net/zlib_tech.html), and a reference has eight: a page of objects
 * that announces more than so many for a byte of the file is wrong, although its checksum is right.
 */
const MOST_REFERENCES_PER_BYTE = 1032 / 8;
const CODECS: readonly unknown[] = ["raw", "zlib", "planes+zlib"];

/**
 * Writes what is left of a dump that was cut short or damaged as a dump of its own. Kept are the objects up to the first
 * page that does not verify, since the counts in that page say where the references of later objects begin; of their
 * references and texts all pages that verify. A reference that is lost stands there as one to an object that is not in
 * the file. Where objects or references are lost, reference counts prove nothing any more: they are written as unknown,
 * so that nothing is called garbage, or held from outside, for the lack of a page.
 *
 * The new file says what it lacks in `capture.warnings`. It appears under its name when it is whole, and an existing file
 * is never overwritten. Throws `HeapError`. Time O(bytes); memory one page, and an open dump's columns to try it out.
 */
export function recover(path: string, out: string, tick: Tick): Recovered {
  if (lstatSync(out, { throwIfNoEntry: false }) !== undefined) throw new HeapError({ code: "file-exists", path: out });
  if (!isSpool(path)) return recoverAt({ path, database: path }, out, tick);
  const database = temporaryDatabase();
  try {
    importSpool(path, database, (done) => tick(0.2 * done), { cut: true });
    return recoverAt({ path, database }, out, (done) => tick(0.2 + 0.8 * done));
  } finally {
    removeTemporaryDatabase(database);
  }
}

function recoverAt(place: DumpPlace, out: string, tick: Tick): Recovered {
  const file = orNothing(() => openAt(place, openRemains));
  const partial = `${out}.${randomBytes(6).toString("hex")}.partial`;
  let db: Database.Database | undefined;
  try {
    const saved = orNothing(() => savedObjects(file, (done) => tick(0.4 * done)));
    try {
      closeSync(openSync(partial, "wx", 0o600));
      db = new Database(partial);
      db.pragma("journal_mode = OFF");
      db.pragma("synchronous = OFF");
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.pragma(`user_version = ${SUPPORTED_VERSION}`);
      const into = db;
      const report = into.transaction(() => writeAll(file, into, saved, (done) => tick(0.4 + 0.6 * done)))();
      db.close();
      tryOut(place.path, partial);
      publish(partial, out);
      return report;
    } catch (thrown) {
      db?.close();
      rmSync(partial, { force: true });
      if (thrown instanceof HeapError) throw thrown;
      throw new HeapError({ code: "cannot-write", path: out, why: (thrown as Error).message });
    }
  } finally {
    file.close();
  }
}

const nothingLeft = (path: string, what: string): HeapError => new HeapError({ code: "nothing-left", path, what });

/** Whoever recovers a damaged file need not hear that it is damaged and could be recovered. */
function orNothing<T>(read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (!(thrown instanceof HeapError)) throw thrown;
    const { failure } = thrown;
    if (failure.code === "damaged") throw nothingLeft(failure.path, failure.what);
    if (failure.code === "cut-short") throw nothingLeft(failure.path, "only its first bytes are there");
    throw thrown;
  }
}

/**
 * Loads the new dump before it gets its name. Checksums vouch for pages, and nothing does for small tables: where what they
 * say makes no sense, the result is no dump, and nobody is helped by a second file that does not open. Memory: that of
 * an open dump's columns.
 */
function tryOut(path: string, partial: string): void {
  try {
    const file = openDump(partial);
    try {
      readMeta(file);
      readCode(file);
      loadDump(file, readExtent(file), () => {});
    } finally {
      file.close();
    }
  } catch (thrown) {
    if (!(thrown instanceof HeapError)) throw thrown;
    if (thrown.failure.code === "too-large") return; // it can't be tried out here
    const why = thrown.failure.code === "damaged" ? `: ${thrown.failure.what}` : "";
    throw nothingLeft(path, `what is left of it can't be understood${why}`);
  }
}

interface Saved {
  /** Objects in the pages that verify, from the first one on, and the references they announce. */
  readonly objects: number;
  readonly references: number;
  /** What the file itself says it has; as many as were found where it does not say. */
  readonly objectsSaid: number;
  readonly count: Float64Array;
  readonly bytes: Float64Array;
}

/** Looks at the pages of objects. Refuses a file without one: there is nothing to look at in it. */
function savedObjects(file: DumpFile, tick: Tick): Saved {
  const types = readTypes(file);
  const layouts = readLayouts(file);
  const objectsSaid = types.reduce((sum, { count }) => sum + count, 0);
  const count = new Float64Array(types.length);
  const bytes = new Float64Array(types.length);
  const [type, layout, references] = [0, 0, 0].map(() => new Uint32Array(PAGE_ENTRIES));
  const size = new Float64Array(PAGE_ENTRIES);
  let objects = 0;
  let announced = 0;
  for (;;) {
    const page = pageAt<ObjectPage>(file, "object_page", objects);
    if (page === null) break;
    try {
      readU32(page.type, page.codec, type, 0, page.count);
      readU32(page.layout, page.codec, layout, 0, page.count);
      readU64(page.size, page.codec, size, 0, page.count);
      readU32(page.reference_count, page.codec, references, 0, page.count);
    } catch (thrown) {
      if (thrown instanceof BadPage) break;
      throw thrown;
    }
    const known = (i: number): boolean => type[i] < types.length && layout[i] < layouts.length;
    if (!Array.from({ length: page.count }, (_, i) => i).every(known)) break;
    let more = 0;
    for (let i = 0; i < page.count; i++) more += references[i];
    if (announced + more > file.bytes * MOST_REFERENCES_PER_BYTE) break;
    announced += more;
    for (let i = 0; i < page.count; i++) {
      count[type[i]]++;
      bytes[type[i]] += size[i] + layouts[layout[i]].hiddenBytes;
    }
    objects += page.count;
    tick(Math.min(1, objects / Math.max(1, objectsSaid)));
    if (page.count < PAGE_ENTRIES) break;
  }
  if (objects === 0) throw nothingLeft(file.path, "not one page of its objects can be read");
  return { objects, references: announced, objectsSaid: Math.max(objects, objectsSaid), count, bytes };
}

/** The page if it is there, a page, and its checksum right; else null. */
function pageAt<P extends Page>(file: DumpFile, table: string, first: number): P | null {
  if (!file.tables.has(table)) return null;
  try {
    // Named one by one: a column that is not there is an error, and one that nobody knows is in no checksum.
    const columns = ["first", "count", "codec", "crc", ...COLUMNS[table]].join(", ");
    const page = file.db.prepare<[number], P>(`SELECT ${columns} FROM ${table} WHERE first = ?`).get(first);
    if (page === undefined || !CODECS.includes(page.codec)) return null;
    if (!Number.isInteger(page.count) || page.count < 1 || page.count > PAGE_ENTRIES) return null;
    const { first: _first, count: _count, codec: _codec, crc, ...blobs } = page;
    // SQLite takes a column called `TYPE` for `type`, and answers with its own spelling.
    if (COLUMNS[table].some((name) => !(name in blobs))) return null;
    checkPage(Object.values(blobs), crc);
    return page;
  } catch {
    return null; // SQLite can't follow it, or it does not verify: lost either way
  }
}

function writeAll(file: DumpFile, into: Database.Database, saved: Saved, tick: Tick): Recovered {
  const tables = file.db
    .prepare<[], { name: string; sql: string }>("SELECT name, sql FROM sqlite_schema WHERE type = 'table'")
    .all()
    .filter(({ name }) => file.tables.has(name));
  for (const { sql } of tables) into.prepare(sql).run(); // one statement, of an ordinary table: checked when it was opened
  const cut = tables.map(({ name }) => name).filter((name) => !(name in COLUMNS) && !copyRows(file, into, name));

  const { referencesLost } = writeReferences(file, into, saved.references, (done) => tick(0.5 * done));
  const objectsLost = saved.objectsSaid - saved.objects;
  const countsHold = objectsLost === 0 && referencesLost === 0;
  for (let first = 0; first < saved.objects; first += PAGE_ENTRIES) {
    const page = pageAt<ObjectPage>(file, "object_page", first);
    if (page === null) throw new Error("A page of objects can't be read any more");
    insert(into, "object_page", countsHold ? page : withoutCounts(page));
    tick(0.5 + (0.3 * first) / saved.objects);
  }
  let textsLost = 0;
  for (let first = 0; first < saved.objects; first += PAGE_ENTRIES) {
    const page = pageAt(file, "text_page", first);
    if (page === null) textsLost += Math.min(PAGE_ENTRIES, saved.objects - first);
    else insert(into, "text_page", page);
    const sites = pageAt(file, "site_page", first);
    if (sites !== null) insert(into, "site_page", sites);
    tick(0.8 + (0.2 * first) / saved.objects);
  }
  const total = into.prepare("UPDATE type SET count = ?, bytes = ? WHERE id = ?");
  for (let id = 0; id < saved.count.length; id++) total.run(saved.count[id], saved.bytes[id], id);

  const lost = sentences({ objectsLost, referencesLost, textsLost: file.tables.has("text_page") ? textsLost : 0, cut });
  writeMeta(into, lost);
  return {
    objects: saved.objects,
    objectsLost,
    references: saved.references - referencesLost,
    referencesLost,
    textsLost,
    lost,
  };
}

/** False where not all rows could be read. */
function copyRows(file: DumpFile, into: Database.Database, table: string): boolean {
  try {
    const rows = file.db.prepare<[], unknown[]>(`SELECT * FROM ${table}`).raw().safeIntegers().iterate();
    let statement: Database.Statement | undefined;
    for (const row of rows) {
      statement ??= into.prepare(`INSERT OR IGNORE INTO ${table} VALUES (${row.map(() => "?").join(", ")})`);
      statement.run(...row);
    }
    return true;
  } catch (thrown) {
    if (String((thrown as { code?: unknown }).code).startsWith("SQLITE_FULL")) throw thrown;
    return false;
  }
}

/** As many references as the objects announce; those of lost pages lead to address 0, where no object is. */
function writeReferences(
  file: DumpFile,
  into: Database.Database,
  announced: number,
  tick: Tick,
): { referencesLost: number } {
  let referencesLost = 0;
  for (let first = 0; first < announced; first += PAGE_ENTRIES) {
    const count = Math.min(PAGE_ENTRIES, announced - first);
    const page = pageAt<Page & { readonly target: Buffer }>(file, "reference_page", first);
    if (page !== null && page.count === count) insert(into, "reference_page", page);
    else {
      const targets = page === null || page.count < count ? null : targetsOf(page, count);
      if (targets === null) referencesLost += count;
      const target = deflateSync(targets ?? Buffer.alloc(8 * count), { level: 1 });
      insert(into, "reference_page", { first, count, codec: "zlib", crc: checksumOf([target]), target });
    }
    tick(first / announced);
  }
  return { referencesLost };
}

/** The first `count` targets of a page, as the codec `zlib` wants them before compressing. */
function targetsOf(page: Page & { readonly target: Buffer }, count: number): Buffer | null {
  try {
    const numbers = new Float64Array(page.count);
    readU64(page.target, page.codec, numbers, 0, page.count);
    const bytes = Buffer.alloc(8 * count);
    for (let i = 0; i < count; i++) bytes.writeBigUInt64LE(BigInt(numbers[i]), 8 * i);
    return bytes;
  } catch (thrown) {
    if (thrown instanceof BadPage) return null;
    throw thrown;
  }
}

function withoutCounts(page: ObjectPage): ObjectPage {
  const unknown = Buffer.alloc(4 * page.count);
  for (let i = 0; i < page.count; i++) unknown.writeUInt32LE(UNKNOWN_IN_FILE, 4 * i);
  const refcount = page.codec === "raw" ? unknown : deflateSync(unknown, { level: 1 });
  const { address, type, layout, size, length, reference_count, flags } = page;
  const crc = checksumOf([address, type, layout, size, refcount, length, reference_count, flags]);
  return { ...page, refcount, crc };
}

function insert(into: Database.Database, table: string, row: object): void {
  const columns = Object.keys(row);
  const names = columns.map((column) => `"${column.replaceAll('"', '""')}"`).join(", ");
  const places = columns.map(() => "?").join(", ");
  into.prepare(`INSERT INTO ${table} (${names}) VALUES (${places})`).run(...Object.values(row));
}

function sentences({
  objectsLost,
  referencesLost,
  textsLost,
  cut,
}: {
  readonly objectsLost: number;
  readonly referencesLost: number;
  readonly textsLost: number;
  readonly cut: readonly string[];
}): string[] {
  const number = (count: number) => count.toLocaleString("en-US");
  const lost: string[] = [];
  if (objectsLost > 0)
    lost.push(`Recovered from a damaged file: ${number(objectsLost)} objects are lost, and what they referred to.`);
  if (referencesLost > 0)
    lost.push(
      `Recovered from a damaged file: ${number(referencesLost)} references are lost, so why objects are alive is known in part only.`,
    );
  if (objectsLost > 0 || referencesLost > 0)
    lost.push("Reference counts are left out: with objects or references lost they would prove nothing.");
  if (textsLost > 0)
    lost.push(
      `Recovered from a damaged file: the texts of ${number(textsLost)} objects are lost, of those among them that had one.`,
    );
  if (cut.length > 0) lost.push(`Recovered from a damaged file: rows of ${cut.join(", ")} are lost.`);
  return lost;
}

/** A capture id of its own where the old one is lost; what is lost as warnings; `complete` at last. */
function writeMeta(into: Database.Database, lost: readonly string[]): void {
  const get = into.prepare<[string], string>("SELECT value FROM meta WHERE key = ?").pluck();
  const set = into.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)");
  if (!/^"[0-9a-f]{32}"$/.test(String(get.get("capture_id"))))
    set.run("capture_id", JSON.stringify(randomBytes(16).toString("hex")));
  const capture = objectIn(get.get("capture"));
  const warnings = Array.isArray(capture.warnings) ? capture.warnings : [];
  set.run("capture", JSON.stringify({ ...capture, warnings: [...warnings, ...lost] }));
  set.run("complete", "true");
}

function objectIn(json: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(String(json));
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
