import { crc32, inflateSync } from "node:zlib";
import { giveBack } from "../types/graph.ts";

/** Entries in a full page; every page of a column but its last is full. */
export const PAGE_ENTRIES = 65_536;

export type Codec = "raw" | "zlib" | "planes+zlib";

/** A full page of 64-bit numbers is decompressed in one piece; only texts are longer. */
const MOST_CHUNK_BYTES = 8 * PAGE_ENTRIES + 64;

/** Thrown for a page that does not verify; callers turn it into a `Failure` or a warning. */
export class BadPage extends Error {}

/** What stands in a page's `crc`: the CRC-32 of its BLOBs as stored, in column order. */
export const checksumOf = (blobs: readonly Buffer[]): number => blobs.reduce((sum, blob) => crc32(blob, sum), 0);

/** Checks the page's checksum over its BLOBs as stored, in column order. Throws `BadPage`. */
export function checkPage(blobs: readonly unknown[], crc: number): void {
  const isBytes = (blob: unknown): blob is Buffer => Buffer.isBuffer(blob);
  if (!blobs.every(isBytes)) throw new BadPage("a page has no bytes where there should be some");
  if (checksumOf(blobs) !== crc) throw new BadPage("a page's checksum does not match");
}

/**
 * The bytes of one BLOB, exactly `expected` of them. The output of decompression is bounded, so a hostile page can't
 * claim more memory than its entry count allows. Throws `BadPage`.
 */
export function unpack(blob: Buffer, codec: Codec, expected: number): Buffer {
  const bytes = codec === "raw" ? blob : inflate(blob, expected);
  if (bytes.length !== expected) throw new BadPage("a page has the wrong length");
  return bytes;
}

/**
 * Gives the memory of unpacked bytes back at once: thousands of them would wait for the collector. Small ones share
 * theirs with others.
 */
function release({ buffer }: Buffer, codec: Codec): void {
  if (codec !== "raw" && buffer.byteLength > Buffer.poolSize) giveBack({ buffer });
}

/** As `unpack`, for text, whose length is known only by a bound. */
export const unpackText = (blob: Buffer, codec: Codec, atMost: number): Buffer =>
  codec === "raw" ? blob : inflate(blob, atMost);

function inflate(blob: Buffer, atMost: number): Buffer {
  try {
    // One piece of output, with room left, so that zlib sees at once that it is at the end.
    const chunkSize = Math.min(atMost + 64, MOST_CHUNK_BYTES);
    return inflateSync(blob, { maxOutputLength: Math.max(1, atMost), chunkSize });
  } catch (cause) {
    throw new BadPage("a page can't be decompressed", { cause });
  }
}

export function readU32(blob: Buffer, codec: Codec, out: Int32Array | Uint32Array, first: number, count: number): void {
  const bytes = unpack(blob, codec, 4 * count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < count; i++) out[first + i] = view.getUint32(4 * i, true);
  release(bytes, codec);
}

export function readU16(blob: Buffer, codec: Codec, out: Uint16Array, first: number, count: number): void {
  const bytes = unpack(blob, codec, 2 * count);
  for (let i = 0; i < count; i++) out[first + i] = bytes[2 * i] | (bytes[2 * i + 1] << 8);
  release(bytes, codec);
}

/**
 * Reads `count` unsigned 64-bit numbers as two halves of 32 bits, the lower ones from `first` on. Throws `BadPage` for one
 * above 2^53, because rounding an address would silently join two objects: upper halves are below 2^21.
 */
export function readHalves(
  blob: Buffer,
  codec: Codec,
  low: Uint32Array,
  first: number,
  high: Uint32Array,
  count: number,
): void {
  const b = unpack(blob, codec, 8 * count);
  // Byte planes: plane k holds byte k of every entry. Otherwise the bytes of one entry stand together.
  const planes = codec === "planes+zlib";
  const stride = planes ? 1 : 8;
  const plane = planes ? count : 1;
  const [p1, p2, p3, p4, p5, p6, p7] = [plane, 2 * plane, 3 * plane, 4 * plane, 5 * plane, 6 * plane, 7 * plane];
  let tooLarge = 0;
  for (let i = 0, at = 0; i < count; i++, at += stride) {
    const upper = b[at + p4] | (b[at + p5] << 8) | (b[at + p6] << 16);
    tooLarge |= b[at + p7] | (upper >>> 21);
    low[first + i] = b[at] | (b[at + p1] << 8) | (b[at + p2] << 16) | (b[at + p3] << 24);
    high[i] = upper;
  }
  release(b, codec);
  if (tooLarge !== 0) throw new BadPage("a number is larger than 2^53");
}

/** As `readHalves`, as doubles. */
export function readU64(blob: Buffer, codec: Codec, out: Float64Array, first: number, count: number): void {
  const [low, high] = [new Uint32Array(count), new Uint32Array(count)];
  readHalves(blob, codec, low, 0, high, count);
  for (let i = 0; i < count; i++) out[first + i] = high[i] * 2 ** 32 + low[i];
}
