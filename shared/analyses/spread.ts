import { numberAt } from "../types/compact.ts";
import type { Tick } from "../types/graph.ts";
import { asObjectId } from "../types/ids.ts";
import type { SizeFigures, Spread, SpreadRow } from "../types/rows.ts";
import { generationOf } from "./references.ts";
import type { HeapView } from "./view.ts";

/** Python's allocator serves requests up to this many bytes from pools of one size each (`SMALL_REQUEST_THRESHOLD`). */
const SMALL = 512;
/** Pools are for sizes that are multiples of this (`ALIGNMENT` in Objects/obmalloc.c, 64 bit). */
const STEP = 16;

/**
 * How own sizes, or the collector's generations, of some objects are spread; classes without objects are left out. Sizes
 * are in the allocator's size classes up to 512 bytes, and double from class to class above. `from` and `to` are the
 * bounds, both included; generations are numbers, and -1 for objects that the collector does not look at or that the dump
 * knows none of. Time O(objects + s log s) for s different sizes.
 */
export function spread(view: HeapView, objects: Int32Array, by: "size" | "generation", tick: Tick): Spread {
  const { heap } = view.columns;
  const rows = new Map<number, { -readonly [K in keyof SpreadRow]: SpreadRow[K] }>();
  const counts = new Map<number, number>();
  let largest = { size: -1, object: 0 };
  for (let i = 0; i < objects.length; i++) {
    if ((i & 0x7fff) === 0) tick(i / objects.length);
    const object = objects[i];
    const size = numberAt(heap.shallow, object);
    const { from, to } = by === "size" ? sizeClass(size) : generationClass(heap.flags[object]);
    const row = rows.get(from) ?? { from, to, objects: 0, shallowBytes: 0 };
    rows.set(from, row);
    row.objects++;
    row.shallowBytes += size;
    if (by === "size") counts.set(size, (counts.get(size) ?? 0) + 1);
    if (size > largest.size || (size === largest.size && object < largest.object)) largest = { size, object };
  }
  return {
    rows: [...rows.values()].sort((a, b) => a.from - b.from),
    figures: counts.size === 0 ? null : figures(counts, objects.length, largest),
  };
}

/** `counts`: how many objects there are of each size. */
function figures(
  counts: ReadonlyMap<number, number>,
  objects: number,
  { size, object }: { readonly size: number; readonly object: number },
): SizeFigures {
  const sizes = [...counts].sort(([a], [b]) => a - b);
  const at = (share: number): number => {
    let counted = 0;
    for (const [each, count] of sizes) {
      counted += count;
      if (counted >= share * objects) return each;
    }
    return size;
  };
  return { median: at(0.5), p90: at(0.9), p99: at(0.99), largest: size, largestObject: asObjectId(object) };
}

/** The class that a size belongs to: `57` -> 49 to 64, `600` -> 513 to 1024. */
export function sizeClass(size: number): { readonly from: number; readonly to: number } {
  if (size <= 0) return { from: 0, to: 0 };
  if (size <= SMALL) {
    const to = Math.ceil(size / STEP) * STEP;
    return { from: to - STEP + 1, to };
  }
  const to = 2 ** Math.ceil(Math.log2(size));
  return { from: to / 2 + 1, to };
}

function generationClass(flags: number): { readonly from: number; readonly to: number } {
  const generation = generationOf(flags) ?? -1;
  return { from: generation, to: generation };
}

/** Those of the objects whose own size, or generation, is within the bounds. Time O(objects). */
export function within(
  { columns: { heap } }: HeapView,
  objects: Int32Array,
  { by, from, to }: { by: "size" | "generation"; from: number; to: number },
): Int32Array {
  return objects.filter((object) => {
    const value = by === "size" ? numberAt(heap.shallow, object) : (generationOf(heap.flags[object]) ?? -1);
    return value >= from && value <= to;
  });
}
