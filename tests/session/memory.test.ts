import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { HELD } from "../../shared/store/memory.ts";
import { madeDump } from "../bench/made-dump.ts";

const OBJECTS = 300_000;

it.each([
  ["a heap far larger than JavaScript's own opens, and closing it gives its memory back", []],
  ["closing one of two gives its memory back", [madeDump({ objects: 60_000 })]],
])("%s", (_, beside) => {
  const path = madeDump({ objects: OBJECTS });
  // 32 MB for JavaScript objects; columns live outside.
  const words = ["--max-old-space-size=32", join(import.meta.dirname, "open-and-close.ts"), path, "5", ...beside];
  // glibc keeps freed pieces below a limit that it raises as it goes: fixed, what is freed is seen to be free.
  const env = { ...process.env, MALLOC_MMAP_THRESHOLD_: "131072" };
  const printed = execFileSync(process.execPath, words, { encoding: "utf8", env });
  const { open, closed } = JSON.parse(printed) as { open: number[]; closed: number[] };
  const columns = OBJECTS * (HELD.object + 3 * HELD.reference);
  // In the mean: the garbage of JavaScript comes and goes in between.
  const given = open.map((bytes, i) => bytes - (closed[i] ?? 0));
  expect(given.reduce((sum, bytes) => sum + bytes, 0) / given.length).toBeGreaterThan(columns / 2);
  // Opening again and again: what the process itself needs is reached after a few times, and nothing piles up.
  expect(Math.min(...closed.slice(3)) - Math.max(...closed.slice(0, 3))).toBeLessThan(columns / 2);
});
