import { NONE } from "../types/graph.ts";
import { asObjectId } from "../types/ids.ts";
import { STACK_KINDS, type StackDetail, type StackInfo, type StackPage, type StackRow } from "../types/stack-rows.ts";
import { edgeAt } from "./edges.ts";
import { referenceRows } from "./references.ts";
import { type Stack, stackInfo } from "./stacks.ts";
import { type HeapView, objectRow, retainedOf } from "./view.ts";

export type StackOrder = "retained" | "name" | "frames";

export interface StackQuery {
  readonly of: StackInfo["of"] | null;
  readonly text: string;
  readonly sort: { readonly by: StackOrder; readonly descending: boolean };
  readonly offset: number;
  readonly limit: number;
}

/** The stacks of a kind, or all, whose name, state, function or file contains the text, ignoring case. Time O(s log s). */
export function stackPage(view: HeapView, stacks: readonly Stack[], query: StackQuery): StackPage {
  const all = stacks.map((stack) => stackInfo(view, stack));
  const wanted = query.text.toLowerCase();
  const sign = query.sort.descending ? -1 : 1;
  const key = (info: StackInfo): number => (query.sort.by === "frames" ? info.frames : (info.retainedBytes ?? 0));
  const byName = (a: StackInfo, b: StackInfo): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  const rows = all
    .filter((info) => (query.of === null || info.of === query.of) && isLike(info, wanted))
    .sort((a, b) => (query.sort.by === "name" ? sign * byName(a, b) : sign * (key(a) - key(b)) || byName(a, b)));
  const counts = Object.fromEntries(STACK_KINDS.map((kind) => [kind, 0])) as Record<StackInfo["of"], number>;
  let biggest: StackInfo | null = null;
  for (const info of all) {
    counts[info.of]++;
    if (info.retainedBytes !== null && info.retainedBytes > (biggest?.retainedBytes ?? 0)) biggest = info;
  }
  const endedTasks = all.filter(({ state }) => state === "finished" || state === "cancelled").length;
  const page = rows.slice(query.offset, query.offset + query.limit);
  return { total: rows.length, rows: page, counts, endedTasks, biggest };
}

const isLike = ({ name, place, type, state }: StackInfo, wanted: string): boolean =>
  wanted === "" ||
  [name, type, state, place?.function, place?.file].some((text) => text?.toLowerCase().includes(wanted) === true);

/**
 * Lines of one stack: each frame and its variables, innermost first, then what the innermost one waits for at its head.
 * Time O(references of all its frames).
 */
export function stackDetail(
  view: HeapView,
  stack: Stack,
  { offset, limit }: { offset: number; limit: number },
): StackDetail {
  const rows: StackRow[] = [];
  let at = 0;
  /** Makes only what is asked for. */
  const add = (count: number, make: (from: number, to: number) => readonly StackRow[]): void => {
    const from = Math.max(0, offset - at);
    const to = Math.min(count, offset + limit - at);
    if (from < to) rows.push(...make(from, to));
    at += count;
  };
  for (const [depth, { object, place }] of stack.frames.entries()) {
    const locals = object === NONE ? [] : placesOf(view, object, "local");
    add(1, () => [
      {
        row: "frame",
        depth,
        id: object === NONE ? null : asObjectId(object),
        type: object === NONE ? null : objectRow(view, object).type,
        place,
        locals: locals.length,
        retainedBytes: object === NONE ? null : retainedOf(view, object),
      },
    ]);
    if (depth === 0 && object !== NONE && stack.info.id !== null) {
      const waits = placesOf(view, object, "awaiting");
      add(waits.length, (from, to) => references(view, "waits-for", depth, object, waits.slice(from, to)));
    }
    add(locals.length, (from, to) => references(view, "local", depth, object, locals.slice(from, to)));
  }
  return { total: at, rows, stack: stackInfo(view, stack) };
}

const references = (
  view: HeapView,
  row: "local" | "waits-for",
  depth: number,
  object: number,
  places: readonly number[],
): StackRow[] =>
  referenceRows(view, "referents", object, Int32Array.from(places)).map((each) => ({ row, depth, ...each }));

/** The places of an object's references of one kind, those to missing objects left out. */
function placesOf({ columns: { heap } }: HeapView, object: number, wanted: "local" | "awaiting"): number[] {
  const { offsets, targets } = heap.references;
  const places: number[] = [];
  for (let e = offsets[object]; e < offsets[object + 1]; e++) {
    const place = e - offsets[object];
    if (targets[e] !== heap.objectCount && edgeAt(heap, object, place).kind === wanted) places.push(place);
  }
  return places;
}
