import { addBit, type BitSet, emptyBitSet, hasBit } from "../graph/bitset.ts";
import { disjointPaths } from "../graph/disjoint-paths.ts";
import {
  anyPath,
  type PathOptions,
  pathScratch,
  pathsToRoot,
  type RetainingPaths,
  type SearchBudget,
} from "../graph/paths.ts";
import type { Tick } from "../types/graph.ts";
import type { RetainingPath, WhyAlive } from "../types/rows.ts";
import type { Numbering } from "./heap-graph.ts";
import { otherEnds, referenceRows, weakReferrers } from "./references.ts";
import { plainText, sentenceFor, type ToldPath } from "./sentence.ts";
import { pathCost, tell } from "./tell-path.ts";
import { type HeapView, objectRow, preorderOf, reachOf } from "./view.ts";

/** Paths looked at for the one that says most: the shortest is not always it. */
const CANDIDATES = 24;
/**
 * References that an answer may look at, in all its searches: for the most telling way, for all others together, and for
 * the ways to those that refer weakly. Beyond that it says that it is not complete.
 */
const MOST_SEARCHED = { telling: 600_000, others: 250_000, weak: 250_000 } as const;
const MOST_WEAK = 20;
/** Weak references to which a way is told. */
const MOST_WEAK_PATHS = 5;

export interface WhyOptions {
  readonly paths: number;
  readonly ignored: readonly number[];
  /** False: no way leads through a frame. */
  readonly frames?: boolean | undefined;
  /** Tell also how the weak references to it are held. */
  readonly weak?: boolean | undefined;
}

/**
 * Why an object is alive: its retaining paths from starting points with names, no two of which have a holder in common,
 * the most telling first, and one sentence about the first. Weak references are listed apart and never hold. None of
 * the paths passes through one of the `ignored` objects. Needs the graph; kept-alive bytes are null until the dominators
 * are there.
 *
 * Time O(references among what leads to it) for each path, at most `MOST_SEARCHED` for all.
 */
export function whyAlive(view: HeapView, object: number, options: WhyOptions, tick: Tick): WhyAlive {
  const { paths: wanted, ignored, frames = true, weak = false } = options;
  const leftOut = nodesLeftOut(view, ignored, frames);
  const found = waysToRoot(view, preorderOf(view, object), wanted, leftOut, tick);
  const reach = reachOf(view, object) ?? "named";
  const paths = found.paths.toSorted((a, b) => a.cost - b.cost);
  const weakPlaces = weakReferrers(view, object);
  const label = objectRow(view, object);
  const parts = sentenceFor({
    target: label,
    reach,
    first: paths[0] ?? null,
    ignored: ignored.length,
    frames,
    complete: found.complete,
  });
  return {
    sentence: plainText(parts),
    parts,
    reach,
    paths: paths.map((told) => told.path),
    complete: found.complete,
    weak: referenceRows(view, "referrers", object, weakPlaces.subarray(0, MOST_WEAK)),
    weakTotal: weakPlaces.length,
    weakPaths: weak ? weakWays(view, object, weakPlaces, leftOut, tick) : [],
    ignored: ignored.map((id) => objectRow(view, id)),
    warnings: view.dominators === null ? ["`retainedBytes` is not there yet: the dominators are being computed."] : [],
  };
}

/**
 * The most telling of the ways in which an object is held: the first path of `whyAlive`, without what else it finds out.
 * Null where no starting point with a name leads to it, or all that lead to it are left out.
 */
export function mostTellingPath(
  view: HeapView,
  object: number,
  tick: Tick,
  { frames = true }: Pick<WhyOptions, "frames"> = {},
): RetainingPath | null {
  return (
    mostTellingWay(view, preorderOf(view, object), { ignored: nodesLeftOut(view, [], frames) }, tick).told?.path ?? null
  );
}

/** What no way may pass through, in preorder numbers; undefined where every way will do. */
function nodesLeftOut(
  view: HeapView,
  ignored: readonly number[],
  frames: boolean,
): ((node: number) => boolean) | undefined {
  if (ignored.length === 0 && frames) return undefined;
  const { type, types } = view.columns.heap;
  const node = view.graph?.graph.preordering.node;
  const frameType = frames ? null : types.findIndex(({ name }) => name === "frame");
  const without = new Set(ignored.map((id) => preorderOf(view, id)));
  return (v) => without.has(v) || (frameType !== null && node !== undefined && type[node[v]] === frameType);
}

/**
 * Of the ways to an object one for each starting point, the most telling one; and whether all were looked at. A way is
 * told no better than its length allows, so the search ends where all others are longer. Where nothing is found within
 * the budget, any way will do.
 */
