import { NONE } from "../types/graph.ts";
import { REFERENCE_KINDS, type ReferenceKind } from "../types/reference-kinds.ts";
import type { PathStep, RootInfo } from "../types/rows.ts";
import { type Edge, edgeAt, identifierIn, placeOf } from "./edges.ts";
import { edgeTextAt } from "./insides.ts";
import { type NamedEdge, pathExpression, pathText, type ToldPath } from "./sentence.ts";
import { type HeapView, objectRow } from "./view.ts";

/** Steps told at either end of a longer path: a linked list of a million is one path. */
const STEPS_AT_END = 100;

/** Which of several references between two objects is told. */
interface WhichEdge {
  /** The first one that retains is 0. */
  readonly position?: number;
  /** One that does not retain. */
  readonly weak?: boolean;
}

/** How many objects in the middle of such a path are not told. */
const skippedOf = (objects: readonly number[]): number => Math.max(0, objects.length - 2 * STEPS_AT_END);

/** The places in the path of the objects that are told. */
function toldPlaces(objects: readonly number[]): number[] {
  const skipped = skippedOf(objects);
  return Array.from({ length: objects.length - skipped }, (_, i) =>
    skipped === 0 || i < STEPS_AT_END ? i : i + skipped,
  );
}

/** A path of objects in words, from a starting point on; `last` is about its last reference. Time O(what is told). */
export function tell(view: HeapView, objects: readonly number[], last: WhichEdge = {}): ToldPath {
  const root = rootOf(view, objects);
  const skipped = skippedOf(objects);
  const steps: PathStep[] = [];
  const edges: NamedEdge[] = [];
  for (const index of toldPlaces(objects)) {
    const object = objects[index];
    const isLast = index === objects.length - 1;
    const named = index === 0 ? null : edgeBetween(view, objects[index - 1], object, isLast ? last : {});
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
    path: { weak: last.weak === true, text: pathText(root, steps[0]?.label ?? "", expression), steps, skipped },
    root,
    expression,
    firstKind: edges[0]?.edge.kind ?? null,
    cost: costOf(
      root,
      skipped,
      edges.map(({ edge }) => edge.kind),
    ),
  };
}

/**
 * What `tell` says that a path costs, without its words, which are read from the file. Never less than the number of its
 * references. Time O(what would be told).
 */
export function pathCost(view: HeapView, objects: readonly number[]): number {
  const kinds = toldPlaces(objects)
    .slice(1)
    .map((i) => edgeFrom(view, objects[i - 1], objects[i])?.edge.kind ?? "unnamed");
  return costOf(rootOf(view, objects), skippedOf(objects), kinds);
}

const costOf = (root: RootInfo, skipped: number, kinds: readonly ReferenceKind[]): number =>
  ROOT_COSTS[root.kind] + skipped + kinds.reduce((sum, kind) => sum + 1 + (EDGE_COSTS[kind] ?? 0), 0);

const rootOf = (view: HeapView, objects: readonly number[]): RootInfo =>
  view.rootsOf?.get(objects[0])?.[0] ?? UNNAMED_ROOT;

const edgeBetween = (...between: Parameters<typeof nameEdge>): NamedEdge => nameEdge(...between) ?? UNNAMED_EDGE;

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
export const ROOT_COSTS: Record<RootInfo["kind"], number> = {
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

/** How the source refers to the target; by default the first reference that retains. */
export function nameEdge(view: HeapView, source: number, target: number, which: WhichEdge = {}): NamedEdge | null {
  const { heap } = view.columns;
  const found = edgeFrom(view, source, target, which);
  if (found === null) return null;
  const { edge, place } = found;
  const key = edge.kind === "value" && edge.key < heap.objectCount ? view.texts.get(edge.key) : null;
  return { edge, text: edgeTextAt(heap, view.texts, source, place), identifier: identifierIn(key) };
}

function edgeFrom(
  { columns: { heap } }: HeapView,
  source: number,
  target: number,
  { position = 0, weak = false }: WhichEdge = {},
): { readonly edge: Edge; readonly place: number } | null {
  let left = position;
  for (let place = placeOf(heap, source, target); place !== NONE; place = placeOf(heap, source, target, 0, place + 1)) {
    const edge = edgeAt(heap, source, place);
    if (REFERENCE_KINDS[edge.kind].retains !== weak && left-- <= 0) return { edge, place };
  }
  return null;
}

const UNNAMED_EDGE: NamedEdge = {
  edge: { kind: "unnamed", name: null, index: 0, key: NONE },
  text: " (name unknown)",
  identifier: null,
};
