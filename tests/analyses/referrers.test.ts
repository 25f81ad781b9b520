import { expect, it } from "vitest";
import { referrerCount, referrersOf } from "../../shared/analyses/referrers.ts";
import { viewOf } from "../fixtures/drawn-heap.ts";
import { seededRandom } from "../fixtures/random.ts";

const OBJECTS = 400;

/** A heap with everything that a reference can be: weak ones, several of one holder, garbage, starting points. */
function randomPicture(seed: number): string {
  const random = seededRandom(seed);
  const lines = Array.from({ length: OBJECTS }, (_, i) => {
    const references = Array.from({ length: random.below(4) }, () => {
      const target = `o${random.below(OBJECTS)}`;
      return random.below(3) === 0 ? `weak ${target}` : `[] ${target}`;
    });
    references.sort().reverse(); // items are the rest of a list: weak references stand before them
    const extra = random.below(5) === 0 ? " +1" : "";
    return `o${i} list${extra}${references.length > 0 ? ` -> ${references.join(" ")}` : ""}`;
  });
  const roots = Array.from({ length: random.below(3) }, () => `@module app: o${random.below(OBJECTS)}`);
  return [...roots, ...lines].join("\n");
}

it("finds every reference to every object, as a look at all references does", () => {
  for (let seed = 1; seed <= 8; seed++) {
    const { view } = viewOf(randomPicture(seed));
    const { objectCount, references } = view.columns.heap;
    for (let object = 0; object < objectCount; object++) {
      const slow: number[] = [];
      for (let source = 0; source < objectCount; source++)
        for (let e = references.offsets[source] ?? 0; e < (references.offsets[source + 1] ?? 0); e++)
          if (references.targets[e] === object) slow.push(source);
      expect([...referrersOf(view, object)], `seed ${seed}, object ${object}`).toEqual(slow);
      expect(referrerCount(view, object), `seed ${seed}, object ${object}`).toBe(slow.length);
    }
  }
});
