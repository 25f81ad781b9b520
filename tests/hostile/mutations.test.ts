import { afterAll, describe, expect, it } from "vitest";
import { makeTrials, tried } from "./trials.ts";

/** In all, spread over the trials; `npm run mutations` makes ten thousand. */
const TOTAL = 1000;

const trials = makeTrials();
const SEEDS = Math.ceil(TOTAL / trials.all.length);

describe("a file that was changed at random", () => {
  afterAll(() => {
    const left = trials.leftovers();
    trials.close();
    expect(left).toEqual([]);
  });

  it.each(trials.all)("$group: $name: is refused, says what is wrong, or has the totals of before", (trial) => {
    expect(tried(trial, SEEDS).complaints).toEqual([]);
  });
});