export function mostTellingWay(
  view: HeapView,
  target: number,
  options: Pick<PathOptions, "ignored" | "withoutReferrer">,
  tick: Tick,
  budget: SearchBudget = { left: MOST_SEARCHED.telling },
): { readonly way: readonly number[] | null; readonly told: ToldPath | null; readonly complete: boolean } {
  if (view.graph === null) throw new Error("Paths were asked for before the graph was done");
  const { predecessors, preordering } = view.graph.graph;
  // Garbage is held by garbage only, of which there may be any amount.
  if (target > preordering.unreachable) return { way: null, told: null, complete: true };
  view.scratch ??= pathScratch(predecessors.nodeCount);
  const { scratch } = view;
  let best: { way: readonly number[]; cost: number } | null = null;
  const mostReferences = (way: readonly number[]): number => {
    const cost = pathCost(
      view,
      way.map((node) => preordering.node[node]),
    );
    if (best === null || cost < best.cost) best = { way, cost };
    return best.cost - 1;
  };
  const found = pathsToRoot(predecessors, target, CANDIDATES, { ...options, mostReferences, budget, scratch, tick });
  const isFree = options.ignored === undefined && options.withoutReferrer === undefined;
  // What the search was told while it ran is no news to the compiler.
  const way = (best as { way: readonly number[] } | null)?.way ?? (isFree ? anyPath(predecessors, target) : null);
  return { way, told: way === null ? null : tellWay(view, way), complete: found.complete };
}

const tellWay = (view: HeapView, path: readonly number[]): ToldPath =>
  tell(
    view,
    path.map((node) => view.graph?.graph.preordering.node[node] ?? 0),
  );

/** Ways to the target: the most telling one, and as many others as there are that have nothing in common with it. */
function waysToRoot(
  view: HeapView,
  target: number,
  wanted: number,
  ignored: ((node: number) => boolean) | undefined,
  tick: Tick,
): Omit<RetainingPaths, "paths"> & { readonly paths: readonly ToldPath[] } {
  const { way, told, complete } = mostTellingWay(view, target, { ignored }, tick);
  if (way === null || told === null || view.graph === null) return { paths: [], complete };
  const { predecessors, preordering } = view.graph.graph;
  view.pathEnds ??= endsOfWays(view, preordering);
  const ends = view.pathEnds;
  const isEnd = (node: number): boolean => hasBit(ends, node);
  if (hasOnlyHolder(view, target, isEnd)) {
    const begin = way.findLastIndex((node, i) => i < way.length - 1 && isEnd(node));
    return { paths: [tellWay(view, fromModule(view, way.slice(Math.max(0, begin))))], complete: true };
  }
  const found = disjointPaths(predecessors, target, wanted, {
    ignored,
    isEnd,
    ...(way.length > 1 ? { first: way } : {}),
    budget: { left: MOST_SEARCHED.others },
    tick,
  });
  return { paths: found.paths.map((path) => tellWay(view, fromModule(view, path))), complete: found.complete };
}

/**
 * Whether some object that ways do not end at is on all ways to the target: then no two ways have nothing in common, and
 * none need be looked for. Such an object dominates the target; and nothing but starting points, at which ways end,
 * dominates an end, so the nearest dominator tells. False while the dominators are not known.
 */
function hasOnlyHolder(view: HeapView, target: number, isEnd: (node: number) => boolean): boolean {
  const { dominators } = view;
  if (dominators === null) return false;
  const holder = dominators.idom[target];
  return holder > 0 && !isEnd(holder);
}

/** Starting points, and modules' variables, as bits: a search asks for each reference, and memory answers slowly. */
function endsOfWays(view: HeapView, { nodeCount, starts, preorder }: Numbering): BitSet {
  const ends = emptyBitSet(nodeCount);
  for (const start of starts) addBit(ends, start);
  for (const dict of view.moduleOfDict?.keys() ?? []) {
    const node = preorder[dict];
    if (moduleOf(view, node) !== null) addBit(ends, node);
  }
  return ends;
}

/** The module whose variables these are, where it is a starting point: it can't be cut, only a variable can. */
function moduleOf(view: HeapView, node: number): number | null {
  if (view.graph === null) return null;
  const { preordering, predecessors } = view.graph.graph;
  if (view.moduleOfDict?.has(preordering.node[node]) !== true) return null;
  const { offsets, targets } = predecessors;
  for (let e = offsets[node], end = offsets[node + 1]; e < end; e++) {
    const roots = view.rootsOf?.get(preordering.node[targets[e]]);
    if (roots?.some(({ kind }) => kind === "module") === true) return targets[e];
  }
  return null;
}

function fromModule(view: HeapView, path: readonly number[]): readonly number[] {
  const module = path.length > 1 ? moduleOf(view, path[0]) : null;
  return module === null ? path : [module, ...path];
}

/** How the first weak references to the object are held themselves. */
function weakWays(
  view: HeapView,
  object: number,
  places: Int32Array,
  ignored: ((node: number) => boolean) | undefined,
  tick: Tick,
): WhyAlive["paths"] {
  const budget = { left: MOST_SEARCHED.weak };
  const node = view.graph?.graph.preordering.node;
  const holders = places.subarray(0, MOST_WEAK_PATHS).map((place) => otherEnds(view, "referrers", object)[place]);
  return [...new Set(holders)].flatMap((holder) => {
    const { way } = mostTellingWay(view, preorderOf(view, holder), { ignored }, tick, budget);
    if (way === null || node === undefined) return [];
    return [tell(view, [...way.map((v) => node[v]), object], { weak: true }).path];
  });
}
