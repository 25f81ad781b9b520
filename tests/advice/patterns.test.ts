import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { adviceOf, adviceOfFile, dumpsOf, ofKind, outputOf, serious } from "./programs.ts";

const REQUEST = `
class Request:
    def __init__(self, number):
        self.number = number
        self.body = "x" * 500 + str(number)
`;

describe("containers of the standard library are told by the name that the program gave them, with their own bound", () => {
  const places: [what: string, program: string, holder: RegExp, fix: string][] = [
    [
      "a queue",
      "import queue\nQ = queue.Queue()\ndef remember(i): Q.put(Request(i))\n",
      /^__main__\.Q\.queue$/,
      "maxsize=",
    ],
    [
      "a queue in C",
      "import queue\nQ = queue.SimpleQueue()\ndef remember(i): Q.put(Request(i))\n",
      /^__main__\.Q$/,
      "maxsize=",
    ],
    [
      "asyncio's",
      "import asyncio\nQ = asyncio.Queue()\ndef remember(i): Q.put_nowait(Request(i))\n",
      /^__main__\.Q\._queue$/,
      "maxsize=",
    ],
    [
      "a WeakKeyDictionary",
      "import weakref\nW = weakref.WeakKeyDictionary()\nclass Owner: pass\ndef remember(i):\n    owner = Owner()\n    W[owner] = (owner, Request(i))\n",
      /^__main__\.W\.data$/,
      "must not hold key",
    ],
  ];
  for (const [what, program, holder, fix] of places) {
    it(what, () => {
      const [first] = adviceOf(`${REQUEST}${program}for i in range(4000): remember(i)\n`).suspects;
      expect(first).toMatchObject({
        kind: "accumulation",
        confidence: "likely",
        holder: expect.stringMatching(holder),
      });
      expect(first?.snippet).toContain(fix);
    });
  }

  const healthy: [what: string, program: string][] = [
    [
      "a dict that asks for its length",
      "C = {}\ndef work(i):\n    if len(C) >= 3000: C.pop(next(iter(C)))\n    C[i] = Request(i)\n",
    ],
    [
      "a queue that is emptied",
      "import queue\nQ = queue.Queue()\ndef work(i):\n    Q.put(Request(i))\n    Q.get_nowait()\n",
    ],
    [
      "a thread-local that is emptied",
      "import threading\nL = threading.local()\nL.seen = []\ndef work(i):\n    L.seen.append(Request(i))\n    if len(L.seen) > 20: L.seen.clear()\n",
    ],
    [
      "weak keys whose values do not know them",
      "import weakref\nW = weakref.WeakKeyDictionary()\nclass Owner: pass\ndef work(i): W[Owner()] = Request(i)\n",
    ],
  ];
  it("and those that are emptied or bounded are at most possible", () => {
    for (const [what, program] of healthy)
      expect(serious(adviceOf(`${REQUEST}${program}for i in range(8000): work(i)\n`)), what).toEqual([]);
  });
});

describe("garbage", () => {
  it("of objects with __del__ says so", () => {
    const [first] = adviceOf(`
import gc
class Node:
    def __init__(self):
        self.me = self
        self.body = bytes(2000)
    def __del__(self): pass
gc.disable()
for i in range(2000): Node()
`).suspects;
    expect(first).toMatchObject({ kind: "garbage", confidence: "certain" });
    expect(first?.evidence.map(({ text }) => text)).toContainEqual(expect.stringContaining("have a __del__"));
  });

  it("that a program puts into gc.garbage is told once", () => {
    const advice = adviceOf(`${REQUEST}import gc\nfor i in range(2000): gc.garbage.append(Request(i))\n`);
    expect(advice.suspects.filter(({ holder }) => holder === "gc.garbage")).toMatchObject([{ kind: "garbage" }]);
  });
});

