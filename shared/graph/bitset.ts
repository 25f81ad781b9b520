/** A set of small numbers, one bit each. A million nodes fit into 125 KB, so membership tests stay in the cache. */
export type BitSet = Int32Array<ArrayBuffer>;

/** An empty set for the numbers 0 to `length - 1`. Memory: `length / 8` bytes. */
export const emptyBitSet = (length: number): BitSet => new Int32Array((length + 31) >>> 5);

export const hasBit = (bits: BitSet, i: number): boolean => (bits[i >>> 5] & (1 << (i & 31))) !== 0;

export function addBit(bits: BitSet, i: number): void {
  bits[i >>> 5] |= 1 << (i & 31);
}
