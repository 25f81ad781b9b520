/** A long loop calls its tick whenever `(step & TICK_MASK) === 0`: every 65,536 steps, a few milliseconds apart. */
export const TICK_MASK = 0xffff;