describe("records, jobs and callbacks", () => {
  const LOG = (handler: string) => `
import logging, logging.handlers, queue
class Keep(logging.Handler):
    def __init__(self):
        super().__init__()
        self.records = []
    def emit(self, record): self.records.append(record)
Q = queue.Queue()
LOG = logging.getLogger("shop")
LOG.propagate = False
LOG.addHandler(${handler})
for i in range(3000): LOG.warning("order %s", "b" * 300 + str(i))
`;

  it("that a logging handler of any kind buffers are log records", () => {
    for (const [handler, holder] of [
      ["logging.handlers.QueueHandler(Q)", "__main__.Q.queue"],
      ["Keep()", "__main__.LOG.handlers[0].records"],
    ] as const) {
      const [first] = adviceOf(LOG(handler)).suspects;
      expect(first).toMatchObject({ kind: "exceptions", holder });
      expect(first?.title).toContain("buffers 3,000 log records");
    }
  });

  it("coroutines that nobody awaited keep their arguments", () => {
    const [first] = adviceOf(`
import warnings
warnings.simplefilter("ignore")
PENDING = []
async def work(payload): return payload
def start(i): PENDING.append(work(bytes(900) + bytes([i % 256])))
for i in range(900): start(i)
`).suspects;
    expect(first).toMatchObject({ kind: "suspended", confidence: "likely", holder: "__main__.PENDING" });
    expect(first?.title).toContain("900 coroutines that wait or were never awaited");
  });

  it("jobs that wait in an executor are told by the executor, not by its worker's frame", () => {
    const [, later] = dumpsOf(`
import concurrent.futures, threading
GO = threading.Event()
POOL = concurrent.futures.ThreadPoolExecutor(2)
def work(data):
    GO.wait()
    return len(data)
for i in range(900): POOL.submit(work, bytes(2000) + bytes([i % 256]))
dump()
dump()
GO.set()
POOL.shutdown()
`);
    const [first] = adviceOfFile(later).suspects;
    expect(first).toMatchObject({ kind: "suspended", confidence: "likely", holder: "__main__.POOL._work_queue" });
    expect(first?.title).toContain("jobs that wait for a worker");
  });

  it("partials and closures are callbacks as bound methods are", () => {
    const BUS = (callback: string) => `
import functools
class Bus:
    def __init__(self): self.listeners = []
BUS = Bus()
def notify(body, event): return body
def subscribe(i):
    body = bytearray(3000)
    BUS.listeners.append(${callback})
for i in range(600): subscribe(i)
`;
    for (const [callback, name] of [
      ["functools.partial(notify, body)", "such as partial of notify"],
      ["lambda event: (body, event)", "such as function subscribe.<locals>.<lambda>"],
    ] as const) {
      const [first] = adviceOf(BUS(callback)).suspects;
      expect(first).toMatchObject({ kind: "listeners", confidence: "likely", holder: "__main__.BUS.listeners" });
      expect(first?.title).toContain(name);
    }
  });
});

describe("instances that have a __dict__ all the same", () => {
  const POINTS = (base: string, own: string, count: number) => `
class Base:
    ${base}
class Point(Base):
    ${own}
    def __init__(self):
        self.x = None
        self.y = None
POINTS = [None] * ${count}
for i in range(${count}): POINTS[i] = Point()
`;
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
  const why = (base: string, own: string) =>
    ofKind(adviceOf(POINTS(base, own, 20_000)), "small-objects").find(({ title }) => title.includes("__slots__"));

  it("because a base has no slots", () => {
    const found = why("pass", '__slots__ = ("x", "y")');
    expect(found?.evidence.map(({ text }) => text)).toContain(
      "It has __slots__, but its base __main__.Base has none: that gives each instance a __dict__",
    );
    expect(found?.snippet).toBe("class Base:\n    __slots__ = ()");
  });

  it("because the class has none itself", () => {
    const found = why('__slots__ = ("x",)', "pass");
    expect(found?.evidence.map(({ text }) => text)).toContain(
      "Its base __main__.Base has __slots__, but a subclass without its own has a __dict__ again",
    );
    expect(found?.snippet).toBe('class Point(Base):\n    __slots__ = ("y",)');
  });

  it("are not told of where slots can't work, as in a subclass of tuple", () => {
    const program = `
class Pair(tuple): pass
def pair(i):
    made = Pair((i, i + 1))
    made.unit = "m"
    return made
PAIRS = [pair(i) for i in range(5000)]
`;
    const titles = ofKind(adviceOf(program), "small-objects").map(({ title }) => title);
    expect(titles).toEqual([expect.stringContaining("__slots__ can't work in a subclass of tuple")]);
  });

  it.runIf(existsSync("/proc/self/statm"))("save within a tenth of what slots in both really save", () => {
    const COUNT = 200_000;
    const saved = (base: string, own: string, rebuilt: string) =>
      (resident(POINTS(base, own, COUNT)) - resident(POINTS(rebuilt, '__slots__ = ("x", "y")', COUNT))) / COUNT;
    const promised = (base: string, own: string) => (why(base, own)?.bytes ?? 0) / 20_000;
    const slots = '__slots__ = ("x", "y")';
    expect(Math.abs(promised("pass", slots) / saved("pass", slots, "__slots__ = ()") - 1)).toBeLessThan(0.1);
  });
});

