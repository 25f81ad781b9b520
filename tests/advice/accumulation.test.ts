import { describe, expect, it } from "vitest";
import { adviceOf, ofKind, outputOf, serious } from "./programs.ts";

const REQUEST = `
class Request:
    def __init__(self, number):
        self.number = number
        self.body = "x" * 500 + str(number)
`;

describe("alike objects accumulate in", () => {
  const places: [what: string, program: string, holder: RegExp, user: RegExp | null][] = [
    [
      "a module's dict",
      "PENDING = {}\ndef remember(i): PENDING[i] = Request(i)\n",
      /^__main__\.PENDING$/,
      /^remember$/,
    ],
    [
      "a list on a class",
      "class Log:\n    seen = []\n    def add(self, i): self.seen.append(Request(i))\ndef remember(i): Log().add(i)\n",
      /^__main__\.Log\.seen$/,
      /^Log\.add$/,
    ],
    ["a mutable default", "def remember(i, seen=[]): seen.append(Request(i))\n", /default seen$/, /^remember$/],
    [
      "a closure",
      "def make():\n    kept = []\n    return lambda i: kept.append(Request(i))\nremember = make()\n",
      /closure kept$/,
      /make.*lambda/,
    ],
    ["a set", "SEEN = set()\ndef remember(i): SEEN.add(Request(i))\n", /^__main__\.SEEN$/, /^remember$/],
    [
      "a deque",
      "import collections\nQ = collections.deque()\ndef remember(i): Q.append(Request(i))\n",
      /^__main__\.Q$/,
      /^remember$/,
    ],
    [
      "a queue that nobody empties",
      "import queue\nQ = queue.Queue()\ndef remember(i): Q.put(Request(i))\n",
      /^__main__\.Q\.queue$/,
      /^remember$/,
    ],
    [
      "a thread-local",
      "import threading\nL = threading.local()\nL.seen = []\ndef remember(i): L.seen.append(Request(i))\n",
      /^__main__\.L\.seen$/,
      /^remember$/,
    ],
    [
      "a thread-local of a class of its own, in another thread",
      `import threading
class State(threading.local): pass
S = State()
DONE, STOP = threading.Event(), threading.Event()
def work():
    S.seen = {}
    for i in range(4000): S.seen[i] = Request(i)
    DONE.set(); STOP.wait()
def remember(i):
    if i == 0:
        threading.Thread(target=work, daemon=True).start()
        DONE.wait()
`,
      /^__main__\.S\.seen$/,
      /^work$/,
    ],
    [
      "a context variable",
      `import contextvars
TRAIL = contextvars.ContextVar("trail")
TRAIL.set([])
def remember(i): TRAIL.get().append(Request(i))
`,
      /^__main__\.TRAIL\.get\(\)$/,
      /^remember$/,
    ],
    [
      "a context variable's default",
      `import contextvars
TRAIL = contextvars.ContextVar("trail", default=[])
def remember(i): TRAIL.get().append(Request(i))
`,
      /^__main__\.TRAIL\.get\(\)$/,
      /^remember$/,
    ],
    [
      "a WeakKeyDictionary whose values keep their keys",
      "import weakref\nW = weakref.WeakKeyDictionary()\nclass Owner: pass\ndef remember(i):\n    owner = Owner()\n    owner.request = Request(i)\n    W[owner] = [owner]\n",
      /^__main__\.W\.data$/,
      /^remember$/,
    ],
  ];
  for (const [what, program, holder, user] of places) {
    it(`${what}, named to the container, with the function that fills it`, () => {
      const [first] = adviceOf(`${REQUEST}${program}for i in range(4000): remember(i)\n`).suspects;
      expect(first).toMatchObject({ kind: "accumulation", confidence: "likely" });
      expect(first?.holder).toMatch(holder);
      expect(first?.bytes).toBeGreaterThan(4000 * 600);
      if (user !== null) expect(first?.usedBy.map((by) => by.function)).toContainEqual(expect.stringMatching(user));
      expect(first?.title).toContain(first?.holder);
    });
  }

  it("a chain of objects that each hold the one before", () => {
    const [first] = adviceOf(`${REQUEST}
last = None
for i in range(3000):
    request = Request(i)
    request.previous = last
    last = request
del request
`).suspects;
    expect(first).toMatchObject({ kind: "accumulation", confidence: "likely", holder: "__main__.last" });
    expect(first?.title).toContain("chain of 3,000 Request objects");
  });

  it("two containers at once, of which neither keeps them alone", () => {
    const [first] = adviceOf(`${REQUEST}
BY_ID, BY_BODY = {}, {}
for i in range(3000):
    BY_ID[i] = BY_BODY[str(i)] = Request(i)
`).suspects;
    expect(first).toMatchObject({ kind: "accumulation", confidence: "likely" });
    expect(["__main__.BY_ID", "__main__.BY_BODY"]).toContain(first?.holder);
    expect(first?.title).toContain("other containers hold them too");
    expect(first?.evidence.map(({ text }) => text)).toContain("Holds most of them too");
  });
});

