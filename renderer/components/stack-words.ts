import type {
  Place,
  StackInfo,
  StackKind,
  StackObject,
  StackPage,
  StackRow,
  TaskState,
} from "../../shared/session/contract.ts";
import { formatBytes, formatCount, plural } from "./format.ts";
import { code, type Sentence, sentence } from "./sentence.ts";
import { shown } from "./visible-text.ts";

/** The texts of threads and tasks; part of `messages`. */
export const stackWords = {
  screen: "Threads and tasks",
  hint: "Stacks of threads, await chains of tasks, generators, and what their variables keep alive",
  label: "Threads and tasks",
  asking: "Looking for threads and tasks…",
  none: "Nothing here.",
  headline: ({ counts, endedTasks, biggest }: StackPage): Sentence => {
    const all = [
      counts.thread > 0 ? plural(counts.thread, "thread") : "",
      counts.task > 0
        ? plural(counts.task, "task") + (endedTasks > 0 ? ` (${formatCount(endedTasks)} of them ended)` : "")
        : "",
      counts.suspended > 0 ? plural(counts.suspended, "generator") : "",
    ].filter((text) => text !== "");
    if (all.length === 0) return sentence`No thread, task or generator is in this dump`;
    const listed = all.length > 1 ? `${all.slice(0, -1).join(", ")} and ${all.at(-1)}` : (all[0] ?? "");
    if (biggest === null) return sentence`${listed}`;
    const place = biggest.heaviest === null ? sentence`` : sentence`, in ${code(stackWords.short(biggest.heaviest))},`;
    return sentence`${listed}: ${stackWords.called(biggest)}${place} keeps most alive, ${formatBytes(biggest.retainedBytes ?? 0)}`;
  },
  noThreads: "The dump does not say which threads ran.",
  kinds: { thread: "Threads", task: "Tasks", suspended: "Generators and coroutines" } satisfies Record<
    StackKind,
    string
  >,
  all: "All",
  show: "Show",
  hints: {
    thread: "A thread keeps alive what nothing but its own frames holds",
    task: "asyncio tasks: the coroutine that each runs, and the coroutines which that one awaits",
    suspended: "Generators and coroutines that stand still, without a task and awaited by no other",
    place: "The innermost frame: where it stands",
    retained: "For a thread what nothing but its frames holds; for others what would be gone without the object",
  },
  /** `thread, daemon`; `task, waiting`. */
  what: (stack: StackInfo): string =>
    [
      stackWords.kindOf(stack),
      stackWords.state(stack),
      stack.daemon ? stackWords.daemon : "",
      stack.current ? stackWords.current : "",
    ]
      .filter((text) => text !== "")
      .join(", "),
  /** Of a task; empty where the dump does not say. */
  state: ({ state }: StackInfo): string => (state === null || state === "unknown" ? "" : state),
  stateHints: {
    running: "Its coroutine ran when the dump was taken",
    ready: "It waits for nothing but its turn in the loop",
    waiting: "It waits for a future or another task",
    finished: "It has ended; it is here because something still holds it",
    cancelled: "It was cancelled; it is here because something still holds it",
    unknown: "The dump does not say where it stands",
  } satisfies Record<TaskState, string>,
  stateHint: ({ state }: StackInfo): string => (state === null ? "" : stackWords.stateHints[state]),
  kindAndState: (stack: StackInfo): string =>
    [stackWords.kindOf(stack), stackWords.state(stack)].filter((text) => text !== "").join(", "),
  inLoop: "in loop",
  waitsForNothing: "waits for its turn in the loop",
  /** `task request-3`, or what the object is called. */
  object: ({ task, label }: StackObject): string => shown(task === null ? label : `task ${task}`, 100),
  kindOf: ({ of, type }: StackInfo): string => (of === "suspended" ? shown(type.replace("_", " "), 40) : of),
  /** `thread worker`; one without a name is called `main thread` or `thread 140396` as it stands. */
  called: (stack: StackInfo): Sentence => {
    const name = code(shown(stack.name, 80));
    return isUnnamed(stack) ? sentence`${name}` : sentence`${stackWords.kindOf(stack)} ${name}`;
  },
  columns: {
    name: "Name",
    kind: "Kind",
    place: "Where",
    frames: "Frames",
    variable: "Frame and variables",
    value: "Value",
  },
  filter: "Filter by name, function or file",
  daemon: "daemon",
  current: "took the dump",
  finished: "finished",
  /** `Condition.wait threading.py:355`. */
  short: (place: Place): string => `${shown(place.function, 60)}${stackWords.where(place)}`,
  where: ({ file, line }: Place): string =>
    file === null ? "" : ` ${shown(baseName(file), 40)}${line === null ? "" : `:${line}`}`,
  /** With the folder, which tells files of one name apart. */
  shortFile: ({ file, line }: Place): string =>
    file === null ? "" : `${file.split(/[\\/]/).slice(-2).join("/")}${line === null ? "" : `:${line}`}`,
  file: ({ file, line }: Place): string => (file === null ? "" : `${file}${line === null ? "" : `:${line}`}`),
  begins: "begins at",
  beginsHint: "Where the function begins: the dump does not say at which of its lines it waits",
  stack: "The stack, innermost frame first",
  noFrames: "It has no frame: it is finished, or the dump does not say where it stands.",
  waitsFor: "waits for",
  name: (row: Extract<StackRow, { row: "local" | "waits-for" }>): string =>
    row.row === "local" ? row.edge.replace(/^ local /, "") : stackWords.waitsFor,
  open: "Open the object",
  choose: "Choose a thread or task.",
  title: (stack: StackInfo): Sentence =>
    sentence`${stackWords.called(stack)}${stack.retainedBytes === null ? "" : ` keeps ${formatBytes(stack.retainedBytes)} alive`}`,
  alone: "Only what nothing else holds is counted: what another thread or a module holds too is not.",
} as const;

const isUnnamed = ({ of, name }: StackInfo): boolean => of === "thread" && /^(main thread|thread \d+)$/.test(name);

const baseName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;
