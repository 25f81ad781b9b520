import { HeapError } from "../types/failure.ts";
import { orDamaged } from "./damage.ts";
import type { DumpFile } from "./open-file.ts";
import { BadPage, type Codec, checkPage, PAGE_ENTRIES, unpack, unpackText } from "./page.ts";
import { Pattern } from "./pattern.ts";

const MOST_TEXT_BYTES = 64 * 2 ** 20;
/** Decompressed text kept at a time. */
const CACHE_BYTES = 96 * 2 ** 20;
/** Text that a pattern is tried on at once: it has a second for it. */
const MATCHED_AT_ONCE = { texts: 4096, bytes: 2 ** 20 };

interface TextPage {
  readonly offsets: Uint32Array;
  readonly text: Buffer;
}

interface TextRow {
  count: number;
  codec: Codec;
  crc: number;
  offsets: Buffer;
  text: Buffer;
}

/** A search under way. */
export interface TextSearch {
  /** Numbers of objects, increasing. */
  readonly found: readonly number[];
  /** Of the objects, 0 to 1. */
  readonly fraction: number;
  /** Searches a bit further; false once all is searched. `tick` may throw, after which the step can be made again. */
  step(tick: (fraction: number) => void): boolean;
}

/** Texts of objects, read from the file when they are asked for. A damaged page reads as "no text". */
export class Texts {
  readonly #file: DumpFile;
  readonly #cache = new Map<number, TextPage | null>();
  #cachedBytes = 0;

  constructor(file: DumpFile) {
    this.#file = file;
  }

  /** What a person would write for the object; null where the file has no text for it. */
  get(object: number): string | null {
    const first = object - (object % PAGE_ENTRIES);
    const page = this.#page(first);
    if (page === null || object - first + 1 >= page.offsets.length) return null;
    const start = page.offsets[object - first];
    const end = page.offsets[object - first + 1];
    return start === end ? null : page.text.toString("utf8", start, end);
  }

  /**
   * A search through the texts of the objects below `end`: of those that contain `wanted`, ignoring ASCII case, or that
   * a pattern matches. It goes on page by page, so that whoever runs it can say how far it is, and stop.
   * O(bytes of text) in all, for a pattern more: see `Pattern`.
   */
  search(wanted: string | Pattern, end: number): TextSearch {
    const needle = typeof wanted === "string" ? lowerAscii(Buffer.from(wanted, "utf8")) : null;
    const found: number[] = [];
    let at = 0;
    return {
      found,
      get fraction() {
        return end === 0 ? 1 : Math.min(1, at / end);
      },
      step: (tick) => {
        if (needle?.length === 0) at = end;
        if (at >= end) return false;
        const first = at - (at % PAGE_ENTRIES);
        const page = this.#page(first);
        const entries: number[] = [];
        let next = PAGE_ENTRIES;
        if (page !== null && needle !== null) searchPage(page, needle, (entry) => entries.push(entry), tick);
        else if (page !== null && wanted instanceof Pattern)
          next = matchPage(page, wanted, at - first, (entry) => entries.push(entry));
        for (const entry of entries) if (first + entry < end) found.push(first + entry);
        at = Math.min(end, first + next);
        return at < end;
      },
    };
  }

  #page(first: number): TextPage | null {
    const cached = this.#cache.get(first);
    if (cached !== undefined) {
      this.#cache.delete(first); // to the end: the map is our least-recently-used order
      this.#cache.set(first, cached);
      return cached;
    }
    const page = this.#read(first);
    this.#cache.set(first, page);
    this.#cachedBytes += page?.text.length ?? 0;
    for (const [oldest, old] of this.#cache) {
      if (this.#cachedBytes <= CACHE_BYTES || oldest === first) break;
      this.#cache.delete(oldest);
      this.#cachedBytes -= old?.text.length ?? 0;
    }
    return page;
  }

