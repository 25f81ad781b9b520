import { closeSync, openSync, readSync, statSync } from "node:fs";
import Database from "better-sqlite3";
import { HeapError, type LooksLike, withPath } from "../types/failure.ts";

/** "PYHP", in `PRAGMA application_id`: tells a dump from any other SQLite file. */
export const APPLICATION_ID = 0x50594850;
export const SUPPORTED_VERSION = 1;

/** Nobody writes to a finished dump; waiting longer for a lock would only hold up whoever asked. */
const BUSY_TIMEOUT_MS = 200;

const REQUIRED_TABLES = ["meta", "type", "layout", "root", "object_page", "reference_page"];
const OPTIONAL_TABLES = [
  "about",
  "module",
  "thread",
  "frame",
  "task",
  "task_frame",
  "cache",
  "code",
  "text_page",
  "site",
  "site_total",
  "site_page",
];

/** A page of rows of a table, below which there is none. */
const LEAF = 13;

/** More rows than any table of a process has; a larger number is a damaged or hostile file. */
const MOST_ROWS = 1_000_000;

/** A dump that passed the checks of its header and schema. Its pages are checked when they are read. */
export interface DumpFile {
  readonly path: string;
  readonly bytes: number;
  readonly db: Database.Database;
  readonly tables: ReadonlySet<string>;
  close(): void;
}

/** A file that a person named, and the database to read: the same file, or the one that was made of a spool. */
export interface DumpPlace {
  readonly path: string;
  readonly database: string;
}

/**
 * Opens a place by `openDump` or `openRemains`. Sentences and the dump's `path` name the file that the person knows, and
 * `bytes` are of that.
 */
export function openAt({ path, database }: DumpPlace, open: (path: string) => DumpFile): DumpFile {
  if (path === database) return open(path);
  try {
    return { ...open(database), path, bytes: statSync(path).size };
  } catch (thrown) {
    throw thrown instanceof HeapError ? new HeapError(withPath(thrown.failure, path)) : fileFailure(path, thrown);
  }
}

/**
 * Opens a dump read-only and checks everything that can be checked without reading its pages. A dump is hostile data:
 * its schema is looked at before the first query, because a view in place of a table could loop for ever.
 * Throws `HeapError`; every reason has its own code.
 */
export function openDump(path: string): DumpFile {
  const bytes = checkHeader(path);
  let db: Database.Database | undefined;
  try {
    db = new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    db.pragma("trusted_schema = OFF");
    db.pragma("cell_size_check = ON");
    const tables = checkSchema(path, db);
    for (const table of tables) checkRows(path, db, table);
    checkComplete(path, db);
    const opened = db;
    return { path, bytes, db, tables, close: () => opened.close() };
  } catch (thrown) {
    db?.close();
    if (thrown instanceof HeapError) throw thrown;
    throw new HeapError({ code: "damaged", path, what: sqliteWords(thrown) }, { cause: thrown });
  }
}

/**
 * Opens what is there of a dump that was cut short or damaged, read-only, for saving it: as `openDump`, but `complete`
 * may be missing, and so may the file's end. Reading may fail anywhere. Throws `HeapError`.
 */
export function openRemains(path: string): DumpFile {
  const bytes = checkHeader(path, { cut: true });
  let db: Database.Database | undefined;
  try {
    db = new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    // SQLite refuses a file that is shorter than it says, unless its schema may be repaired; nothing is written.
    db.unsafeMode(true);
    db.pragma("writable_schema = ON");
    db.pragma("trusted_schema = OFF");
    db.pragma("cell_size_check = ON");
    const tables = checkSchema(path, db);
    for (const table of tables) {
      try {
        checkRows(path, db, table);
      } catch (thrown) {
        if (thrown instanceof HeapError) throw thrown; // else its end is not there, where reading ends as well
      }
    }
    const opened = db;
    return { path, bytes, db, tables, close: () => opened.close() };
  } catch (thrown) {
    db?.close();
    if (thrown instanceof HeapError) throw thrown;
    throw new HeapError({ code: "damaged", path, what: sqliteWords(thrown) }, { cause: thrown });
  }
}

/** The file's size, once its first 100 bytes are those of a whole dump of a version we read. */
function checkHeader(path: string, { cut = false } = {}): number {
  const header = Buffer.alloc(100);
  let size: number;
  let read: number;
  let plainSchema: boolean;
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw new HeapError({ code: "not-a-file", path });
    size = stat.size;
    const fd = openSync(path, "r");
    try {
      read = readSync(fd, header, 0, header.length, 0);
      plainSchema = hasPlainSchema(fd, pageSizeIn(header));
    } finally {
      closeSync(fd);
    }
  } catch (thrown) {
    throw fileFailure(path, thrown);
  }
  if (size === 0) throw new HeapError({ code: "empty-file", path });
  const looksLike = sniff(header.subarray(0, read));
  if (looksLike !== "sqlite") throw new HeapError({ code: "not-a-snapshot", path, looksLike });
  if (read < header.length) throw new HeapError({ code: "cut-short", path });

  // https://www.sqlite.org/fileformat2.html: page size at 16, journal at 18, pages at 28, user_version at 60,
  // application_id at 68.
  if (header.readUInt32BE(68) !== APPLICATION_ID) throw new HeapError({ code: "not-a-snapshot", path, looksLike });
  const found = header.readUInt32BE(60);
  if (found > SUPPORTED_VERSION)
    throw new HeapError({ code: "newer-version", path, found, supported: SUPPORTED_VERSION });
  if (found === 0) throw new HeapError({ code: "cut-short", path });
  // SQLite would write files beside the dump to read it, and believe those that lie there.
  if (header[18] !== 1 || header[19] !== 1)
    throw new HeapError({
      code: "damaged",
      path,
      what: "another program has given it a write-ahead log; “PRAGMA journal_mode = DELETE” there takes it back",
    });
  if (!plainSchema)
    throw new HeapError({ code: "damaged", path, what: "its list of tables is not the one that a capture writes" });
  if (!cut && header.readUInt32BE(28) * pageSizeIn(header) > size) throw new HeapError({ code: "cut-short", path });
  return size;
}

