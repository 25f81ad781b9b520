import { describe, expect, it } from "vitest";
import { howHeld } from "../../shared/analyses/how-held.ts";
import { noTick } from "../../shared/types/graph.ts";
import { viewOf } from "../fixtures/drawn-heap.ts";

function held(picture: string, type: string) {
  const { view } = viewOf(picture);
  const { heap } = view.columns;
  const objects = Int32Array.from([...heap.type.keys()].filter((v) => heap.types[heap.type[v]].name === type));
  const { rows, ...rest } = howHeld(view, objects, noTick);
  const text = rows.map(
    ({ depth, edge, label, holders, members, ending }) =>
      `${"  ".repeat(depth)}${edge ?? ""} ${holders > 1 ? `${holders} × ` : ""}${label}: ${members}${ending > 0 ? ` (${ending})` : ""}`,
  );
  return { ...rest, text };
}

const many = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join("\n");

describe("how all of a set are held", () => {
  it("merges the ways to them: most through one cache, a few elsewhere, some not at all", () => {
    const answer = held(
      `
      @module app: m
      m  module "app" -> dict=__dict__ d
      d  dict -> ['_CACHE'] c ['LAST'] l
      c  dict -> ${many(20, (i) => `['k${i}'] e${i}`).replaceAll("\n", " ")}
      ${many(20, (i) => `e${i} app.Entry -> .session s${i}`)}
      ${many(20, (i) => `s${i} app.Session`)}
      l  list -> [] x [] y
      x  app.Session
      y  app.Session
      g  app.Session -> .me g
      `,
      "app.Session",
    );
    expect(answer.text).toEqual([
      " module app: 22",
      "  ['_CACHE'] dict, 20 entries: 20",
      "    […] 20 × app.Entry: 20",
      "      .session 20 × app.Session: 20 (20)",
      "  ['LAST'] list, 2 items: 2",
      "    [1] Session: 1 (1)",
      "    [0] Session: 1 (1)",
    ]);
    expect(answer).toMatchObject({
      total: 23,
      garbage: 1,
      through: { text: "module app › _CACHE", members: 20 },
    });
  });

  it("counts what members hold of the set at them", () => {
    const answer = held(
      `
      @module app: m
      m  module "app" -> .head n0
      ${many(50, (i) => `n${i} app.Node${i < 49 ? ` -> .next n${i + 1}` : ""}`)}
      `,
      "app.Node",
    );
    expect(answer.text).toEqual([" module app: 50", "  .head Node: 50 (1)"]);
  });

  it("prefers a module's variable to a frame, as the way of one object does", () => {
    const answer = held(
      `
      @thread MainThread: f
      @module app: m
      f frame "handle" -> local=item x
      m module "app" -> .CACHE x
      x app.Item
      `,
      "app.Item",
    );
    expect(answer.text).toEqual([" module app: 1", "  .CACHE Item: 1 (1)"]);
  });
});
