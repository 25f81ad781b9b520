import { numberAt } from "../types/compact.ts";
import { NONE, type Tick } from "../types/graph.ts";
import type { Meta } from "../types/heap.ts";
import type { Kept, Series, SeriesHolder, Trend } from "../types/rows.ts";
import { type Pair, pairOf, secondsBetween, totalsOf } from "./compare.ts";
import { counterpart } from "./follow-path.ts";
import { entriesOf, grownHolders } from "./growth.ts";
import { type FunctionIndex, usersOf } from "./used-by.ts";
import { type HeapView, objectRow, retainedOf } from "./view.ts";
import { mostTellingPath } from "./why-alive.ts";

/** Holders that are followed of each step: more than anyone reads. */
const MOST_OF_A_STEP = 50;
const MOST_KEPT_TYPES = 50;
/** Of a holder's largest growth; a step that grows by less is none. */
const NOISE = 0.05;
const LEAST_GROWTH = 1024;

/** One dump of a row. */
export interface SeriesDump {
  readonly view: HeapView;
  readonly meta: Meta;
}

/**
 * Several dumps in a row, the first one first: the containers that grew in any step, each followed through all dumps, and
 * what became of the objects that were new in the last dump but one. Needs the dominators of all. `functions` are those
 * of the last dump. Time O(sum of their objects), and per step as for `grownHolders`.
 */
export function series(dumps: readonly SeriesDump[], functions: FunctionIndex, tick: Tick): Series {
  const pairs = dumps
    .slice(1)
    .map(({ view, meta }, i) => pairOf(dumps[i]?.view ?? view, dumps[i]?.meta ?? meta, view, meta));
  const isOneProcess = pairs.every(({ matching }) => matching !== null);
  const seconds = pairs.map(({ beforeMeta, afterMeta }) => secondsBetween(beforeMeta.createdAt, afterMeta.createdAt));
  const warnings: string[] = [];
  if (!isOneProcess)
    warnings.push("Not all dumps are of one process: holders of another process are matched by their names.");
  if (seconds.some((each) => each !== null && each < 0))
    warnings.push("The dumps are not in the order in which they were taken; growth is told from left to right.");
  return {
    dumps: dumps.map(({ view, meta }) => totalsOf(view, meta)),
    secondsBetween: seconds,
    holders: holdersOf(dumps, pairs, functions, tick),
    kept: keptOf(pairs),
    matching: isOneProcess
      ? { how: "by address and type, in one process; an address can be used again", confidence: "likely" }
      : { how: "by name: dumps of different processes", confidence: "none" },
    warnings,
  };
}

function holdersOf(
  dumps: readonly SeriesDump[],
  pairs: readonly Pair[],
  functions: FunctionIndex,
  tick: Tick,
): SeriesHolder[] {
  const rows = new Map<string, SeriesHolder>();
  for (const [i, pair] of pairs.entries()) {
    // What a container shares is not in what it keeps alive, which is followed here from dump to dump.
    const own = grownHolders(pair, tick).filter(({ isShared }) => !isShared);
    for (const { after, isChain } of own.slice(0, MOST_OF_A_STEP)) {
      const object = pair.after.graph?.graph.preordering.node[after] ?? NONE;
      if (object === NONE) continue;
      const row = holderRow(dumps, pairs, functions, { object, dump: i + 1, isChain }, tick);
      rows.set(row.ids.join(), row);
    }
  }
  const order: readonly Trend[] = ["every-step", "lately", "no-longer"];
  const most = ({ retained }: SeriesHolder): number => Math.max(...steps(retained));
  return [...rows.values()].sort((a, b) => order.indexOf(a.trend) - order.indexOf(b.trend) || most(b) - most(a));
}

interface Found {
  readonly object: number;
  /** Position of the dump that has it. */
  readonly dump: number;
  readonly isChain: boolean;
}

