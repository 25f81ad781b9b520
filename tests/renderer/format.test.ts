import { expect, it } from "vitest";
import {
  formatBytes,
  formatCount,
  formatDate,
  formatDuration,
  formatShare,
  plural,
} from "../../renderer/components/format.ts";

it.each([
  [0, "0 B"],
  [1, "1 B"],
  [1023, "1023 B"],
  [1024, "1.0 KiB"],
  [1536, "1.5 KiB"],
  [999 * 1024, "999.0 KiB"],
  [1000 * 1024, "1.0 MiB"],
  [1024 ** 2 - 1, "1.0 MiB"],
  [5 * 1024 ** 3, "5.0 GiB"],
  [2 ** 53, "8192.0 TiB"],
  [-1536, "−1.5 KiB"],
])("writes %d bytes as %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

it("never writes more than three digits before the point where there is a larger unit", () => {
  for (let bytes = 1; bytes < 2 ** 49; bytes = Math.ceil(bytes * 1.01))
    expect(formatBytes(bytes)).not.toMatch(/\d{4}\./);
});

it("separates thousands", () => {
  expect(formatCount(1204331)).toBe("1,204,331");
  expect(plural(1, "object")).toBe("1 object");
  expect(plural(2114, "type")).toBe("2,114 types");
});

it.each([
  [1, 3, "33 %"],
  [0, 3, "0 %"],
  [1, 100_000, "< 0.1 %"],
  [44, 1000, "4.4 %"],
  [3, 3, "100 %"],
  [3, 0, "–"],
])("writes %d of %d as %s", (part, whole, text) => {
  expect(formatShare(part, whole)).toBe(text);
});

it("writes durations in the unit that reads best", () => {
  expect([4.4, 999, 1234, 61_000].map(formatDuration)).toEqual(["4 ms", "999 ms", "1.2 s", "1 min 1 s"]);
});

it("shows what is no time as it stands", () => {
  expect(formatDate("yesterday")).toBe("yesterday");
  expect(formatDate("2026-11-22T09:14:00Z")).toContain("2026");
});
