import { describe, expect, it } from "vitest";
import { NONE } from "../../shared/types/graph.ts";
import { viewOf } from "../fixtures/drawn-heap.ts";
import { seededRandom } from "../fixtures/random.ts";
import { reachability } from "../graph/definitions.ts";

describe("cycles of data", () => {
  it("are those that remain without references to classes, to globals and weak ones, on 60 random heaps", () => {
    let [cyclic, single] = [0, 0];
    for (let seed = 0; seed < 60; seed++) {
      const { picture, names, data } = randomHeap(seed);
      const { view, id } = viewOf(picture);
      const cycles = view.cycles;
      if (cycles === null) throw new Error("All stages are done");
      const leadsTo = reachability(data);
      const cycleOf = names.map((name) => cycles.cycleOf[id[name] as number]);
      for (let a = 0; a < names.length; a++) {
        expect(cycleOf[a] !== NONE, `seed ${seed}, ${names[a]}\n${picture}`).toBe(
          data[a].some((w) => leadsTo[w].has(a)),
        );
        for (let b = 0; b < a; b++) {
          const together = leadsTo[a].has(b) && leadsTo[b].has(a);
          expect(cycleOf[a] !== NONE && cycleOf[a] === cycleOf[b], `seed ${seed}, ${a} and ${b}`).toBe(together);
        }
        if (cycleOf[a] === NONE) single++;
        else cyclic++;
      }
      const members = Array.from(cycles.size, (_, c) => cycleOf.filter((each) => each === c).length);
      expect([...cycles.size]).toEqual(members);
    }
    expect(Math.min(cyclic, single)).toBeGreaterThan(50); // neither is rare here
  });
});

/** Objects some of which are the classes and globals of others, in any kind of reference, repeated and to themselves. */
function randomHeap(seed: number): { picture: string; names: string[]; data: number[][] } {
  const random = seededRandom(seed);
  const names = Array.from({ length: 2 + random.below(9) }, (_, i) => `o${i}`);
  const classes = 1 + random.below(2);
  const data: number[][] = [];
  const lines = names.map((name) => {
    const own: number[] = [];
    const references = Array.from({ length: random.below(4) }, (_, i) => {
      const kind = ["type", "global", "weak", "attribute", "attribute", "attribute"][random.below(6)];
      const target = random.below(kind === "attribute" ? names.length : classes);
      if (kind === "attribute") own.push(target);
      return kind === "attribute" ? `.a${i} ${names[target]}` : `${kind} ${names[target]}`;
    });
    data.push(own);
    return `${name} app.Node${random.below(4) === 0 ? " +1" : ""}${references.length === 0 ? "" : " -> "}${references.join(" ")}`;
  });
  return { picture: [`@module app: o${random.below(names.length)}`, ...lines].join("\n"), names, data };
}
