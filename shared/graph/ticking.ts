/**
 * A long loop calls its tick whenever `(step & TICK_MASK) === 0`: every 32,768 steps. Random memory costs up
 * to 2 µs a step on a large heap, so calls are a few to 70 ms apart, and cancelling is heard in time.
 */
export const TICK_MASK = 0x7fff;
