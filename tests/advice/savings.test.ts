import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { adviceOf, ofKind, outputOf } from "./programs.ts";

const points = (slots: string, count: number) => `
class Point:
    ${slots}
    def __init__(self, x, y, z):
        self.x = x
        self.y = y
        self.z = z
POINTS = [Point(None, True, False) for _ in range(${count})]
`;

describe("__slots__", () => {
  it("are proposed with the names of all attributes, as a saving that healthy programs have too", () => {
    const [found] = ofKind(adviceOf(points("", 5000)), "small-objects");
    expect(found).toMatchObject({ confidence: "possible" });
    expect(found?.title).toContain("5,000 objects of __main__.Point would take");
    expect(found?.snippet).toContain('__slots__ = ("x", "y", "z")');
  });

  it("are not proposed where they are there, nor for a subclass of int, where they can't work", () => {
    expect(ofKind(adviceOf(points('__slots__ = ("x", "y", "z")', 5000)), "small-objects")).toEqual([]);
    const advice = adviceOf(`
class Number(int):
    pass
def number(i):
    made = Number(i)
    made.unit = "m"
    return made
NUMBERS = [number(i) for i in range(5000)]
`);
    expect(ofKind(advice, "small-objects")).toEqual([]);
  });

  it("name the base that brings the __dict__ back", () => {
    const [found] = ofKind(
      adviceOf(`
class Shape:
    pass
class Point(Shape):
    def __init__(self, x):
        self.x = x
POINTS = [Point(i) for i in range(5000)]
`),
      "small-objects",
    );
    expect(found?.evidence.map(({ text }) => text)).toContain(
      "Its base __main__.Shape has a __dict__, so it needs __slots__ too",
    );
  });

  it.runIf(existsSync("/proc/self/statm"))("save within a tenth of what a rebuilt class really saves", () => {
    const COUNT = 300_000;
    const resident = (slots: string) =>
      Number(
        outputOf(`
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096
before = resident()
${points(slots, COUNT)}
print(resident() - before)
`),
      );
    const saved = (resident("") - resident('__slots__ = ("x", "y", "z")')) / COUNT;
    const [found] = ofKind(adviceOf(points("", 20_000)), "small-objects");
    expect(Math.abs((found?.bytes ?? 0) / 20_000 / saved - 1)).toBeLessThan(0.1);
  });
});

describe("wasted space", () => {
  it("equal strings that are separate objects are counted; interned ones are not", () => {
    const rows = (city: string) => `
import sys
ROWS = [{"city": ${city}, "n": i} for i in range(4000)]
`;
    const title = (program: string) => ofKind(adviceOf(program), "waste").map((found) => found.title);
    const plain = title(rows('"city number " + str(i % 10)')).find((text) => text.includes("copies of"));
    expect(plain).toMatch(/are [34],\d{3} copies of \d+ strings that are there already/);
    const interned = title(rows('sys.intern("city number " + str(i % 10))'));
    expect(interned.filter((text) => text.includes("copies of"))).toEqual([]);
  });

  it("a dict that was large once is told with the room it has too much, and really gives it back", () => {
    const program = `
SEEN = {i: None for i in range(100_000)}
for i in range(100_000 - 10): del SEEN[i]
`;
    const found = ofKind(adviceOf(program), "waste").find(({ holder }) => holder === "__main__.SEEN");
    const freed = Number(outputOf(`${program}import sys\nprint(sys.getsizeof(SEEN) - sys.getsizeof(dict(SEEN)))\n`));
    expect(Math.abs((found?.bytes ?? 0) / freed - 1)).toBeLessThan(0.1);
    expect(ofKind(adviceOf("SEEN = {i: None for i in range(100_000)}\n"), "waste")).toEqual([]);
  });

  it("a list that shrank is told with the room that its size says it has", () => {
    const advice = adviceOf(`
ROWS = [None] * 400_000
del ROWS[210_000:]
EXACT = [None] * 300_000
`);
    const found = ofKind(advice, "waste").find(({ holder }) => holder === "__main__.ROWS");
    expect(found?.bytes).toBe(8 * 190_000);
    expect(found?.evidence[0]?.text).toMatch(/^210,000 entries, and room for 400,000: 1\.4 MiB too much$/);
    expect(found?.title).toContain("1 container has");
  });

  it("a list of numbers of its own says what an array would save", () => {
    const program = "VALUES = [i / 7 for i in range(50_000)]\n";
    const [found] = ofKind(adviceOf(program), "small-objects");
    const saved = Number(
      outputOf(`${program}import array, sys
print(sys.getsizeof(VALUES) + sum(map(sys.getsizeof, VALUES)) - sys.getsizeof(array.array("d", VALUES)))
`),
    );
    expect(found?.snippet).toContain('array.array("d"');
    expect(Math.abs((found?.bytes ?? 0) / saved - 1)).toBeLessThan(0.1);
  });
});

describe("outside of Python's objects", () => {
  it("memory that C took is told against the resident size; a program without has none", () => {
    const program = `
import ctypes, mmap
BLOCKS = mmap.mmap(-1, 200_000_000)
for i in range(0, 200_000_000, 4096): BLOCKS[i] = 1
`;
    const [found] = ofKind(adviceOf(program), "outside-python");
    expect(found?.confidence).toBe("possible");
    // The interpreter has some of its own.
    expect(found?.bytes).toBeGreaterThan(195_000_000);
    expect(found?.bytes).toBeLessThan(240_000_000);
    expect(ofKind(adviceOf("import json\n"), "outside-python")).toEqual([]);
  });
});

describe("held from outside of the graph", () => {
  it("is told with how many references were found, and accuses nobody", () => {
    const program = (leak: string) => `
import ctypes
class Job:
    def __init__(self, number):
        self.body = bytes(3000)
for i in range(500):
    job = Job(i)
    ${leak}
del job
`;
    const leaking = adviceOf(program("ctypes.pythonapi.Py_IncRef(ctypes.py_object(job))"));
    const [found] = ofKind(leaking, "held-outside");
    expect(found).toMatchObject({ confidence: "possible" });
    expect(found?.title).toMatch(/^500 objects of type __main__\.Job are held from outside/);
    expect(found?.evidence[0]?.text).toBe("0 of 1 references found");
    expect(Math.abs((found?.bytes ?? 0) / (500 * 3033) - 1)).toBeLessThan(0.1);
    expect(ofKind(adviceOf(program("pass")), "held-outside")).toEqual([]);
  });
});
