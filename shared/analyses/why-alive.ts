import { pathScratch, pathsToRoot, type RetainingPaths } from "../graph/paths.ts";
import { NONE, type Tick } from "../types/graph.ts";
import type { ReferenceKind } from "../types/reference-kinds.ts";
import type { PathStep, RootInfo, WhyAlive } from "../types/rows.ts";
import { edgeAt, edgeText, identifierIn, placeOf } from "./edges.ts";
import { referenceRows, weakReferrers } from "./references.ts";
import { type NamedEdge, pathExpression, pathText, plainText, sentenceFor, type ToldPath } from "./sentence.ts";
import { type HeapView, objectRow, preorderOf, reachOf } from "./view.ts";

/** Paths looked at for each one shown: the shortest is not always the one that says most. */
const CANDIDATES_PER_PATH = 4;
const FEWEST_CANDIDATES = 24;
/** Objects that one search may meet; beyond that the answer says that it is not complete. */
const MOST_VISITED = 2_000_000;
const MOST_WEAK = 20;
/** Steps told at either end of a longer path: a linked list of a million is one path. */
const STEPS_AT_END = 100;

/**
 * Why an object is alive: its retaining paths from starting points with names, the most telling first, and one
 * sentence about the first. Weak references are listed apart and never hold. None of the paths passes through one of
 * the `ignored` objects. Needs the graph; kept-alive bytes are null until the dominators are there.
 *
 * Time O(objects that lead to it), at most `MOST_VISITED`.
 */
export function whyAlive(
  view: HeapView,
  object: number,
  { paths: wanted, ignored }: { paths: number; ignored: readonly number[] },
  tick: Tick,
): WhyAlive {
  if (view.graph === null) throw new Error("Paths were asked for before the graph was done");
  const { preordering } = view.graph.graph;
  const without = new Set(ignored.map((id) => preorderOf(view, id)));
  const found = waysToRoot(view, preorderOf(view, object), wanted, (node) => without.has(node), tick);
  const reach = reachOf(view, object) ?? "named";
  const paths = found.paths
    .map((path) =>
      tell(
        view,
        path.map((node) => preordering.node[node]),
      ),
    )
    .sort((a, b) => a.cost - b.cost)
    .slice(0, wanted);

  const weakPlaces = weakReferrers(view, object);
  const label = objectRow(view, object);
  const parts = sentenceFor({
    target: label,
    reach,
    first: paths[0] ?? null,
    ignored: ignored.length,
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
    ignored: ignored.map((id) => objectRow(view, id)),
    warnings: view.dominators === null ? ["`retainedBytes` is not there yet: the dominators are being computed."] : [],
  };
}

/**
 * Paths to the target in preorder numbers. A search gives one path per starting point; where these are fewer than
 * wanted, it is repeated without the objects that the paths so far pass through, for other ways from the same starting
 * points. At most `wanted` searches.
 */
function waysToRoot(
  view: HeapView,
  target: number,
  wanted: number,
  ignored: (node: number) => boolean,
  tick: Tick,
): RetainingPaths {
  if (view.graph === null) throw new Error("Paths were asked for before the graph was done");
  const { predecessors } = view.graph.graph;
  view.scratch ??= pathScratch(predecessors.nodeCount);
  const { scratch } = view;
  const paths: (readonly number[])[] = [];
  const passed = new Set<number>();
  for (;;) {
    const found = pathsToRoot(predecessors, target, Math.max(FEWEST_CANDIDATES, CANDIDATES_PER_PATH * wanted), {
      ignored: (node) => ignored(node) || passed.has(node),
      maxVisited: MOST_VISITED,
      scratch,
      tick,
    });
    paths.push(...found.paths);
    const before = passed.size;
    for (const path of found.paths) for (const node of between(view, path)) passed.add(node);
    // Without a new object to avoid, the same paths would come again.
    if (!found.complete || paths.length >= wanted || passed.size === before)
      return { paths, complete: found.complete && paths.length <= wanted };
  }
}

/** What a path passes through: without the target, and without the starting point and the variables of a module. */
function between(view: HeapView, path: readonly number[]): readonly number[] {
  const preordering = view.graph?.graph.preordering;
  const isModule = preordering !== undefined && view.moduleOfDict?.has(preordering.node[path[1] ?? 0]) === true;
  return path.slice(isModule ? 2 : 1, -1);
}

function tell(view: HeapView, objects: readonly number[]): ToldPath {
  const root = view.rootsOf?.get(objects[0])?.[0] ?? UNNAMED_ROOT;
  const skipped = Math.max(0, objects.length - 2 * STEPS_AT_END);
  const steps: PathStep[] = [];
  const edges: NamedEdge[] = [];
  for (const [index, object] of objects.entries()) {
    if (skipped > 0 && index >= STEPS_AT_END && index < STEPS_AT_END + skipped) continue;
    const named = index === 0 ? null : nameEdge(view, objects[index - 1], object);
    if (named !== null) edges.push(named);
    steps.push({
      ...stepOf(view, object),
      root: index === 0 ? root : null,
      edge: named?.text ?? null,
      kind: named?.edge.kind ?? null,
    });
  }
  const expression =
    skipped === 0
      ? pathExpression(root, edges)
      : `${pathExpression(root, edges.slice(0, STEPS_AT_END - 1))} … ${pathExpression(UNNAMED_ROOT, edges.slice(STEPS_AT_END - 1))}`;
  return {
    path: { weak: false, text: pathText(root, steps[0]?.label ?? "", expression), steps, skipped },
    root,
    expression,
    firstKind: edges[0]?.edge.kind ?? null,
    cost: ROOT_COSTS[root.kind] + skipped + edges.reduce((sum, { edge }) => sum + 1 + (EDGE_COSTS[edge.kind] ?? 0), 0),
  };
}

function stepOf(
  view: HeapView,
  object: number,
): Pick<PathStep, "id" | "address" | "type" | "label" | "shallowBytes" | "retainedBytes"> {
  const { id, address, type, label, shallowBytes, retainedBytes } = objectRow(view, object);
  return { id, address, type, label, shallowBytes, retainedBytes };
}

const UNNAMED_ROOT: RootInfo = { kind: "c_held", name: "", place: null };

/**
 * What a person can act on comes first: a module's variable says more than a running frame, and a name more than the
 * machinery of classes and functions. In steps of a path, so that a much shorter path still wins.
 */
const ROOT_COSTS: Record<RootInfo["kind"], number> = {
  module: 0,
  thread: 2,
  type: 3,
  builtin: 3,
  frozen: 4,
  modules: 4,
  c_held: 6,
  immortal: 6,
  uncounted: 6,
};
const EDGE_COSTS: Partial<Record<ReferenceKind, number>> = {
  unnamed: 4,
  type: 3,
  base: 3,
  mro: 3,
  global: 3,
  frame: 2,
  code: 2,
  annotation: 2,
};

/** Of several references between the same two objects, the first that retains. */
function nameEdge(view: HeapView, source: number, target: number): NamedEdge {
  const { heap } = view.columns;
  for (let from = 0; ; ) {
    const place = placeOf(heap, source, target, 0, from);
    if (place === NONE) break;
    const edge = edgeAt(heap, source, place);
    from = place + 1;
    if (edge.kind === "weak" || edge.kind === "borrowed") continue;
    const key = edge.kind === "value" && edge.key < heap.objectCount ? view.texts.get(edge.key) : null;
    return { edge, text: edgeText(heap, view.texts, source, edge), identifier: identifierIn(key) };
  }
  return { edge: { kind: "unnamed", name: null, index: 0, key: NONE }, text: " (name unknown)", identifier: null };
}
