import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openDump } from "../../shared/store/open-file.ts";
import { readCaches, readStackTables } from "../../shared/store/stack-tables.ts";
import { HeapError } from "../../shared/types/failure.ts";
import { dumpOf } from "../advice/programs.ts";
import { drawHeap, temporaryFolder } from "../fixtures/drawn-heap.ts";
import { writeDump } from "../fixtures/dump-file.ts";

/** What a dump with these statements run on it says. */
function tablesOf(...statements: string[]) {
  const path = join(temporaryFolder(), "test.pyheap");
  writeDump(path, drawHeap("a list").content, { damage: (db) => db.exec(statements.join(";")) });
  return read(path);
}

function read(path: string) {
  const file = openDump(path);
  try {
    return { ...readStackTables(file), caches: readCaches(file) };
  } finally {
    file.close();
  }
}

describe("tables of tasks and caches", () => {
  it("tell of each task its state, what it waits for, and its chain, innermost first", () => {
    const { tasks, taskFrames } = read(
      dumpOf(`
import asyncio
async def inner():
    gate = asyncio.get_running_loop().create_future()
    await gate
async def outer():
    await inner()
async def quick():
    return 7
async def main():
    global KEPT
    names = ["waits", "done", "cancelled"]
    KEPT = [asyncio.ensure_future(each()) for each in (outer, quick, outer)]
    for task, name in zip(KEPT, names): task.set_name(name)
    await asyncio.sleep(0)
    KEPT[2].cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
LOOP = asyncio.new_event_loop()
LOOP.run_until_complete(main())
READY = LOOP.create_task(outer())
READY.set_name("ready")
`),
    );
    const states = Object.fromEntries(tasks.map(({ name, state }) => [name, state]));
    expect(states).toMatchObject({ waits: "waiting", done: "finished", cancelled: "cancelled", ready: "ready" });
    const waits = tasks.find(({ name }) => name === "waits");
    expect(waits).toMatchObject({ loop: expect.any(Number), waitsFor: expect.any(Number) });
    const chain = taskFrames.filter(({ task }) => task === waits?.id);
    expect(chain.map(({ function: name, line }) => [name, line])).toEqual([
      ["inner", 5],
      ["outer", 7],
    ]);
  });

  it("tell of each cache how often it was hit", () => {
    const { caches } = read(
      dumpOf(`
import functools
@functools.lru_cache(maxsize=None)
def square(n): return n * n
@functools.lru_cache(maxsize=2)
def cube(n): return n ** 3
for n in (1, 2, 3, 3): square(n), cube(n)
`),
    );
    const own = [...caches.values()].filter(({ function: name }) => name === "square" || name === "cube");
    expect(own).toContainEqual({ function: "square", hits: 1, misses: 3, maxsize: null, currsize: 3 });
    expect(own).toContainEqual({ function: "cube", hits: 1, misses: 3, maxsize: 2, currsize: 2 });
  });

  it("are empty in files of earlier captures", () => {
    expect(tablesOf("SELECT 1")).toEqual({ threads: [], frames: [], tasks: [], taskFrames: [], caches: new Map() });
  });

  it("leave out what can't be, and bring a state that they do not know as unknown", () => {
    const { tasks, taskFrames, caches } = tablesOf(
      "CREATE TABLE task (id, address, loop, name, state, coroutine, waits_for)",
      "INSERT INTO task VALUES (0, 4096, -1, NULL, 'asleep', 1.5, 'x'), (1, 'x', 1, 'n', 'ready', 1, 1), (NULL, 1, 1, 'n', 'ready', 1, 1), (3, 9e99, 1, 'n', 'ready', 1, 1)",
      "CREATE TABLE task_frame (task, depth, file, line, function, address)",
      "INSERT INTO task_frame VALUES (0, 1, x'00', -4, 7, 4096), (0, 0, 'a.py', 3, 'f', 4096), (0, 2, 'a.py', 3, 'f', 'x')",
      "CREATE TABLE cache (address, function, hits, misses, maxsize, currsize)",
      "INSERT INTO cache VALUES (4096, 'f', 1, 2, NULL, 3), (4097, 'f', -1, 2, NULL, 3), (4098, 'f', 1, 2, 'all', 3), (NULL, 'f', 1, 2, 3, 4)",
    );
    expect(tasks).toEqual([
      { id: 0, address: 4096, loop: null, coroutine: null, waitsFor: null, name: "", state: "unknown" },
    ]);
    expect(taskFrames.map(({ function: name, line }) => [name, line])).toEqual([
      ["f", 3],
      ["7", null],
    ]);
    expect([...caches.keys()]).toEqual([4096]);
  });

  it("that lack a column, or are something else, are damage in a sentence", () => {
    for (const table of ["task", "task_frame", "cache"]) {
      expect(() => tablesOf(`CREATE TABLE ${table} (other)`)).toThrow(HeapError);
      expect(() => tablesOf(`CREATE TABLE ${table} (other)`)).toThrow(`\`${table}\``);
      expect(() => tablesOf(`CREATE VIEW ${table} AS SELECT 1`)).toThrow("is not an ordinary table");
    }
  });
});
