import { expect, it } from "vitest";
import { rateOf, secondsToLimit } from "../../shared/types/rate.ts";

const MIB = 2 ** 20;
const HOUR = 3600;

it("a rate is told in the largest unit that is at most ten times as long as what was seen", () => {
  expect(rateOf(218 * MIB, 22 * HOUR)).toEqual({ bytes: (218 * MIB) / 22, per: "h" });
  expect(rateOf(60, 90)).toEqual({ bytes: 40, per: "min" });
  expect(rateOf(60, 360)).toEqual({ bytes: 600, per: "h" });
  expect(rateOf(6, 2)).toEqual({ bytes: 3, per: "s" });
});

it("there is no rate without a time, in no time, or backwards", () => {
  expect([null, 0, 0.7, -HOUR].map((seconds) => rateOf(MIB, seconds))).toEqual([null, null, null, null]);
});

it("a limit is reached when the rest has grown at the same rate", () => {
  expect(secondsToLimit(100 * MIB, 300 * MIB, 10 * HOUR, 400 * MIB)).toBe(5 * HOUR);
  expect(secondsToLimit(100, 500, HOUR, 400)).toBe(0);
});

it("no limit is foretold where none is known, nothing grew, or it is ten times further off than was seen", () => {
  expect(secondsToLimit(100, 200, HOUR, null)).toBeNull();
  expect(secondsToLimit(null, 200, HOUR, 400)).toBeNull();
  expect(secondsToLimit(200, 200, HOUR, 400)).toBeNull();
  expect(secondsToLimit(300, 200, HOUR, 400)).toBeNull();
  expect(secondsToLimit(100, 101, HOUR, 400)).toBeNull();
  expect(secondsToLimit(100, 200, null, 400)).toBeNull();
});
