import { describe, expect, it } from "vitest";
import { allocationPage, groupSites, objectsOfSite, tracingOf } from "../../shared/analyses/allocations.ts";
import { compareAllocations } from "../../shared/analyses/compare-allocations.ts";
import { numberAt } from "../../shared/types/compact.ts";
import type { Meta } from "../../shared/types/heap.ts";
import { asCaptureId } from "../../shared/types/ids.ts";
import type { Tracing } from "../../shared/types/site-rows.ts";
import { SITE_GROUPINGS, type SiteFrame, type SiteGrouping, type Sites } from "../../shared/types/sites.ts";
import { howToTrace, whyNoSites } from "../../shared/types/tracing-words.ts";
import { viewOf } from "../fixtures/drawn-heap.ts";
import { seededRandom } from "../fixtures/random.ts";

const OBJECTS = 40;
const someView = () => viewOf(Array.from({ length: OBJECTS }, (_, i) => `o${i} bytes size=${10 + i}`).join("\n")).view;
const ON: Tracing = { state: "on", frames: 3, tracedBytes: null, ownBytes: null };

/** A few files and lines, so that tracebacks share them. */
function randomSites(seed: number): Sites {
  const random = seededRandom(seed);
  const frame = (): SiteFrame => ({ file: `f${random.below(3)}.py`, line: 1 + random.below(3) });
  const sites = Array.from({ length: 12 }, () => ({
    frames: Array.from({ length: 1 + random.below(3) }, frame),
    bytes: random.below(1000),
    blocks: random.below(10),
  }));
  return { sites, siteOf: Int32Array.from({ length: OBJECTS }, () => random.below(13) - 1), lost: 0 };
}

/** What a group is, said slowly. */
const nameOf = (frames: readonly SiteFrame[], by: SiteGrouping): string =>
  by === "file"
    ? (frames[0]?.file ?? "")
    : frames
        .slice(0, by === "line" ? 1 : frames.length)
        .map(({ file, line }) => `${file}:${line}`)
        .join(" ");

describe.each(SITE_GROUPINGS)("grouped by %s, on random places", (by) => {
  it.each([1, 2, 3, 4, 5])("each group has the blocks and objects of its places, and no other (seed %i)", (seed) => {
    const view = someView();
    const found = randomSites(seed);
    const groups = groupSites(view, found, by);
    const names = new Set(found.sites.map(({ frames }) => nameOf(frames, by)));
    expect(groups.rows).toHaveLength(names.size);
    for (const row of groups.rows) {
      const name = nameOf(row.frames, by);
      const members = found.sites.filter(({ frames }) => nameOf(frames, by) === name);
      expect(row.bytes).toBe(members.reduce((sum, { bytes }) => sum + bytes, 0));
      expect(row.blocks).toBe(members.reduce((sum, { blocks }) => sum + blocks, 0));
      const objects = [...found.siteOf.keys()].filter((object) => {
        const site = found.sites[found.siteOf[object] ?? -1];
        return site !== undefined && nameOf(site.frames, by) === name;
      });
      expect([...objectsOfSite(found, groups, row.site)]).toEqual(objects);
      expect(row.objects).toBe(objects.length);
      const { shallow } = view.columns.heap;
      expect(row.objectBytes).toBe(objects.reduce((sum, object) => sum + numberAt(shallow, object), 0));
    }
  });

  it("a page is a part of the ordered rows that match; its totals are of all", () => {
    const view = someView();
    const sites = randomSites(6);
    const groups = groupSites(view, sites, by);
    const sort = { by: "bytes", descending: true } as const;
    const page = (text: string, offset: number, limit: number) =>
      allocationPage(view, ON, { sites, groups }, { text, sort, offset, limit });
    const all = page("", 0, 100);
    expect(all.rows.map(({ bytes }) => bytes)).toEqual(groups.rows.map(({ bytes }) => bytes).sort((a, b) => b - a));
    expect(page("", 2, 3).rows).toEqual(all.rows.slice(2, 5));
    const some = page("F1.PY", 0, 100);
    expect(some.rows).toEqual(all.rows.filter(({ frames }) => frames.some(({ file }) => file === "f1.py")));
    expect(some.totals).toEqual(all.totals);
    expect(all.totals.objects + all.untraced.objects).toBe(OBJECTS);
  });

  it.each([7, 8, 9])("two dumps differ by what each place has in one and not in the other (seed %i)", (seed) => {
    const view = someView();
    const [a, b] = [groupSites(view, randomSites(seed), by), groupSites(view, randomSites(seed + 100), by)];
    const query = { text: "", sort: { by: "deltaBytes", descending: true }, offset: 0, limit: 1000 } as const;
    const page = compareAllocations({ tracing: ON, groups: a }, { tracing: ON, groups: b }, query);
    const bytesIn = (groups: typeof a, name: string) =>
      groups.rows.find(({ frames }) => nameOf(frames, by) === name)?.bytes ?? 0;
    for (const row of page.rows) {
      const name = nameOf(row.frames, by);
      expect(row.deltaBytes).toBe(bytesIn(b, name) - bytesIn(a, name));
    }
    const sum = (groups: typeof a) => groups.rows.reduce((total, { bytes }) => total + bytes, 0);
    expect(page.deltaBytes).toBe(sum(b) - sum(a));
    expect(page.rows.reduce((total, { deltaBytes }) => total + deltaBytes, 0)).toBe(page.deltaBytes);
    const deltas = page.rows.map(({ deltaBytes }) => deltaBytes);
    expect(deltas).toEqual([...deltas].sort((x, y) => y - x));
  });
});

it("of two dumps of which one was not traced, nothing is compared", () => {
  const view = someView();
  const groups = groupSites(view, randomSites(1), "line");
  const query = { text: "", sort: { by: "name", descending: false }, offset: 0, limit: 10 } as const;
  const off: Tracing = { ...ON, state: "off" };
  const page = compareAllocations({ tracing: off, groups: null }, { tracing: ON, groups }, query);
  expect(page).toMatchObject({ total: 0, deltaBytes: null, before: { state: "off" }, after: { state: "on" } });
});

describe("why no place is known", () => {
  const meta = (tracing: boolean, privacy = "previews"): Meta => ({
    captureId: asCaptureId("0".repeat(32)),
    label: null,
    createdAt: null,
    process: {},
    python: {},
    capture: { privacy },
    gc: {},
    memory: {},
    tracemalloc: { tracing },
  });
  it.each([
    ["off", meta(false), true, /was not tracing/, /PYTHONTRACEMALLOC=10/],
    ["off", meta(false), false, /was not tracing/, /PYTHONTRACEMALLOC=10/],
    ["old-file", meta(true), false, /did not record/, /again/],
    ["private", meta(true, "none"), true, /privacy none/, /--privacy names/],
  ] as const)("%s: a sentence and what to do", (state, of, tables, why, how) => {
    expect(tracingOf(of, null, tables).state).toBe(state);
    expect(whyNoSites(state)).toMatch(why);
    expect(howToTrace(state)).toMatch(how);
  });
  it("on: nothing is missing", () => {
    expect(tracingOf(meta(true), randomSites(1), true).state).toBe("on");
    expect([whyNoSites("on"), howToTrace("on")]).toEqual([null, null]);
  });
});
