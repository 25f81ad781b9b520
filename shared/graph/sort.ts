import { noTick, type Tick } from "../types/graph.ts";
import { TICK_MASK } from "./ticking.ts";

/** 16 bits at a time: four passes over a double, and a counting table that stays in the cache. */
const DIGIT_BITS = 16;
const DIGITS = 1 << DIGIT_BITS;

/**
 * The order that sorts `keys`: positions of the keys, smallest (or, descending, largest) key first; equal keys stay in
 * their order either way.
 *
 * Radix sort, least significant digit first, on the bits of the doubles, which for numbers from 0 up are ordered as
 * the numbers are. Passes in which all keys agree are skipped. Time O(n), about ten times faster than `sort` with a
 * comparison on a million keys; memory 4n bytes for the result and 4n of scratch. Keys must not be negative or NaN.
 */
export function orderOf(keys: Float64Array, descending = false, tick: Tick = noTick): Int32Array<ArrayBuffer> {
  const n = keys.length;
  const digits = new Uint16Array(keys.buffer, keys.byteOffset, 4 * n);
  let order = new Int32Array(n);
  let next = new Int32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;

  const counts = new Int32Array(DIGITS);
  for (let digit = 0; digit < 4; digit++) {
    counts.fill(0);
    for (let i = 0; i < n; i++) {
      if ((i & TICK_MASK) === 0) tick((digit + (0.4 * i) / n) / 4);
      counts[digits[4 * i + digit]]++;
    }
    if (n === 0 || counts[digits[digit]] === n) continue;
    let start = 0;
    for (let i = 0; i < DIGITS; i++) {
      const value = descending ? DIGITS - 1 - i : i;
      const count = counts[value];
      counts[value] = start;
      start += count;
    }
    for (let i = 0; i < n; i++) {
      if ((i & TICK_MASK) === 0) tick((digit + 0.4 + (0.6 * i) / n) / 4);
      const position = order[i];
      next[counts[digits[4 * position + digit]]++] = position;
    }
    [order, next] = [next, order];
  }
  return order;
}
