import { expect, it } from "vitest";
import { addBit, emptyBitSet, hasBit } from "../../shared/graph/bitset.ts";

it("a bit set holds what was added and nothing else, across word boundaries", () => {
  const bits = emptyBitSet(100);
  const members = [0, 1, 31, 32, 63, 64, 99];
  for (const i of members) addBit(bits, i);
  expect(Array.from({ length: 100 }, (_, i) => i).filter((i) => hasBit(bits, i))).toEqual(members);
});

it("a bit set takes one bit for each number", () => {
  expect([0, 1, 32, 33].map((length) => emptyBitSet(length).length)).toEqual([0, 1, 1, 2]);
});
