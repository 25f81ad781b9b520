import { describe, expect, it } from "vitest";
import { adviceOf, ofKind, outputOf, serious } from "./programs.ts";

describe("exceptions that are kept", () => {
  const KEEP = (kept: string) => `
ERRORS = []
def handle(number):
    body = bytes(4000)
    raise ValueError(number, len(body))
def view(number):
    try:
        handle(number)
    except ValueError as error:
        ${kept}
for i in range(400): view(i)
`;

  it("are told with the frames that they pin, and the variable that is largest", () => {
    const advice = adviceOf(KEEP("ERRORS.append(error)"));
    expect(advice.suspects[0]).toMatchObject({
      kind: "exceptions",
      holder: "__main__.ERRORS",
      confidence: "likely",
    });
    expect(advice.suspects[0]?.evidence.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^Local variable body of handle .*app\.py:3/),
    );
    expect(advice.suspects[0]?.bytes).toBeGreaterThan(400 * 4000);
    expect(advice.suspects[0]?.snippet).toContain("ERRORS.append(error.with_traceback(None))");
  });

  it("are no suspect where only their text is kept", () => {
    expect(serious(adviceOf(KEEP("ERRORS.append(str(error)) if number < 40 else None")))).toEqual([]);
  });

  it("are told one by one where a single one pins much", () => {
    const [first] = adviceOf(`
LAST = None
def load():
    rows = [bytes(1000) for _ in range(3000)]
    raise KeyError(len(rows))
try:
    load()
except KeyError as error:
    LAST = error
`).suspects;
    expect(first).toMatchObject({ kind: "exceptions", holder: "__main__.LAST", confidence: "likely" });
    expect(first?.snippet).toContain("LAST = error.with_traceback(None)");
  });

  it("free within a tenth of what is promised, when they let go of their traceback", () => {
    const program = KEEP("ERRORS.append(error)");
    const freed = Number(
      outputOf(`import tracemalloc\ntracemalloc.start()\n${program}
before = tracemalloc.get_traced_memory()[0]
ERRORS.clear()
print(before - tracemalloc.get_traced_memory()[0])
`),
    );
    expect(Math.abs((adviceOf(program).suspects[0]?.bytes ?? 0) / freed - 1)).toBeLessThan(0.1);
  });

  it("that a logging handler buffers are told as its records", () => {
    const [first] = adviceOf(`
import logging, logging.handlers
LOG = logging.getLogger("shop")
LOG.propagate = False
LOG.addHandler(logging.handlers.MemoryHandler(capacity=100_000))
for i in range(3000): LOG.warning("order %d", i, {"body": "b" * 300 + str(i)})
`).suspects;
    expect(first?.kind).toBe("exceptions");
    expect(first?.title).toContain("buffers 3,000 log records");
  });
});

describe("code that waits", () => {
  it("generators that were stopped, with what they hold", () => {
    const READERS = (stop: string) => `
READERS = []
def read(number):
    block = bytearray(2000)
    yield len(block)
    yield number
for i in range(800):
    reader = read(i)
    next(reader)
    ${stop}
    READERS.append(reader)
`;
    expect(adviceOf(READERS("pass")).suspects[0]).toMatchObject({
      kind: "suspended",
      confidence: "likely",
      holder: "__main__.READERS",
    });
    // Closed generators hold nothing: what is left of them is small.
    expect(adviceOf(READERS("reader.close()")).suspects[0]?.bytes ?? 0).toBeLessThan(800 * 400);
  });

  it("a chain of tasks that each wait for the one before is the program's own, by the name of its end", () => {
    const [first] = adviceOf(`
import asyncio
async def wait_for(before):
    body = bytes(900)
    await asyncio.get_running_loop().create_future()
async def main():
    global LAST
    LAST = None
    for i in range(800): LAST = asyncio.ensure_future(wait_for(LAST))
    await asyncio.sleep(0)
LOOP = asyncio.new_event_loop()
LOOP.run_until_complete(main())
`).suspects;
    expect(first).toMatchObject({ confidence: "likely", holder: "__main__.LAST" });
    expect(first?.title).toContain("a chain of 800 Task objects");
    expect(first?.fix).toContain("Let go of the old end");
  });

  it("tasks that nobody takes out of a set", () => {
    const [first] = adviceOf(`
import asyncio
TASKS = set()
async def wait_for_ever(number):
    body = bytes(900)
    await asyncio.get_running_loop().create_future()
    return body
async def main():
    for i in range(800): TASKS.add(asyncio.ensure_future(wait_for_ever(i)))
    await asyncio.sleep(0)
LOOP = asyncio.new_event_loop()
LOOP.run_until_complete(main())
`).suspects;
    expect(first).toMatchObject({ kind: "suspended", confidence: "likely" });
    expect(first?.title).toMatch(/keeps \d+ tasks/);
    expect(first?.snippet).toContain("TASKS.add(task)\ntask.add_done_callback(TASKS.discard)");
    const seen = first?.evidence.map(({ text }) => text) ?? [];
    expect(seen).toContainEqual(expect.stringMatching(/^Of the tasks 800 are waiting/));
    expect(seen).toContainEqual(
      expect.stringMatching(/^800 of them wait for a future that nothing but the task itself/),
    );
  });
});

