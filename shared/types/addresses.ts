import { lowerBound } from "./compact.ts";
import { byteColumn, type IndexColumn, indexColumn, NONE } from "./graph.ts";

const WINDOW_BYTES = 2 ** 32;

/**
 * Increasing addresses below 2^53 in 4 bytes each: a process uses few of its windows of 4 GiB, and in each of them
 * stands a run of objects. At worst there are 2^21 windows.
 */
export interface AddressColumn {
  /** The address within its window, by object. */
  readonly low: Uint32Array;
  /** By window, both increasing: where it begins, and its first object. */
  readonly base: Float64Array;
  readonly first: IndexColumn;
}

/** Makes a column of addresses that come in order, as two halves of 32 bits each. */
export class AddressWriter {
  /** The lower halves; whoever reads them from a file writes them here. */
  readonly low: Uint32Array;
  readonly #bases: number[] = [];
  readonly #firsts: number[] = [];
  #window = -1;

  constructor(objects: number) {
    this.low = new Uint32Array(new SharedArrayBuffer(4 * objects));
  }

  /**
   * Takes over the objects `first` to `first + count`, whose lower halves are there and whose upper halves, below 2^21,
   * are the first of `high`. False where they do not increase.
   */
  take(first: number, count: number, high: ArrayLike<number>): boolean {
    const { low } = this;
    for (let i = 0; i < count; i++) {
      const object = first + i;
      if (high[i] === this.#window) {
        if (low[object] <= low[object - 1]) return false;
        continue;
      }
      if (high[i] < this.#window) return false;
      this.#window = high[i];
      this.#bases.push(high[i] * WINDOW_BYTES);
      this.#firsts.push(object);
    }
    return true;
  }

  finish(): AddressColumn {
    const [base, first] = [byteColumn(this.#bases.length), indexColumn(this.#firsts.length)];
    base.set(this.#bases);
    first.set(this.#firsts);
    return { low: this.low, base, first };
  }
}

/** Time O(log windows). */
export const addressAt = ({ low, base, first }: AddressColumn, object: number): number =>
  base[lowerBound(first, object + 1) - 1] + low[object];

/** All addresses, 8 bytes each. */
export function addressesOf({ low, base, first }: AddressColumn): Float64Array<ArrayBuffer> {
  const addresses = new Float64Array(low.length);
  for (let w = 0; w < base.length; w++) {
    const end = w + 1 < first.length ? first[w + 1] : low.length;
    for (let i = first[w]; i < end; i++) addresses[i] = base[w] + low[i];
  }
  return addresses;
}

/** The object at this address; `NONE` if there is none. Time O(log objects). */
export function objectAtAddress({ low, base, first }: AddressColumn, address: number): number {
  const w = lowerBound(base, address - WINDOW_BYTES + 1);
  const begin = w < base.length && base[w] <= address ? first[w] : low.length;
  const end = w + 1 < first.length ? first[w + 1] : low.length;
  const object = begin + lowerBound(low.subarray(begin, end), address - base[w]);
  return object < end && low[object] === address - base[w] ? object : NONE;
}
