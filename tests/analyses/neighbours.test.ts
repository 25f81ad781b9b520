import { beforeEach, describe, expect, it } from "vitest";
import { needsCycles, neighbours, neighboursOfGroup } from "../../shared/analyses/neighbours.ts";
import { referencePlaces, referenceRows } from "../../shared/analyses/references.ts";
import { subgraph } from "../../shared/analyses/subgraph.ts";
import type { HeapView } from "../../shared/analyses/view.ts";
import { noTick } from "../../shared/types/graph.ts";
import type { Direction, Neighbours } from "../../shared/types/neighbour-rows.ts";
import { type Drawing, viewOf } from "../fixtures/drawn-heap.ts";
import { seededRandom } from "../fixtures/random.ts";

const PICTURE = `
  @module app: m
  m  module "app" -> dict d
  d  dict -> ['items'] l ['Item'] C
  C  type "app.Item" class
  l  list -> [] a [] b [] a [] x
  a  app.Item size=30 -> type C .owner l .name n
  b  app.Item size=50 -> type C .name n .other c
  c  app.Item size=10 -> .name n
  n  str "'shared name'" size=40
  w  weakref.ReferenceType +1 -> weak a
  x  int
`;

const all = { group: null, offset: 0, limit: 10 };
const told = ({ rows }: Neighbours) =>
  rows.map(({ edge, type, objects, references }) => `${edge.trim()} ${type}: ${objects} by ${references}`);

describe("the neighbours of an object", () => {
  let view: HeapView;
  let id: Drawing["id"];
  beforeEach(() => {
    ({ view, id } = viewOf(PICTURE));
  });
  const ask = (object: string, direction: Direction, change = {}) =>
    neighbours(view, { object: id[object] as number, direction, ...all, ...change }, noTick);

  it("are grouped by type and by how they are referred to, each object once", () => {
    expect(told(ask("l", "referents"))).toEqual(["[…] app.Item: 1 by 1", "[…] app.Item: 1 by 2", "[…] int: 1 by 1"]);
    expect(told(ask("b", "referents"))).toEqual([
      ".name str: 1 by 1",
      ".other app.Item: 1 by 1",
      ".__class__ type: 1 by 1",
    ]);
    expect(told(ask("n", "referrers"))).toEqual([".name app.Item: 3 by 3"]);
    expect(told(ask("a", "referrers"))).toEqual(["[…] list: 1 by 2", "weak reference weakref.ReferenceType: 1 by 1"]);
  });

  it("can be listed group by group, whoever asks", () => {
    for (const object of ["l", "b", "n", "a", "d"])
      for (const direction of ["referents", "referrers"] as const)
        for (const { key, rows } of ask(object, direction).rows) {
          const listed = neighboursOfGroup(view, { object: id[object] as number, direction, group: key }, noTick);
          expect([...listed].sort()).toEqual(rows.map((row) => row.id).sort());
        }
    // A link from before the cycles were known leads to the same objects afterwards.
    const early = neighbours(
      { ...view, cycles: null },
      { object: id.l as number, direction: "referents", ...all },
      noTick,
    );
    for (const { key, rows } of early.rows)
      expect(
        [...neighboursOfGroup(view, { object: id.l as number, direction: "referents", group: key }, noTick)].sort(),
      ).toEqual(rows.map((row) => row.id).sort());
    expect(early.rows.map(({ key }) => needsCycles(key))).not.toContain(true);
    expect(ask("l", "referents").rows.map(({ key }) => needsCycles(key))).not.toContain(false);

    const none = { object: id.l as number, direction: "referents", group: "no such group" } as const;
    expect([...neighboursOfGroup(view, none, noTick)]).toEqual([]);
  });

  it("tell keys from values", () => {
    expect(told(ask("d", "referents"))).toEqual(["[…] list: 1 by 1", "key str: 2 by 2", "[…] type: 1 by 1"]);
    expect(told(ask("'items'", "referrers"))).toEqual(["key dict: 1 by 1"]);
    expect(told(ask("l", "referrers"))).toContain("[…] dict: 1 by 1");
  });

  it("are told with the holder's own names, those that keep most alive first", () => {
    const [group] = ask("n", "referrers").rows;
    expect(group?.rows.map(({ id: row }) => row)).toEqual([id.b, id.a, id.c]);
    expect(group).toMatchObject({ shallowBytes: 90, retainedBytes: 100, retains: true, inCycle: false });
    const [values] = ask("d", "referents").rows;
    expect(values?.rows[0]).toMatchObject({ edge: "['items']", referents: 4, referrers: 2, hub: false });
  });

  it("say which are in the object's own cycle", () => {
    const { object, rows, cycles } = ask("l", "referents");
    expect(rows.map(({ inCycle, rows: [first] }) => [inCycle, first?.id])).toEqual([
      [false, id.b],
      [true, id.a],
      [false, id.x],
    ]);
    expect(cycles).toEqual([{ cycle: object.cycle, objects: 2, retainedBytes: expect.any(Number) }]);
  });

  it("come page by page within a group", () => {
    const [{ key = "" } = {}] = ask("n", "referrers").rows;
    const page = ask("n", "referrers", { group: key, offset: 1, limit: 1 });
    expect(page.rows.map(({ rows }) => rows.map((row) => row.id))).toEqual([[id.a]]);
    expect(ask("n", "referrers", { group: "none" }).rows).toEqual([]);
  });

  it("know a hub, and put it behind the others", () => {
    const rows = ask("a", "referents").rows.map(({ rows: [first] }) => [first?.label, first?.hub]);
    expect(rows.at(-1)).toEqual(["class app.Item", true]);
    expect(ask("d", "referrers").rows[0]?.rows[0]).toMatchObject({ hub: true, root: { kind: "module", name: "app" } });
    expect(ask("n", "referrers").rows[0]?.rows).toMatchObject([{ hub: false }, { hub: false }, { hub: false }]);
  });

  it("leave out what the file does not have, and count it", () => {
    const drawn = viewOf("d dict -> missing gone .a a\n a list");
    const answer = neighbours(drawn.view, { object: drawn.id.d as number, direction: "referents", ...all }, noTick);
    expect([answer.missing, answer.references, told(answer)]).toEqual([1, 1, [".a list: 1 by 1"]]);
  });
});

