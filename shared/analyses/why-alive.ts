import { disjointPaths } from "../graph/disjoint-paths.ts";
import { type PathOptions, pathScratch, pathsToRoot, type RetainingPaths } from "../graph/paths.ts";
import type { Tick } from "../types/graph.ts";
import type { RetainingPath, WhyAlive } from "../types/rows.ts";
import { otherEnds, referenceRows, weakReferrers } from "./references.ts";
import { plainText, sentenceFor, type ToldPath } from "./sentence.ts";
import { tell } from "./tell-path.ts";
import { type HeapView, objectRow, preorderOf, reachOf } from "./view.ts";

/** Paths looked at for the one that says most: the shortest is not always it. */
const CANDIDATES = 24;
/** Objects that one search may meet; beyond that the answer says that it is not complete. */
const MOST_VISITED = 2_000_000;
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
 * Time O(objects that lead to it) for each path, at most `MOST_VISITED`.
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
 * Null where no starting point with a name leads to it, or none was found within `MOST_VISITED`.
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

/** What no way may pass through, in preorder numbers. */
function nodesLeftOut(view: HeapView, ignored: readonly number[], frames: boolean): (node: number) => boolean {
  const { type, types } = view.columns.heap;
  const node = view.graph?.graph.preordering.node;
  const frameType = frames ? null : types.findIndex(({ name }) => name === "frame");
  const without = new Set(ignored.map((id) => preorderOf(view, id)));
  return (v) => without.has(v) || (frameType !== null && node !== undefined && type[node[v]] === frameType);
}

/** Of the ways to an object one for each starting point, the most telling one; and whether all were looked at. */
export function mostTellingWay(
  view: HeapView,
  target: number,
  options: Pick<PathOptions, "ignored" | "withoutReferrer">,
  tick: Tick,
): { readonly way: readonly number[] | null; readonly told: ToldPath | null; readonly complete: boolean } {
  if (view.graph === null) throw new Error("Paths were asked for before the graph was done");
  const { predecessors } = view.graph.graph;
  view.scratch ??= pathScratch(predecessors.nodeCount);
  const { scratch } = view;
  const found = pathsToRoot(predecessors, target, CANDIDATES, { ...options, maxVisited: MOST_VISITED, scratch, tick });
  let best: { way: readonly number[]; told: ToldPath } | null = null;
  for (const way of found.paths) {
    const told = tellWay(view, way);
    if (best === null || told.cost < best.told.cost) best = { way, told };
  }
  return { way: best?.way ?? null, told: best?.told ?? null, complete: found.complete };
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
  ignored: (node: number) => boolean,
  tick: Tick,
): Omit<RetainingPaths, "paths"> & { readonly paths: readonly ToldPath[] } {
  const { way, told, complete } = mostTellingWay(view, target, { ignored }, tick);
  if (way === null || told === null || view.graph === null) return { paths: [], complete };
  const { predecessors } = view.graph.graph;
  const found = disjointPaths(predecessors, target, wanted, {
    ignored,
    isEnd: (node) => moduleOf(view, node) !== null,
    ...(way.length > 1 ? { first: way } : {}),
    maxVisited: MOST_VISITED,
    tick,
  });
  return { paths: found.paths.map((path) => tellWay(view, fromModule(view, path))), complete: found.complete };
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
  ignored: (node: number) => boolean,
  tick: Tick,
): WhyAlive["paths"] {
  const node = view.graph?.graph.preordering.node;
  const holders = places.subarray(0, MOST_WEAK_PATHS).map((place) => otherEnds(view, "referrers", object)[place]);
  return [...new Set(holders)].flatMap((holder) => {
    const { way } = mostTellingWay(view, preorderOf(view, holder), { ignored }, tick);
    if (way === null || node === undefined) return [];
    return [tell(view, [...way.map((v) => node[v]), object], { weak: true }).path];
  });
}
