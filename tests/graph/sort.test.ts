import { describe, expect, it } from "vitest";
import { orderOf } from "../../shared/graph/sort.ts";
import { seededRandom } from "../fixtures/random.ts";

/** The definition: a stable sort with a comparator. */
const slowOrder = (keys: Float64Array, descending: boolean): number[] =>
  [...keys.keys()].sort((a, b) => (descending ? (keys[b] ?? 0) - (keys[a] ?? 0) : (keys[a] ?? 0) - (keys[b] ?? 0)));

describe("sorting by key", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])("agrees with a stable comparison sort, either way (seed %i)", (seed) => {
    const { next } = seededRandom(seed);
    const scale = [1, 10, 1e6, 2 ** 40, 2 ** 52][seed % 5] ?? 1;
    const keys = Float64Array.from({ length: 1000 }, () => Math.floor(next() * scale) + (seed % 2) / 2);
    expect([...orderOf(keys)]).toEqual(slowOrder(keys, false));
    expect([...orderOf(keys, true)]).toEqual(slowOrder(keys, true));
  });

  it("keeps equal keys in their order and sorts nothing into nothing", () => {
    expect([...orderOf(new Float64Array([5, 5, 5]), true)]).toEqual([0, 1, 2]);
    expect([...orderOf(new Float64Array(0))]).toEqual([]);
  });

  it("works on a part of a longer column", () => {
    expect([...orderOf(new Float64Array([9, 3, 2, 1]).subarray(1))]).toEqual([2, 1, 0]);
  });
});
