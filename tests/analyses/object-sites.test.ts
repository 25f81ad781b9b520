import { expect, it } from "vitest";
import { groupSites, objectsOfSite } from "../../shared/analyses/allocations.ts";
import { objectsOf } from "../../shared/analyses/object-lists.ts";
import { objectSites } from "../../shared/analyses/object-sites.ts";
import { numberAt } from "../../shared/types/compact.ts";
import { noTick } from "../../shared/types/graph.ts";
import type { Sites } from "../../shared/types/sites.ts";
import { viewOf } from "../fixtures/drawn-heap.ts";
import { seededRandom } from "../fixtures/random.ts";

const OBJECTS = 60;

/** A tree of lists, the last third of it held by nobody, each allocated at one of four lines or at none. */
function randomTree(seed: number) {
  const random = seededRandom(seed);
  const parentOf = Array.from({ length: OBJECTS }, (_, i) => (i === 0 || i === 40 ? -1 : random.below(i)));
  const lines = parentOf.map((_, i) => {
    const held = parentOf.flatMap((parent, child) => (parent === i ? ` [] o${child}` : []));
    return `o${i} list size=${10 + random.below(90)}${held.length > 0 ? ` ->${held.join("")}` : ""}`;
  });
  const sites: Sites = {
    sites: [1, 2, 3, 4].map((line) => ({ frames: [{ file: "a.py", line }], bytes: 0, blocks: 0 })),
    siteOf: Int32Array.from({ length: OBJECTS }, () => random.below(5) - 1),
    lost: 0,
  };
  return { parentOf, drawn: ["@module app: o0", ...lines].join("\n"), sites };
}

it.each([1, 2, 3, 4, 5])(
  "counts a list's objects by line, and what those of a line keep alive once (seed %i)",
  (seed) => {
    const { parentOf, drawn, sites } = randomTree(seed);
    const { view } = viewOf(drawn);
    const { shallow } = view.columns.heap;
    const groups = groupSites(view, sites, "line");
    const all = objectsOf(view, { kind: "all" }, noTick);
    const some = all.filter((object) => object % 3 !== 0);
    const sum = (objects: readonly number[]) => objects.reduce((sum, object) => sum + numberAt(shallow, object), 0);
    const isBelow = (object: number, members: readonly number[]): boolean =>
      object >= 0 && (members.includes(object) || isBelow(parentOf[object] ?? -1, members));

    for (const objects of [all, some]) {
      const { rows, untraced } = objectSites(view, { sites, groups }, objects, noTick);
      for (const row of rows) {
        const members = [...objectsOfSite(sites, groups, row.site)].filter((object) => objects.includes(object));
        const kept = [...all].filter((object) => isBelow(object, members));
        expect(row).toMatchObject({ count: members.length, shallowBytes: sum(members), retainedBytes: sum(kept) });
      }
      expect(rows.reduce((total, { count }) => total + count, untraced.objects)).toBe(objects.length);
      expect(rows.reduce((total, { shallowBytes }) => total + shallowBytes, untraced.bytes)).toBe(sum([...objects]));
    }
  },
);

it("has no place for any object of a dump that was not traced", () => {
  const { view } = viewOf("a list size=10\nb list size=20");
  const all = objectsOf(view, { kind: "all" }, noTick);
  expect(objectSites(view, null, all, noTick)).toEqual({ rows: [], untraced: { objects: 2, bytes: 30 } });
});
