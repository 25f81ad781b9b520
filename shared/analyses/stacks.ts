import { exclusiveGroups } from "../graph/exclusive.ts";
import { addressAt, objectAtAddress } from "../types/addresses.ts";
import { numberAt } from "../types/compact.ts";
import { NONE, type Tick } from "../types/graph.ts";
import type { CodeInfo, FrameInfo, Heap, TaskFrameInfo, TaskInfo, ThreadInfo } from "../types/heap.ts";
import { asObjectId } from "../types/ids.ts";
import type { Place, StackInfo, StackKind, StackObject } from "../types/stack-rows.ts";
import { edgeAt } from "./edges.ts";
import { retainingReferences } from "./heap-graph.ts";
import { type HeapView, objectRow, retainedOf } from "./view.ts";

/** What the file's small tables say about running code; each may be empty. */
export interface StackTables {
  readonly threads: readonly ThreadInfo[];
  readonly frames: readonly FrameInfo[];
  readonly tasks: readonly TaskInfo[];
  readonly taskFrames: readonly TaskFrameInfo[];
  readonly code: ReadonlyMap<number, CodeInfo>;
}

export interface StackFrame {
  /** `NONE` where the frame is not in the file. */
  readonly object: number;
  readonly place: Place;
}

export interface Stack {
  readonly info: Omit<StackInfo, "retainedBytes" | "heaviest">;
  /** Innermost first. */
  readonly frames: readonly StackFrame[];
  /** For threads; null before it is known. Other stacks keep alive what their object does. */
  readonly retainedBytes: number | null;
}

const SUSPENDED = new Set(["generator", "coroutine", "async_generator"]);
const TASKS = new Set(["_asyncio.Task", "asyncio.tasks._PyTask", "asyncio.tasks.Task"]);

/**
 * All stacks of a dump: threads and tasks as the file lists them; then generators and coroutines without a task, as the
 * objects themselves tell. Tasks of files that list none are found by their objects too, without where they stand. A coroutine that another one awaits is part of that one's stack. Needs the graph.
 * Time O(n + m), once per dump.
 */
export function stacksOf(view: HeapView, tables: StackTables, tick: Tick): Stack[] {
  return [...threadStacks(view, tables, tick), ...suspendedStacks(view, tables)];
}

/** A stack with what it keeps alive, as far as that is known now. */
export function stackInfo(view: HeapView, { info, frames, retainedBytes }: Stack): StackInfo {
  let heaviest = info.place;
  let most = -1;
  for (const { object, place } of frames) {
    const bytes = object === NONE ? null : retainedOf(view, object);
    if (bytes === null || bytes <= most) continue;
    most = bytes;
    heaviest = place;
  }
  return { ...info, heaviest, retainedBytes: info.id === null ? retainedBytes : retainedOf(view, info.id) };
}

function threadStacks(view: HeapView, { threads, frames }: StackTables, tick: Tick): Stack[] {
  const byThread = new Map<number, StackFrame[]>(threads.map(({ id }) => [id, []]));
  for (const { thread, address, function: name, file, line } of frames) {
    const place = { function: name, file, line, exact: true };
    byThread.get(thread)?.push({ object: objectAtAddress(view.columns.heap.address, address), place });
  }
  const stacks = threads.map((thread) => ({ thread, frames: byThread.get(thread.id) ?? [] }));
  const bytes = bytesOfThreads(
    view,
    stacks.map((stack) => stack.frames),
    tick,
  );
  return stacks.map(({ thread, frames: own }, position) => ({
    info: {
      of: "thread",
      number: thread.id,
      id: null,
      name: nameOf(thread, own),
      type: "thread",
      daemon: thread.daemon,
      current: thread.current,
      place: own[0]?.place ?? null,
      frames: own.length,
      ...NO_TASK,
    },
    frames: own,
    retainedBytes: bytes === null ? null : bytes[position],
  }));
}

/** The outermost function of `python3 app.py`, and of `python3 -m app`. */
const BEGINNINGS = new Set(["<module>", "_run_module_as_main"]);

