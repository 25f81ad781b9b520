import { chmodSync, closeSync, openSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { HeapError } from "../types/failure.ts";
import { asObjectId, asSetId, type CaptureId, type ObjectId, type SetId } from "../types/ids.ts";
import { makeFolder } from "./make-folder.ts";

/** "PYHN", in `PRAGMA application_id`. */
const APPLICATION_ID = 0x5059484e;
/** Another window may be writing; its writes take milliseconds. */
const BUSY_TIMEOUT_MS = 5000;
/** A set that was removed can be brought back for this long. */
const KEPT_AFTER_REMOVAL = "-1 day";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS note (capture TEXT NOT NULL, object INTEGER NOT NULL, text TEXT NOT NULL,
    changed TEXT NOT NULL, PRIMARY KEY (capture, object));
  CREATE TABLE IF NOT EXISTS object_set (id INTEGER PRIMARY KEY AUTOINCREMENT, capture TEXT NOT NULL, name TEXT NOT NULL,
    note TEXT NOT NULL, changed TEXT NOT NULL, removed TEXT, objects BLOB NOT NULL);
`;

export interface StoredNote {
  readonly object: ObjectId;
  readonly text: string;
  /** ISO 8601, UTC. */
  readonly changedAt: string;
}

export interface StoredSet {
  readonly set: SetId;
  readonly name: string;
  readonly note: string;
  readonly objects: number;
  readonly changedAt: string;
}

/**
 * What a person has written about dumps: notes on objects, object sets. One SQLite file in the user's own folder, for the
 * owner only; never in a dump. It has object numbers and the person's own words, and nothing of what the dumps contain.
 * Several processes may write at once: every change is one transaction, and a text that was changed meanwhile is joined
 * with, not written over (`joined`).
 */
export class Notebook {
  readonly #path: string | null;
  #db: Database.Database | null = null;

  /** Null: in memory, gone when the session ends. The file is opened when it is first asked for. */
  constructor(path: string | null) {
    this.#path = path;
  }

  notes(capture: CaptureId): StoredNote[] {
    return this.#use((db) =>
      db
        .prepare<[string], { object: number; text: string; changed: string }>(
          "SELECT object, text, changed FROM note WHERE capture = ? AND text <> '' ORDER BY changed DESC, object",
        )
        .all(capture)
        .map(({ object, text, changed }) => ({ object: asObjectId(object), text, changedAt: changed })),
    );
  }

  /** `base`: the text as the writer knew it. Gives the text that now stands there. */
  saveNote(capture: CaptureId, object: ObjectId, { text, base }: { text: string; base: string }): string {
    return this.#change((db) => {
      const stored =
        db
          .prepare<[string, number], string>("SELECT text FROM note WHERE capture = ? AND object = ?")
          .pluck()
          .get(capture, object) ?? "";
      const now = joined(stored, base, text);
      db.prepare(
        "INSERT INTO note VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET text = excluded.text, changed = excluded.changed",
      ).run(capture, object, now, new Date().toISOString());
      return now;
    });
  }

  sets(capture: CaptureId): StoredSet[] {
    return this.#use((db) =>
      db
        .prepare<[string], SetRow>(`${SELECT_SET} WHERE capture = ? AND removed IS NULL ORDER BY id`)
        .all(capture)
        .map(storedSet),
    );
  }

  /** The members, increasing; null where there is no such set of this capture. */
  members(capture: CaptureId, set: SetId): Int32Array<SharedArrayBuffer> | null {
    const blob = this.#use((db) =>
      db
        .prepare<[string, number], Buffer>("SELECT objects FROM object_set WHERE capture = ? AND id = ?")
        .pluck()
        .get(capture, set),
    );
    if (blob === undefined) return null;
    const objects = new Int32Array(new SharedArrayBuffer(blob.length - (blob.length % 4)));
    for (let i = 0; i < objects.length; i++) objects[i] = blob.readInt32LE(4 * i);
    return objects;
  }

  /** A name that another set of the capture has gets a number. */
  keepSet(capture: CaptureId, name: string, objects: Int32Array): StoredSet {
    return this.#change((db) => {
      const blob = Buffer.alloc(4 * objects.length);
      for (let i = 0; i < objects.length; i++) blob.writeInt32LE(objects[i], 4 * i);
      const { lastInsertRowid } = db
        .prepare("INSERT INTO object_set (capture, name, note, changed, objects) VALUES (?, ?, '', ?, ?)")
        .run(capture, freeName(db, capture, name, null), new Date().toISOString(), blob);
      return this.#set(db, capture, Number(lastInsertRowid));
    });
  }

  /** Throws `HeapError` where there is no such set. */
  changeSet(
    capture: CaptureId,
    set: SetId,
    { name, note, base, removed }: { name: string; note: string; base: string; removed: boolean },
  ): StoredSet {
    return this.#change((db) => {
      const known = this.#set(db, capture, set);
      const changed = new Date().toISOString();
      db.prepare("UPDATE object_set SET name = ?, note = ?, changed = ?, removed = ? WHERE id = ?").run(
        freeName(db, capture, name, set),
        joined(known.note, base, note),
        changed,
        removed ? changed : null,
        set,
      );
      return this.#set(db, capture, set);
    });
  }

  close(): void {
    this.#db?.close();
    this.#db = null;
  }

  #set(db: Database.Database, capture: CaptureId, id: number): StoredSet {
    const row = db.prepare<[string, number], SetRow>(`${SELECT_SET} WHERE capture = ? AND id = ?`).get(capture, id);
    if (row === undefined) throw new HeapError({ code: "no-such-set", set: String(id) });
    return storedSet(row);
  }

  #change<T>(work: (db: Database.Database) => T): T {
    return this.#use((db) => db.transaction(() => work(db)).immediate());
  }

  #use<T>(work: (db: Database.Database) => T): T {
    const path = this.#path ?? "the notebook";
    try {
      this.#db ??= open(this.#path);
      return work(this.#db);
    } catch (thrown) {
      if (thrown instanceof HeapError) throw thrown;
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      throw new HeapError({ code: "no-notebook", path, why }, { cause: thrown });
    }
  }
}

interface SetRow {
  id: number;
  name: string;
  note: string;
  objects: number;
  changed: string;
}

const SELECT_SET = "SELECT id, name, note, length(objects) / 4 AS objects, changed FROM object_set";

const storedSet = ({ id, name, note, objects, changed }: SetRow): StoredSet => ({
  set: asSetId(id),
  name,
  note,
  objects,
  changedAt: changed,
});

function open(path: string | null): Database.Database {
  if (path !== null) {
    makeFolder(dirname(path));
    closeSync(openSync(path, "a", 0o600)); // SQLite's journal gets the same mode
    chmodSync(path, 0o600);
  }
  const db = new Database(path ?? ":memory:", { timeout: BUSY_TIMEOUT_MS });
  try {
    db.pragma("trusted_schema = OFF");
    db.exec(SCHEMA);
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.prepare("DELETE FROM object_set WHERE removed < strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ?)").run(
      KEPT_AFTER_REMOVAL,
    );
    return db;
  } catch (thrown) {
    db.close();
    throw thrown;
  }
}

/** `name`, or `name (2)` where another set has it. */
function freeName(db: Database.Database, capture: CaptureId, name: string, except: SetId | null): string {
  const taken = db
    .prepare<[string, string, number], number>(
      "SELECT 1 FROM object_set WHERE capture = ? AND name = ? AND id <> ? AND removed IS NULL",
    )
    .pluck();
  for (let number = 1; ; number++) {
    const free = number === 1 ? name : `${name} (${number})`;
    if (taken.get(capture, free, except ?? -1) === undefined) return free;
  }
}

/**
 * What stands there after two windows have changed one text: `mine`, unless somebody else changed it since `base`; then
 * theirs, and below it what I have added. Nothing that anybody wrote is lost.
 */
export function joined(stored: string, base: string, mine: string): string {
  if (stored === base || stored === mine || stored === "") return mine;
  if (mine === base || mine === "") return stored;
  const added = mine.startsWith(base) ? mine.slice(base.length).replace(/^\n+/, "") : mine;
  return stored.endsWith(added) ? stored : `${stored}\n${added}`;
}
