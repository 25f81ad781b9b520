import { closeSync, mkdtempSync, openSync, readSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { HeapError } from "../types/failure.ts";
import type { Tick } from "../types/graph.ts";
import type { Meta } from "../types/heap.ts";
import { damaged } from "./damage.ts";
import { APPLICATION_ID, SUPPORTED_VERSION } from "./open-file.ts";
import { SCHEMA } from "./schema.ts";
import { metaFrom } from "./small-tables.ts";
import { BadSpool, CutOff, SpoolInput } from "./spool-input.ts";

/*
 * A spool is what a Python without sqlite3 writes: the rows of a dump, each a line of JSON with the table's name and the
 * values, a BLOB given as its number of bytes in a list, and its bytes behind the line; docs/format.md. It is read by
 * making the database of it, so that there is one reader, and one place that checks what a dump says.
 */

const MAGIC = "PyHeap spool ";
/** More bytes than the largest BLOB, a page of texts, may have. */
const LARGEST_BLOB = 2 ** 26;
/** `meta` stands at the end, and is far smaller. */
const TAIL_BYTES = 2 ** 18;

/** False also for a file that can't be read: whoever opens it says why. */
export function isSpool(path: string): boolean {
  try {
    if (!statSync(path).isFile()) return false; // a pipe would be waited for
    const fd = openSync(path, "r");
    try {
      const start = Buffer.alloc(MAGIC.length);
      readSync(fd, start, 0, start.length, 0);
      return start.toString("latin1") === MAGIC;
    } finally {
      closeSync(fd);
    }
  } catch {
    return false;
  }
}

/** A place for the database of a spool, in a folder that only this user can enter. Throws `HeapError`. */
export function temporaryDatabase(): string {
  try {
    return join(mkdtempSync(join(tmpdir(), "pyheap-explorer-")), "dump.pyheap"); // mode 0700
  } catch (cause) {
    throw new HeapError({ code: "cannot-write", path: tmpdir(), why: (cause as Error).message }, { cause });
  }
}

export const removeTemporaryDatabase = (database: string): void =>
  rmSync(dirname(database), { recursive: true, force: true });

/**
 * Makes the database of a spool, for `openDump`, which checks what is in it. Tables that are not known are left out.
 * With `cut` everything up to the first row that can't be read will do. Throws `HeapError`.
 * Time O(bytes); memory one row.
 */
export function importSpool(path: string, database: string, tick: Tick, { cut = false } = {}): void {
  const input = new SpoolInput(path);
  let db: Database.Database | undefined;
  try {
    checkVersion(path, input);
    db = new Database(database);
    db.pragma("journal_mode = MEMORY"); // of a new file there is nothing to keep in one
    db.pragma("synchronous = OFF");
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${SUPPORTED_VERSION}`);
    db.exec(SCHEMA);
    const into = db;
    into.transaction(() => copyRows(input, into, tick, cut))();
  } catch (thrown) {
    throw spoolFailure(path, database, thrown);
  } finally {
    db?.close();
    input.close();
  }
}

function checkVersion(path: string, input: SpoolInput): void {
  const version = /^PyHeap spool (\d{1,9})$/.exec(input.line() ?? "")?.[1];
  if (version === undefined) throw new BadSpool("its first line says no version");
  const found = Number(version);
  if (found > SUPPORTED_VERSION)
    throw new HeapError({ code: "newer-version", path, found, supported: SUPPORTED_VERSION });
}

function copyRows(input: SpoolInput, into: Database.Database, tick: Tick, cut: boolean): void {
  const tables = new Map(
    into
      .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'")
      .pluck()
      .all()
      .map((name) => {
        const columns = into.prepare(`PRAGMA table_info(${name})`).all().length;
        const insert = into.prepare(`INSERT INTO ${name} VALUES (${Array(columns).fill("?").join(", ")})`);
        return [name, { columns, insert }] as const;
      }),
  );
  try {
    for (let line = input.line(); line !== null; line = input.line()) {
      const { table, values } = rowIn(line, input);
      const known = tables.get(table);
      if (known !== undefined) {
        if (values.length < known.columns) throw new BadSpool(`a row of \`${table}\` lacks values`);
        known.insert.run(...values.slice(0, known.columns)); // a later version may have more
      }
      tick(input.done / input.size);
    }
  } catch (thrown) {
    const isFull = String((thrown as { code?: unknown }).code).startsWith("SQLITE_FULL");
    if (!cut || isFull) throw thrown;
  }
}

type Value = string | number | null | Buffer;

function rowIn(line: string, input: SpoolInput): { table: string; values: Value[] } {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch {
    row = null;
  }
  if (!Array.isArray(row) || typeof row[0] !== "string" || !Array.isArray(row[1]))
    throw new BadSpool("a row of it can't be understood");
  const [table, values] = row as [string, unknown[]];
  return { table, values: values.map((value) => valueIn(value, input)) };
}

function valueIn(value: unknown, input: SpoolInput): Value {
  if (value === null || typeof value === "string" || typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  const count = Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : null;
  if (typeof count !== "number" || !Number.isInteger(count) || count < 0 || count > LARGEST_BLOB)
    throw new BadSpool("a row of it can't be understood");
  return input.bytes(count);
}

function spoolFailure(path: string, database: string, thrown: unknown): unknown {
  if (thrown instanceof CutOff) return new HeapError({ code: "cut-short", path }, { cause: thrown });
  if (thrown instanceof BadSpool) return damaged(path, thrown.message);
  const { code, message } = thrown as { code?: unknown; message: string };
  if (typeof code !== "string" || !code.startsWith("SQLITE")) return thrown;
  if (code.startsWith("SQLITE_CONSTRAINT") || code === "SQLITE_MISMATCH")
    return damaged(path, "a row of it contradicts the others");
  return new HeapError({ code: "cannot-write", path: dirname(database), why: message }, { cause: thrown });
}

/** What the end of a spool says about the dump; nothing else of the file is read. Throws `HeapError`. */
export function readSpoolMeta(path: string): Meta {
  const rows = new Map<string, unknown>();
  const tail = tailOf(path);
  if (!tail.endsWith("\n")) throw new HeapError({ code: "cut-short", path });
  for (let end = tail.length - 1; end >= 0; ) {
    const start = tail.lastIndexOf("\n", end - 1);
    const line = tail.slice(start + 1, end);
    const row = metaRowIn(line) ?? metaRowIn(line.slice(line.lastIndexOf('["meta"'))); // the first follows a BLOB
    if (row === null || (rows.size === 0 && row[0] !== "complete")) break;
    rows.set(...row);
    end = start;
  }
  if (rows.get("complete") !== "true") throw new HeapError({ code: "cut-short", path });
  return metaFrom(path, rows);
}

function tailOf(path: string): string {
  const input = new SpoolInput(path);
  try {
    return input.tail(TAIL_BYTES).toString("utf8");
  } finally {
    input.close();
  }
}

function metaRowIn(line: string): [string, unknown] | null {
  try {
    const [table, values] = JSON.parse(line) as [unknown, unknown];
    if (table !== "meta" || !Array.isArray(values) || typeof values[0] !== "string") return null;
    return [values[0], values[1]];
  } catch {
    return null;
  }
}
