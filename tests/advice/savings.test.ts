import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Advice } from "../../shared/types/advice.ts";
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

const NUMBERS = (base: string, set: string, count: number, value = "i", body = "pass") => `
class Number(${base}):
    ${body}
def number(i):
    made = Number(${value})
    ${set}
    return made
NUMBERS = [None] * ${count}
for i in range(${count}): NUMBERS[i] = number(i)
`;

const slots = (advice: Advice) =>
  ofKind(advice, "small-objects").filter(({ title }) => title.includes("with __slots__"));

/** How much larger the process becomes by it. */
const resident = (program: string): number =>
  Number(
    outputOf(`
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096
before = resident()
${program}
print(resident() - before)
`),
  );

describe("__slots__", () => {
  it("are proposed with the names of all attributes, as a saving that healthy programs have too", () => {
    const [found] = ofKind(adviceOf(points("", 5000)), "small-objects");
    expect(found).toMatchObject({ confidence: "possible" });
    expect(found?.title).toContain("5,000 objects of __main__.Point would take");
    expect(found?.snippet).toContain('__slots__ = ("x", "y", "z")');
  });

  it("are not proposed where they are there, nor for a subclass of int, where they can't work", () => {
    expect(ofKind(adviceOf(points('__slots__ = ("x", "y", "z")', 5000)), "small-objects")).toEqual([]);
    expect(slots(adviceOf(NUMBERS("int", 'made.unit = "m"', 5000)))).toEqual([]);
  });

  it("can't work in a subclass of int, tuple or bytes, which is said with what the dicts take", () => {
    for (const [base, value] of [
      ["int", "i"],
      ["tuple", "(i, i)"],
      ["bytes", 'b"x" * i'],
    ] as const) {
      const [found, ...others] = ofKind(adviceOf(NUMBERS(base, 'made.unit = "m"', 5000, value)), "small-objects");
      expect(others.map(({ title }) => title)).toEqual([]);
      expect(found?.title).toMatch(
        new RegExp(`^5,000 objects of __main__\\.Number have a __dict__ each .* can't work in a subclass of ${base}$`),
      );
      expect(found?.text).toContain("is a TypeError");
    }
    // Python itself says so.
    expect(
      outputOf('try:\n    type("A", (int,), {"__slots__": ("unit",)})\nexcept TypeError as error:\n    print(error)\n'),
    ).toContain("nonempty __slots__ not supported");
  });

  it.runIf(existsSync("/proc/self/statm"))(
    "in a subclass of float leave the float its place; of int, dicts are measured",
    () => {
      const COUNT = 200_000;
      const perObject = (program: string) => resident(program) / COUNT;
      const [float] = slots(adviceOf(NUMBERS("float", 'made.unit = "m"', 20_000)));
      const saved =
        perObject(NUMBERS("float", 'made.unit = "m"', COUNT)) -
        perObject(NUMBERS("float", 'made.unit = "m"', COUNT, "i", '__slots__ = ("unit",)'));
      expect(Math.abs((float?.bytes ?? 0) / 20_000 / saved - 1)).toBeLessThan(0.1);
      const [int] = ofKind(adviceOf(NUMBERS("int", 'made.unit = "m"', 20_000)), "small-objects");
      const dicts = perObject(NUMBERS("int", 'made.unit = "m"', COUNT)) - perObject(NUMBERS("int", "pass", COUNT));
      expect(Math.abs((int?.bytes ?? 0) / 20_000 / dicts - 1)).toBeLessThan(0.1);
    },
  );

  it("count what is alive, not what waits for the collector", () => {
    const [found] = slots(
      adviceOf(
        `import gc\ngc.disable()\n${points("", 5000)}for _ in range(3000):\n    p = Point(None, 1, 1)\n    p.x = p\ndel p\n`,
      ),
    );
    expect(found?.title).toContain("5,000 objects of __main__.Point would take");
  });

  it("are not proposed for a subclass of dict, of which no table would go", () => {
    expect(
      slots(
        adviceOf(
          "class Row(dict):\n    def __init__(self, i):\n        super().__init__(a=i)\n        self.x = None\nROWS = [Row(i) for i in range(5000)]\n",
        ),
      ),
    ).toEqual([]);
  });

  it("name the base that brings the __dict__ back", () => {
    const [found] = slots(
      adviceOf(`
class Shape:
    pass
class Point(Shape):
    def __init__(self, x):
        self.x = x
POINTS = [Point(i) for i in range(5000)]
`),
    );
    expect(found?.evidence.map(({ text }) => text)).toContain(
      "Its base __main__.Shape has a __dict__, so it needs __slots__ too",
    );
  });

  it.runIf(existsSync("/proc/self/statm"))("save within a tenth of what a rebuilt class really saves", () => {
    const COUNT = 300_000;
    const saved = (resident(points("", COUNT)) - resident(points('__slots__ = ("x", "y", "z")', COUNT))) / COUNT;
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

  it.runIf(existsSync("/proc/self/statm"))("equal strings take what interning them really gives back", () => {
    const NAMES = (name: string, count: number) => `import sys
NAMES = [None] * ${count}
for i in range(${count}): NAMES[i] = ${name}
`;
    const [plain, interned] = ['"city number " + str(i % 10)', 'sys.intern("city number " + str(i % 10))'];
    const COUNT = 300_000;
    const saved = (resident(NAMES(plain, COUNT)) - resident(NAMES(interned, COUNT))) / COUNT;
    const found = ofKind(adviceOf(NAMES(plain, 20_000)), "waste").find(({ title }) => title.includes("copies of"));
    expect(Math.abs((found?.bytes ?? 0) / 20_000 / saved - 1)).toBeLessThan(0.1);
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
    // Some releases have a container of their own with room to spare.
    expect(Math.abs((found?.bytes ?? 0) / (8 * 190_000) - 1)).toBeLessThan(0.1);
    expect(found?.evidence[0]?.text).toMatch(/^210,000 entries, and room for 400,000: 1\.4 MiB too much$/);
    expect(found?.title).toMatch(/^\d containers? ha(s|ve) 1\.\d MiB .* more room than/);
  });
});

describe.runIf(existsSync("/proc/self/statm"))("numbers", () => {
  const COUNT = 300_000;
  const ARRAYS = (columns: number) =>
    `import array\nCOLUMNS = [array.array("d", bytes(8 * ${COUNT})) for _ in range(${columns})]\n`;
  const per = (bytes: number | undefined, count: number) => (bytes ?? 0) / count;

  it("in a list of their own are told with what an array really saves, within a tenth", () => {
    const VALUES = (count: number) => `VALUES = [i / 7 for i in range(${count})]\n`;
    const [found] = ofKind(adviceOf(VALUES(50_000)), "small-objects");
    expect(found?.snippet).toContain('array.array("d"');
    const saved = resident(VALUES(COUNT)) - resident(ARRAYS(1));
    expect(Math.abs(per(found?.bytes, 50_000) / per(saved, COUNT) - 1)).toBeLessThan(0.1);
    expect(ofKind(adviceOf("VALUES = [str(i) for i in range(50_000)]\n"), "small-objects")).toEqual([]);
  });

  const RECORDS = {
    "in a class with a __dict__": `
class Point:
    def __init__(self, i):
        self.x = i / 7
        self.y = i / 3
`,
    "in a class with slots": `
class Point:
    __slots__ = ("x", "y")
    def __init__(self, i):
        self.x = i / 7
        self.y = i / 3
`,
    "in tuples": "def Point(i): return (i / 7, i / 3)\n",
    "in named tuples":
      'import collections\nPair = collections.namedtuple("Pair", "x y")\ndef Point(i): return Pair(i / 7, i / 3)\n',
  };
  for (const [what, program] of Object.entries(RECORDS))
    it(`${what} are told with what arrays really save, within a tenth`, () => {
      const POINTS = (count: number) => `${program}POINTS = [None] * ${count}
for i in range(${count}): POINTS[i] = Point(i)
`;
      const found = ofKind(adviceOf(POINTS(20_000)), "small-objects").find(({ title }) => title.includes("as arrays"));
      expect(found?.title).toMatch(/^__main__\.POINTS holds 20,000 (Point|tuple|Pair) objects of 2 numbers each/);
      const table = `TABLE = [None] * ${COUNT}\n`;
      const saved = resident(POINTS(COUNT)) - resident(table) - resident(ARRAYS(2));
      expect(Math.abs(per(found?.bytes, 20_000) / per(saved, COUNT) - 1)).toBeLessThan(0.1);
    });

  it("among other attributes are told of by nobody", () => {
    const program = `
class Point:
    def __init__(self, i):
        self.x = i / 7
        self.name = "a name"
POINTS = [Point(i) for i in range(20_000)]
`;
    expect(ofKind(adviceOf(program), "small-objects").filter(({ title }) => title.includes("array"))).toEqual([]);
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
