import type { Tick } from "../types/graph.ts";

/**
 * A long loop calls its tick whenever `(step & TICK_MASK) === 0`: every 32,768 steps. Random memory costs up
 * to 2 µs a step on a large heap, so calls are a few to 70 ms apart, and cancelling is heard in time.
 */
export const TICK_MASK = 0x7fff;

/** A comparison for a long sort, which then is stopped as other loops are: by what its tick throws. */
export function ticking<T>(compare: (a: T, b: T) => number, tick: Tick): (a: T, b: T) => number {
  let compared = 0;
  return (a, b) => {
    if ((++compared & TICK_MASK) === 0) tick(0);
    return compare(a, b);
  };
}
