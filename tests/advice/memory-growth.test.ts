import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Suspect } from "../../shared/types/advice.ts";
import { adviceOfTwo, ofKind, serious } from "./programs.ts";

/** How memory grew between two dumps, where the advice tells it. */
const grown = (program: string): Suspect | undefined =>
  ofKind(adviceOfTwo(program), "outside-python").find(({ title }) => title.includes("earlier dump"));

/** Within a tenth. */
const about = (bytes: number | undefined, real: number) => Math.abs((bytes ?? 0) / real - 1) < 0.1;

describe.runIf(existsSync("/proc/self/statm"))("memory that grew from the earlier dump to this one", () => {
  it("outside of Python's objects is likely trouble, with what tells more", () => {
    const found = grown(`
import ctypes
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
def leak(count):
    for _ in range(count): ctypes.memset(libc.malloc(ctypes.c_size_t(100_000)), 1, 100_000)
leak(10)
dump()
leak(1500)
dump()
`);
    expect(found).toMatchObject({ confidence: "likely" });
    expect(found?.title).toMatch(
      /^The process has 1[34]\d\.\d MiB more .*: 1[34]\d\.\d MiB outside of Python's objects/,
    );
    expect(about(found?.bytes, 1500 * 100_000)).toBe(true);
    expect(found?.snippet).toContain("malloc_trim(0)");
  });

  it("free in Python's allocator after a peak is told as that, and possible", () => {
    const found = grown(`
class Small:
    __slots__ = ("a", "b", "c", "d")
KEPT = []
def peak():
    everything = [Small() for _ in range(1_000_000)]
    KEPT.extend(everything[::600])
dump()
peak()
dump()
`);
    expect(found).toMatchObject({ confidence: "possible" });
    expect(found?.title).toMatch(/: [56]\d\.\d MiB free in Python's allocator/);
    expect(about(found?.bytes, 1_000_000 * 64)).toBe(true);
  });

  it("in Python's objects leads to the holders", () => {
    const found = grown(`
ROWS = []
dump()
for i in range(30_000): ROWS.append(bytes(1500))
dump()
`);
    expect(found).toMatchObject({ confidence: "possible" });
    expect(about(found?.bytes, 30_000 * 1541)).toBe(true);
    expect(found?.text).toContain("holders");
  });

  it("is no matter where it is small, or where the memory was given back", () => {
    for (const between of ["ROWS = [bytes(100) for _ in range(3000)]", "BLOCK = bytearray(80_000_000)\ndel BLOCK"]) {
      const advice = adviceOfTwo(`dump()\n${between}\ndump()\n`);
      expect(ofKind(advice, "outside-python"), between).toEqual([]);
      expect(serious(advice).filter(({ kind }) => kind === "outside-python")).toEqual([]);
    }
  });
});
