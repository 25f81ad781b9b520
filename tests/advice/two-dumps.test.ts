import { describe, expect, it, onTestFinished } from "vitest";
import { adviceReport } from "../../shared/analyses/advice/report.ts";
import { openDump } from "../../shared/store/open-file.ts";
import { readMeta } from "../../shared/store/small-tables.ts";
import { adviceOfFile, adviceOfTwo, dumpOf, dumpsOf, ofKind, serious } from "./programs.ts";

const REQUEST = `
class Request:
    def __init__(self, number):
        self.number = number
        self.body = "x" * 500 + str(number)
`;
/** Something that others do meanwhile, and keep: else nothing would show that a holder stands still. */
const MEANWHILE = "OTHERS = [str(i) * 3 for i in range(3000)]\n";

describe("with an earlier dump of the same process", () => {
  it("what grew is likely, and the sentence says by how much", () => {
    const advice = adviceOfTwo(`${REQUEST}
PENDING = {}
def remember(i): PENDING[i] = Request(i)
for i in range(3000): remember(i)
dump()
for i in range(3000, 5000): remember(i)
dump()
`);
    const [first] = advice.suspects;
    expect(advice.earlier).toMatchObject({ sameProcess: true, secondsBetween: expect.any(Number) });
    expect(first).toMatchObject({ kind: "accumulation", confidence: "likely", holder: "__main__.PENDING" });
    expect(first?.title).toMatch(/, [\d.]+ MiB more than in the earlier dump \(3,000 → 5,000 entries\)$/);
    expect(Math.abs((first?.grewBytes ?? 0) / ((first?.bytes ?? 0) * 0.4) - 1)).toBeLessThan(0.1);
    expect(first?.evidence.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^In the earlier dump 2\.\d MiB, with 3,000 entries$/),
    );
    expect(advice.unknowns.map(({ text }) => text)).not.toContainEqual(expect.stringContaining("one moment"));
  });

  const ROLLING = (between: string) => `${REQUEST}
RECENT = {}
def remember(i):
    RECENT[i] = Request(i)
    if i >= 3000: del RECENT[i - 3000]
for i in range(8000): remember(i)
dump()
${between}
dump()
`;
  const BUSY = ROLLING(`for i in range(8000, 9500): remember(i)\n${MEANWHILE}`);
  const recent = (advice: ReturnType<typeof adviceOfTwo>) =>
    advice.suspects.find(({ holder }) => holder === "__main__.RECENT");

  it("what is replaced all the time and does not grow is at most possible, though one dump looks like growth", () => {
    const [earlier, later] = dumpsOf(BUSY);
    expect(recent(adviceOfFile(later))).toMatchObject({ confidence: "likely" });
    const both = recent(adviceOfFile(later, earlier));
    expect(both).toMatchObject({ confidence: "possible" });
    expect(both?.caveat).toContain("did not grow from the earlier dump");
    expect(both?.title).not.toMatch(/growing|more than/);
  });

  it("nothing is said to stand still where the process had nothing to do", () => {
    const advice = adviceOfTwo(ROLLING("pass"));
    expect(recent(advice)).toMatchObject({ confidence: "likely" });
    expect(advice.unknowns.map(({ text }) => text)).toContainEqual(
      expect.stringContaining("differ in hardly an object"),
    );
  });

  it("a library's container of library objects is found by its growth alone", () => {
    const [earlier, later] = dumpsOf(`
import logging
def handle(i): logging.getLogger(f"request.{i}").debug("seen")
DATA = ["d" * 1000 + str(i) for i in range(4000)]
for i in range(100): handle(i)
dump()
for i in range(100, 400): handle(i)
dump()
`);
    const loggers = ({ title }: { title: string }) => title.includes("loggerDict");
    expect(serious(adviceOfFile(later)).filter(loggers)).toEqual([]);
    const found = adviceOfFile(later, earlier).suspects.find(loggers);
    expect(found).toMatchObject({ confidence: "likely" });
    expect(found?.title).toContain("(101 → 401 entries)");
  });

  it("a cache that grew is told with its hits between the two", () => {
    const [first] = adviceOfTwo(`
import functools
@functools.lru_cache(maxsize=None)
def query(number): return "row " * 200 + str(number)
for _ in range(30):
    for i in range(1500): query(i)
dump()
for i in range(1500, 3000): query(i)
dump()
`).suspects;
    expect(first).toMatchObject({ kind: "cache", confidence: "likely", holder: "__main__.query" });
    expect(first?.evidence.map(({ text }) => text)).toContain("Since the earlier dump 0 hits, 1,500 misses");
    expect(first?.title).toMatch(/more than in the earlier dump/);
  });

  it("garbage that no collection came for meanwhile is likely", () => {
    const program = (between: string) => `
import gc
class Node:
    def __init__(self):
        self.body = bytes(1500)
        self.self = self
def leave():
    nodes = [Node() for _ in range(1500)]
    gc.collect()  # from now on they are old, and a young collection leaves them
DATA = ["d" * 1000 + str(i) for i in range(2000)]
leave()
dump()
${between}
dump()
`;
    const again = "gc.collect()\nleave()";
    expect(ofKind(adviceOfTwo(program("pass")), "garbage")).toMatchObject([{ confidence: "likely", grewBytes: 0 }]);
    expect(ofKind(adviceOfTwo(program(again)), "garbage")).toMatchObject([{ confidence: "possible" }]);
  });

  it("how many objects are held from outside is told against then, and accuses nobody", () => {
    const [found] = ofKind(
      adviceOfTwo(`
import ctypes
class Job:
    def __init__(self): self.body = bytes(3000)
def leak(count):
    for _ in range(count): ctypes.pythonapi.Py_IncRef(ctypes.py_object(Job()))
leak(300)
dump()
leak(200)
dump()
`),
      "held-outside",
    );
    expect(found).toMatchObject({ confidence: "possible" });
    expect(found?.title).toMatch(/^500 objects of type __main__\.Job .*; 200 more than in the earlier dump$/);
    expect(found?.evidence[0]?.text).toBe("In the earlier dump 300 such objects");
  });
});

