import type { Suspect } from "../../types/advice.ts";
import { formatBytes, formatCount, formatShare, plural } from "../../types/format.ts";
import { NONE, type Tick } from "../../types/graph.ts";
import { sentence } from "../../types/sentence.ts";
import { objectRow } from "../view.ts";
import { groupFinding, nameToWrite, putAndTake } from "./accumulation.ts";
import { contentOf } from "./content.ts";
import type { HeapFacts } from "./facts.ts";
import { bareName, named, type Rule, suspect } from "./finding.ts";
import { type Group, membersOf } from "./groups.ts";
import { holdingOf } from "./holding.ts";
import { isStuck, stuckTasks } from "./stuck-tasks.ts";

/** Generators, coroutines, tasks and futures that wait, with the local variables of where they wait. */
export const suspended: Rule = (facts, tick) => {
  const groups = facts.groups.filter((group) => contentOf(facts, group) === "suspended");
  return [...collected(facts, groups, tick), ...stuckTasks(facts, groups, tick)];
};

const collected = (facts: HeapFacts, groups: readonly Group[], tick: Tick): Suspect[] =>
  groups.flatMap((group): Suspect[] => {
    const told = groupFinding(facts, group, tick);
    if (told === null) return [];
    const { found, grew } = told;
    const { view, liveBytes } = facts;
    const { heap } = view.columns;
    const type = group.type === NONE ? "" : bareName(heap.types[group.type].name);
    const [what, many, text, fix, snippet] = WORDS[type] ?? WORDS.generator ?? [];
    const size = `${formatBytes(found.bytes)} alive (${formatShare(found.bytes, liveBytes)})`;
    return [
      suspect(view, {
        ...found,
        kind: "suspended",
        seen: [...statesOf(facts, group), ...found.seen],
        says: sentence`${named(found.holder ?? "")} keeps ${plural(group.count, what ?? "generator", many)}: ${size}, with what they hold where they stopped${grew}`,
        text: text ?? found.text,
        fix: fix ?? found.fix,
        snippet: snippet ?? taskLines(facts, group, tick),
      }),
    ];
  });

/** `780 of the tasks are waiting, 20 finished`, where the dump says so. */
function statesOf(facts: HeapFacts, group: Group): string[] {
  const counts = new Map<string, number>();
  let stuck = 0;
  const node = facts.view.graph?.graph.preordering.node;
  for (const number of membersOf(facts.view, group)) {
    const member = node?.[number] ?? NONE;
    const task = facts.tasks.get(member);
    if (task === undefined) continue;
    counts.set(task.state, (counts.get(task.state) ?? 0) + 1);
    if (isStuck(facts, member, task)) stuck++;
  }
  if (counts.size === 0) return [];
  const states = [...counts].sort(([, a], [, b]) => b - a);
  return [
    `Of the tasks ${states.map(([state, count]) => `${formatCount(count)} ${count === 1 ? "is" : "are"} ${state}`).join(", ")}`,
    ...(stuck === 0
      ? []
      : [
          `${formatCount(stuck)} of them ${stuck === 1 ? "waits" : "wait"} for a future that nothing but the task itself holds: nobody can end the wait`,
        ]),
  ];
}

function taskLines(facts: HeapFacts, group: Group, tick: Tick): string {
  const name = nameToWrite(holdingOf(facts, group.object, tick), "tasks");
  const [put, take] = putAndTake(objectRow(facts.view, group.object).type, name, "task");
  const done = take.endsWith("(task)") ? take.slice(0, -"(task)".length) : `lambda _: ${take}`;
  return `${put}\ntask.add_done_callback(${done})\nawait asyncio.wait_for(work, timeout=30)`;
}

/** What it is called, one and many; why it matters; what to do, and the lines for it, null for a task's. */
type Words = readonly [one: string, many: string, text: string, fix: string, snippet: string | null];

const TASK: Words = [
  "task",
  "tasks",
  "A task that is kept keeps its coroutine while it waits, its result or exception when it is done, and all that these hold.",
  "Let a task take itself out of the container when it is done, and give what may wait for ever a timeout.",
  null,
];
const FUTURE: Words = [
  "future",
  "futures",
  "A future that is kept keeps its result and its callbacks.",
  "Take the result, then let go of the future.",
  "for future in as_completed(futures):\n    handle(future.result())\n    futures.remove(future)",
];
const WORDS: Readonly<Record<string, Words>> = {
  generator: [
    "suspended generator",
    "suspended generators",
    "A generator that was not run to its end keeps all local variables of its function.",
    "Run it to its end, or close it when it is no longer needed.",
    "with contextlib.closing(generator) as items:\n    first = next(items)",
  ],
  coroutine: [
    "coroutine that waits or was never awaited",
    "coroutines that wait or were never awaited",
    "A coroutine that was not run to its end keeps its arguments and local variables.",
    "Await it, make a task of it, or close it.",
    "await coroutine  # or coroutine.close()",
  ],
  async_generator: [
    "suspended asynchronous generator",
    "suspended asynchronous generators",
    "A generator that was not run to its end keeps all local variables of its function.",
    "Close it when it is no longer needed.",
    "async with contextlib.aclosing(generator) as items:\n    ...",
  ],
  Task: TASK,
  Future: FUTURE,
  _WorkItem: [
    "job that waits for a worker",
    "jobs that wait for a worker",
    "Each job in an executor's queue keeps its function and arguments, and jobs come faster than they are done.",
    "Bound what is waiting before you submit more.",
    "slots = threading.BoundedSemaphore(100)\nslots.acquire()\nexecutor.submit(work, x).add_done_callback(lambda _: slots.release())",
  ],
};
