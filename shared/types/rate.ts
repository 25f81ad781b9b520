/** Growth in a time, in the largest unit for which it can be told: `bytes` per `per`. */
export interface Rate {
  readonly bytes: number;
  readonly per: "h" | "min" | "s";
}

/** Nothing is told for longer than this many times as long as was seen. */
const FORESIGHT = 10;

const UNITS = [
  { per: "h", seconds: 3600 },
  { per: "min", seconds: 60 },
  { per: "s", seconds: 1 },
] as const;

/** `rateOf(218 MiB, 22 h)` -> 9.9 MiB per hour; null where the time is unknown or too short to say. */
export function rateOf(bytes: number, seconds: number | null): Rate | null {
  if (seconds === null || seconds < 1) return null;
  const unit = UNITS.find((each) => seconds * FORESIGHT >= each.seconds);
  return unit === undefined ? null : { bytes: (bytes / seconds) * unit.seconds, per: unit.per };
}

/**
 * Seconds from the later of two measurements until `limit` bytes are reached at their rate, 0 where they are; null where
 * there is no limit, nothing grew, or it is too far off to say.
 */
export function secondsToLimit(
  before: number | null,
  after: number | null,
  seconds: number | null,
  limit: number | null,
): number | null {
  if (before === null || after === null || seconds === null || limit === null || seconds < 1) return null;
  if (after >= limit) return 0;
  const left = ((limit - after) * seconds) / (after - before);
  return left > 0 && left <= FORESIGHT * seconds ? left : null;
}
