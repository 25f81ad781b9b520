import { describe, expect, it } from "vitest";
import { AddressIndex } from "../../shared/store/address-index.ts";
import { NONE } from "../../shared/types/graph.ts";
import { addressColumn } from "../fixtures/address-column.ts";
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
    const index = new AddressIndex(addressColumn(sorted));
    const find = (address: number) => index.find(address % 2 ** 32, Math.floor(address / 2 ** 32));
    for (const [i, address] of sorted.entries()) {
      expect(find(address)).toBe(i);
      expect(find(address + 8)).toBe(NONE);
    }
    expect([0, 1, 2 ** 52, 2 ** 32].map((address) => find(address))).toEqual([NONE, NONE, NONE, NONE]);
  });

  it("finds each of the objects that crowd at one end of a memory page, and none between them", () => {
    const addresses = [...Array.from({ length: 2000 }, (_, i) => 0x7000 + i), 0x7ffe, 0x7fff, 0x8000];
    const index = new AddressIndex(addressColumn(addresses));
    const wanted = new Map(addresses.map((address, i) => [address, i]));
    for (let address = 0x6ff0; address < 0x8010; address++)
      expect(index.find(address, 0)).toBe(wanted.get(address) ?? NONE);
  });

  it("finds nothing in an empty dump", () => {
    expect(new AddressIndex(addressColumn([])).find(0x7f00, 0)).toBe(NONE);
  });
});
