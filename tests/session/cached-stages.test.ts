import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build } from "../../shared/session/build.ts";
import { engineVersion } from "../../shared/session/engine-version.ts";
import type { FromBuilder, StageValues } from "../../shared/session/worker-messages.ts";
import { contentDigest } from "../../shared/store/content-digest.ts";
import { type IndexKey, type StoredColumn, StoredIndex, storeIndex } from "../../shared/store/index-cache.ts";
import { openDump } from "../../shared/store/open-file.ts";
import { madeDump } from "../bench/made-dump.ts";
import { temporaryFolder } from "../fixtures/drawn-heap.ts";
import { seededRandom } from "../fixtures/random.ts";
import { digestOf } from "../fixtures/stage-digest.ts";

const OBJECTS = 3000;
let path = "";
beforeAll(() => {
  path = madeDump({ objects: OBJECTS });
});

/** As `temporaryFolder`, for what several tests use. */
const shared: string[] = [];
function sharedFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "pyheap-test-"));
  shared.push(folder);
  return folder;
}
afterAll(() => {
  for (const folder of shared) rmSync(folder, { recursive: true, force: true });
});

interface Opened {
  readonly fromCache: Record<string, boolean>;
  readonly values: StageValues;
  /** Of all values but warnings: comparing millions of numbers one by one takes minutes. */
  readonly digest: string;
  readonly failure: unknown;
}

function open(folder: string | null, dump = path): Opened {
  const values: Record<string, unknown> = {};
  const fromCache: Record<string, boolean> = {};
  let failure: unknown = null;
  build({ path: dump, database: dump }, { folder, fewest: OBJECTS }, (message: FromBuilder) => {
    if (message.kind === "failed") failure = message.failure;
    if (message.kind !== "done") return;
    values[message.done.stage] = message.done.value;
    fromCache[message.done.stage] ??= message.done.fromCache;
  });
  const all = values as unknown as StageValues;
  return { fromCache, values: all, digest: failure === null ? digestOf(all) : "", failure };
}

const COMPUTED = { types: false, columns: false, graph: false, dominators: false, cycles: false };
const READ = { types: false, columns: true, graph: true, dominators: true, cycles: true };
const indexes = (folder: string) => readdirSync(folder).filter((name) => name.endsWith(".index"));

describe("a dump that is opened again", () => {
  it("has the stages of the first time, read instead of computed", () => {
    const folder = join(temporaryFolder(), "cache");
    const first = open(folder);
    const second = open(folder);
    expect(first.fromCache).toEqual(COMPUTED);
    expect(second.fromCache).toEqual(READ);
    expect(second.digest).toBe(first.digest);
    expect(open(null).digest).toBe(first.digest);
  });

  it("keeps its index where only its owner can read it", () => {
    const folder = join(temporaryFolder(), "cache");
    open(folder);
    const [name = ""] = indexes(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual([name]);
  });

  it("is computed anew when the dump is another one than before", () => {
    const folder = join(temporaryFolder(), "cache");
    const copy = join(temporaryFolder(), "copy.pyheap");
    copyFileSync(path, copy);
    open(folder, copy);
    expect(open(folder, copy).fromCache).toEqual(READ);
    const db = new Database(copy);
    db.exec('UPDATE layout SET runs = \'[["weak",null,"rest"]]\'');
    db.close();
    const changed = open(folder, copy);
    expect(changed.fromCache).toEqual(COMPUTED);
    expect(changed.digest).toBe(open(null, copy).digest);
  });

  it("is computed anew by another version of the program", () => {
    const folder = join(temporaryFolder(), "cache");
    open(folder);
    const file = openDump(path);
    const key = { captureId: open(null).values.types.meta.captureId, digest: contentDigest(file) };
    file.close();
    expect(StoredIndex.open(folder, { ...key, engine: `${engineVersion()}x` })).toBeNull();
    const known = StoredIndex.open(folder, { ...key, engine: engineVersion() });
    expect(known).not.toBeNull();
    known?.close();
  });

  it("opens where nothing can be kept", () => {
    const readOnly = temporaryFolder();
    chmodSync(readOnly, 0o500);
    const file = join(temporaryFolder(), "a file");
    writeFileSync(file, "");
    for (const folder of [join(readOnly, "cache"), file, "/proc/no/such"]) {
      expect(open(folder).failure).toBeNull();
    }
  });

  it("keeps nothing in a folder that others can write to, and follows no link", () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o777);
    open(folder);
    expect(readdirSync(folder)).toEqual([]);
    const behind = temporaryFolder();
    const link = join(temporaryFolder(), "cache");
    symlinkSync(behind, link);
    open(link);
    expect(readdirSync(behind)).toEqual([]);
  });
});

