import { expect, it } from "vitest";
import { foldSteps } from "../../renderer/components/fold.ts";
import { type Drawn, why } from "./why-fixture.ts";

const edges = (steps: readonly Drawn[]) => foldSteps(why([steps]).paths[0]?.steps ?? []).map((step) => step.edge);

it("writes a variable of a module as a person would", () => {
  expect(
    edges([
      [1, "module app"],
      [2, "dict", ".__dict__", "dict"],
      [3, "x", "['_CACHE']", "value"],
    ]),
  ).toEqual([null, "._CACHE"]);
});

it("tells what a module's variables keep alive where that is more than the module itself does", () => {
  const [path] = why([
    [
      [1, "module app"],
      [2, "dict", ".__dict__", "dict"],
      [3, "x", "['_CACHE']", "value"],
    ],
  ]).paths;
  const sized = (...kept: (number | null)[]) =>
    foldSteps((path?.steps ?? []).map((step, at) => ({ ...step, retainedBytes: kept[at] ?? null }))).map(
      ({ retainedBytes, withVariables }) => [retainedBytes, withVariables],
    );
  expect(sized(72, 5000, 4000)).toEqual([
    [5000, true],
    [4000, false],
  ]);
  expect(sized(6000, 5000, 4000)[0]).toEqual([6000, false]);
  expect(sized(null, null, null)[0]).toEqual([null, false]);
});

it("keeps a __dict__ whose key is no identifier, or that is the object itself", () => {
  const strange: Drawn[] = [
    [1, "module app"],
    [2, "dict", ".__dict__", "dict"],
    [3, "x", "['a b']", "value"],
  ];
  expect(edges(strange)).toEqual([null, ".__dict__", "['a b']"]);
  expect(edges(strange.slice(0, 2))).toEqual([null, ".__dict__"]);
});

it("keeps an ordinary dict that happens to hold a value under an identifier", () => {
  expect(
    edges([
      [1, "module app"],
      [2, "dict", ".cache", "attribute"],
      [3, "x", "['a']", "value"],
    ]),
  ).toEqual([null, ".cache", "['a']"]);
});