describe("the references among some objects", () => {
  it("are one row each, weak ones too", () => {
    const { view, id } = viewOf(PICTURE);
    const links = (...names: string[]) =>
      subgraph(
        view,
        names.map((name) => id[name] as number),
        noTick,
      ).links.map(({ from, to, edge, retains }) => [from, edge.trim(), to, retains]);
    expect(links("l", "a", "w")).toEqual([
      [id.l, "[0]", id.a, true],
      [id.l, "[2]", id.a, true],
      [id.a, ".owner", id.l, true],
      [id.w, "weak reference", id.a, false],
    ]);
    expect(links("n")).toEqual([]);
  });
});

/** The same groups from one row per reference. */
function slowly(view: HeapView, object: number, direction: Direction) {
  const places = referencePlaces(view, direction, object, "", { by: "place", descending: false });
  const groups = new Map<string, { objects: Set<number>; references: number; bytes: number }>();
  const cycleOf = view.cycles?.cycleOf;
  for (const row of referenceRows(view, direction, object, places)) {
    const inCycle = cycleOf?.[row.id] === cycleOf?.[object] && isCyclic(view, object);
    const name = /^(\.|\{| )/.test(row.edge) ? row.edge : "[…]";
    const key = JSON.stringify([row.type, row.kind, name, inCycle]);
    const group = groups.get(key) ?? { objects: new Set(), references: 0, bytes: 0 };
    groups.set(key, group);
    group.references++;
    if (!group.objects.has(row.id)) group.bytes += row.shallowBytes;
    group.objects.add(row.id);
  }
  return Object.fromEntries(
    [...groups].map(([key, { objects, references, bytes }]) => [key, [objects.size, references, bytes]]),
  );
}
const isCyclic = (view: HeapView, object: number) => (view.cycles?.cycleOf[object] ?? -1) >= 0;

describe("on random heaps", () => {
  const KINDS = [".a", ".b", "slot=s", "weak", "type", "key", "['k']", "[]", "global"];

  it("the groups are those that one row per reference gives", () => {
    for (let seed = 1; seed <= 14; seed++) {
      const random = seededRandom(seed);
      const count = 4 + random.below(12);
      const pick = <T>(values: readonly T[]): T => values[random.below(values.length)] as T;
      const lines = Array.from({ length: count }, (_, i) => {
        const references = Array.from({ length: random.below(9) }, () => `${pick(KINDS)} o${random.below(count)}`);
        const list = references.filter((each) => each.startsWith("[]"));
        const pairs = references.filter((each) => each.startsWith("['"));
        const rest = references.filter((each) => !each.startsWith("["));
        const drawn = [...rest, ...(random.below(2) === 0 ? list : pairs)];
        return `o${i} ${pick(["app.A", "app.B", "set"])} size=${8 * i} -> ${drawn.join(" ")}`.replace(/ -> $/, "");
      });
      const { view } = viewOf(`@module app: o0\n${lines.join("\n")}`);
      for (let object = 0; object < view.columns.heap.objectCount; object++) {
        for (const direction of ["referents", "referrers"] as const) {
          const { rows } = neighbours(view, { object, direction, ...all }, noTick);
          const quickly = Object.fromEntries(
            rows.map(({ type, kind, edge, inCycle, objects, references, shallowBytes }) => [
              JSON.stringify([type, kind, edge, inCycle]),
              [objects, references, shallowBytes],
            ]),
          );
          expect(quickly, `seed ${seed}, ${direction} of ${object}`).toEqual(slowly(view, object, direction));
        }
      }
    }
  });
});
