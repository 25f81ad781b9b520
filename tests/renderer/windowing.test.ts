import { expect, it } from "vitest";
import {
  isScaled,
  largestTop,
  ROW,
  reveal,
  rowForKey,
  scrollHeight,
  scrollTopAt,
  TALLEST,
  topAt,
  visibleRows,
} from "../../renderer/components/windowing.ts";

const SHORT = { rows: 100, viewport: 600 };
const LONG = { rows: 50_000_000, viewport: 600 };

it("stays below the height at which Chromium cuts elements", () => {
  expect(scrollHeight(LONG)).toBe(TALLEST);
  expect(scrollHeight(SHORT)).toBe(100 * ROW);
  expect([isScaled(SHORT), isScaled(LONG)]).toEqual([false, true]);
});

it.each([SHORT, LONG])("leads from one end of the scrollbar to the other end of the list: %o", (extent) => {
  const bottom = scrollHeight(extent) - extent.viewport;
  expect(topAt(extent, 0)).toBe(0);
  expect(topAt(extent, bottom)).toBe(largestTop(extent));
  expect(visibleRows(extent, topAt(extent, bottom)).end).toBe(extent.rows);
});

it("finds its place again from the scrollbar", () => {
  for (const top of [0, 24, 1_000_007, 600_000_000, largestTop(LONG)])
    expect(topAt(LONG, scrollTopAt(LONG, top))).toBeCloseTo(top, 3);
});

it("shows exactly the rows that touch the viewport", () => {
  expect(visibleRows(SHORT, 0)).toEqual({ first: 0, end: 25, shift: 0 });
  expect(visibleRows(SHORT, 30)).toEqual({ first: 1, end: 27, shift: -6 });
  expect(visibleRows({ rows: 3, viewport: 600 }, 0)).toEqual({ first: 0, end: 3, shift: 0 });
  expect(visibleRows({ rows: 0, viewport: 600 }, 0).end).toBe(0);
});

it("moves by exact rows and pages, and stops at both ends", () => {
  const move = (row: number, key: string) => rowForKey(LONG, row, key);
  expect(move(10, "ArrowDown")).toBe(11);
  expect(move(0, "ArrowUp")).toBe(0);
  expect(move(100, "PageDown")).toBe(124);
  expect(move(5, "PageUp")).toBe(0);
  expect(move(5, "End")).toBe(49_999_999);
  expect(move(5, "Home")).toBe(0);
  expect(move(5, "a")).toBeNull();
  expect(rowForKey({ rows: 0, viewport: 600 }, 0, "End")).toBeNull();
});

it("brings a row into view with the least movement", () => {
  expect(reveal(SHORT, 0, 10)).toBe(0);
  expect(reveal(SHORT, 0, 25)).toBe(ROW);
  expect(reveal(SHORT, 480, 3)).toBe(3 * ROW);
  expect(reveal(LONG, 0, LONG.rows - 1)).toBe(largestTop(LONG));
});
