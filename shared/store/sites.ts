import { UNKNOWN_IN_FILE } from "../types/heap.ts";
import { NO_SITE, type SiteFrame, type SiteInfo, type Sites } from "../types/sites.ts";
import { damaged, orDamaged } from "./damage.ts";
import type { DumpFile } from "./open-file.ts";
import { BadPage, type Codec, checkPage, PAGE_ENTRIES, readU32 } from "./page.ts";
import { parseJson, readAll } from "./small-tables.ts";

/** `tracemalloc` keeps at most this many frames of a traceback (Modules/_tracemalloc.c: MAX_NFRAME). */
const MOST_FRAMES = 65_535;

interface SitePage {
  readonly first: number;
  readonly count: number;
  readonly codec: Codec;
  readonly crc: number;
  readonly site: Buffer;
}

/**
 * Where memory was allocated; null for a dump without it: of an earlier capture, or taken while nothing was traced.
 * A page that does not verify costs the places of its objects, and is counted. Throws `HeapError` where the tables can't
 * be believed. Time O(n + sites), memory 4 bytes an object.
 */
export function readSites(file: DumpFile, objects: number): Sites | null {
  if (!["site", "site_total", "site_page"].every((table) => file.tables.has(table))) return null;
  const sites = readPlaces(file);
  if (sites.length === 0) return null;
  const { siteOf, lost } = readPages(file, objects, sites.length);
  return { sites, siteOf, lost };
}

function readPlaces(file: DumpFile): SiteInfo[] {
  const rows = readAll<[unknown, unknown]>(file, "site", "SELECT id, frames FROM site ORDER BY id");
  const sites = rows.map(([id, json], index) => {
    const frames = framesIn(parseJson(json));
    if (id !== index || frames === null) throw damaged(file.path, "`site` does not hold places numbered from 0");
    return { frames, bytes: 0, blocks: 0 };
  });
  const totals = readAll<[unknown, unknown, unknown]>(file, "site_total", "SELECT site, bytes, count FROM site_total");
  for (const [site, bytes, count] of totals) {
    const known = isCount(site) ? sites[site] : undefined;
    if (known === undefined || !isCount(bytes) || !isCount(count))
      throw damaged(file.path, "`site_total` can't be understood");
    known.bytes += bytes;
    known.blocks += count;
    if (!Number.isSafeInteger(known.bytes + known.blocks)) throw damaged(file.path, "`site_total` counts too much");
  }
  return sites;
}

/** Null for what is no traceback: at least one frame, each a file and a line. */
function framesIn(json: unknown): SiteFrame[] | null {
  if (!Array.isArray(json) || json.length === 0 || json.length > MOST_FRAMES) return null;
  const frames: SiteFrame[] = [];
  for (const entry of json as unknown[]) {
    if (!Array.isArray(entry) || entry.length !== 2) return null;
    const [path, line] = entry as unknown[];
    if (typeof path !== "string" || !isCount(line)) return null;
    frames.push({ file: path, line });
  }
  return frames;
}

function readPages(file: DumpFile, objects: number, sites: number): { siteOf: Int32Array; lost: number } {
  const siteOf = new Int32Array(objects).fill(NO_SITE);
  const known = new Uint8Array(objects);
  const sql = "SELECT first, count, codec, crc, site FROM site_page ORDER BY first";
  orDamaged(file.path, "`site_page`", () => {
    let next = 0;
    for (const page of file.db.prepare<[], SitePage>(sql).iterate()) {
      if (page.first < next) continue; // else a file could have the same objects unpacked for ever
      readPage(page, sites, siteOf, known);
      next = page.first + PAGE_ENTRIES;
    }
  });
  return { siteOf, lost: known.reduce((sum, one) => sum - one, objects) };
}

/** What is wrong with a page leaves its objects without a place. */
function readPage({ first, count, codec, crc, site }: SitePage, sites: number, siteOf: Int32Array, known: Uint8Array) {
  if (!isCount(first) || !isCount(count) || count > PAGE_ENTRIES || first + count > siteOf.length) return;
  const numbers = new Uint32Array(count);
  try {
    checkPage([site], crc);
    readU32(site, codec, numbers, 0, count);
  } catch (thrown) {
    if (thrown instanceof BadPage) return;
    throw thrown;
  }
  if (!numbers.every((number) => number === UNKNOWN_IN_FILE || number < sites)) return;
  for (let i = 0; i < count; i++) siteOf[first + i] = numbers[i] === UNKNOWN_IN_FILE ? NO_SITE : numbers[i];
  known.fill(1, first, first + count);
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
