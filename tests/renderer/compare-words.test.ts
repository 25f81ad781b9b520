import { describe, expect, it } from "vitest";
import { compareWords } from "../../renderer/components/compare-words.ts";
import { directionOf, formatRate, formatSpan, signedBytes, signedCount } from "../../renderer/components/delta.ts";
import { plain } from "../../renderer/components/sentence.ts";
import { pairRoute } from "../../renderer/state/pair.ts";
import type { Comparison, GrowthRow } from "../../shared/session/contract.ts";
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
  usedBy: [],
  ...others,
});

const headline = (compared: Comparison, ...rows: readonly GrowthRow[]): string =>
  plain(compareWords.headline(compared, { rows, total: rows.length }));

const PENDING = "module shop.sessions › _PENDING";

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
