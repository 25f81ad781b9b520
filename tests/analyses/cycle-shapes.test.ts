import { expect, it } from "vitest";
import { cycleIndexOf, membersOf } from "../../shared/analyses/cycle-index.ts";
import { membersOfShape, shapesOf } from "../../shared/analyses/cycle-shapes.ts";
import { cyclePage } from "../../shared/analyses/cycles.ts";
import { noTick } from "../../shared/types/graph.ts";
import { viewOf } from "../fixtures/drawn-heap.ts";
import { seededRandom } from "../fixtures/random.ts";

interface Drawn {
  readonly name: string;
  readonly type: string;
  readonly references: readonly { readonly how: string; readonly target: string }[];
}

const TYPES = ["app.A", "app.B", "list", "dict"];

/** Some small groups of objects that refer to each other; the first objects of some groups are held by a module. */
function drawing(seed: number): { picture: string; objects: readonly Drawn[]; held: readonly string[] } {
  const random = seededRandom(seed);
  const pick = <T>(values: readonly T[]): T => values[random.below(values.length)] as T;
  const objects: Drawn[] = [];
  const held: string[] = [];
  for (let group = 0; group < 12; group++) {
    const members = Array.from({ length: 1 + random.below(3) }, (_, i) => ({
      name: `o${group}x${i}`,
      type: pick(TYPES),
    }));
    if (random.below(2) === 0) held.push(members[0]?.name ?? "");
    for (const { name, type } of members) {
      const references = Array.from({ length: 1 + random.below(2) }, () => {
        const target = pick(members);
        if (type === "list") return { how: "[]", target: target.name };
        if (type === "dict") return { how: `['${pick(["parent", "child"])}']`, target: target.name };
        return {
          how: target.type === "dict" && random.below(2) === 0 ? "dict" : pick([".parent", ".child"]),
          target: target.name,
        };
      });
      objects.push({ name, type, references });
    }
  }
  const lines = objects.map(
    ({ name, type, references }) =>
      `${name} ${type} -> ${references.map(({ how, target }) => `${how} ${target}`).join(" ")}`,
  );
  return {
    picture: ["@module app: m", `m module "app" -> ${held.map((name) => `.${name} ${name}`).join(" ")}`, ...lines].join(
      "\n",
    ),
    objects,
    held,
  };
}

/** The slow obvious way: all pairs that reach each other, and every reference among them written out and sorted. */
function slowGroups(objects: readonly Drawn[], held: readonly string[]): string[] {
  const byName = new Map(objects.map((object) => [object.name, object]));
  const reachedFrom = (starts: readonly string[]): Set<string> => {
    const seen = new Set<string>();
    const visit = (name: string): void => {
      if (seen.has(name)) return;
      seen.add(name);
      for (const { target } of byName.get(name)?.references ?? []) visit(target);
    };
    for (const name of starts) visit(name);
    return seen;
  };
  const after = new Map(
    objects.map(({ name, references }) => [name, reachedFrom(references.map(({ target }) => target))]),
  );
  const alive = reachedFrom(held);
  const groups = new Map<string, Set<string>>();
  for (const { name } of objects) {
    const members = objects.filter((other) => after.get(name)?.has(other.name) && after.get(other.name)?.has(name));
    if (members.length === 0) continue;
    const inside = new Set(members.map((member) => member.name));
    const variables = new Set(
      members.flatMap(({ references }) => references.filter(({ how }) => how === "dict").map(({ target }) => target)),
    );
    const written = members.flatMap(({ name: from, type, references }) =>
      references
        .filter(({ target }) => inside.has(target))
        .map(({ how, target }) => {
          const isKey = how.startsWith("['");
          return `${type} ${isKey && !variables.has(from) ? "value" : how} ${byName.get(target)?.type}`;
        }),
    );
    const shape = JSON.stringify([alive.has(name), members.map(({ type }) => type).sort(), written.sort()]);
    const cycle = [...inside].sort().join(" ");
    groups.set(shape, (groups.get(shape) ?? new Set()).add(cycle));
  }
  return [...groups.values()].map((cycles) => [...cycles].sort().join(" | ")).sort();
}

it.each(Array.from({ length: 60 }, (_, seed) => seed))(
  "cycles are grouped as the slow way groups them (seed %i)",
  (seed) => {
    const { picture, objects, held } = drawing(seed);
    const { view, id } = viewOf(picture);
    if (view.cycles === null) throw new Error("The cycles are done in a drawn heap");
    const shapes = shapesOf(view, view.cycles, noTick);
    const nameOf = new Map(Object.entries(id).map(([name, object]) => [object as number, name]));
    const groups = new Map<number, string[]>();
    for (let cycle = 0; cycle < cycleIndexOf(view).shallow.length; cycle++) {
      const names = Array.from(membersOf(view, cycle), (object) => nameOf.get(object) ?? "?").sort();
      groups.set(shapes[cycle] ?? -1, [...(groups.get(shapes[cycle] ?? -1) ?? []), names.join(" ")]);
    }
    expect([...groups.values()].map((cycles) => cycles.sort().join(" | ")).sort()).toEqual(slowGroups(objects, held));
  },
);

const PAIRS = `
  @module app: m
  m  module "app" -> .ALL l
  l  list -> [] q1 [] q2 [] x
  q1 app.Request size=10 -> .response p1 .body b1
  p1 app.Response size=1 -> .request q1
  b1 bytes size=300
  q2 app.Request size=10 -> .response p2 .body b2
  p2 app.Response size=1 -> .request q2
  b2 bytes size=500
  x  app.Node size=700 -> .me x
  q3 app.Request size=10 -> .response p3
  p3 app.Response size=1 -> .request q3
`;
const REQUEST = { of: "data", sort: { by: "retained", descending: true }, text: "", offset: 0, limit: 10 } as const;

it("like cycles share a row: the one that keeps most stands for them, with what all of them keep", () => {
  const page = cyclePage(viewOf(PAIRS).view, { ...REQUEST, grouped: true }, noTick);
  expect(page).toMatchObject({ total: 3, cycles: 4, held: { objects: 5 }, waiting: { objects: 2 } });
  expect(page.rows.map(({ alike, objects, retainedBytes }) => ({ alike, objects, retainedBytes }))).toEqual([
    { objects: 2, retainedBytes: 511, alike: { cycles: 2, objects: 4, shallowBytes: 22, retainedBytes: 822 } },
    { objects: 1, retainedBytes: 700, alike: { cycles: 1, objects: 1, shallowBytes: 700, retainedBytes: 700 } },
    { objects: 2, retainedBytes: 11, alike: { cycles: 1, objects: 2, shallowBytes: 11, retainedBytes: 11 } },
  ]);
});

it("each cycle has a row of its own on request, and still says how many are like it", () => {
  const page = cyclePage(viewOf(PAIRS).view, { ...REQUEST, grouped: false }, noTick);
  expect(page).toMatchObject({ total: 4, cycles: 4 });
  expect(page.rows.map(({ alike }) => alike.cycles)).toEqual([1, 2, 2, 1]);
});

it("the members of all like cycles are one list", () => {
  const { view, id } = viewOf(PAIRS);
  const [row] = cyclePage(view, { ...REQUEST, grouped: true }, noTick).rows;
  expect([...membersOfShape(view, row?.cycle ?? -1, noTick)]).toEqual([id.q1, id.p1, id.q2, id.p2]);
  expect([...membersOfShape(view, 9_999, noTick)]).toEqual([]);
});
