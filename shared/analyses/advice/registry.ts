import { numberAt, UNKNOWN } from "../../types/compact.ts";
import { formatCount, plural } from "../../types/format.ts";
import type { HeapFacts } from "./facts.ts";
import type { Found } from "./finding.ts";
import type { Group } from "./groups.ts";
import type { Growing } from "./growing.ts";

/**
 * As many or fewer entries are what a library registers for itself, or a cache that is not yet full: none of the standard
 * library's own dicts with a bound has a larger one than that of `re`, 512.
 */
const MOST_USUAL = 512;
/** The table of a smaller dict does not tell. */
const FEWEST_ENTRIES = 64;
/** Of what was made lately and is alive: no cache that is warm gets so much of it. */
const SHARE_OF_NEW = 0.25;

/**
 * Whether a library's dict is one that a program fills and never empties: it was being filled when the dump was taken, a
 * good part of all that was made lately and stayed went into it, no modules were being loaded at the time, which fill
 * registries too, and nothing was ever taken out of it, which a cache at its bound does all the time.
 */
export function onlyFills(facts: HeapFacts, group: Group, { growth, young, sure, isNew }: Growing): boolean {
  // Up to 3.13 the collector learns of a dict with the first entry that it looks at: an old dict may seem new.
  const [, minor = 0] = facts.version;
  const isFilled = growth === "growing" || (isNew && minor < 14);
  if (sure || !isFilled || facts.ages.isLoading || group.shape !== "container") return false;
  if (group.count <= MOST_USUAL || young < SHARE_OF_NEW * facts.ages.youngData) return false;
  return hadNothingTakenOut(facts, group.object) === true;
}

/** What was seen of it, for the finding. */
export const seenOfFilling = ({ ages }: HeapFacts, { young }: Growing): Found["seen"] => [
  `${formatCount(young)} of ${plural(ages.youngData, "object")} that were made lately and are still there ${young === 1 ? "is" : "are"} in it`,
  "Nothing was taken out of it since it was made or cleared: its table has no room for entries that went",
];

/**
 * Whether a dict has had nothing taken out while it was filled; null where its size does not tell. A table of `t` places
 * takes 2t/3 entries, those that went included. When it is full it becomes the least power of two of at least three times
 * the entries that are there: where none went that is the table after it, where some did and others came it is one
 * larger at least (`insertion_resize` in Objects/dictobject.c, 3.9 to 3.15). Time O(entries).
 */
export function hadNothingTakenOut(
  { view, version }: Pick<HeapFacts, "view" | "version">,
  dict: number,
): boolean | null {
  const { heap } = view.columns;
  const length = numberAt(heap.length, dict);
  const [major = 0, minor = 0] = version;
  if (heap.types[heap.type[dict]].name !== "dict" || major !== 3 || length === UNKNOWN) return null;
  if (length < FEWEST_ENTRIES) return null;
  // From 3.11 on a table of nothing but texts has no hashes.
  const entryBytes = minor >= 11 && hasOnlyTexts(heap, dict) ? 16 : 24;
  const least = tableBytes(placesFor(length), entryBytes);
  const size = numberAt(heap.shallow, dict);
  if (size < 0.9 * least) return null;
  return size < 1.5 * least;
}

/** The smallest table that takes so many entries. */
function placesFor(entries: number): number {
  let places = 8;
  while (Math.floor((2 * places) / 3) < entries) places *= 2;
  return places;
}

function tableBytes(places: number, entryBytes: number): number {
  const indexBytes = places <= 0xff ? 1 : places <= 0xffff ? 2 : 4;
  return 64 + 32 + places * indexBytes + Math.floor((2 * places) / 3) * entryBytes;
}

function hasOnlyTexts(heap: HeapFacts["view"]["columns"]["heap"], dict: number): boolean {
  const { offsets, targets } = heap.references;
  const str = heap.types.findIndex(({ name }) => name === "str");
  for (let e = offsets[dict]; e + 1 < offsets[dict + 1]; e += 2)
    if (targets[e] === heap.objectCount || heap.type[targets[e]] !== str) return false;
  return true;
}
