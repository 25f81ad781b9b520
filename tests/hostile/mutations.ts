import { readFileSync, writeFileSync } from "node:fs";
import Database from "better-sqlite3";
import { checksum } from "../fixtures/dump-file.ts";
import type { Random } from "../fixtures/random.ts";

const OBJECT_COLUMNS = [
  ["address", 8],
  ["type", 4],
  ["layout", 4],
  ["size", 8],
  ["refcount", 4],
  ["length", 4],
  ["reference_count", 4],
  ["flags", 2],
] as const;

const TABLES = ["meta", "type", "layout", "root", "object_page", "reference_page"] as const;

export const pick = <T>(random: Random, from: readonly T[]): T => from[random.below(from.length)] as T;

/** What can stand in a field of a SQLite table that nobody guards. */
const ODD_VALUES: readonly unknown[] = [
  null,
  "",
  "text",
  "1",
  "-1",
  "__proto__",
  "[]",
  "{}",
  '[["item",null,"rest"]]',
  '[["item",null,1.5]]',
  '[["item",null,-1]]',
  '[["item",null,1e308]]',
  '[["constructor",null,1]]',
  "x".repeat(70_000),
  0n,
  1n,
  -1n,
  65_536n,
  0x7fff_ffffn,
  0xffff_ffffn,
  2n ** 53n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  0.5,
  -0.5,
  1e308,
  Number.POSITIVE_INFINITY,
  Buffer.alloc(0),
  Buffer.from("text"),
  Buffer.alloc(64, 0xff),
];

/** Numbers that a column of a page can't mean. */
const ODD_NUMBERS: readonly bigint[] = [
  0n,
  1n,
  2n,
  7n,
  255n,
  0x7fffn,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 64n - 1n,
];

export interface Mutation {
  change(path: string, random: Random): void;
  /** What bad disks and broken copies do. Nobody makes a checksum right by accident. */
  readonly accident?: boolean;
}

function changeRows(path: string, work: (db: Database.Database) => void): void {
  const db = new Database(path);
  db.pragma("journal_mode = OFF");
  db.pragma("synchronous = OFF");
  try {
    work(db);
  } finally {
    db.close();
  }
}

/** The table without its constraints, so that anything may stand in it. */
const unguard = (db: Database.Database, table: string): void => {
  db.exec(`CREATE TABLE free AS SELECT * FROM ${table}; DROP TABLE ${table}; ALTER TABLE free RENAME TO ${table}`);
};

