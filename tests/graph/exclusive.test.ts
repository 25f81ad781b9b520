import { expect, it } from "vitest";
import { exclusiveGroups, SHARED } from "../../shared/graph/exclusive.ts";
import { type Csr, NONE, noTick } from "../../shared/types/graph.ts";
import { graphFromLists, graphFromText } from "../fixtures/graph-from-text.ts";
import { seededRandom } from "../fixtures/random.ts";
import { randomCase } from "../fixtures/random-graph.ts";

/** The same, slowly: a search from every group, and who was reached by whom. */
function slowly({ nodeCount, offsets, targets }: Csr, groups: number[][], others: number[]): number[] {
  const reachedFrom = (starts: number[]): Set<number> => {
    const seen = new Set(starts);
    for (const v of seen) for (const w of targets.subarray(offsets[v], offsets[v + 1])) seen.add(w);
    return seen;
  };
  const byGroup = groups.map(reachedFrom);
  const elsewhere = reachedFrom(others);
  return Array.from({ length: nodeCount }, (_, v) => {
    const by = byGroup.flatMap((seen, group) => (seen.has(v) ? [group] : []));
    if (elsewhere.has(v) || by.length > 1) return SHARED;
    return by[0] ?? NONE;
  });
}

it("gives each group what it alone reaches", () => {
  const { graph, names } = graphFromText(`
    first -> own common
    second -> other common
    own -> deeper
    other -> known
    module -> known
    common -> below
  `);
  const of = (name: string) => names.indexOf(name);
  const label = exclusiveGroups(graph, [[of("first")], [of("second")]], [of("module")], noTick);
  expect(Object.fromEntries(names.map((name, v) => [name, label[v]]))).toEqual({
    first: 0,
    own: 0,
    deeper: 0,
    second: 1,
    other: 1,
    common: SHARED,
    below: SHARED,
    known: SHARED,
    module: SHARED,
  });
});

it("agrees with one search per group on random graphs", () => {
  for (let seed = 1; seed <= 400; seed++) {
    const { lists, starts } = randomCase(seed, 24);
    const random = seededRandom(seed);
    const graph = graphFromLists(lists);
    const draw = (count: number) => Array.from({ length: count }, () => random.below(lists.length));
    const groups = Array.from({ length: random.below(4) }, () => draw(random.below(3)));
    const others = random.below(2) === 0 ? [] : [...starts];
    expect([...exclusiveGroups(graph, groups, others, noTick)], `seed ${seed}`).toEqual(slowly(graph, groups, others));
  }
});

it("goes down a chain of a million without recursion", () => {
  const count = 1_000_000;
  const offsets = Int32Array.from({ length: count + 1 }, (_, v) => Math.min(v, count - 1));
  const targets = Int32Array.from({ length: count - 1 }, (_, v) => v + 1);
  const label = exclusiveGroups({ nodeCount: count, offsets, targets }, [[0]], [], noTick);
  expect(label.every((each) => each === 0)).toBe(true);
});
