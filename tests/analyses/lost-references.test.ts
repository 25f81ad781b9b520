import { describe, expect, it } from "vitest";
import { graphStage } from "../../shared/analyses/stages.ts";
import { garbageIsKnown, type HeapView, leastGarbage, reachOf } from "../../shared/analyses/view.ts";
import { noTick } from "../../shared/types/graph.ts";
import { viewOf } from "../fixtures/drawn-heap.ts";
import { type Random, seededRandom } from "../fixtures/random.ts";

/** Objects that refer to each other by chance, some of them named by a module, some held by somebody unseen. */
function randomHeap(random: Random): HeapView {
  const objects = Array.from({ length: 2 + random.below(12) }, (_, i) => {
    const how = () => `${random.below(6) === 0 ? "weak" : ".next"} o${random.below(14)}`;
    const references = Array.from({ length: random.below(4) }, how).join(" ");
    return `o${i} app.Node${random.below(8) === 0 ? " +1" : ""}${references === "" ? "" : ` -> ${references}`}`;
  });
  return viewOf(["@module app: m", "m module -> .first o0", ...objects].join("\n")).view;
}

/** The same without some references, as if their pages were damaged. */
function withLost(view: HeapView, random: Random): HeapView {
  const { heap, roots } = view.columns;
  const targets = Int32Array.from(heap.references.targets, (target) =>
    random.below(3) === 0 ? heap.objectCount : target,
  );
  const lost = targets.filter((target, e) => target !== heap.references.targets[e]).length;
  const damaged = { ...heap, references: { ...heap.references, targets } };
  const { stage } = graphStage(damaged as typeof heap, roots, noTick);
  return { ...view, columns: { ...view.columns, heap: damaged as typeof heap, lost }, graph: stage };
}

const garbageOf = (view: HeapView): Set<number> =>
  new Set(
    Array.from({ length: view.columns.heap.objectCount }, (_, i) => i).filter(
      (i) => reachOf(view, i) === "unreachable",
    ),
  );

describe("a dump that lost references", () => {
  it("calls only garbage what is garbage, and says that it is at least so much", () => {
    const random = seededRandom(11);
    let less = 0;
    let some = 0;
    for (let round = 0; round < 400; round++) {
      const whole = randomHeap(random);
      const damaged = withLost(whole, random);
      const [all, found] = [garbageOf(whole), garbageOf(damaged)];
      expect([...found].filter((object) => !all.has(object))).toEqual([]);
      if (damaged.columns.lost === 0) {
        expect(leastGarbage(damaged)).toBeNull();
        continue;
      }
      expect(garbageIsKnown(damaged)).toBe(false);
      const bytes = [...found].reduce((sum, object) => sum + (damaged.columns.heap.shallow.small[object] ?? 0), 0);
      const what = found.size === 1 ? "one object" : `${found.size} objects`;
      const told = `Garbage is at least ${what} (${bytes.toLocaleString("en-US")} bytes); how much more there is is not known, since references were lost.`;
      expect(leastGarbage(damaged)).toBe(found.size === 0 ? null : told);
      if (found.size < all.size) less++;
      if (found.size > 0) some++;
    }
    expect(Math.min(less, some)).toBeGreaterThan(50);
  });

  it("says nothing of garbage where starting points are lost as well", () => {
    const { view } = viewOf("a list -> [] b\nb list -> [] a");
    const lost = { ...view, columns: { ...view.columns, lost: 1 } };
    expect(leastGarbage(lost)).toMatch(/^Garbage is at least 2 objects/);
    expect(leastGarbage({ ...lost, columns: { ...lost.columns, lostRoots: 1 } })).toBeNull();
    expect(garbageIsKnown({ ...view, columns: { ...view.columns, lostRoots: 1 } })).toBe(false);
  });
});
