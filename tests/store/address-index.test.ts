import { describe, expect, it } from "vitest";
import { AddressIndex } from "../../shared/store/address-index.ts";
import { NONE } from "../../shared/types/graph.ts";
import { seededRandom } from "../fixtures/random.ts";

describe("the address index", () => {
  it.each([1, 2, 3, 4])("finds every address and no other (seed %i)", (seed) => {
    const { next } = seededRandom(seed);
    const addresses = new Set<number>();
    for (let i = 0; i < 20_000; i++) {
      // Some arenas far apart, some above 2^32 and 2^40, as on a real machine.
      const arena = [0x1000, 0x5600_0000_0000, 0x7f12_3456_7000, 0x7fff_0000_0000][Math.floor(next() * 4)] as number;
      addresses.add(arena + 16 * Math.floor(next() * 40_000));
    }
    const sorted = Float64Array.from(addresses).sort();
    const index = new AddressIndex(sorted);
    for (const [i, address] of sorted.entries()) {
      expect(index.find(address)).toBe(i);
      expect(index.find(address + 8)).toBe(NONE);
    }
    expect([0, 1, 2 ** 52, 2 ** 32].map((address) => index.find(address))).toEqual([NONE, NONE, NONE, NONE]);
  });

  it("finds nothing in an empty dump", () => {
    expect(new AddressIndex(new Float64Array(0)).find(0x7f00)).toBe(NONE);
  });
});