describe("a damaged index", () => {
  let sound: Opened;
  let bytes: Buffer;
  let name = "";
  beforeAll(() => {
    const folder = join(sharedFolder(), "cache");
    sound = open(folder);
    [name = ""] = indexes(folder);
    bytes = readFileSync(join(folder, name));
  });

  function openWith(index: Uint8Array): { opened: Opened; again: Opened } {
    const folder = join(temporaryFolder(), "cache");
    mkdirSync(folder, { mode: 0o700 });
    writeFileSync(join(folder, name), index, { mode: 0o600 });
    return { opened: open(folder), again: open(folder) };
  }

  it("is computed again, said so, and sound the next time", () => {
    const cut = openWith(bytes.subarray(0, bytes.length >> 1));
    expect(cut.opened.values.columns.warnings).toEqual([expect.stringMatching(/^The index kept .* computed again\.$/)]);
    expect(cut.opened.digest).toBe(sound.digest);
    expect(cut.again.fromCache).toEqual(READ);
    expect(cut.again.digest).toBe(sound.digest);
    expect(cut.again.values.columns.warnings).toEqual([]);
  });

  it("is computed again where others could have written it", () => {
    const folder = join(temporaryFolder(), "cache");
    open(folder);
    chmodSync(join(folder, name), 0o666);
    const opened = open(folder);
    expect(opened.values.columns.warnings).toEqual([expect.stringMatching(/others could have written it/)]);
    expect(opened.digest).toBe(sound.digest);
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  });

  it.skipIf(process.platform === "win32")(
    "is not waited for where it is a pipe, and not read where it is a link",
    () => {
      const folder = join(temporaryFolder(), "cache");
      mkdirSync(folder, { mode: 0o700 });
      execFileSync("mkfifo", ["-m", "600", join(folder, name)]);
      expect(open(folder).digest).toBe(sound.digest);
      const link = join(temporaryFolder(), "cache");
      const elsewhere = join(temporaryFolder(), "index");
      mkdirSync(link, { mode: 0o700 });
      writeFileSync(elsewhere, bytes);
      symlinkSync(elsewhere, join(link, name));
      const opened = open(link);
      expect(opened.fromCache).toEqual(COMPUTED);
      expect(readFileSync(elsewhere).equals(bytes)).toBe(true);
    },
  );

  it("gives the same answers wherever bits flipped", () => {
    const random = seededRandom(7);
    for (let i = 0; i < 8; i++) {
      const flipped = Buffer.from(bytes);
      const at = i < 2 ? random.below(2000) : random.below(bytes.length);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << random.below(8));
      const { opened } = openWith(flipped);
      expect(opened.digest, `byte ${at}`).toBe(sound.digest);
    }
  });
});

describe("a hostile index, its checksums right", () => {
  /** Changes one number of one column and reads all stages. */
  const CHANGES: [string, number, number][] = [
    ["address", 5, 1],
    ["address windows", 0, Number.NaN],
    ["address windows", 0, 5],
    ["address windows, first", 0, 5],
    ["address windows, first", 0, -1],
    ["type", 3, 0xffff],
    ["layout", 3, 1],
    ["shallow", 3, 0xfffe],
    ["retained, places", 0, -1],
    ["retained, places", 0, 0x7fffffff],
    ["refcount, places", 1, 0],
    ["retained, large", 0, 1],
    ["retained, large", 0, Number.NaN],
    ["retained, large", 0, Number.POSITIVE_INFINITY],
    ["reference offsets", 0, 1],
    ["reference offsets", 9, 0x7fffffff],
    ["reference targets", 9, OBJECTS + 1],
    ["type count", 0, -5],
    ["node", 0, 5],
    ["node", 7, 0],
    ["node", 7, -1],
    ["starts", 0, 0],
    ["starts", 1, 0x7fffffff],
    ["predecessor offsets", 3, 0x7fffffff],
    ["predecessor targets", 3, -1],
    ["other referrers of", 0, OBJECTS],
    ["other referrers of", 0, -1],
    ["other referrer offsets", 0, 1],
    ["other referrer offsets", 1, 0x7fffffff],
    ["other referrers", 0, OBJECTS],
    ["idom", 5, 5],
    ["idom", 5, 6],
    ["idom", 0, 0],
    ["children, starts", 1, 0x7fffffff],
    ["children, within", 3, 0xfd],
    ["children, steps", 3, 0],
    ["children, steps, places", 0, 0x7fffffff],
    ["retained by type", 0, -1],
    ["cycle of", 5, 0x7f],
    ["cycle retained", 0, -1],
  ];

  let sound: Opened;
  let key: IndexKey;
  let facts: StoredIndex["facts"];
  let columns: Map<string, StoredColumn>;
  beforeAll(() => {
    const folder = join(sharedFolder(), "cache");
    sound = open(folder);
    const file = openDump(path);
    const { captureId } = sound.values.types.meta;
    key = { captureId, digest: contentDigest(file), engine: engineVersion() };
    file.close();
    const index = StoredIndex.open(folder, key);
    if (index === null) throw new Error("There is no index");
    ({ facts } = index);
    columns = index.all();
    index.close();
  });

  it.each(CHANGES)("is not believed: %s[%i] = %d", (name, place, value) => {
    const folder = join(temporaryFolder(), "cache");
    const changed = columns.get(name)?.slice();
    if (changed === undefined || place >= changed.length) throw new Error(`There is no ${name}[${place}]`);
    changed[place] = value;
    expect(storeIndex(folder, key, facts, new Map([...columns, [name, changed]]))).toBe(true);

    const opened = open(folder);
    expect(opened.values.columns.warnings).toHaveLength(1);
    expect(opened.digest).toBe(sound.digest);
  });
});