function holderRow(
  dumps: readonly SeriesDump[],
  pairs: readonly Pair[],
  functions: FunctionIndex,
  found: Found,
  tick: Tick,
): SeriesHolder {
  const objects = follow(dumps, pairs, found, tick);
  const last = objects.findLastIndex((object) => object !== NONE);
  const view = dumps[last].view;
  const row = objectRow(view, objects[last]);
  const path = mostTellingPath(view, objects[last], tick);
  const per = <T>(ask: (view: HeapView, object: number) => T): (T | null)[] =>
    objects.map((object, i) => (object === NONE ? null : ask(dumps[i].view, object)));
  const retained = per((each, object) => retainedOf(each, object) ?? 0);
  return {
    type: row.type,
    label: row.label,
    path: path?.text ?? row.label,
    ids: per((each, object) => objectRow(each, object).id),
    retained,
    entries: per(entriesOf),
    trend: trendOf(retained),
    deltaRetainedBytes: (retained.at(-1) ?? 0) - (retained[0] ?? 0),
    usedBy: last === dumps.length - 1 ? usersOf(view, functions, path?.steps ?? []) : [],
  };
}

/** The object in each dump, from the one that has it to both ends; once lost, it stays lost. */
function follow(
  dumps: readonly SeriesDump[],
  pairs: readonly Pair[],
  { object, dump, isChain }: Found,
  tick: Tick,
): number[] {
  // Of a chain the first one is meant, whichever object that is.
  const same = (matched: Int32Array | undefined) => (isChain ? undefined : matched);
  const objects = new Array<number>(dumps.length).fill(NONE);
  objects[dump] = object;
  for (let i = dump; i + 1 < dumps.length && objects[i] !== NONE; i++)
    objects[i + 1] = counterpart(same(pairs[i].matching?.later), dumps[i].view, objects[i], dumps[i + 1].view, tick);
  for (let i = dump; i > 0 && objects[i] !== NONE; i--)
    objects[i - 1] = counterpart(
      same(pairs[i - 1].matching?.earlier),
      dumps[i].view,
      objects[i],
      dumps[i - 1].view,
      tick,
    );
  return objects;
}

const steps = (sizes: readonly (number | null)[]): number[] =>
  sizes.slice(1).map((size, i) => (size ?? 0) - (sizes[i] ?? 0));

/** How a size moves through a row of dumps; where it is missing it counts as nothing. */
export function trendOf(sizes: readonly (number | null)[]): Trend {
  const deltas = steps(sizes);
  const least = Math.max(LEAST_GROWTH, NOISE * Math.max(...deltas));
  if (deltas.every((delta) => delta >= least)) return "every-step";
  return (deltas.at(-1) ?? 0) >= least ? "lately" : "no-longer";
}

/**
 * The rule of three dumps, for the last three: what is new in the second and still there in the third was kept, the rest
 * came and went. Null where objects can't be matched. Time O(n).
 */
function keptOf(pairs: readonly Pair[]): Kept | null {
  const [first, second] = pairs.slice(-2);
  if (first?.matching == null || second?.matching == null) return null;
  const { heap } = first.after.columns;
  const { earlier } = first.matching;
  const { later } = second.matching;
  const types = heap.types.map(({ name }) => ({ type: name, new: zero(), stillThere: zero() }));
  const totals = { new: zero(), stillThere: zero() };
  for (let object = 0; object < heap.objectCount; object++) {
    if (earlier[object] !== NONE) continue;
    for (const sums of [totals, types[heap.type[object]]]) {
      add(sums.new, numberAt(heap.shallow, object));
      if (later[object] !== NONE) add(sums.stillThere, numberAt(heap.shallow, object));
    }
  }
  return {
    ...totals,
    types: types
      .filter((row) => row.stillThere.objects > 0)
      .sort((a, b) => b.stillThere.bytes - a.stillThere.bytes || (a.type < b.type ? -1 : 1))
      .slice(0, MOST_KEPT_TYPES),
  };
}

interface Sum {
  objects: number;
  bytes: number;
}

const zero = (): Sum => ({ objects: 0, bytes: 0 });

function add(sum: Sum, bytes: number): void {
  sum.objects++;
  sum.bytes += bytes;
}
