import type { Bytes } from "./ids.ts";

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;
const counts = new Intl.NumberFormat("en-US");

/** `1536` -> `"1.5 KiB"`. Binary units with three digits at most before the unit changes; plain bytes without decimals. */
export function formatBytes(bytes: Bytes): string {
  const sign = bytes < 0 ? "−" : "";
  let scaled = Math.abs(bytes);
  let power = 0;
  // Four digits before the point are hard to compare with one: 1000 KiB are 1.0 MiB. 999.95 would round to 1000.0.
  while (scaled >= (power === 0 ? 1024 : 999.95) && power < UNITS.length - 1) {
    scaled /= 1024;
    power++;
  }
  return `${sign}${power === 0 ? Math.round(scaled) : scaled.toFixed(1)} ${UNITS[power]}`;
}

/** `1204331` -> `"1,204,331"`. */
export const formatCount = (count: number): string => counts.format(count);

/** `formatShare(1, 3)` -> `"33 %"`; one decimal below ten per cent, never a false zero. */
export function formatShare(part: number, whole: number): string {
  if (whole <= 0) return "–";
  const share = (100 * part) / whole;
  if (share > 0 && share < 0.1) return "< 0.1 %";
  return `${share >= 9.95 || share === 0 ? Math.round(share) : share.toFixed(1)} %`;
}

/** `plural(2, "object")` -> `"2 objects"`. */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;