  /** Undefined where there is no such page, and where SQLite can't read it. */
  #row(first: number): TextRow | undefined {
    try {
      return orDamaged(this.#file.path, "`text_page`", () =>
        this.#file.db
          .prepare<[number], TextRow>("SELECT count, codec, crc, offsets, text FROM text_page WHERE first = ?")
          .get(first),
      );
    } catch (thrown) {
      if (thrown instanceof HeapError) return undefined;
      throw thrown;
    }
  }

  #read(first: number): TextPage | null {
    if (!this.#file.tables.has("text_page")) return null;
    const row = this.#row(first);
    if (row === undefined || !(row.count >= 1 && row.count <= PAGE_ENTRIES)) return null;
    try {
      checkPage([row.offsets, row.text], row.crc);
      const bytes = unpack(row.offsets, row.codec, 4 * (row.count + 1));
      const offsets = new Uint32Array(row.count + 1);
      for (let i = 0; i <= row.count; i++) offsets[i] = bytes.readUInt32LE(4 * i);
      const text = unpackText(row.text, row.codec, MOST_TEXT_BYTES);
      if (!offsets.every((at, i) => at <= text.length && (i === 0 || at >= offsets[i - 1]))) return null;
      return { offsets, text };
    } catch (thrown) {
      if (thrown instanceof BadPage) return null;
      throw thrown;
    }
  }
}

/**
 * Objects in pages of texts that are there and can't be read, so that a search finds nothing in them. Only checksums are
 * looked at. Time O(bytes of the pages), about 0.5 ns a byte once they are in memory.
 */
export function unreadableTexts(file: DumpFile, objects: number): number {
  if (!file.tables.has("text_page")) return 0;
  let lost = 0;
  for (let first = 0; first < objects; first += PAGE_ENTRIES) {
    try {
      const row = orDamaged(file.path, "`text_page`", () =>
        file.db
          .prepare<[number], Pick<TextRow, "crc" | "offsets" | "text">>(
            "SELECT crc, offsets, text FROM text_page WHERE first = ?",
          )
          .get(first),
      );
      if (row !== undefined) orDamaged(file.path, "`text_page`", () => checkPage([row.offsets, row.text], row.crc));
    } catch (thrown) {
      if (!(thrown instanceof HeapError)) throw thrown;
      lost += Math.min(PAGE_ENTRIES, objects - first);
    }
  }
  return lost;
}

/** Entries whose text contains `wanted`, each once. Time O(bytes): a text is left at its first match or overrun. */
function searchPage(
  { offsets, text }: TextPage,
  wanted: Buffer,
  report: (entry: number) => void,
  tick: (fraction: number) => void,
): void {
  const lower = lowerAscii(Buffer.from(text));
  let entry = 0;
  for (let at = lower.indexOf(wanted); at !== -1; at = lower.indexOf(wanted, offsets[entry + 1])) {
    while (offsets[entry + 1] <= at) entry++;
    if ((entry & 0xff) === 0) tick(0);
    // A match that runs over the end of this text would do so from every later place in it.
    if (at + wanted.length <= offsets[entry + 1]) report(entry);
  }
}

/** Tries the pattern on some entries from `from` on. Gives the entry to go on with; a full page's length at its end. */
function matchPage(
  { offsets, text }: TextPage,
  pattern: Pattern,
  from: number,
  report: (entry: number) => void,
): number {
  const texts: string[] = [];
  const entries: number[] = [];
  let entry = from;
  for (; entry < offsets.length - 1; entry++) {
    const [start, end] = [offsets[entry], offsets[entry + 1]];
    if (start === end) continue;
    const full = texts.length === MATCHED_AT_ONCE.texts || end - offsets[from] > MATCHED_AT_ONCE.bytes;
    if (full && texts.length > 0) break;
    texts.push(text.toString("utf8", start, end));
    entries.push(entry);
  }
  for (const position of pattern.among(texts)) report(entries[position]);
  return entry === offsets.length - 1 ? PAGE_ENTRIES : entry;
}

/** Lower-cases ASCII letters in place; other bytes of UTF-8 are never ASCII, so they stay what they are. */
function lowerAscii(bytes: Buffer): Buffer {
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte >= 0x41 && byte <= 0x5a) bytes[i] = byte + 32;
  }
  return bytes;
}
