import { describe, expect, it } from "vitest";
import { stackDetail, stackPage } from "../../shared/analyses/stack-rows.ts";
import { type StackTables, stacksOf } from "../../shared/analyses/stacks.ts";
import { addressAt } from "../../shared/types/addresses.ts";
import { noTick } from "../../shared/types/graph.ts";
import { viewOf } from "../fixtures/drawn-heap.ts";

const PICTURE = `
  @module app: m
  @thread worker: f
  @thread worker: g
  @thread other: h
  m  module "app" -> dict d
  d  dict -> ['shared'] s ['tasks'] l
  l  list -> [] t [] n [] c2 [] done
  f  frame -> local=big b local=shared s
  g  frame -> local=common x
  h  frame -> local=common x local=gone missing
  b  list size=500
  s  str "'shared'" size=70
  x  str "'common'" size=90
  t  _asyncio.Task -> unnamed q member=_coro c1
  q  str "'request-1'"
  c1 coroutine "handle" -> code=cr_code k1 awaiting=cr_await c3 local=session o
  c3 coroutine "fetch" -> code=cr_code k2 awaiting=cr_await w local=payload p
  c2 coroutine "later" -> code=cr_code k1
  n  generator "numbers" -> local=n p
  done _asyncio.Task -> unnamed q
  k1 code "handle"
  k2 code "fetch"
  o  app.Session size=300
  p  list size=40
  w  _asyncio.Future
`;

function stacks(change: Partial<StackTables> = {}) {
  const { view, id } = viewOf(PICTURE);
  const address = (name: string) => addressAt(view.columns.heap.address, id[name] ?? -1);
  const frame = (thread: number, name: string, line: number) => ({
    thread,
    file: "/srv/app.py",
    line,
    function: `in_${name}`,
    address: address(name),
  });
  const code = (qualname: string, firstLine: number) => ({
    qualname,
    file: "/srv/app.py",
    firstLine,
    names: new Set<string>(),
  });
  const tables: StackTables = {
    threads: [
      { id: 0, name: "worker", daemon: true, current: false },
      { id: 4, name: "other", daemon: false, current: true },
    ],
    frames: [frame(0, "f", 10), frame(0, "g", 20), frame(4, "h", 30), { ...frame(4, "h", 40), address: 3 }],
    tasks: [],
    taskFrames: [],
    code: new Map([
      [address("k1"), code("handle", 100)],
      [address("k2"), code("fetch", 200)],
    ]),
    ...change,
  };
  return { view, id, all: stacksOf(view, tables, noTick) };
}
const all = { of: null, text: "", sort: { by: "retained", descending: true }, offset: 0, limit: 100 } as const;

