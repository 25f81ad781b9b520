import { describe, expect, it } from "vitest";
import { seriesMarkdown } from "../../renderer/components/compare-markdown.ts";
import { commonStart, compareWords, distinctions } from "../../renderer/components/compare-words.ts";
import { directionOf, formatRate, formatSpan, signedBytes, signedCount } from "../../renderer/components/delta.ts";
import { plain } from "../../renderer/components/sentence.ts";
import { seriesWords } from "../../renderer/components/series-words.ts";
import { comparedIn, joinedRoute, pairRoute } from "../../renderer/state/pair.ts";
import type {
  Comparison,
  GrowthRow,
  Series,
  SeriesHolder,
  SnapshotInfo,
  Trend,
} from "../../shared/session/contract.ts";
import { asCaptureId, asObjectId } from "../../shared/types/ids.ts";

const MIB = 1024 * 1024;
const HOUR = 3600;
const totals = {
  captureId: asCaptureId("0f".repeat(16)),
  label: null,
  createdAt: null,
  objects: 1,
  garbageBytes: 0,
  rssBytes: null,
  limitBytes: null,
};
const some = { objects: 1, bytes: 1 };

const comparison = (change: number, secondsBetween: number | null = 22 * HOUR, oneProcess = true): Comparison => ({
  before: { ...totals, bytes: 1000 * MIB },
  after: { ...totals, bytes: 1000 * MIB + change },
  secondsBetween,
  objects: oneProcess ? { new: some, gone: some, survived: some } : null,
  matching: { how: "by address", confidence: oneProcess ? "likely" : "none" },
  warnings: [],
});

const grown = (path: string, delta: number, others: Partial<GrowthRow> = {}): GrowthRow => ({
  idA: asObjectId(1),
  idB: asObjectId(2),
  type: "dict",
  label: "dict",
  path,
  steps: [],
  entriesA: 2310,
  entriesB: 41_210,
  retainedA: 0,
  retainedB: delta,
  deltaRetainedBytes: delta,
  isNew: false,
  isShared: false,
  usedBy: [],
  ...others,
});

const headline = (compared: Comparison, ...rows: readonly GrowthRow[]): string =>
  plain(compareWords.headline(compared, { rows, total: rows.length }));

const PENDING = "module shop.sessions › _PENDING";

describe("dumps of one file name", () => {
  const dump = (key: string, change: object) => ({
    key,
    name: "app.pyheap",
    folder: null,
    label: null,
    createdAt: null,
    ...change,
  });
  const told = (...changes: object[]) => [
    ...distinctions(changes.map((change, at) => dump(`${at}`.repeat(32), change))).values(),
  ];

  it("are told apart by their folders, else by what tells all of them apart", () => {
    expect(told({ folder: "/var/monday" }, { folder: "/var/tuesday" })).toEqual(["monday", "tuesday"]);
    expect(told({ folder: "C:\\a\\dumps" }, { folder: "C:\\b\\dumps" })).toEqual(["a/dumps", "b/dumps"]);
    expect(told({ folder: "/a", label: "one" }, { label: "two" })).toEqual(["one", "two"]);
    expect(told({ label: "one" }, { label: "one" })).toEqual(["00000000", "11111111"]);
    expect(told({ name: "other.pyheap" }, {})).toEqual([]);
  });

  it("share the beginning of their names up to the end of a word", () => {
    expect(commonStart(["shop-monday", "shop-tuesday"])).toBe("shop-");
    expect(commonStart(["shop-mon", "shop-monday"])).toBe("shop-");
    expect(commonStart(["shop", "shop"])).toBe("");
    expect(commonStart(["monday", "money"])).toBe("");
    expect(commonStart(["one"])).toBe("");
  });
});

describe("a limit", () => {
  const limited = (rssA: number, rssB: number, limitBytes: number | null): string | null => {
    const compared = comparison(100 * MIB);
    return compareWords.limit({
      ...compared,
      before: { ...compared.before, rssBytes: rssA * MIB },
      after: { ...compared.after, rssBytes: rssB * MIB, limitBytes },
    });
  };

  it("is told where it is reached soon at the rate that was seen", () => {
    expect(limited(220, 440, 512 * MIB)).toBe("At this rate it reaches its limit of 512.0 MiB in about 7 h 12 min.");
    expect(limited(220, 520, 512 * MIB)).toBe("Its limit of 512.0 MiB is reached.");
  });

  it("is not told where there is none, or nothing grew", () => {
    expect(limited(220, 440, null)).toBeNull();
    expect(limited(440, 220, 512 * MIB)).toBeNull();
  });
});

