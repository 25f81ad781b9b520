import { describe, expect, it } from "vitest";
import { followPath } from "../../shared/analyses/follow-path.ts";
import { series, trendOf } from "../../shared/analyses/series.ts";
import { whyAlive } from "../../shared/analyses/why-alive.ts";
import { addressesOf } from "../../shared/types/addresses.ts";
import { numberAt } from "../../shared/types/compact.ts";
import { noTick } from "../../shared/types/graph.ts";
import type { Meta } from "../../shared/types/heap.ts";
import { asCaptureId } from "../../shared/types/ids.ts";
import { viewOf } from "../fixtures/drawn-heap.ts";
import { seededRandom } from "../fixtures/random.ts";

const meta = (hour: number, pid = 1): Meta => ({
  captureId: asCaptureId(String(hour).padStart(32, "0")),
  label: null,
  createdAt: `2026-11-22T${10 + hour}:00:00Z`,
  process: { pid, start_time: 1000, boot_id: "b" },
  python: {},
  capture: {},
  gc: {},
  memory: {},
  tracemalloc: {},
});

/** The pictures as dumps, an hour apart. */
const row = (pictures: readonly string[], pids: readonly number[] = []) =>
  series(
    pictures.map((picture, i) => ({ view: viewOf(picture).view, meta: meta(i, pids[i]) })),
    new Map(),
    noTick,
  );

/** A module with lists of these sizes; lines stand for addresses, so what keeps its line keeps its address. */
const lists = (sizes: Readonly<Record<string, number>>, filler = "") =>
  [
    "@module app: m",
    filler,
    `m module "app" -> ${Object.keys(sizes)
      .map((name) => `.${name} ${name}`)
      .join(" ")}`,
    ...Object.entries(sizes).map(([name, size]) => `${name} list size=${size}`),
  ].join("\n");

describe("three dumps of one process", () => {
  const THREE = [
    lists({ leak: 10_000, fixed: 10_000, late: 10_000, still: 50_000 }),
    lists({ leak: 40_000, fixed: 90_000, late: 10_000, still: 50_000 }),
    lists({ leak: 70_000, fixed: 20_000, late: 60_000, still: 50_000 }),
  ];

  it("tell what grew in every step, what grew lately, and what no longer grows", () => {
    const { holders, warnings, secondsBetween } = row(THREE);
    expect(holders.map(({ path, trend, retained }) => [path, trend, retained])).toEqual([
      ["module app › leak", "every-step", [10_000, 40_000, 70_000]],
      ["module app › late", "lately", [10_000, 10_000, 60_000]],
      ["module app › fixed", "no-longer", [10_000, 90_000, 20_000]],
    ]);
    expect(secondsBetween).toEqual([3600, 3600]);
    expect(warnings).toEqual([]);
  });

  it("follow a container that was replaced by its name, and know where it was not there", () => {
    const pictures = [lists({ leak: 10_000 }), lists({ leak: 40_000 }, "filler app.Filler +1"), lists({ other: 10 })];
    const [holder] = row(pictures).holders;
    expect(holder).toMatchObject({ path: "module app › leak", retained: [10_000, 40_000, null], trend: "no-longer" });
  });

  it("say when they are not in the order in which they were taken", () => {
    const views = THREE.map((picture, i) => ({ view: viewOf(picture).view, meta: meta(2 - i) }));
    expect(series(views, new Map(), noTick).warnings).toEqual([expect.stringMatching(/not in the order/)]);
  });
});

it("dumps of different processes are followed by names, without the rule of three dumps", () => {
  const pictures = [10, 40, 70].map((size, i) => lists({ leak: 1000 * size }, "filler app.Filler +1\n".repeat(i)));
  const { holders, kept, matching, warnings } = row(pictures, [1, 2, 3]);
  expect(holders).toMatchObject([{ path: "module app › leak", trend: "every-step" }]);
  expect([kept, matching.confidence, warnings.length]).toEqual([null, "none", 1]);
});

it.each([
  [[1, 2, 3], "every-step"],
  [[1, 1, 3], "lately"],
  [[null, null, 3], "lately"],
  [[1, 3, 3], "no-longer"],
  [[1, 3, 2], "no-longer"],
  [[1, 3, null], "no-longer"],
  [[1, 100, 101], "no-longer"],
  [[1, 2, 2, 3], "lately"],
] as const)("sizes %j: %s", (sizes, trend) => {
  expect(trendOf(sizes.map((size) => (size === null ? null : size * 2048)))).toBe(trend);
});

it("what is kept of the new objects is what comparing every object by address and type finds, on random heaps", () => {
  for (let seed = 0; seed < 10; seed++) {
    const random = seededRandom(seed);
    const picture = () =>
      Array.from({ length: 1 + random.below(12) }, (_, i) => `o${i} app.${"AB"[random.below(2)]} size=${10 + i}`).join(
        "\n",
      );
    const dumps = [0, 1, 2].map((hour) => ({ view: viewOf(picture()).view, meta: meta(hour) }));
    const [a, b, c] = dumps.map(({ view: { columns } }) =>
      Array.from(addressesOf(columns.heap.address), (address, i) => ({
        key: `${address} ${columns.heap.types[columns.heap.type[i]]?.name}`,
        bytes: numberAt(columns.heap.shallow, i),
      })),
    );
    const fresh = (b ?? []).filter(({ key }) => a?.every((other) => other.key !== key));
    const still = fresh.filter(({ key }) => c?.some((other) => other.key === key));
    const sum = (objects: typeof fresh) => ({
      objects: objects.length,
      bytes: objects.reduce((total, { bytes }) => total + bytes, 0),
    });
    const { kept } = series(dumps, new Map(), noTick);
    expect({ new: kept?.new, stillThere: kept?.stillThere }, `seed ${seed}`).toEqual({
      new: sum(fresh),
      stillThere: sum(still),
    });
    const byType = (kept?.types ?? []).reduce((total, { stillThere }) => total + stillThere.bytes, 0);
    expect(byType, `seed ${seed}`).toBe(kept?.stillThere.bytes);
  }
});

it("a path leads to its own object, in its own dump and in one where everything has moved", () => {
  const objects = `
    m  module "app" -> dict d
    d  dict -> ['CACHE'] c ['ITEMS'] l
    c  dict -> ['u-1'] s ['u-2'] t
    l  list -> [] x [] y
    s  app.Session -> .request r
    t  app.Session -> .request q
    r  app.Request
    q  app.Request
    x  app.Item
    y  app.Item`;
  const here = viewOf(`@module app: m${objects}`);
  const moved = viewOf(`@module app: m\nfiller app.Filler +1${objects}`);
  const without = viewOf("@module app: m\nm module \"app\" -> dict d\nd dict -> ['ITEMS'] l\nl tuple");
  for (const name of ["m", "d", "c", "l", "s", "t", "r", "q", "x", "y"]) {
    const [path] = whyAlive(here.view, here.id[name] ?? -1, { paths: 1, ignored: [] }, noTick).paths;
    expect(followPath(here.view, path?.steps ?? []), name).toBe(here.id[name]);
    expect(followPath(moved.view, path?.steps ?? []), name).toBe(moved.id[name]);
    const known = name === "m" || name === "d" ? without.id[name] : -1;
    expect(followPath(without.view, path?.steps ?? []), name).toBe(known);
  }
});