describe("with an earlier dump of another process", () => {
  const program = (count: number) => `${REQUEST}
PENDING = {}
def look_up(i): return PENDING[i]
for i in range(${count}): PENDING[i] = Request(i)
import gc; gc.collect()
`;

  it("holders are matched by name, their growth is told, and makes nothing surer", () => {
    const [alone, both] = [null, dumpOf(program(2000))].map((earlier) => adviceOfFile(dumpOf(program(4000)), earlier));
    expect(both?.earlier).toMatchObject({ sameProcess: false });
    expect(both?.suspects[0]?.title).toContain("more than in the earlier dump (2,000 → 4,000 entries)");
    expect(both?.suspects[0]?.confidence).toBe(alone?.suspects[0]?.confidence);
    expect(both?.unknowns[0]?.text).toContain("different processes");
  });
});

describe("at privacy none", () => {
  it("documents name no variable, function, file or value, with an earlier dump either", () => {
    const [earlier, later] = dumpsOf(`${REQUEST}
import functools
PENDING_ORDERS = {}
def remember_order(i): PENDING_ORDERS[f"order-of-{i}"] = Request(i)
@functools.lru_cache(maxsize=None)
def price_of(i): return f"the price is {i}" * 20
for i in range(3000): remember_order(i), price_of(i)
dump(privacy="none")
for i in range(3000, 5000): remember_order(i), price_of(i)
dump(privacy="none")
`);
    const advice = adviceOfFile(later, earlier);
    expect(advice.suspects[0]).toMatchObject({ kind: "accumulation", grewBytes: expect.any(Number) });
    const file = openDump(later);
    onTestFinished(() => file.close());
    for (const format of ["markdown", "html"] as const) {
      const text = adviceReport(advice, readMeta(file), format);
      expect(text).toContain("privacy of the dump: none");
      expect(text).not.toMatch(/PENDING_ORDERS|remember_order|price_of|order-of|the price is|app\.py|xxx/);
    }
  });
});

describe("a process that works without keeping anything", () => {
  it("has no suspect in two dumps either", () => {
    const advice = adviceOfTwo(`
import json, collections
CACHE = collections.OrderedDict()
def answer(i):
    CACHE[i % 700] = json.dumps({"number": i, "text": "t" * 400})
    return CACHE[i % 700]
for i in range(5000): answer(i)
dump()
for i in range(5000, 12000): answer(i)
${MEANWHILE}
dump()
`);
    expect(serious(advice).filter(({ holder }) => holder !== "__main__.OTHERS")).toEqual([]);
  });
});