describe("the lines to copy", () => {
  const cases: [what: string, program: string, holder: RegExp, snippet: string][] = [
    [
      "an attribute",
      "class Desk:\n    def __init__(self): self.orders = {}\n    def take(self, i): self.orders[i] = Request(i)\nDESK = Desk()\nremember = lambda i: DESK.take(i)\n",
      /^__main__\.DESK\.orders$/,
      "self.orders[key] = value\nwhile len(self.orders) > 1000:\n    self.orders.pop(next(iter(self.orders)))",
    ],
    [
      "a queue of another order",
      "import queue\nclass Mailer:\n    def __init__(self): self.outbox = queue.PriorityQueue()\nMAILER = Mailer()\ndef remember(i): MAILER.outbox.put((i, Request(i)))\n",
      /^__main__\.MAILER\.outbox\.queue$/,
      "self.outbox = queue.PriorityQueue(maxsize=1000)",
    ],
    [
      "a class that collects the instances of its subclasses",
      "class Plugin:\n    known = {}\n    def __init__(self, i): self.request = Request(i); self.known[i] = self\nclass Exporter(Plugin): pass\nremember = Exporter\n",
      /^__main__\.Plugin\.known$/,
      "known = weakref.WeakValueDictionary()",
    ],
    [
      "a class that collects other things",
      "class Log:\n    seen = []\n    def add(self, i): self.seen.append(Request(i))\ndef remember(i): Log().add(i)\n",
      /^__main__\.Log\.seen$/,
      "def __init__(self):\n    self.seen = []",
    ],
    [
      "a default",
      "def remember(i, seen={}): seen[i] = Request(i)\n",
      /default seen$/,
      "def remember(..., seen=None):\n    seen = {} if seen is None else seen",
    ],
    [
      "a default of an argument that is only passed by name",
      "def remember(i, *, seen=set()): seen.add(Request(i))\n",
      /remember\.__kwdefaults__\['seen'\]$/,
      "def remember(..., seen=None):\n    seen = set() if seen is None else seen",
    ],
    [
      "a thread-local",
      "import threading\nL = threading.local()\nL.seen = []\ndef remember(i): L.seen.append(Request(i))\n",
      /^__main__\.L\.seen$/,
      "try:\n    handle(job)\nfinally:\n    L.seen.clear()",
    ],
  ];
  for (const [what, program, holder, snippet] of cases)
    it(`fit ${what}`, () => {
      const [first] = adviceOf(`${REQUEST}${program}for i in range(4000): remember(i)\n`).suspects;
      expect(first).toMatchObject({ kind: "accumulation", confidence: "likely", snippet });
      expect(first?.holder).toMatch(holder);
    });
});