describe("a row of dumps", () => {
  const holder = (trend: Trend, ...retained: (number | null)[]): SeriesHolder => ({
    type: "dict",
    label: "dict",
    path: PENDING,
    ids: retained.map(() => asObjectId(1)),
    retained: retained.map((size) => (size === null ? null : size * MIB)),
    entries: retained.map(() => 1),
    trend,
    deltaRetainedBytes: ((retained.at(-1) ?? 0) - (retained[0] ?? 0)) * MIB,
    usedBy: [{ function: "remember", file: "/srv/shop/sessions.py", line: 25 }],
  });
  const series = (...holders: readonly SeriesHolder[]): Series => ({
    dumps: [],
    secondsBetween: [11 * HOUR, 11 * HOUR],
    holders,
    kept: { new: { objects: 10, bytes: 2048 }, stillThere: { objects: 1, bytes: 1024 }, types: [] },
    matching: { how: "by address", confidence: "likely" },
    warnings: [],
  });
  const say = (...holders: readonly SeriesHolder[]): string => plain(seriesWords.headline(series(...holders)));

  it("is told by its first holder", () => {
    expect(say(holder("every-step", 1, 100, 221))).toBe(
      "shop.sessions._PENDING grew in every step: 1.0 MiB → 100.0 MiB → 221.0 MiB, 10.0 MiB/h",
    );
    expect(say(holder("lately", 1, 1, 111))).toBe(
      "shop.sessions._PENDING grew by 110.0 MiB in the last step, 10.0 MiB/h",
    );
    expect(say(holder("no-longer", 1, 90, null))).toBe(
      "shop.sessions._PENDING no longer grows: 1.0 MiB → 90.0 MiB → –",
    );
    expect(say()).toBe("No holder grew noticeably from dump to dump");
  });

  it("is copied as Markdown with its trends, its users, and what stayed", () => {
    const dumps = ["a", "b", "c"].map((letter) => ({ name: `${letter}.pyheap` }) as SnapshotInfo);
    const text = seriesMarkdown(series(holder("no-longer", 1, 90, 2)), dumps);
    expect(text).toContain(
      "| `shop.sessions._PENDING` | no longer grows | 1.0 MiB | 90.0 MiB | 2.0 MiB | `remember sessions.py:25` |",
    );
    expect(text).toContain("1 (1.0 KiB) are still there in c");
  });

  it("is joined by another dump in the order of their times", () => {
    const at = (letter: string, hour: number) => ({
      capture: asCaptureId(letter.repeat(32)),
      createdAt: `2026-11-22T${hour}:00:00Z`,
    });
    const [a, b, c] = [at("a", 10), at("b", 11), at("c", 12)];
    const route = { view: "compare", capture: c.capture, before: a.capture } as const;
    expect(joinedRoute(route, [c, b, a], b)).toEqual({
      view: "series",
      capture: c.capture,
      earlier: [a.capture, b.capture],
    });
    expect(comparedIn(route)).toEqual([a.capture, c.capture]);
  });
});

