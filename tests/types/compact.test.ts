import { describe, expect, it } from "vitest";
import {
  areChildrenOf,
  type CompactColumn,
  codeColumn,
  compactColumn,
  compactLists,
  listAt,
  listLength,
  lowerBound,
  numberAt,
  numbersOf,
  signedCodeColumn,
  UNKNOWN,
} from "../../shared/types/compact.ts";
import { NONE } from "../../shared/types/graph.ts";
import { graphFromLists } from "../fixtures/graph-from-text.ts";
import { seededRandom } from "../fixtures/random.ts";

const bytesOf = ({ small, places, large }: CompactColumn): number =>
  small.byteLength + places.byteLength + large.byteLength;

/** Numbers about where one width ends and the next begins. */
const EDGES = [
  0,
  1,
  253,
  254,
  255,
  256,
  65_533,
  65_534,
  65_535,
  65_536,
  2 ** 32 - 3,
  2 ** 32 - 2,
  2 ** 32 - 1,
  2 ** 32,
];

describe("a compact column", () => {
  it("gives back what was put in, on 2,000 random columns of every size of numbers", () => {
    for (let seed = 0; seed < 2_000; seed++) {
      const random = seededRandom(seed);
      const large = random.below(4) / 4;
      const most = 2 ** random.below(54);
      const values = Array.from({ length: random.below(60) }, () => {
        if (random.below(8) === 0) return UNKNOWN;
        if (random.next() < large) return EDGES[random.below(EDGES.length)] ?? 0;
        return Math.floor(random.next() * Math.min(most, 300));
      });
      const column = compactColumn(Float64Array.from(values));
      expect([...numbersOf(column)], `seed ${seed}`).toEqual(values);
      expect(column.small.buffer).toBeInstanceOf(SharedArrayBuffer);
      expect(bytesOf(column)).toBeLessThanOrEqual(8 * values.length);
    }
  });

  it("takes a byte for small numbers, and eight or twelve more for each of the few that are not", () => {
    const values = Array.from({ length: 1000 }, (_, i) => i % 200);
    expect(bytesOf(compactColumn(Float64Array.from(values)))).toBe(1000);
    values[7] = 2 ** 31;
    values[9] = 254;
    expect(bytesOf(compactColumn(Float64Array.from(values)))).toBe(1000 + 16);
    values[7] = 2 ** 40;
    expect(bytesOf(compactColumn(Float64Array.from(values)))).toBe(1000 + 24);
    expect(bytesOf(compactColumn(Float64Array.from(values.map((value) => 300 + value))))).toBe(2000 + 12);
    expect(bytesOf(compactColumn(Float64Array.from(values.map((value) => 70_000 + value))))).toBe(4000 + 12);
    expect(bytesOf(compactColumn(Float64Array.from(values.map((value) => 2 ** 33 + value))))).toBe(8000);
  });

  it("takes another number for one that is not known", () => {
    const column = compactColumn(Uint32Array.of(5, 0xffffffff, 0xfffffffe), 0xffffffff);
    expect([...numbersOf(column)]).toEqual([5, UNKNOWN, 0xfffffffe]);
  });

  it("knows nothing of places that it does not have", () => {
    for (const column of [[], [3], [2 ** 50, 2 ** 50]].map((values) => compactColumn(Float64Array.from(values)))) {
      expect(numberAt(column, 5)).toBe(UNKNOWN);
      expect(numberAt(column, NONE)).toBe(UNKNOWN);
    }
  });
});

it("compact lists give back what was put in, on 300 random trees with short and long lists", () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = seededRandom(seed);
    const nodes = random.below(700);
    const share = random.next();
    const few = 1 + random.below(4);
    const parent = Array.from({ length: nodes }, (_, v) =>
      v === 0 ? NONE : random.next() < share ? random.below(Math.min(v, few)) : random.below(v),
    );
    const lists = parent.map((): number[] => []);
    for (const [child, p] of parent.entries()) lists[p]?.push(child);
    const compact = compactLists(graphFromLists(lists));
    expect(
      lists.map((_, v) => [...listAt(compact, v)]),
      `seed ${seed}`,
    ).toEqual(lists);
    expect(lists.map((_, v) => listLength(compact, v))).toEqual(lists.map(({ length }) => length));
  }
});

it("lists of children are told from lists that are something else, on 200 random trees", () => {
  for (let seed = 0; seed < 200; seed++) {
    const random = seededRandom(seed);
    const nodes = 2 + random.below(150);
    const parent = Int32Array.from({ length: nodes }, (_, v) => (v === 0 ? NONE : random.below(v)));
    const childrenIn = (parents: Int32Array) => {
      const lists = Array.from(parents, (): number[] => []);
      for (const [child, p] of parents.entries()) lists[p]?.push(child);
      return compactLists(graphFromLists(lists));
    };
    expect(areChildrenOf(parent, childrenIn(parent)), `seed ${seed}`).toBe(true);

    const child = 1 + random.below(nodes - 1);
    const other = parent.with(child, random.below(child));
    expect(areChildrenOf(parent, childrenIn(other)), `seed ${seed}`).toBe(other[child] === parent[child]);

    const sound = childrenIn(parent);
    const changed = (column: CompactColumn, at: number, by: number) => {
      const small = column.small.slice();
      small[at] = (small[at] ?? 0) + by;
      return { ...column, small };
    };
    const by = random.below(2) === 0 ? 1 : -1;
    expect(areChildrenOf(parent, { ...sound, steps: changed(sound.steps, random.below(nodes - 1), by) })).toBe(false);
    expect(areChildrenOf(parent, { ...sound, within: changed(sound.within, random.below(nodes), by) })).toBe(false);
  }
});

it("numbers below a bound take as many bytes as the bound needs", () => {
  expect([256, 257, 65_536, 65_537].map((bound) => codeColumn(10, bound).BYTES_PER_ELEMENT)).toEqual([1, 2, 2, 4]);
  for (const [bound, bytes] of [
    [128, 1],
    [129, 2],
    [32_768, 2],
    [32_769, 4],
  ] as const) {
    const column = signedCodeColumn(2, bound);
    column.set([NONE, bound - 1]);
    expect([...column]).toEqual([NONE, bound - 1]);
    expect(column.BYTES_PER_ELEMENT).toBe(bytes);
  }
});

it("the lower bound of a number is where it stands or would be inserted", () => {
  const increasing = [2, 4, 4, 9];
  expect([1, 2, 3, 4, 5, 9, 10].map((value) => lowerBound(increasing, value))).toEqual([0, 0, 1, 1, 3, 3, 4]);
});
