import type { Suspect } from "../../types/advice.ts";
import { formatBytes, formatShare, plural } from "../../types/format.ts";
import { NONE, type Tick } from "../../types/graph.ts";
import { sentence } from "../../types/sentence.ts";
import { preorderOf, retainedOf } from "../view.ts";
import type { HeapFacts, KnownTask } from "./facts.ts";
import { named, suspect } from "./finding.ts";
import type { Group } from "./groups.ts";

/** One task that waits for ever is how a server stays up: `await asyncio.Event().wait()`. */
const FEWEST_ALIKE = 8;
const EXAMPLES = 3;

/** Whether the task waits for a future that only the task itself leads to: nobody is left who could end the wait. */
export function isStuck({ view }: HeapFacts, object: number, { state, waitsFor }: KnownTask): boolean {
  const least = preorderOf(view, object);
  return state === "waiting" && waitsFor !== NONE && isBelow(view, waitsFor, (each) => each === object, least);
}

/** Tasks that never finish and stand at the same line; those that a told container holds are told with it. */
export function stuckTasks(facts: HeapFacts, groups: readonly Group[], tick: Tick): Suspect[] {
  const { view, tasks, leastBytes, liveBytes } = facts;
  const told = new Set(groups.map(({ object }) => object));
  const stuck = new Set<number>();
  for (const [object, task] of tasks) {
    tick(0);
    if (isStuck(facts, object, task) && !isBelow(view, object, (each) => told.has(each))) stuck.add(object);
  }
  const places = new Map<string, { task: KnownTask; objects: number[]; bytes: number }>();
  for (const object of stuck) {
    const task = tasks.get(object);
    // What another of them keeps is counted with that one.
    if (task === undefined || isBelow(view, object, (each) => stuck.has(each))) continue;
    const key = JSON.stringify([task.at?.file, task.at?.line, task.at?.function]);
    const place = places.get(key) ?? { task, objects: [], bytes: 0 };
    place.objects.push(object);
    place.bytes += retainedOf(view, object) ?? 0;
    places.set(key, place);
  }
  return [...places.values()]
    .filter(({ objects, bytes }) => objects.length >= FEWEST_ALIKE && bytes >= leastBytes)
    .map(({ task: { at }, objects, bytes }) =>
      suspect(view, {
        kind: "suspended",
        says: sentence`${plural(objects.length, "task")} can never finish: each waits${at === null || at.function === "" ? "" : sentence` in ${named(at.function)}`} for a future that nothing but the task itself holds; they keep ${formatBytes(bytes)} alive (${formatShare(bytes, liveBytes)})`,
        text: "A future ends when somebody sets its result. Nothing that could do so refers to these any more, so the tasks wait for ever, with all that they hold.",
        bytes,
        confidence: "likely",
        objects: objects.slice(0, EXAMPLES),
        holder: null,
        usedBy:
          at === null || at.line === null || at.file === ""
            ? []
            : [{ function: at.function, file: at.file, line: at.line }],
        seen: objects.slice(0, EXAMPLES).map((object) => ({ text: "One of the tasks", object })),
        fix: "Give the wait a timeout, or cancel the task when what it waits for is given up.",
        snippet: "async with asyncio.timeout(30):\n    await answer",
        caveat: "Code in C that keeps a future without a count of its own would not be seen.",
      }),
    );
}

/** Whether something above the object in the dominator tree is meant: then nothing else leads to it. Time O(depth). */
function isBelow(view: HeapFacts["view"], object: number, isMeant: (above: number) => boolean, least = 1): boolean {
  const { dominators, graph } = view;
  if (dominators === null || graph === null) return false;
  const { node, unreachable } = graph.graph.preordering;
  let v = preorderOf(view, object);
  if (v >= unreachable) return false;
  // A dominator has a smaller number, so that the climb ends at the least one that is meant.
  while (v > least) {
    v = dominators.idom[v];
    if (v >= least && isMeant(node[v])) return true;
  }
  return false;
}
