import { expect, it } from "vitest";
import { Largest } from "../../shared/graph/largest.ts";
import { seededRandom } from "../fixtures/random.ts";

it("keeps the largest keys, equal ones by their position", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = seededRandom(seed);
    const keys = Array.from({ length: random.below(40) }, () => random.below(12));
    const k = random.below(12);
    const largest = new Largest(k);
    keys.forEach((key, position) => {
      largest.offer(key, position);
    });
    const sorted = [...keys.keys()].sort((a, b) => (keys[b] ?? 0) - (keys[a] ?? 0) || a - b).slice(0, k);
    expect(largest.positions(), `seed ${seed}`).toEqual(sorted);
  }
});