const flipBits = (path: string, random: Random): void => {
  const bytes = readFileSync(path);
  for (let flips = 1 + random.below(8); flips > 0; flips--) {
    const at = random.below(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
  }
  writeFileSync(path, bytes);
};

const moveEnd = (path: string, random: Random): void => {
  const bytes = readFileSync(path);
  writeFileSync(
    path,
    random.below(2) === 0
      ? bytes.subarray(0, random.below(bytes.length))
      : Buffer.concat([bytes, Buffer.alloc(1 + random.below(64))]),
  );
};

/** Ways to change a dump, each by chance. */
export const DUMP_MUTATIONS: Readonly<Record<string, Mutation>> = {
  "bits of the file": { accident: true, change: flipBits },
  "bytes of the first pages": {
    accident: true,
    change: (path, random) => {
      const bytes = readFileSync(path);
      for (let changes = 1 + random.below(4); changes > 0; changes--) bytes[random.below(4096)] = random.below(256);
      writeFileSync(path, bytes);
    },
  },
  "a cut": {
    accident: true,
    change: (path, random) => {
      const bytes = readFileSync(path);
      writeFileSync(path, bytes.subarray(0, random.below(bytes.length)));
    },
  },
  "numbers of the object page, its checksum right": {
    change: (path, random) => {
      changeRows(path, (db) => {
        const row = db.prepare("SELECT * FROM object_page").get() as Record<string, Buffer> & { count: number };
        for (let changes = 1 + random.below(3); changes > 0; changes--) {
          const [column, width] = pick(random, OBJECT_COLUMNS);
          const odd = BigInt.asUintN(8 * width, random.below(2) ? pick(random, ODD_NUMBERS) : BigInt(random.below(40)));
          const at = width * random.below(row.count);
          for (let k = 0; k < width; k++) (row[column] as Buffer)[at + k] = Number((odd >> BigInt(8 * k)) & 255n);
        }
        const blobs = OBJECT_COLUMNS.map(([column]) => row[column] as Buffer);
        const sets = OBJECT_COLUMNS.map(([column]) => `${column} = ?`).join(", ");
        db.prepare(`UPDATE object_page SET ${sets}, crc = ?`).run(...blobs, checksum(blobs));
      });
    },
  },
  "targets of references, their checksum right": {
    change: (path, random) => {
      changeRows(path, (db) => {
        const { target } = db.prepare("SELECT target FROM reference_page").get() as { target: Buffer };
        for (let changes = 1 + random.below(6); changes > 0; changes--) {
          const at = 8 * random.below(target.length / 8);
          const value = random.below(3) ? BigInt(0x1000 + 64 * random.below(24)) : pick(random, ODD_NUMBERS);
          target.writeBigUInt64LE(value, at);
        }
        db.prepare("UPDATE reference_page SET target = ?, crc = ?").run(target, checksum([target]));
      });
    },
  },
  "a field of a table": {
    change: (path, random) => {
      changeRows(path, (db) => {
        const table = pick(random, TABLES);
        unguard(db, table);
        const columns = db.pragma(`table_info(${table})`) as { name: string }[];
        const { name } = pick(random, columns);
        const rows = db.prepare(`SELECT rowid FROM ${table}`).pluck().all() as number[];
        db.prepare(`UPDATE ${table} SET ${name} = ? WHERE rowid = ?`).run(pick(random, ODD_VALUES), pick(random, rows));
      });
    },
  },
  "a column of a table": {
    change: (path, random) => {
      changeRows(path, (db) => {
        const table = pick(random, TABLES);
        unguard(db, table);
        const columns = db.pragma(`table_info(${table})`) as { name: string }[];
        db.exec(`ALTER TABLE ${table} RENAME COLUMN ${pick(random, columns).name} TO other`);
      });
    },
  },
  "rows that are gone or twice there": {
    change: (path, random) => {
      changeRows(path, (db) => {
        const table = pick(random, TABLES);
        unguard(db, table);
        const rows = db.prepare(`SELECT rowid FROM ${table}`).pluck().all() as number[];
        const row = pick(random, rows);
        const twice = random.below(2) === 1;
        db.exec(
          twice
            ? `INSERT INTO ${table} SELECT * FROM ${table} WHERE rowid = ${row}`
            : `DELETE FROM ${table} WHERE rowid = ${row}`,
        );
      });
    },
  },
  "a layout": {
    change: (path, random) => {
      changeRows(path, (db) => {
        const kinds = ["item", "weak", "borrowed", "value", "dict", "unnamed", "type", "global", "nothing"];
        const repeat = () => pick<unknown>(random, [0, 1, 1, 2, 3, 1000, "rest", "pairs", "all", null]);
        const runs = Array.from({ length: random.below(4) }, () => [pick(random, kinds), null, repeat()]);
        const ids = db.prepare("SELECT id FROM layout").pluck().all() as number[];
        db.prepare("UPDATE layout SET runs = ? WHERE id = ?").run(JSON.stringify(runs), pick(random, ids));
      });
    },
  },
  "what stands in place of a table": {
    change: (path, random) => {
      changeRows(path, (db) => {
        const table = pick(random, TABLES);
        db.exec(`ALTER TABLE ${table} RENAME TO behind`);
        const instead = [
          `CREATE VIEW ${table} AS SELECT * FROM behind`,
          `CREATE VIRTUAL TABLE ${table} USING fts5(first, count, id, key, value)`,
          `CREATE TABLE ${table.toUpperCase()} AS SELECT * FROM behind`,
          `CREATE TABLE ${table} (a PRIMARY KEY) WITHOUT ROWID`,
          `CREATE INDEX ${table} ON behind (rowid)`,
          `CREATE TRIGGER ${table} AFTER INSERT ON behind BEGIN SELECT 1; END`,
        ];
        try {
          db.exec(pick(random, instead));
        } catch {
          // Not every table can stand behind every thing; then the table is only gone.
        }
      });
    },
  },
};

/** Ways to change an index. A checksum stands over its header and over each column. */
export const INDEX_MUTATIONS: Readonly<Record<string, Mutation>> = {
  "bits of the index": { accident: true, change: flipBits },
  "numbers of the index": {
    accident: true,
    change: (path, random) => {
      const bytes = readFileSync(path);
      const numbers = [0, 1, 0x7f_ff_ff_ff, 0xff_ff_ff_ff];
      bytes.writeUInt32LE(pick(random, numbers), random.below(bytes.length - 4));
      writeFileSync(path, bytes);
    },
  },
  "the end of the index": { accident: true, change: moveEnd },
};

/** Ways to change a spool, whose pages have checksums, and whose lines have none. */
export const SPOOL_MUTATIONS: Readonly<Record<string, Mutation>> = {
  "bits of the spool": { accident: true, change: flipBits },
  "the end of the spool": { accident: true, change: moveEnd },
  "digits of the spool's lines": {
    change: (path, random) => {
      const text = readFileSync(path).toString("latin1");
      const places = [...text.matchAll(/(?<=^\[.*)\d(?=.*\]$)/gm)].map(({ index }) => index);
      const bytes = Buffer.from(text, "latin1");
      for (let changes = 1 + random.below(4); changes > 0; changes--)
        bytes[pick(random, places)] = 0x30 + random.below(10);
      writeFileSync(path, bytes);
    },
  },
};
