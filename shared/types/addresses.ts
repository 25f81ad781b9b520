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

/** Time O(n). */
export function addressColumn(addresses: Float64Array): AddressColumn {
  const baseOf = (address: number): number => address - (address % WINDOW_BYTES);
  const bases: number[] = [];
  const firsts: number[] = [];
  const low = new Uint32Array(new SharedArrayBuffer(4 * addresses.length));
  for (let i = 0, end = 0; i < addresses.length; i++) {
    if (i === 0 || addresses[i] >= end) {
      firsts.push(i);
      bases.push(baseOf(addresses[i]));
      end = bases[bases.length - 1] + WINDOW_BYTES;
    }
    low[i] = addresses[i] - bases[bases.length - 1];
  }
  const [base, first] = [byteColumn(bases.length), indexColumn(firsts.length)];
  base.set(bases);
  first.set(firsts);
  return { low, base, first };
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
