export { formatBytes, formatCount, formatShare, plural } from "../../shared/types/format.ts";

const dates = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

/** `formatDuration(1234)` -> `"1.2 s"`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** The time a capture wrote, in the reader's own time zone; as it stands where it is no time. */
export function formatDate(text: string): string {
  const time = Date.parse(text);
  return Number.isNaN(time) ? text : dates.format(time);
}
