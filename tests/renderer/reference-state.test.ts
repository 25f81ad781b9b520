import { expect, it } from "vitest";
import { ReferenceState } from "../../renderer/canvas/reference-state.svelte.ts";
import type { OpenSnapshot } from "../../renderer/state/open-snapshot.svelte.ts";
import type { Client, GraphObject } from "../../shared/session/contract.ts";
import { HeapError } from "../../shared/types/failure.ts";
import { asObjectId } from "../../shared/types/ids.ts";
import { answer, items, link, object, subgraph } from "./graph-fixture.ts";
import { why } from "./why-fixture.ts";

/** A session in which object 3 has 20 items, each in one cycle with it. */
function session({ fails = () => false }: { fails?: () => boolean } = {}): Client {
  const known = (id: number): GraphObject => object(id, { cycle: id >= 100 || id === 3 ? 0 : null });
  return {
    why: async () =>
      why([
        [
          [1, "module app"],
          [3, "thing 3", ".x", "attribute"],
        ],
      ]),
    neighbours: async ({ object: id, direction }: { object: number; direction: string }) => {
      if (fails()) throw new HeapError({ code: "connection-lost" });
      return answer(known(id), id === 3 && direction === "referents" ? [items(20, { inCycle: true })] : []);
    },
    subgraph: async ({ objects }: { objects: readonly number[] }) =>
      subgraph(
        objects.map(known),
        objects.flatMap((id) => (id >= 100 ? [link(3, id, `[${id - 100}]`), link(id, 3, ".owner")] : [])),
        [{ cycle: 0, objects: 21, retainedBytes: 4096 }],
      ),
  } as unknown as Client;
}

const snapshot = { info: { snapshot: "s1" } } as unknown as OpenSnapshot;
const idle = async (state: ReferenceState) => expect.poll(() => state.busy).toBe(false);
const labels = (state: ReferenceState) => state.picture?.nodes.map(({ label }) => label) ?? [];

it("starts small, and each step can be undone", async () => {
  const state = new ReferenceState(session(), snapshot, asObjectId(3));
  await idle(state);
  const first = labels(state);
  expect(first.filter((label) => label.startsWith("thing 10"))).toHaveLength(3);
  expect(first).toContain("+ 17 more Thing");
  expect([state.selected, state.canUndo]).toEqual(["object:3", false]);

  state.add([103, 104].map((id) => ({ id: asObjectId(id) })));
  await idle(state);
  expect(labels(state)).toContain("+ 15 more Thing");
  state.hide([asObjectId(103)]);
  expect(labels(state)).not.toContain("thing 103");
  state.collapse(0);
  expect(labels(state)).toEqual(["thing 1", "cycle of 21 objects"].filter((label) => labels(state).includes(label)));
  expect(state.selected).toBe("cycle:0");
  for (let step = 0; step < 3; step++) state.undo();
  expect([labels(state), state.canUndo]).toEqual([first, false]);
  expect(state.selected).toBe("object:3");
});

it("asks about an object's neighbours once, and says how many did not fit", async () => {
  const state = new ReferenceState(session(), snapshot, asObjectId(3));
  await idle(state);
  const before = state.graph;
  state.expand(asObjectId(3), "referents");
  await idle(state);
  expect(state.graph).toBe(before);
  state.add(Array.from({ length: 400 }, (_, at) => ({ id: asObjectId(1000 + at) })));
  await idle(state);
  expect(state.graph?.objects.size).toBe(300);
  expect(state.graph?.left).toBe(400 - 300 + (before?.objects.size ?? 0));
});

it("stays as it was when a step fails", async () => {
  let broken = false;
  const state = new ReferenceState(session({ fails: () => broken }), snapshot, asObjectId(3));
  await idle(state);
  broken = true;
  const before = state.graph;
  state.expand(asObjectId(100), "referents");
  await idle(state);
  expect([state.failure?.code, state.graph === before, state.canUndo]).toEqual(["connection-lost", true, false]);
});

it("does again what was undone, until another step is taken", async () => {
  const state = new ReferenceState(session(), snapshot, asObjectId(3));
  await idle(state);
  state.hide([asObjectId(100)]);
  const hidden = labels(state);
  state.undo();
  expect([labels(state).includes("thing 100"), state.canRedo]).toEqual([true, true]);
  state.redo();
  expect([labels(state), state.canUndo, state.canRedo]).toEqual([hidden, true, false]);
  state.undo();
  state.hide([asObjectId(101)]);
  expect(state.canRedo).toBe(false);
});

it("leaves out a type, what comes of it later too, but never the object itself", async () => {
  const state = new ReferenceState(session(), snapshot, asObjectId(3));
  await idle(state);
  const before = labels(state);
  state.hideType("app.Thing");
  expect(labels(state).filter((label) => label.startsWith("thing 10") || label.startsWith("+"))).toEqual([]);
  expect(labels(state)).toContain("thing 3");
  state.add([{ id: asObjectId(104) }]);
  await idle(state);
  expect(labels(state)).not.toContain("thing 104");
  state.showType("app.Thing");
  expect(labels(state)).toContain("thing 104");
  for (let step = 0; step < 3; step++) state.undo();
  expect(labels(state)).toEqual(before);
});

it("leaves pinned and dragged nodes where they are when it arranges the others", async () => {
  const state = new ReferenceState(session(), snapshot, asObjectId(3));
  await idle(state);
  state.places = new Map(["object:1", "object:3", "object:100"].map((node, at) => [node, { x: at, y: at }]));
  state.togglePin("object:1");
  state.move("object:100", { x: 70, y: 80 });
  state.arrange();
  expect([...state.places]).toEqual([
    ["object:1", { x: 0, y: 0 }],
    ["object:100", { x: 70, y: 80 }],
  ]);
  state.togglePin("object:1");
  state.arrange();
  expect([...state.places.keys()]).toEqual(["object:100"]);
});