describe("the sentence of a comparison", () => {
  it("never calls garbage churn: no holder has it, but it grew", () => {
    const withGarbage = (bytes: number): Comparison => {
      const compared = comparison(300 * MIB, null);
      return { ...compared, after: { ...compared.after, garbageBytes: bytes } };
    };
    const row = grown(PENDING, 200 * MIB, { entriesA: null });
    expect(headline(withGarbage(100 * MIB), row)).toBe(
      "shop.sessions._PENDING grew by 200.0 MiB; garbage waiting grew by 100.0 MiB",
    );
    expect(headline(withGarbage(250 * MIB), row)).toMatch(/^Garbage waiting grew by 250\.0 MiB: objects in cycles/);
    expect(headline(withGarbage(290 * MIB))).toMatch(/^Garbage waiting grew by 290\.0 MiB/);
  });

  it("names the container, what it gained, and how fast", () => {
    expect(headline(comparison(222 * MIB), grown(PENDING, 218 * MIB))).toBe(
      "shop.sessions._PENDING grew by 218.0 MiB, 2,310 → 41,210 entries, 9.9 MiB/h; the rest is churn",
    );
  });

  it("knows no rate without two times, and none across processes", () => {
    const row = grown(PENDING, 218 * MIB, { entriesA: 5, entriesB: 5 });
    expect(headline(comparison(0, null), row)).toBe("shop.sessions._PENDING grew by 218.0 MiB; the rest is churn");
    expect(headline(comparison(0, HOUR, false), row)).toBe("shop.sessions._PENDING grew by 218.0 MiB");
  });

  it("says that others grew too, where they did", () => {
    const rows = [grown(PENDING, 100 * MIB), grown("a", 50 * MIB), grown("b", MIB)];
    expect(headline(comparison(0, null), ...rows)).toMatch(/; 2 other holders grew too$/);
    expect(headline(comparison(0, null), ...rows.slice(0, 2))).toMatch(/; another holder grew too$/);
  });

  it("calls a container new that the earlier dump has not", () => {
    const row = grown(PENDING, MIB, { isNew: true, entriesA: null, idA: null });
    expect(headline(comparison(0, null), row)).toMatch(
      /^shop\.sessions\._PENDING is new and keeps 1\.0 MiB alive, 41,210 entries/,
    );
  });

  it("says first that the whole shrank, where it shrank by more than the container grew", () => {
    expect(headline(comparison(-9 * MIB, null), grown(PENDING, 2 * MIB))).toMatch(
      /^Own sizes shrank by 9\.0 MiB, though shop\.sessions\._PENDING grew by 2\.0 MiB/,
    );
  });

  it("says so where nothing grew", () => {
    expect(headline(comparison(-3 * MIB))).toBe("Nothing grew: own sizes shrank by 3.0 MiB");
    expect(headline(comparison(0))).toBe("Nothing grew");
    expect(headline(comparison(2048))).toBe("No holder grew noticeably: +2.0 KiB in all");
  });
});

it("says how fast in a unit not much longer than what was seen", () => {
  expect(formatRate(MIB, 2 * HOUR)).toBe("512.0 KiB/h");
  expect(formatRate(MIB, 30)).toBe("2.0 MiB/min");
  expect(formatRate(MIB, 2)).toBe("512.0 KiB/s");
  expect(formatRate(MIB, 0.5)).toBeNull();
  expect(formatRate(MIB, -HOUR)).toBeNull();
});

it("says how far apart two dumps are in two units at most", () => {
  expect([0.3, 42, 300, HOUR, 22.25 * HOUR, 50 * HOUR, 48 * HOUR].map(formatSpan)).toEqual([
    "300 ms",
    "42.0 s",
    "5 min",
    "1 h",
    "22 h 15 min",
    "2 days 2 h",
    "2 days",
  ]);
});

it("gives each change its sign and its direction", () => {
  expect([1536, -1536, 0].map(signedBytes)).toEqual(["+1.5 KiB", "−1.5 KiB", "0"]);
  expect([1200, -1200, 0].map(signedCount)).toEqual(["+1,200", "−1,200", "0"]);
  expect([5, -5, 0].map(directionOf)).toEqual(["grew", "shrank", "same"]);
});

describe("a pair of dumps", () => {
  const early = { capture: asCaptureId("aa".repeat(16)), createdAt: "2026-11-22T08:00:00+00:00" };
  const late = { capture: asCaptureId("bb".repeat(16)), createdAt: "2026-11-22T09:30:00+01:00" };

  it("is looked at from the later one, whichever comes first", () => {
    const route = { view: "compare", capture: late.capture, before: early.capture };
    expect(pairRoute(early, late)).toEqual(route);
    expect(pairRoute(late, early)).toEqual(route);
  });

  it("stays in the order given where a time is missing", () => {
    expect(pairRoute(early, { ...late, createdAt: null }).before).toBe(early.capture);
    expect(pairRoute({ ...late, createdAt: null }, early).before).toBe(late.capture);
  });
});
