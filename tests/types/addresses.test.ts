import { describe, expect, it } from "vitest";
import { addressAt, addressesOf, objectAtAddress } from "../../shared/types/addresses.ts";
import { NONE } from "../../shared/types/graph.ts";
import { addressColumn } from "../fixtures/address-column.ts";
import { seededRandom } from "../fixtures/random.ts";

const WINDOW = 2 ** 32;

describe("addresses in four bytes", () => {
  it("are as they were, and lead back to their objects, on 500 random heaps near and far", () => {
    for (let seed = 0; seed < 500; seed++) {
      const random = seededRandom(seed);
      const spread = 2 ** (4 + random.below(46));
      const edges = [0, WINDOW - 1, WINDOW, 7 * WINDOW - 1, 7 * WINDOW, 2 ** 53 - 1];
      const some = Array.from({ length: random.below(40) }, () =>
        random.below(4) === 0 ? (edges[random.below(edges.length)] ?? 0) : Math.floor(random.next() * spread),
      );
      const addresses = [...new Set(some)].sort((a, b) => a - b);
      const column = addressColumn(addresses);
      expect([...addressesOf(column)], `seed ${seed}`).toEqual(addresses);
      expect(addresses.map((_, object) => addressAt(column, object))).toEqual(addresses);
      expect(addresses.map((address) => objectAtAddress(column, address))).toEqual([...addresses.keys()]);
      for (const near of [-1, ...addresses.flatMap((a) => [a - 1, a + 1, a + WINDOW, a - WINDOW])])
        expect(objectAtAddress(column, near), `${near}`).toBe(addresses.indexOf(near));
    }
  });

  it("must increase, within a window of 4 GiB and from one to the next", () => {
    const wrong = [
      [5, 5],
      [6, 5],
      [WINDOW, 5],
      [2 * WINDOW, WINDOW + 7],
      [WINDOW + 7, WINDOW + 7],
    ];
    for (const addresses of wrong) expect(() => addressColumn(addresses), `${addresses}`).toThrow();
  });

  it("are none where there are none", () => {
    const column = addressColumn([]);
    expect([...addressesOf(column)]).toEqual([]);
    expect(objectAtAddress(column, 5)).toBe(NONE);
  });
});
