import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { asked, PLACES, PROGRAMS, PYTHONS, waysFor } from "../../renderer/components/capture-ways.ts";

const TABLE = readFileSync(join(import.meta.dirname, "../../docs/capture.md"), "utf8");
const situations = PROGRAMS.flatMap((program) =>
  PYTHONS.flatMap((python) => PLACES.map((place) => ({ program, python, place }))),
);

it("has an answer for every situation, each with a line to copy", () => {
  for (const situation of situations) {
    for (const way of waysFor(situation)) expect([way.title, way.lines, way.hint].every(Boolean)).toBe(true);
    expect(waysFor(situation).length).toBeGreaterThan(0);
  }
});

it("asks only what changes the answer", () => {
  for (const situation of situations) {
    const answers = (change: object) => JSON.stringify(waysFor({ ...situation, ...change }));
    const decides = (key: string, values: readonly string[]) =>
      new Set(values.map((value) => answers({ [key]: value }))).size > 1;
    if (decides("python", PYTHONS)) expect(asked(situation).python).toBe(true);
    expect(asked(situation).place).toBe(decides("place", PLACES));
  }
});

it("says where it is not possible, and what to add now", () => {
  const [way] = waysFor({ program: "unprepared", python: "old", place: "same" });
  expect(way).toMatchObject({ possible: false, lines: expect.stringContaining("pyheap_dump.listen()") });
});

it("says the same as the table in docs/capture.md", () => {
  const lines = new Set(situations.flatMap((situation) => waysFor(situation).flatMap((way) => way.lines.split("\n"))));
  for (const line of lines) expect(TABLE).toContain(line);
});
