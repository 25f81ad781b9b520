import { createHash, randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  futimesSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { crc32 } from "node:zlib";
import * as v from "valibot";
import type { IndexColumn } from "../types/graph.ts";
import { indexPath, MOST_CACHE_BYTES, makeRoom, preparePrivateFolder } from "./cache-folder.ts";

/*
 * What was computed of a dump, kept for the next time. One file per dump: a line of JSON that says which columns follow,
 * then the columns as they are in memory, each at a multiple of 8 bytes and with a CRC-32. The machine's byte order, since
 * the file never leaves it.
 *
 * A cache is never believed: whoever reads a column checks its numbers, so that none can crash or hang an answer. That they
 * are the numbers of the dump is what the checksums and the file's owner vouch for: an index counts that only this user can
 * write. It is never in the way either: what can't be read is computed, what can't be written is left.
 */

const MAGIC = "PyHeap Explorer index 1\n";
const MOST_HEADER_BYTES = 64 * 2 ** 20;
/** So small that a worker can be stopped between two of them. */
const CHUNK_BYTES = 4 * 2 ** 20;

/** Says which dump, and which state of it and of this program, an index belongs to. */
export interface IndexKey {
  readonly captureId: string;
  /** Of everything in the dump that the index depends on. */
  readonly digest: string;
  /** Of the program that computes. */
  readonly engine: string;
}

const KINDS = {
  i8: Int8Array,
  u8: Uint8Array,
  i16: Int16Array,
  u16: Uint16Array,
  i32: Int32Array,
  u32: Uint32Array,
  f64: Float64Array,
} as const;
interface Columns {
  i8: Int8Array;
  u8: Uint8Array;
  i16: Int16Array;
  u16: Uint16Array;
  i32: IndexColumn;
  u32: Uint32Array;
  f64: Float64Array;
}
type Kind = keyof Columns;
export type StoredColumn = Columns[Kind];

/** An index that can't be used as it is. */
export class BadIndex extends Error {}

const isCount = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 40));
const HEADER = v.object({
  engine: v.string(),
  digest: v.string(),
  captureId: v.string(),
  facts: v.record(v.string(), v.unknown()),
  columns: v.array(
    v.object({ name: v.string(), kind: v.picklist(Object.keys(KINDS) as Kind[]), length: isCount, crc: isCount }),
  ),
});
type Header = v.InferOutput<typeof HEADER>;

const padded = (bytes: number): number => Math.ceil(bytes / 8) * 8;

const kindOf = (column: StoredColumn): Kind =>
  (Object.keys(KINDS) as Kind[]).find((kind) => column instanceof KINDS[kind]) ?? "f64";

const bytesOf = (column: StoredColumn): Uint8Array =>
  new Uint8Array(column.buffer, column.byteOffset, column.byteLength);

const nameOf = ({ captureId, digest }: IndexKey): string =>
  `${captureId}-${createHash("sha256").update(digest).digest("hex").slice(0, 16)}`;

/** An open index. Its columns are read when they are asked for. */
export class StoredIndex {
  readonly facts: Readonly<Record<string, unknown>>;
  readonly #fd: number;
  readonly #places: Map<string, { kind: Kind; length: number; crc: number; at: number }>;

  /** `BadIndex` for a file that is damaged; null where there is none, or one of another state of dump or program. */
  static open(folder: string, key: IndexKey): StoredIndex | null {
    let fd: number;
    try {
      // A pipe in its place would be waited for.
      const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
      fd = openSync(indexPath(folder, nameOf(key)), flags);
    } catch {
      return null;
    }
    try {
      if (!isPrivateFile(fd)) throw new BadIndex("others could have written it");
      const { header, at } = readHeader(fd);
      if (header.engine !== key.engine || header.digest !== key.digest || header.captureId !== key.captureId) {
        closeSync(fd);
        return null;
      }
      markUsed(fd);
      return new StoredIndex(fd, header, at);
    } catch (thrown) {
      closeSync(fd);
      throw thrown instanceof BadIndex ? thrown : new BadIndex("the index can't be read", { cause: thrown });
    }
  }

  private constructor(fd: number, { facts, columns }: Header, first: number) {
    this.#fd = fd;
    this.facts = facts;
    this.#places = new Map();
    let at = first;
    for (const { name, kind, length, crc } of columns) {
      this.#places.set(name, { kind, length, crc, at });
      at += padded(length * KINDS[kind].BYTES_PER_ELEMENT);
    }
    if (at !== fstatSync(fd).size) throw new BadIndex("the index has the wrong length");
  }

