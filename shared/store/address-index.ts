import type { AddressColumn } from "../types/addresses.ts";
import { type IndexColumn, indexColumn, NONE } from "../types/graph.ts";

/** Objects lie close together, so a small table of memory pages narrows the search to a few cache lines. */
const PAGE_BITS = 12;
const PAGE_BYTES = 1 << PAGE_BITS;

/** What the table says of a memory page, side by side in one cache line: its address, and its objects. */
const SLOT = { page: 0, window: 1, first: 2, end: 3, numbers: 4 } as const;

/**
 * Finds an object's number by its address, which is given as two halves of 32 bits: doubles take three times as long.
 *
 * A hash table of the 4 KiB memory pages in use gives the range of objects in that page. An allocator fills a page with
 * objects of one size, so the place within the page says where among them to look first; from there steps double until
 * they have gone too far, and the rest is a binary search. Building costs O(n); `find` O(log 4096) and, in practice, two
 * cache misses. Memory: 32 to 64 bytes per memory page in use, below one byte per object.
 */
export class AddressIndex {
  readonly #low: Uint32Array;
  readonly #mask: number;
  /** `SLOT.numbers` for each slot; one with `end` 0 is empty. */
  readonly #slots: IndexColumn;

  /** `slots` are those of an index of the same addresses, made before. */
  constructor(addresses: AddressColumn, slots?: IndexColumn) {
    this.#low = addresses.low;
    if (slots !== undefined) {
      this.#slots = slots;
      this.#mask = slots.length / SLOT.numbers - 1;
      return;
    }
    const { low, base, first } = addresses;
    const runs = (meet: (page: number, window: number, begin: number, end: number) => void): void => {
      for (let w = 0; w < base.length; w++) {
        const windowEnd = w + 1 < first.length ? first[w + 1] : low.length;
        for (let i = first[w]; i < windowEnd; ) {
          const begin = i;
          const page = low[begin] >>> PAGE_BITS;
          while (i < windowEnd && low[i] >>> PAGE_BITS === page) i++;
          meet(page, base[w] / 2 ** 32, begin, i);
        }
      }
    };
    let pages = 0;
    runs(() => {
      pages++;
    });
    let capacity = 16;
    while (capacity < 2 * pages) capacity *= 2;
    this.#mask = capacity - 1;
    const made = indexColumn(SLOT.numbers * capacity);
    runs((page, window, begin, end) => {
      let at = this.#slotOf(page, window);
      while (made[at + SLOT.end] !== 0) at = (at + SLOT.numbers) % made.length;
      made[at + SLOT.page] = page;
      made[at + SLOT.window] = window;
      made[at + SLOT.first] = begin;
      made[at + SLOT.end] = end;
    });
    this.#slots = made;
  }

  /** Shared memory, for an index of the same addresses in another worker. */
  get slots(): IndexColumn {
    return this.#slots;
  }

  /** The number of the object at address `high` × 2^32 + `low`, `high` below 2^21; `NONE` if there is none. */
  find(low: number, high: number): number {
    const slots = this.#slots;
    const page = low >>> PAGE_BITS;
    let at = this.#slotOf(page, high);
    while (slots[at + SLOT.page] !== page || slots[at + SLOT.window] !== high || slots[at + SLOT.end] === 0) {
      if (slots[at + SLOT.end] === 0) return NONE;
      at += SLOT.numbers;
      if (at === slots.length) at = 0;
    }
    const addresses = this.#low;
    let least = slots[at + SLOT.first];
    let most = slots[at + SLOT.end] - 1;
    let i = least + (((low & (PAGE_BYTES - 1)) * (most - least + 1)) >>> PAGE_BITS);
    for (let step = 1; least <= most; step *= 2) {
      const found = addresses[i];
      if (found === low) return i;
      if (found < low) {
        least = i + 1;
        i += step;
      } else {
        most = i - 1;
        i -= step;
      }
      if (i < least || i > most) i = (least + most) >>> 1;
    }
    return NONE;
  }

  #slotOf(page: number, window: number): number {
    return SLOT.numbers * (((Math.imul(page, 0x9e3779b1) ^ Math.imul(window, 0x85ebca6b)) >>> 8) & this.#mask);
  }
}