const pageSizeIn = (header: Buffer): number => (header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16));

/**
 * Whether the tree of the schema has one page, or different ones right below the first. SQLite reads it to its end
 * before anybody can look at it, and a page may lead to another one many times over.
 */
function hasPlainSchema(fd: number, pageSize: number): boolean {
  const page = Buffer.alloc(pageSize);
  const size = readSync(fd, page, 0, pageSize, 0);
  if (size < 112 || page[100] === LEAF) return true; // what is shorter is refused for that
  const cells = page.readUInt16BE(103);
  if (112 + 2 * cells > size) return false;
  const below = [page.readUInt32BE(108)];
  for (let i = 0; i < cells; i++) {
    const cell = page.readUInt16BE(112 + 2 * i);
    if (cell + 4 > size) return false;
    below.push(page.readUInt32BE(cell));
  }
  const kind = Buffer.alloc(1);
  const isLeaf = (number: number) => readSync(fd, kind, 0, 1, (number - 1) * pageSize) === 1 && kind[0] === LEAF;
  return new Set(below).size === below.length && below.every((number) => number > 1 && isLeaf(number));
}

function fileFailure(path: string, thrown: unknown): HeapError {
  if (thrown instanceof HeapError) return thrown;
  const code = (thrown as NodeJS.ErrnoException).code;
  if (["ENOENT", "ENOTDIR", "ELOOP"].includes(code ?? ""))
    return new HeapError({ code: "no-such-file", path }, { cause: thrown });
  if (code === "EACCES" || code === "EPERM") return new HeapError({ code: "no-permission", path }, { cause: thrown });
  return new HeapError({ code: "damaged", path, what: "the system can't read it" }, { cause: thrown });
}

function sniff(start: Buffer): LooksLike {
  const begins = (...bytes: number[]) => bytes.every((byte, i) => start[i] === byte);
  if (start.toString("latin1", 0, 16) === "SQLite format 3\0") return "sqlite";
  // ivanyu/pyheap's magic number, big-endian; its files share our extension.
  if (begins(0x00, 0x00, 0x00, 0x00, 0x07, 0x54, 0xd6, 0x01)) return "ivanyu-pyheap";
  if (begins(0x1f, 0x8b)) return "gzip";
  if (begins(0x7b)) return "heapsnapshot";
  return "unknown";
}

/** Every name we read must be an ordinary table. Gives the tables that are there. */
function checkSchema(path: string, db: Database.Database): Set<string> {
  const rows = db
    .prepare<[], { name: string; type: string; tbl_name: string; sql: string | null }>(
      "SELECT name, type, tbl_name, sql FROM sqlite_schema",
    )
    .all();
  const tables = new Set<string>();
  // As SQLite itself compares names.
  const isKnown = (name: string): boolean => [...REQUIRED_TABLES, ...OPTIONAL_TABLES].includes(name.toLowerCase());
  for (const { name: written, type, tbl_name: of, sql } of rows) {
    // Rows would be read from it instead, and nobody looks at how many it has. Those of primary keys have no text.
    if (type === "index" && sql !== null && isKnown(of))
      throw new HeapError({ code: "damaged", path, what: `\`${of}\` has an index, which no capture makes` });
    if (!isKnown(written)) continue;
    const name = written.toLowerCase();
    if (type !== "table" || !/^CREATE\s+TABLE\b/i.test(sql ?? ""))
      throw new HeapError({ code: "damaged", path, what: `\`${name}\` is not an ordinary table` });
    // A generated column computes whatever it likes for each row that is read.
    const columns = db.prepare<[], { hidden: number }>(`PRAGMA table_xinfo(${name})`).all();
    if (columns.some(({ hidden }) => hidden !== 0))
      throw new HeapError({ code: "damaged", path, what: `\`${name}\` has computed columns` });
    tables.add(name);
  }
  const absent = REQUIRED_TABLES.find((name) => !tables.has(name));
  if (absent !== undefined) throw new HeapError({ code: "damaged", path, what: `the table \`${absent}\` is missing` });
  return tables;
}

/**
 * A tree of pages may lead to one page many times over, and so have more rows than there are atoms: they are counted up to
 * what a capture may write before anything reads to their end. Time O(rows), without what is in them.
 */
function checkRows(path: string, db: Database.Database, table: string): void {
  const sql = `SELECT count(*) FROM (SELECT 1 FROM ${table} NOT INDEXED LIMIT ${MOST_ROWS + 1})`;
  const count = db.prepare<[], number>(sql).pluck().get() ?? 0;
  if (count > MOST_ROWS)
    throw new HeapError({ code: "damaged", path, what: `\`${table}\` has more than ${MOST_ROWS} rows` });
}

/** `complete` is the last thing a capture writes. */
function checkComplete(path: string, db: Database.Database): void {
  const complete = db.prepare<[], unknown>("SELECT value FROM meta WHERE key = 'complete'").pluck().get();
  if (complete !== "true") throw new HeapError({ code: "cut-short", path });
}

/** SQLite's own messages are for programmers; the two that say nothing about the dump itself get words of their own. */
function sqliteWords(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (/database is locked/.test(message)) return "another program is writing to it";
  if (/readonly database|unable to open database file/.test(message))
    return "there is a file with the ending -journal or -wal beside it, so a program was stopped while it wrote";
  return `SQLite says “${message}”`;
}
