import { rateOf } from "../../shared/types/rate.ts";
import { formatBytes, formatCount, formatDuration } from "./format.ts";

export type Direction = "grew" | "shrank" | "same";

export const directionOf = (delta: number): Direction => (delta > 0 ? "grew" : delta < 0 ? "shrank" : "same");

/** `signedBytes(1536)` -> `"+1.5 KiB"`. */
export const signedBytes = (delta: number): string =>
  delta === 0 ? "0" : `${delta > 0 ? "+" : ""}${formatBytes(delta)}`;

/** `signedCount(-1200)` -> `"−1,200"`. */
export const signedCount = (delta: number): string =>
  delta === 0 ? "0" : `${delta > 0 ? "+" : "−"}${formatCount(Math.abs(delta))}`;

/** `formatSpan(80_040)` -> `"22 h 14 min"`: the time between two dumps, in its two largest units. */
export function formatSpan(seconds: number): string {
  if (seconds < 60) return formatDuration(1000 * seconds);
  if (seconds < 120) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return both(`${hours} h`, minutes % 60, "min");
  return both(`${Math.floor(hours / 24)} days`, hours % 24, "h");
}

const both = (large: string, small: number, unit: string): string =>
  small === 0 ? large : `${large} ${small} ${unit}`;

/** `formatRate(218 MiB, 22 h)` -> `"9.9 MiB/h"`; null where the time is too short to say. */
export function formatRate(bytes: number, seconds: number | null): string | null {
  const rate = rateOf(bytes, seconds);
  return rate === null ? null : `${formatBytes(rate.bytes)}/${rate.per}`;
}