describe("the number of what waits", () => {
  const WAITING = `
import asyncio, gc
TASKS = set()
async def wait_for_ever(number):
    body = bytes(900)
    await asyncio.get_running_loop().create_future()
    return body
async def main():
    for i in range(800): TASKS.add(asyncio.ensure_future(wait_for_ever(i)))
    await asyncio.sleep(0)
LOOP = asyncio.new_event_loop()
LOOP.run_until_complete(main())
`;
  const GENERATORS = `
READERS = []
def read(number):
    body = bytes(900)
    yield number
    yield body
for i in range(800):
    reader = read(i)
    next(reader)
    READERS.append(reader)
del reader
import gc
`;
  for (const [what, program, letGo] of [
    ["tasks", WAITING, "TASKS.clear()"],
    ["generators", GENERATORS, "READERS.clear()"],
  ] as const)
    it(`${what} is what letting go of them really frees, within a tenth`, () => {
      const freed = Number(
        outputOf(`import tracemalloc, logging\nlogging.disable()\ntracemalloc.start()\n${program}
gc.collect()
before = tracemalloc.get_traced_memory()[0]
${letGo}
gc.collect()
print(before - tracemalloc.get_traced_memory()[0])
`),
      );
      const [found] = ofKind(adviceOf(program), "suspended");
      expect(Math.abs((found?.bytes ?? 0) / freed - 1)).toBeLessThan(0.1);
    });
});

describe("tasks that wait", () => {
  const HANDLERS = (wait: string, kept = "pass") => `
import asyncio
HELD = []
class Handler:
    def __init__(self):
        self.task = asyncio.ensure_future(self.run())
    async def run(self):
        body = bytes(9000)
        answer = asyncio.get_running_loop().create_future()
        ${kept}
        await ${wait}
        return body
class Server:
    pass
SERVER = Server()
async def main():
    for i in range(40): setattr(SERVER, f"client_{i}", Handler())
    await asyncio.sleep(0)
LOOP = asyncio.new_event_loop()
LOOP.run_until_complete(main())
`;
  const stuck = (program: string) =>
    adviceOf(program).suspects.filter(({ title }) => title.includes("can never finish"));

  it("for a future that nobody else holds can never finish, with the line at which they wait", () => {
    const [found, ...others] = stuck(HANDLERS("answer"));
    expect(others).toEqual([]);
    expect(found).toMatchObject({ kind: "suspended", confidence: "likely" });
    expect(found?.title).toMatch(/^40 tasks can never finish: each waits in (Handler\.)?run for a future/);
    expect(found?.usedBy).toMatchObject([{ file: expect.stringContaining("app.py"), line: 11 }]);
    expect(found?.bytes).toBeGreaterThan(40 * 9000);
  });

  it("for a timer, or for what somebody else may end, may finish", () => {
    expect(stuck(HANDLERS("asyncio.sleep(3600)"))).toEqual([]);
    expect(stuck(HANDLERS("answer", "HELD.append(answer)"))).toEqual([]);
  });
});

describe("listeners", () => {
  const BUS = (kept: string) => `
import weakref
class Bus:
    def __init__(self):
        self.listeners = []
BUS = Bus()
class Widget:
    def __init__(self, number):
        self.number = number
        self.pixels = bytearray(3000)
    def on_change(self):
        return self.number
for i in range(600): BUS.listeners.append(${kept})
`;

  it("are told with the method that is called, and free what is promised", () => {
    const program = BUS("Widget(i).on_change");
    const [first] = adviceOf(program).suspects;
    expect(first).toMatchObject({ kind: "listeners", confidence: "likely", holder: "__main__.BUS.listeners" });
    expect(first?.title).toContain("such as Widget.on_change");
    expect(first?.snippet).toContain("self.listeners.append(weakref.WeakMethod(obj.on_event))");
    const freed = Number(
      outputOf(`import tracemalloc\ntracemalloc.start()\n${program}
before = tracemalloc.get_traced_memory()[0]
BUS.listeners.clear()
print(before - tracemalloc.get_traced_memory()[0])
`),
    );
    expect(Math.abs((first?.bytes ?? 0) / freed - 1)).toBeLessThan(0.1);
  });

  it("are no suspect where they are weak", () => {
    const advice = adviceOf(BUS("weakref.WeakMethod(Widget(i).on_change)"));
    expect(ofKind(advice, "listeners")).toEqual([]);
  });
});