/** Where the program did not use `threading`, the file has only numbers; the thread that runs the program is known by that. */
const nameOf = ({ name }: ThreadInfo, frames: readonly StackFrame[]): string =>
  /^thread \d+$/.test(name) && BEGINNINGS.has(frames.at(-1)?.place.function ?? "") ? "main thread" : name;

const NO_TASK = { state: null, loop: null, waitsFor: null } as const;

/** What nothing but a thread's own frames holds, for each thread. Garbage that refers to it does not count as holding. */
function bytesOfThreads(view: HeapView, stacks: readonly (readonly StackFrame[])[], tick: Tick): Float64Array | null {
  if (view.graph === null) return null;
  const { heap } = view.columns;
  const groups = stacks.map((frames) => frames.map(({ object }) => object).filter((object) => object !== NONE));
  const isFrame = new Set(groups.flat());
  const others = view.graph.graph.roots.map(({ object }) => object).filter((object) => !isFrame.has(object));
  const graph = retainingReferences(heap, (done) => tick(done / 2));
  const label = exclusiveGroups(graph, groups, others, (done) => tick(0.5 + done / 2));
  const bytes = new Float64Array(groups.length);
  for (let object = 0; object < label.length; object++) {
    if (label[object] >= 0) bytes[label[object]] += numberAt(heap.shallow, object);
  }
  return bytes;
}

function suspendedStacks(view: HeapView, tables: StackTables): Stack[] {
  const { heap } = view.columns;
  const listed = listedTasks(view, tables);
  const isSuspended = heap.types.map(({ name }) => SUSPENDED.has(name));
  const isTask = heap.types.map(({ name }) => TASKS.has(name));
  const namesCoroutine = heap.layouts.map(({ runs }) => runs.some(({ name }) => name === "_coro"));
  const suspended: number[] = [];
  const tasks: number[] = [];
  for (let object = 0; object < heap.objectCount; object++) {
    if (isSuspended[heap.type[object]]) suspended.push(object);
    else if (listed.has(object) || isTask[heap.type[object]] || namesCoroutine[heap.layout[object]]) tasks.push(object);
  }
  const awaits = new Map(suspended.map((object) => [object, referentOf(heap, object, "awaiting", null)]));
  const coroutineOf = (task: number): number => {
    const coroutine = referentOf(heap, task, null, "_coro");
    return awaits.has(coroutine) ? coroutine : NONE;
  };
  /** As the file lists it, else as the objects tell. */
  const framesOf = (task: number): readonly StackFrame[] => {
    const known = listed.get(task)?.frames ?? [];
    return known.length > 0 ? known : framesFrom(view, coroutineOf(task), awaits, tables.code);
  };
  const ofTasks = new Map(tasks.map((task) => [task, framesOf(task)]));
  const inner = new Set([
    ...awaits.values(),
    ...tasks.map(coroutineOf),
    ...[...ofTasks.values()].flatMap((frames) => frames.map(({ object }) => object)),
  ]);
  const taskNamed = (task: number): string => listed.get(task)?.info.name || taskName(view, task);
  const objectNamed = (address: number | null): StackObject | null => {
    const object = address === null ? NONE : objectAtAddress(heap.address, address);
    if (object === NONE) return null;
    const { id, type, label } = objectRow(view, object);
    return { id, type, label, task: ofTasks.has(object) ? taskNamed(object) : null };
  };
  const stack = (of: StackKind, object: number, name: string, frames: readonly StackFrame[]): Stack => {
    const { type } = objectRow(view, object);
    const known = listed.get(object)?.info;
    const place = frames[0]?.place ?? null;
    const info = { of, number: object, id: asObjectId(object), name, type, daemon: false, current: false, place };
    const task =
      known === undefined
        ? NO_TASK
        : { state: known.state, loop: objectNamed(known.loop), waitsFor: objectNamed(known.waitsFor) };
    return { info: { ...info, frames: frames.length, ...task }, frames, retainedBytes: null };
  };
  return [
    ...[...ofTasks]
      .filter(([task]) => listed.has(task) || isTask[heap.type[task]] || coroutineOf(task) !== NONE)
      .map(([task, frames]) => stack("task", task, taskNamed(task), frames)),
    ...suspended
      .filter((object) => !inner.has(object))
      .map((object) => {
        const name = placeIn(view, object, tables.code).function;
        return stack("suspended", object, name, framesFrom(view, object, awaits, tables.code));
      }),
  ];
}