describe("stacks", () => {
  it("gives a thread what nothing but its own frames holds", () => {
    const { view, all: found } = stacks();
    const threads = stackPage(view, found, { ...all, of: "thread" }).rows;
    // f, g and b; not what a module holds too, nor what both threads hold.
    expect(threads.map(({ name, retainedBytes }) => [name, retainedBytes])).toEqual([
      ["worker", 16 + 16 + 500],
      ["other", 16],
    ]);
    expect(threads[0]).toMatchObject({ daemon: true, frames: 2, place: { function: "in_f", line: 10, exact: true } });
  });

  it("knows the main thread where the file has no names, and keeps the others' numbers", () => {
    const threads = [1, 2, 3].map((id) => ({ id, name: `thread 14${id}`, daemon: false, current: false }));
    const frame = (thread: number, name: string) => ({ thread, file: "app.py", line: 1, function: name, address: 3 });
    const frames = [frame(1, "serve"), frame(1, "<module>"), frame(2, "work"), frame(3, "_run_module_as_main")];
    const { all: found } = stacks({ threads, frames });
    expect(found.filter(({ info }) => info.of === "thread").map(({ info }) => info.name)).toEqual([
      "main thread",
      "thread 142",
      "main thread",
    ]);
  });

  it("lists frames innermost first, each with its variables", () => {
    const { view, id, all: found } = stacks();
    const [worker, other] = found;
    if (worker === undefined || other === undefined) throw new Error("no threads");
    const lines = stackDetail(view, worker, { offset: 0, limit: 100 });
    expect(lines.rows.map((row) => (row.row === "frame" ? row.place.function : row.edge))).toEqual([
      "in_f",
      " local big",
      " local shared",
      "in_g",
      " local common",
    ]);
    expect(lines.total).toBe(5);
    expect(stackDetail(view, worker, { offset: 2, limit: 2 }).rows).toEqual(lines.rows.slice(2, 4));
    // A variable and a frame that the file does not have.
    expect(stackDetail(view, other, { offset: 0, limit: 100 }).rows).toMatchObject([
      { row: "frame", id: id.h, locals: 1 },
      { row: "local", id: id.x },
      { row: "frame", id: null, retainedBytes: null, locals: 0 },
    ]);
  });

  it("makes one stack of a task and the coroutines that it awaits", () => {
    const { view, id, all: found } = stacks();
    const tasks = stackPage(view, found, { ...all, of: "task" });
    expect(tasks.rows).toMatchObject([
      {
        name: "request-1",
        id: id.t,
        frames: 2,
        place: { function: "fetch", file: "/srv/app.py", line: 200, exact: false },
      },
      { name: "request-1", id: id.done, frames: 0, place: null },
    ]);
    const task = found.find(({ info }) => info.id === id.t);
    if (task === undefined) throw new Error("no task");
    const rows = stackDetail(view, task, { offset: 0, limit: 100 }).rows;
    expect(rows.map((row) => [row.row, row.id])).toEqual([
      ["frame", id.c3],
      ["waits-for", id.w],
      ["local", id.p],
      ["frame", id.c1],
      ["local", id.o],
    ]);
  });

  it("puts a task where the file says that it stands, with its state and what it waits for", () => {
    const { view, id } = viewOf(PICTURE);
    const address = (name: string) => addressAt(view.columns.heap.address, id[name] ?? -1);
    const task = { id: 4, address: address("t"), loop: address("o"), coroutine: address("c1"), name: "" };
    const frame = { task: 4, file: "/srv/app.py", function: "fetch", address: address("c3") };
    const { all: found } = stacks({
      tasks: [
        { ...task, state: "waiting", waitsFor: address("done") },
        { ...task, id: 5, address: address("done"), state: "finished", waitsFor: 3, loop: null },
        { ...task, id: 6, address: 3, state: "ready", waitsFor: null },
      ],
      // A task that the file does not have, and a coroutine that it does not have.
      taskFrames: [
        { ...frame, line: 207 },
        { ...frame, function: "wait", line: 1, address: 3 },
        { ...frame, task: 77, line: 3 },
        { ...frame, task: 5, function: "later", line: 300, address: address("c2") },
      ],
    });
    const { rows, counts, endedTasks } = stackPage(view, found, { ...all, of: "task" });
    expect([counts.task, endedTasks]).toEqual([2, 1]);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({
      name: "request-1",
      state: "waiting",
      loop: { id: id.o, task: null },
      waitsFor: { id: id.done, task: "request-1" },
      place: { function: "fetch", line: 207, exact: true },
    });
    // What has ended stands nowhere.
    expect(rows[1]).toMatchObject({
      state: "finished",
      loop: null,
      waitsFor: null,
      place: { line: 300, exact: false },
    });
    expect(stackPage(view, found, { ...all, text: "waiting" }).rows.map(({ id: task }) => task)).toEqual([id.t]);
    // A coroutine that a task runs stands for itself no more.
    const suspended = stackPage(view, found, { ...all, of: "suspended" }).rows;
    expect(suspended.map(({ id: object }) => object)).toEqual([id.n]);
  });

  it("says nothing of a task's state where the file has none", () => {
    const { view, all: found } = stacks();
    expect(stackPage(view, found, { ...all, of: "task" }).rows.map(({ state }) => state)).toEqual([null, null]);
  });

  it("lists generators and coroutines without a task, but none that another one awaits", () => {
    const { view, all: found } = stacks();
    const page = stackPage(view, found, { ...all, of: "suspended", sort: { by: "name", descending: false } });
    expect(page.rows.map(({ name, type }) => [name, type])).toEqual([
      ["handle", "coroutine"],
      ["numbers", "generator"],
    ]);
    expect(page.counts).toEqual({ thread: 2, task: 2, suspended: 2 });
    expect(page.biggest?.name).toBe("worker");
  });

  it("is filtered by name, function or file", () => {
    const { view, all: found } = stacks();
    const names = (text: string) => stackPage(view, found, { ...all, text }).rows.map(({ name }) => name);
    expect(names("FETCH")).toEqual(["request-1"]);
    expect(names("app.py")).toContain("worker");
    expect(names("nowhere")).toEqual([]);
  });

  it("has no thread where the file names none", () => {
    const { view, all: found } = stacks({ threads: [], frames: [], code: new Map() });
    expect(stackPage(view, found, all).counts).toEqual({ thread: 0, task: 2, suspended: 2 });
  });
});
