import { TICK_MASK } from "../../graph/ticking.ts";
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
  return state === "waiting" && waitsFor !== NONE && isBelow(view, waitsFor, object);
}

/** Tasks that never finish and stand at the same line; those that a told container holds are told with it. */
export function stuckTasks(facts: HeapFacts, groups: readonly Group[], tick: Tick): Suspect[] {
  const { view, tasks, leastBytes, liveBytes } = facts;
  if (tasks.size === 0) return [];
  const isTold = belowAny(view, new Set(groups.map(({ object }) => object)), tick);
  const stuck = new Set<number>();
  for (const [object, task] of tasks) {
    tick(0);
    if (isStuck(facts, object, task) && isTold[preorderOf(view, object)] === 0) stuck.add(object);
  }
  const isInside = belowAny(view, stuck, tick);
  const places = new Map<string, { task: KnownTask; objects: number[]; bytes: number }>();
  for (const object of stuck) {
    const task = tasks.get(object);
    // What another of them keeps is counted with that one.
    if (task === undefined || isInside[preorderOf(view, object)] === 1) continue;
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

/** Whether the other object is above this one in the dominator tree: then nothing else leads to it. Time O(depth between). */
function isBelow({ dominators, graph }: HeapFacts["view"], object: number, other: number): boolean {
  if (dominators === null || graph === null) return false;
  const { preorder, unreachable } = graph.graph.preordering;
  const least = preorder[other];
  let v = preorder[object];
  if (v >= unreachable) return false;
  // A dominator has a smaller number than what it dominates.
  while (v > least) v = dominators.idom[v];
  return v === least && v !== preorder[object];
}

/** By preorder number: 1 where one of the objects is above it in the dominator tree. Time O(n), memory one byte a node. */
function belowAny({ dominators, graph }: HeapFacts["view"], objects: ReadonlySet<number>, tick: Tick): Uint8Array {
  if (dominators === null || graph === null) return new Uint8Array(0);
  const { node, unreachable } = graph.graph.preordering;
  const isBelowOne = new Uint8Array(node.length);
  for (let v = 1; v < unreachable; v++) {
    if ((v & TICK_MASK) === 0) tick(0);
    const holder = dominators.idom[v];
    if (holder > 0 && (isBelowOne[holder] === 1 || objects.has(node[holder]))) isBelowOne[v] = 1;
  }
  return isBelowOne;
}
