import { crc32 } from "node:zlib";
import Database from "better-sqlite3";
import { APPLICATION_ID, SUPPORTED_VERSION } from "../../shared/store/open-file.ts";

/** An object as the tests write it down. Its address follows from its place in the list. */
interface Drawn {
  readonly type: (typeof TYPES)[number];
  readonly layout: (typeof LAYOUTS)[number]["name"];
  readonly size: number;
  readonly text?: string;
  /** Numbers of the objects it refers to. */
  readonly to: readonly number[];
}

const TYPES = ["module", "dict", "list", "str"] as const;
const LAYOUTS = [
  { name: "none", runs: [] },
  { name: "module", runs: [["dict", "__dict__", 1]] },
  { name: "pairs", runs: [["value", null, "pairs"]] },
  { name: "items", runs: [["item", null, "rest"]] },
] as const;

const FIRST_ADDRESS = 0x7f00_0000_0000;
const addressOf = (object: number): number => FIRST_ADDRESS + 64 * object;

export interface SmallDump {
  readonly objects: number;
  readonly references: number;
  readonly captureId: string;
  /** The numbers of what the picture below shows. */
  readonly ids: { readonly module: number; readonly dict: number; readonly list: number; readonly firstText: number };
}

/**
 * Writes a dump of a module whose variable `cache` is a list of `texts` strings, and of a list that only knows itself:
 *
 *     module app -> dict -> 'cache', list -> 'text 0', 'text 1' …          loop -> loop
 */
export function writeSmallDump(path: string, { texts = 1_500, captureId = "0".repeat(32) } = {}): SmallDump {
  const ids = { module: 0, dict: 1, list: 3, firstText: 4 };
  const strings = Array.from({ length: texts }, (_, i) => ids.firstText + i);
  const loop = ids.firstText + texts;
  const objects: Drawn[] = [
    { type: "module", layout: "module", size: 72, text: "app", to: [ids.dict] },
    { type: "dict", layout: "pairs", size: 232, to: [2, ids.list] },
    { type: "str", layout: "none", size: 54, text: "'cache'", to: [] },
    { type: "list", layout: "items", size: 56 + 8 * texts, to: strings },
    ...strings.map((_, i): Drawn => ({ type: "str", layout: "none", size: 57, text: `'text ${i}'`, to: [] })),
    { type: "list", layout: "items", size: 72, to: [loop] },
  ];
  const references = objects.flatMap(({ to }) => to);
  const db = new Database(path);
  try {
    db.transaction(() => {
      writeSchema(db);
      writeSmallTables(db, objects, captureId);
      writePages(db, objects, references);
      db.prepare("INSERT INTO meta VALUES ('complete', 'true')").run();
    })();
  } finally {
    db.close();
  }
  return { objects: objects.length, references: references.length, captureId, ids };
}

function writeSchema(db: Database.Database): void {
  db.pragma(`application_id = ${APPLICATION_ID}`);
  db.pragma(`user_version = ${SUPPORTED_VERSION}`);
  db.exec(`
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE type (id INTEGER PRIMARY KEY, address INTEGER, module TEXT, qualname TEXT, basicsize INTEGER,
      itemsize INTEGER, dictoffset INTEGER, weakrefoffset INTEGER, flags INTEGER, has_del INTEGER, opaque INTEGER,
      count INTEGER, bytes INTEGER);
    CREATE TABLE layout (id INTEGER PRIMARY KEY, hidden_bytes INTEGER NOT NULL, runs TEXT NOT NULL);
    CREATE TABLE root (kind TEXT NOT NULL, name TEXT NOT NULL, address INTEGER NOT NULL);
    CREATE TABLE object_page (first INTEGER PRIMARY KEY, count INTEGER, codec TEXT, crc INTEGER, address BLOB, type BLOB,
      layout BLOB, size BLOB, refcount BLOB, length BLOB, reference_count BLOB, flags BLOB);
    CREATE TABLE reference_page (first INTEGER PRIMARY KEY, count INTEGER, codec TEXT, crc INTEGER, target BLOB);
    CREATE TABLE text_page (first INTEGER PRIMARY KEY, count INTEGER, codec TEXT, crc INTEGER, offsets BLOB, text BLOB);
  `);
}

function writeSmallTables(db: Database.Database, objects: readonly Drawn[], captureId: string): void {
  const meta = db.prepare("INSERT INTO meta VALUES (?, ?)");
  meta.run("capture_id", JSON.stringify(captureId));
  meta.run("label", JSON.stringify("small"));
  const type = db.prepare("INSERT INTO type VALUES (?, ?, 'builtins', ?, 0, 0, 0, 0, 0, 0, 0, ?, ?)");
  TYPES.forEach((name, id) => {
    const instances = objects.filter((object) => object.type === name);
    const bytes = instances.reduce((sum, { size }) => sum + size, 0);
    type.run(id, 0x1000 + 64 * id, name, instances.length, bytes);
  });
  const layout = db.prepare("INSERT INTO layout VALUES (?, 0, ?)");
  LAYOUTS.forEach(({ runs }, id) => {
    layout.run(id, JSON.stringify(runs));
  });
  db.prepare("INSERT INTO root VALUES ('module', 'app', ?)").run(addressOf(0));
}

/** One raw page of each kind is enough below 65,536 entries. */
function writePages(db: Database.Database, objects: readonly Drawn[], references: readonly number[]): void {
  const holders = Map.groupBy(references, (target) => target);
  const columns = [
    u64(objects.map((_, id) => addressOf(id))),
    u32(objects.map(({ type }) => TYPES.indexOf(type))),
    u32(objects.map(({ layout }) => LAYOUTS.findIndex(({ name }) => name === layout))),
    u64(objects.map(({ size }) => size)),
    u32(objects.map((_, id) => (holders.get(id)?.length ?? 0) + (id === 0 ? 1 : 0))),
    u32(objects.map(({ type, to }) => (type === "list" ? to.length : 0xffffffff))),
    u32(objects.map(({ to }) => to.length)),
    Buffer.from(Uint16Array.from(objects, ({ type }) => (type === "str" ? 0 : 1)).buffer),
  ];
  const objectPage = db.prepare("INSERT INTO object_page VALUES (0, ?, 'raw', ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  objectPage.run(objects.length, crcOf(columns), ...columns);

  const target = u64(references.map(addressOf));
  db.prepare("INSERT INTO reference_page VALUES (0, ?, 'raw', ?, ?)").run(references.length, crcOf([target]), target);

  const texts = objects.map(({ text = "" }) => Buffer.from(text));
  const offsets = [0];
  for (const text of texts) offsets.push((offsets.at(-1) ?? 0) + text.length);
  const blobs = [u32(offsets), Buffer.concat(texts)];
  db.prepare("INSERT INTO text_page VALUES (0, ?, 'raw', ?, ?, ?)").run(objects.length, crcOf(blobs), ...blobs);
}

const u32 = (values: readonly number[]): Buffer => Buffer.from(Uint32Array.from(values).buffer);
const u64 = (values: readonly number[]): Buffer => Buffer.from(BigUint64Array.from(values, BigInt).buffer);
const crcOf = (blobs: readonly Buffer[]): number => blobs.reduce((crc, blob) => crc32(blob, crc), 0);