  /** A column of `least` to `most` entries in shared memory, of one of these kinds, its checksum right. Throws `BadIndex`. */
  column<K extends Kind>(name: string, kinds: readonly K[], least: number, most = least): Columns[K] {
    const place = this.#places.get(name);
    const kind = kinds.find((known) => known === place?.kind);
    if (place === undefined || kind === undefined || place.length < least || place.length > most)
      throw new BadIndex(`the column ${name} is not what it should be`);
    const buffer = new SharedArrayBuffer(place.length * KINDS[kind].BYTES_PER_ELEMENT);
    const bytes = new Uint8Array(buffer);
    let crc = 0;
    for (let done = 0; done < bytes.length; done += CHUNK_BYTES) {
      const chunk = bytes.subarray(done, done + CHUNK_BYTES);
      if (readFully(this.#fd, chunk, place.at + done) < chunk.length)
        throw new BadIndex(`the column ${name} is cut short`);
      crc = crc32(chunk, crc);
    }
    if (crc !== place.crc) throw new BadIndex(`the checksum of the column ${name} does not match`);
    return new (KINDS[kind] as unknown as new (buffer: SharedArrayBuffer) => Columns[K])(buffer);
  }

  int32(name: string, least: number, most = least): Int32Array {
    return this.column(name, ["i32"], least, most);
  }

  float64(name: string, least: number, most = least): Float64Array {
    return this.column(name, ["f64"], least, most);
  }

  /** All columns as they are, by name. */
  all(): Map<string, StoredColumn> {
    return new Map(Array.from(this.#places, ([name, { kind, length }]) => [name, this.column(name, [kind], length)]));
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** Checksums tell what happened by accident; that nobody but this user could write an index is what makes it believable. */
function isPrivateFile(fd: number): boolean {
  const stat = fstatSync(fd);
  if (!stat.isFile()) return false;
  return process.getuid === undefined || (stat.uid === process.getuid() && (stat.mode & 0o022) === 0);
}

function readHeader(fd: number): { header: Header; at: number } {
  const start = Buffer.alloc(MAGIC.length + 8);
  if (readFully(fd, start, 0) < start.length || start.toString("latin1", 0, MAGIC.length) !== MAGIC)
    throw new BadIndex("it is no index");
  const length = start.readUInt32LE(MAGIC.length);
  if (length > Math.min(MOST_HEADER_BYTES, fstatSync(fd).size)) throw new BadIndex("its header is too long");
  const json = Buffer.alloc(length);
  if (readFully(fd, json, start.length) < length || crc32(json) !== start.readUInt32LE(MAGIC.length + 4))
    throw new BadIndex("its header's checksum does not match");
  const parsed = v.safeParse(HEADER, JSON.parse(json.toString("utf8")));
  if (!parsed.success) throw new BadIndex("its header can't be understood");
  return { header: parsed.output, at: padded(start.length + length) };
}

function readFully(fd: number, into: Uint8Array, at: number): number {
  let done = 0;
  while (done < into.length) {
    const read = readSync(fd, into, done, into.length - done, at + done);
    if (read === 0) break;
    done += read;
  }
  return done;
}

/** So that what is used stays when room is made. */
function markUsed(fd: number): void {
  try {
    const now = new Date();
    futimesSync(fd, now, now);
  } catch {
    // Opened for reading only, some systems refuse this; the index is then as old as its last writing.
  }
}

/**
 * Keeps an index: written to a private file of its own first, so that two processes at a time do no harm and nobody
 * meets half an index. False where it was left: no folder, no room, or the index is larger than all may be together.
 * Time about 1 ns a byte.
 */
export function storeIndex(
  folder: string,
  key: IndexKey,
  facts: Readonly<Record<string, unknown>>,
  columns: ReadonlyMap<string, StoredColumn>,
  most = MOST_CACHE_BYTES,
): boolean {
  let partial: string | null = null;
  let fd: number | null = null;
  try {
    if (!preparePrivateFolder(folder)) return false;
    const described = Array.from(columns, ([name, column]) => ({
      name,
      kind: kindOf(column),
      length: column.length,
      crc: checksumOf(column),
    }));
    const json = Buffer.from(JSON.stringify({ ...key, facts, columns: described } satisfies Header));
    const start = Buffer.alloc(padded(MAGIC.length + 8 + json.length));
    start.write(MAGIC, 0, "latin1");
    start.writeUInt32LE(json.length, MAGIC.length);
    start.writeUInt32LE(crc32(json), MAGIC.length + 4);
    json.copy(start, MAGIC.length + 8);
    const bytes = [...columns.values()].reduce((sum, column) => sum + padded(column.byteLength), start.length);
    if (json.length > MOST_HEADER_BYTES || bytes > most) return false;
    makeRoom(folder, bytes, most);

    const path = indexPath(folder, nameOf(key));
    partial = `${path}.${randomBytes(6).toString("hex")}.partial`;
    fd = openSync(partial, "wx", 0o600);
    writeFully(fd, start);
    for (const column of columns.values()) {
      writeFully(fd, bytesOf(column));
      writeFully(fd, Buffer.alloc(padded(column.byteLength) - column.byteLength));
    }
    closeSync(fd);
    fd = null;
    renameSync(partial, path);
    return true;
  } catch {
    // A full disk, a folder that can't be written: the dump opens all the same, only not faster next time.
    if (fd !== null) closeSync(fd);
    if (partial !== null) rmSync(partial, { force: true });
    return false;
  }
}

function checksumOf(column: StoredColumn): number {
  const bytes = bytesOf(column);
  let crc = 0;
  for (let done = 0; done < bytes.length; done += CHUNK_BYTES)
    crc = crc32(bytes.subarray(done, done + CHUNK_BYTES), crc);
  return crc;
}

function writeFully(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(fd, bytes, done, Math.min(CHUNK_BYTES, bytes.length - done));
}