describe("rows that are dicts with the same keys", () => {
  const ROWS = (row: string) => `ROWS = [${row} for i in range(20_000)]\n`;
  const SAME = ROWS('{"name": None, "price": True, "count": False}');

  it("are told with what records would take less, within a tenth", () => {
    const [found] = ofKind(adviceOf(SAME), "small-objects");
    expect(found).toMatchObject({ confidence: "possible", holder: "__main__.ROWS" });
    expect(found?.title).toContain("20,000 dicts with the same 3 keys");
    expect(found?.snippet).toContain("class Row:\n    name: object\n    price: object\n    count: object");
    const saved = Number(
      outputOf(`import tracemalloc\ntracemalloc.start()\n${SAME}
class Row:
    __slots__ = ("name", "price", "count")
    def __init__(self, name, price, count): self.name, self.price, self.count = name, price, count
before = tracemalloc.get_traced_memory()[0]
for i, row in enumerate(ROWS): ROWS[i] = Row(**row)
row = None
print(before - tracemalloc.get_traced_memory()[0])
`),
    );
    expect(Math.abs((found?.bytes ?? 0) / saved - 1)).toBeLessThan(0.1);
  });

  it("are not where the keys differ", () => {
    expect(ofKind(adviceOf(ROWS('{f"k{i % 4000}": None, "j": True}')), "small-objects")).toEqual([]);
  });
});

describe("what is told of one holder", () => {
  it("is what is surer: numbers that pile up are an accumulation before they are a list that could be an array", () => {
    const [first] = adviceOf(`
import gc, time
TIMES = []
def measure(i): TIMES.append((time.perf_counter() + i) * 1.5)
for i in range(60_000): measure(i)
`).suspects;
    expect(first).toMatchObject({ kind: "accumulation", confidence: "likely", holder: "__main__.TIMES" });
  });
});

describe("room that is left over", () => {
  it("in a set that was large once is told, and is what a copy really gives back", () => {
    const program = "SEEN = set(range(100_000))\nfor i in range(100_000 - 10): SEEN.discard(i)\n";
    const found = ofKind(adviceOf(program), "waste").find(({ holder }) => holder === "__main__.SEEN");
    const freed = Number(outputOf(`${program}import sys\nprint(sys.getsizeof(SEEN) - sys.getsizeof(set(SEEN)))\n`));
    expect(Math.abs((found?.bytes ?? 0) / freed - 1)).toBeLessThan(0.1);
    expect(ofKind(adviceOf("SEEN = set(range(100_000))\n"), "waste")).toEqual([]);
  });

  it.runIf(existsSync("/proc/self/statm"))(
    "in Python's allocator after a peak is told, and is what the arenas have free",
    () => {
      const program = (kept: number) => `
class Small:
    __slots__ = ("a", "b", "c", "d")
KEPT = []
def peak():
    everything = [Small() for _ in range(1_500_000)]
    KEPT.extend(everything[::${kept}])
peak()
`;
      const found = ofKind(adviceOf(program(600)), "outside-python").find(({ title }) => title.includes("allocator"));
      // A small one takes 64 bytes; one in six hundred stays, and with it nearly every pool's arena.
      expect(Math.abs((found?.bytes ?? 0) / (1_500_000 * 64) - 1)).toBeLessThan(0.1);
      expect(ofKind(adviceOf("DATA = [object() for _ in range(200_000)]\n"), "outside-python")).toEqual([]);
    },
  );
});
