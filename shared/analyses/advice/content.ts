import { NONE } from "../../types/graph.ts";
import type { HeapView } from "../view.ts";
import type { HeapFacts } from "./facts.ts";
import { examples, type Group } from "./groups.ts";

/** What accumulates: things that run or are called keep more alive than they show. */
export type Content = "data" | "exceptions" | "suspended" | "listeners";

const WORK_ITEM = "concurrent.futures.thread._WorkItem";
const SAMPLES = 8;
/** Pairs and records around the thing itself. */
const WRAPPERS = new Set(["tuple", "list", "dict"]);
const MOST_INSIDE = 8;

/** What most of a group's members are, or carry with them in a tuple or a dict of their own. */
export function contentOf({ view }: HeapFacts, group: Group): Content {
  const counts = new Map<Content, number>();
  const members = examples(group, SAMPLES);
  for (const member of members) {
    const inside = carried(view, member).map((object) => contentOfObject(view, object));
    const content = inside.find((each) => each !== "data") ?? "data";
    counts.set(content, (counts.get(content) ?? 0) + 1);
  }
  for (const [content, count] of counts) if (content !== "data" && count * 2 > members.length) return content;
  return "data";
}

/** Whether most members are of the program's own: of its classes, or code of it that waits or is called back. */
export function hasOwnMembers(facts: HeapFacts, group: Group): boolean {
  if (group.type === NONE) return false;
  if (facts.ownership.type(group.type)) return true;
  const members = examples(group, SAMPLES);
  return (
    members.filter((member) => carried(facts.view, member).some((object) => isOwnThing(facts, object))).length * 2 >
    members.length
  );
}

function isOwnThing({ view, ownership, codeOf }: HeapFacts, object: number): boolean {
  const { heap } = view.columns;
  if (ownership.type(heap.type[object])) return true;
  const code = codeOf(object);
  if (code !== null) return ownership.file(code.file);
  const { name } = heap.types[heap.type[object]];
  if (name !== "method" && name !== "functools.partial" && name !== WORK_ITEM) return false;
  // A bound method is its object's; a partial or a job in a queue is its function's.
  const { offsets, targets } = heap.references;
  for (let e = offsets[object]; e < Math.min(offsets[object + 1], offsets[object] + MOST_INSIDE); e++) {
    const inside = targets[e];
    if (inside === heap.objectCount) continue;
    const its = codeOf(inside);
    if (ownership.type(heap.type[inside]) || (its !== null && ownership.file(its.file))) return true;
  }
  return false;
}

/** The object, and what a pair or a record has around it. */
function carried({ columns: { heap } }: HeapView, object: number): number[] {
  if (!WRAPPERS.has(heap.types[heap.type[object]].name)) return [object];
  const { offsets, targets } = heap.references;
  const end = Math.min(offsets[object + 1], offsets[object] + MOST_INSIDE);
  return [object, ...targets.subarray(offsets[object], end)].filter((each) => each < heap.objectCount);
}

export function contentOfObject({ columns: { heap } }: HeapView, object: number): Content {
  const { name } = heap.types[heap.type[object]];
  if (SUSPENDED.has(name)) return "suspended";
  if (name === "method" || name === "functools.partial" || isClosure(heap.layouts[heap.layout[object]].runs, name))
    return "listeners";
  return heap.layouts[heap.layout[object]].runs.some((run) => run.kind === "traceback" && run.repeat !== 0) &&
    name !== "traceback"
    ? "exceptions"
    : "data";
}

const SUSPENDED = new Set([
  "generator",
  "coroutine",
  "async_generator",
  "_asyncio.Task",
  "_asyncio.Future",
  "asyncio.tasks.Task",
  "asyncio.futures.Future",
  "concurrent.futures._base.Future",
  WORK_ITEM,
]);

/** A function with variables of the function around it: what a callback is that was made in place. */
const isClosure = (runs: readonly { kind: string; name: string | null }[], type: string): boolean =>
  type === "function" && runs.some(({ kind, name }) => kind === "cell" || name === "__closure__");