describe("what only looks alike", () => {
  it("a table that was loaded once, while other things come, is at most possible", () => {
    const advice = adviceOf(`${REQUEST}
TABLE = {i: Request(i) for i in range(5000)}
def put(i): TABLE[i] = Request(i)
LATER = []
for i in range(20000): LATER.append([Request(i)])
`);
    const table = ofKind(advice, "accumulation").find(({ holder }) => holder === "__main__.TABLE");
    expect(table).toMatchObject({ confidence: "possible" });
    expect(table?.caveat).toContain("loaded once");
    expect(advice.suspects[0]).toMatchObject({ holder: "__main__.LATER", confidence: "likely" });
  });

  // A first part that is old, a second one in the collector's middle generation, and then what `later` does.
  const FILLED_AT_ONCE = (later: string) => `${REQUEST}
import gc
gc.disable()
def put(i): TABLE[i] = Request(i)
RECENT = {}
def work(i):
    RECENT[i] = [i]
    ${later}
TABLE = {i: Request(i) for i in range(4000)}
gc.collect()
TABLE.update((i, Request(i)) for i in range(4000, 6000))
gc.collect(0)
for i in range(500): work(i)
gc.enable()
`;
  it("a table of which a part is young, and nothing as young as what came after, is at most possible", () => {
    const { suspects } = adviceOf(FILLED_AT_ONCE("pass"));
    const table = suspects.find(({ holder }) => holder === "__main__.TABLE");
    expect(table).toMatchObject({ kind: "accumulation", confidence: "possible" });
    expect(table?.caveat).toContain("just loaded");
    expect(table?.evidence.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/but none of the very youngest/),
    );
    const [first] = adviceOf(FILLED_AT_ONCE("put(-i)")).suspects;
    expect(first).toMatchObject({ holder: "__main__.TABLE", confidence: "likely" });
    expect(first?.title).toContain("was still growing");
  });

  // The end of the table is as young as it can be: by its ages it grows.
  const LOADED = (fill: string, use: string) => `${REQUEST}
TABLE = {}
def look_up(i): return TABLE[i].body
def use(i): ${use}
${fill}
`;
  const FILL = "for i in range(8000): TABLE[i] = Request(i)";
  it("a table that no function can add to is at most possible, however young it is", () => {
    const { suspects } = adviceOf(LOADED(FILL, "return look_up(i)"));
    const table = suspects.find(({ holder }) => holder === "__main__.TABLE");
    expect(table).toMatchObject({ kind: "accumulation", confidence: "possible" });
    expect(table?.caveat).toContain("filled while its module was loaded");
    expect(table?.title).not.toContain("growing");
    for (const use of [
      "TABLE[i] = Request(i)",
      "TABLE.setdefault(i, Request(i))",
      "global TABLE; TABLE |= {i: Request(i)}",
      "sys.modules['__main__'].TABLE[i] = Request(i)",
    ]) {
      const [first] = adviceOf(LOADED(`import sys\nfor i in range(8000): use(i)`, use)).suspects;
      expect(first, use).toMatchObject({ holder: "__main__.TABLE", confidence: "likely" });
    }
  });

  it("one large object in a list is no accumulation", () => {
    expect(serious(adviceOf(`BUFFERS = [bytes(3_000_000), "a", "b"]\n`))).toEqual([]);
  });

  it("a program that keeps nothing has no suspect", () => {
    const advice = adviceOf("import json, argparse, logging\nfor i in range(20000): json.dumps({'i': i})\n");
    expect(serious(advice)).toEqual([]);
    expect(advice.unknowns[0]?.measure).toContain("second dump");
  });
});

describe("the number of an accumulation", () => {
  it("is what emptying the container really frees, within a tenth", () => {
    const fill = `${REQUEST}
PENDING = {}
def remember(i): PENDING[i] = Request(i)
for i in range(5000): remember(i)
`;
    const freed = Number(
      outputOf(`import tracemalloc\ntracemalloc.start()\n${fill}
before = tracemalloc.get_traced_memory()[0]
PENDING = None
print(before - tracemalloc.get_traced_memory()[0])
`),
    );
    const [first] = adviceOf(fill).suspects;
    expect(first?.holder).toBe("__main__.PENDING");
    expect(Math.abs((first?.bytes ?? 0) / freed - 1)).toBeLessThan(0.1);
  });
});