interface ListedTask {
  readonly info: TaskInfo;
  readonly frames: readonly StackFrame[];
}

/** By object: the tasks that the file lists. Without names (privacy `none`) a frame's place is where its code begins. */
function listedTasks(view: HeapView, { tasks, taskFrames, code }: StackTables): Map<number, ListedTask> {
  const { heap } = view.columns;
  const byTask = new Map<number, StackFrame[]>(tasks.map(({ id }) => [id, []]));
  const ended = new Set(tasks.filter(({ state }) => state === "finished" || state === "cancelled").map(({ id }) => id));
  for (const { task, address, function: name, file, line } of taskFrames) {
    const object = objectAtAddress(heap.address, address);
    if (object === NONE) continue;
    // What has ended stands nowhere: the line is its first one.
    const place =
      file === ""
        ? placeIn(view, object, code)
        : { function: name, file, line, exact: line !== null && !ended.has(task) };
    byTask.get(task)?.push({ object, place });
  }
  const found = new Map<number, ListedTask>();
  for (const info of tasks) {
    const object = objectAtAddress(heap.address, info.address);
    if (object !== NONE) found.set(object, { info, frames: byTask.get(info.id) ?? [] });
  }
  return found;
}

const framesFrom = (
  view: HeapView,
  outermost: number,
  awaits: ReadonlyMap<number, number>,
  code: ReadonlyMap<number, CodeInfo>,
): StackFrame[] =>
  awaitChain(outermost, awaits)
    .reverse()
    .map((object) => ({ object, place: placeIn(view, object, code) }));

/** From the outermost coroutine to the one that waits. A ring, which no program can make, would be followed once. */
function awaitChain(outermost: number, awaits: ReadonlyMap<number, number>): number[] {
  const chain = new Set<number>();
  for (let v = outermost; awaits.has(v) && !chain.has(v); v = awaits.get(v) ?? NONE) chain.add(v);
  return [...chain];
}

/** Where a generator's or coroutine's function begins, where the dump does not say in which of its lines it waits. */
function placeIn(view: HeapView, object: number, code: ReadonlyMap<number, CodeInfo>): Place {
  const { heap } = view.columns;
  const itsCode = referentOf(heap, object, "code", null);
  const known = itsCode === NONE ? undefined : code.get(addressAt(heap.address, itsCode));
  return {
    function: known?.qualname ?? view.texts.get(object) ?? objectRow(view, object).label,
    file: known?.file ?? null,
    line: known?.firstLine ?? null,
    exact: false,
  };
}

/** A task in C does not name its name: it is the only text that it refers to. */
function taskName(view: HeapView, task: number): string {
  const { heap, offsets, targets } = { heap: view.columns.heap, ...view.columns.heap.references };
  for (let e = offsets[task]; e < offsets[task + 1]; e++) {
    if (targets[e] === heap.objectCount || heap.types[heap.type[targets[e]]].name !== "str") continue;
    const { kind, name } = edgeAt(heap, task, e - offsets[task]);
    const text = kind === "unnamed" || name === "_name" ? view.texts.get(targets[e]) : null;
    if (text !== null) return /^'(.*)'$/s.exec(text)?.[1] ?? text;
  }
  return objectRow(view, task).label;
}

/** The first object that is referred to as this kind or by this name; `NONE` if there is none. */
export function referentOf(heap: Heap, object: number, wantedKind: string | null, wantedName: string | null): number {
  const { offsets, targets } = heap.references;
  let place = 0;
  for (const { kind, name, repeat } of heap.layouts[heap.layout[object]].runs) {
    if ((wantedKind === null || kind === wantedKind) && (wantedName === null || name === wantedName)) {
      const at = offsets[object] + place;
      return at < offsets[object + 1] && targets[at] !== heap.objectCount ? targets[at] : NONE;
    }
    if (typeof repeat === "string") break;
    place += repeat;
  }
  return NONE;
}
