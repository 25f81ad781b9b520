import type { Suspect } from "../../types/advice.ts";
import { numberAt } from "../../types/compact.ts";
import { formatBytes, formatShare, plural } from "../../types/format.ts";
import { NONE, type Tick } from "../../types/graph.ts";
import { sentence } from "../../types/sentence.ts";
import { edgeAt } from "../edges.ts";
import { objectRow, preorderOf, retainedAt } from "../view.ts";
import { groupFinding, nameToWrite, putAndTake } from "./accumulation.ts";
import { contentOf, contentOfObject } from "./content.ts";
import type { HeapFacts } from "./facts.ts";
import { bareName, type Found, named, type Rule, suspect } from "./finding.ts";
import { examples } from "./groups.ts";
import { holdingOf } from "./holding.ts";

const MOST_SINGLE = 5;
const MOST_LOCALS = 4;
/** Of the largest: numbers that lie beside a table tell nothing. */
const LEAST_LOCAL = 0.05;
/** Types of records that a handler keeps until it flushes. */
const LOG_RECORD = "logging.LogRecord";

/** Exceptions that are kept pin their traceback, each frame of it, and all local variables there; and buffered logs. */
export const exceptions: Rule = (facts, tick) => [...keptTogether(facts, tick), ...keptAlone(facts, tick)];

function keptTogether(facts: HeapFacts, tick: Tick): Suspect[] {
  const { view, liveBytes } = facts;
  const { heap } = view.columns;
  return facts.groups.flatMap((group): Suspect[] => {
    const areRecords = group.type !== NONE && heap.types[group.type].name === LOG_RECORD;
    if (!areRecords && contentOf(facts, group) !== "exceptions") return [];
    const told = groupFinding(facts, group, tick);
    if (told === null) return [];
    const { found, grew } = told;
    const [first] = examples(group, 1);
    const size = `${formatBytes(found.bytes)} alive (${formatShare(found.bytes, liveBytes)})`;
    if (areRecords)
      return [
        suspect(view, {
          ...found,
          kind: "exceptions",
          says: sentence`${named(found.holder ?? "")} buffers ${plural(group.count, "log record")}: ${size}${grew}`,
          text: "A handler that buffers keeps each record with its arguments and exception until it flushes.",
          fix: "Give the handler a smaller capacity and a target, or flush it.",
          snippet: "MemoryHandler(capacity=1000, flushLevel=logging.ERROR, target=handler)",
        }),
      ];
    return [
      suspect(view, {
        ...found,
        kind: "exceptions",
        says: sentence`${named(found.holder ?? "")} keeps ${plural(group.count, "exception")} with their tracebacks: ${size}, with the frames and local variables where they were raised${grew}`,
        seen: [...found.seen, ...(first === undefined ? [] : pinned(facts, first))],
        ...WAY_OUT,
        snippet: linesFor(
          objectRow(view, group.object).type,
          nameToWrite(holdingOf(facts, group.object, tick), "errors"),
        ),
      }),
    ];
  });
}

/** One exception may be enough, where a frame of its traceback has a large local variable. */
function keptAlone(facts: HeapFacts, tick: Tick): Suspect[] {
  const { view, leastBytes, liveBytes } = facts;
  const { heap } = view.columns;
  const { graph, dominators } = view;
  if (graph === null || dominators === null) return [];
  const { preorder, unreachable } = graph.graph.preordering;
  const large: number[] = [];
  for (let object = 0; object < heap.objectCount; object++) {
    if ((object & 0xffff) === 0) tick(0);
    const v = preorder[object];
    if (numberAt(dominators.retained, v) < 2 * leastBytes || v >= unreachable) continue;
    if (contentOfObject(view, object) === "exceptions") large.push(object);
  }
  return large
    .sort((a, b) => numberAt(dominators.retained, preorder[b]) - numberAt(dominators.retained, preorder[a]))
    .slice(0, MOST_SINGLE)
    .flatMap((object): Suspect[] => {
      const locals = pinned(facts, object);
      if (locals.length === 0 || holds(facts, object)) return [];
      const holding = holdingOf(facts, object, tick);
      if (holding.as === "local variable") return []; // it is being handled right now
      const bytes = numberAt(dominators.retained, preorder[object]);
      const row = objectRow(view, object);
      const found: Found = {
        kind: "exceptions",
        says: sentence`${named(holding.name)} keeps a ${named(bareName(row.type))} whose traceback keeps ${formatBytes(bytes)} alive (${formatShare(bytes, liveBytes)})`,
        bytes,
        confidence: holding.own ? "likely" : "possible",
        objects: [object],
        holder: holding.name,
        usedBy: holding.usedBy,
        seen: locals,
        ...WAY_OUT,
        snippet: linesFor(null, nameToWrite(holding, "error")),
      };
      return [suspect(view, found)];
    });
}

const WHY =
  "An exception refers to its traceback, that to the frames it went through, and each frame to all of its local variables: all of it lives as long as the exception does.";

/** For a container, or, where one is kept alone, its name. */
function linesFor(type: string | null, name: string): string {
  const put = (value: string): string => (type === null ? `${name} = ${value}` : putAndTake(type, name, value)[0]);
  return `${put('"".join(traceback.format_exception(error))')}\n# or, to keep the exception itself:\n${put("error.with_traceback(None)")}`;
}

const WAY_OUT = {
  text: WHY,
  fix: "Keep the text, not the exception; or take the traceback off before keeping it.",
  caveat: "If the frames are still running, their variables are alive anyway.",
} as const;

/** Part of a group that is told already: its holder keeps many. */
function holds({ view, groups }: HeapFacts, object: number): boolean {
  const number = preorderOf(view, object);
  const holders = new Set(groups.map((group) => preorderOf(view, group.object)));
  for (let v = number; v > 0; v = view.dominators?.idom[v] ?? 0) if (holders.has(v)) return true;
  return false;
}

/** The largest local variables of the frames that an exception pins. */
function pinned({ view, codeOf }: HeapFacts, exception: number): { text: string; object: number }[] {
  const { heap } = view.columns;
  const { offsets, targets } = heap.references;
  const found: { text: string; object: number; bytes: number }[] = [];
  const seen = new Set<number>();
  const stack = [exception];
  for (let object = stack.pop(); object !== undefined && seen.size < 200; object = stack.pop()) {
    if (seen.has(object)) continue;
    seen.add(object);
    const isFrame = heap.types[heap.type[object]].name === "frame";
    for (let e = offsets[object]; e < offsets[object + 1]; e++) {
      const target = targets[e];
      if (target === heap.objectCount) continue;
      const { kind, name } = edgeAt(heap, object, e - offsets[object]);
      if (
        kind === "traceback" ||
        kind === "frame" ||
        kind === "cause" ||
        kind === "context" ||
        name === "tb_next" ||
        name === "tb_frame"
      )
        stack.push(target);
      if (!isFrame || kind !== "local") continue;
      const bytes = retainedAt(view, preorderOf(view, target));
      const code = codeOf(object);
      const where = code === null ? "" : ` of ${code.qualname} ${code.file}:${code.firstLine}`;
      found.push({ text: `Local variable ${name ?? ""}${where}, ${formatBytes(bytes)}`, object: target, bytes });
    }
  }
  found.sort((a, b) => b.bytes - a.bytes);
  const least = LEAST_LOCAL * (found[0]?.bytes ?? 0);
  return found.filter(({ bytes }) => bytes >= least).slice(0, MOST_LOCALS);
}
