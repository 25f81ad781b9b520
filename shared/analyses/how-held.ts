import { type HolderForest, holderForest, membersBelow } from "../graph/holder-forest.ts";
import { reverse } from "../graph/reverse.ts";
import { type IndexColumn, NONE, type Tick } from "../types/graph.ts";
import { asObjectId } from "../types/ids.ts";
import { REFERENCE_KINDS } from "../types/reference-kinds.ts";
import type { HowHeld, HowHeldRow } from "../types/rows.ts";
import { type Edge, edgeAt, edgeText } from "./edges.ts";
import { ROOT_COSTS, tell } from "./tell-path.ts";
import { type HeapView, objectRow, preorderOf } from "./view.ts";

/** Looks at a reference, or names it, between two ticks: naming may take a text out of the file. */
const LOOKS_MASK = 0x1ff;
/** Rows of the tree; what holds fewer than this share of the set is only counted. */
const MOST_ROWS = 200;
const LEAST_SHARE = 0.005;
const MOST_DEPTH = 24;
/** So few holders below one object are told one by one, each with its own name. */
const MOST_NAMED = 8;

/** Objects of one type that are held in one way by those of the row above. */
interface Group {
  readonly objects: number[];
  readonly edge: string | null;
  /** Row above; -1 at the top. */
  readonly parent: number;
  readonly depth: number;
  /** A namespace that is not worth a row: its parent's names are in it. */
  readonly isNamespace: boolean;
}

/**
 * How all objects of a set are held: one way to each, merged into a tree of holders with the number of members that each
 * of them leads to. Holders of one type, held in the same way by the same row, share a row. Needs the graph.
 * Time O(n + m) for the whole heap; memory 30n + 4m bytes while it works.
 */
export function howHeld(view: HeapView, objects: Int32Array, tick: Tick): HowHeld {
  if (view.graph === null) throw new Error("How a set is held was asked for before the graph was done");
  const { preordering, predecessors } = view.graph.graph;
  const forward = reverse(predecessors, (done) => tick(0.4 * done));
  const forest = holderForest(forward, startsOf(view), (done) => tick(0.4 + 0.4 * done));
  const numbers = objects.map((object) => preorderOf(view, object));
  const held = numbers.filter((v) => v < preordering.unreachable);
  const below = membersBelow(forest, held);
  const isMember = new Uint8Array(preordering.nodeCount);
  for (const v of held) isMember[v] = 1;
  const rows = treeOf(view, { forest, below, isMember, total: held.length }, (done) => tick(0.8 + 0.2 * done));
  const top = mostOf(rows, held.length);
  return {
    total: objects.length,
    garbage: objects.length - held.length,
    rows,
    through: top === null ? null : { text: wayTo(view, forest, top), id: top.id, members: top.members },
  };
}

interface Merged {
  readonly forest: HolderForest;
  readonly below: IndexColumn;
  readonly isMember: Uint8Array;
  readonly total: number;
}

/** Starting points with a name first; what is held from outside says least. */
function startsOf(view: HeapView): { node: number; delay: number }[] {
  return [...(view.rootsOf ?? [])].map(([object, roots]) => ({
    node: preorderOf(view, object),
    delay: Math.min(...roots.map(({ kind }) => ROOT_COSTS[kind])),
  }));
}

function treeOf(view: HeapView, merged: Merged, tick: Tick): HowHeldRow[] {
  const { forest, below, isMember, total } = merged;
  const rows: HowHeldRow[] = [];
  const least = Math.max(1, LEAST_SHARE * total);
  const countOf = ({ objects }: Group): number => objects.reduce((sum, v) => sum + below[v], 0);
  const byCount = (groups: Group[]): Group[] =>
    groups.filter((each) => countOf(each) >= least).sort((a, b) => countOf(a) - countOf(b)); // a stack: the largest last
  const starts = forest.order.filter((v) => forest.parent[v] === NONE && below[v] >= least);
  const stack = byCount(
    Array.from(starts, (v) => ({ objects: [v], edge: null, parent: -1, depth: 0, isNamespace: false })),
  );
  for (let group = stack.pop(); group !== undefined && rows.length < MOST_ROWS; group = stack.pop()) {
    tick(rows.length / MOST_ROWS);
    const members = group.objects.reduce((sum, v) => sum + isMember[v], 0);
    const isRow = !group.isNamespace || members > 0;
    const parent = isRow ? rows.length : group.parent;
    if (isRow) rows.push(rowOf(view, group, { members: countOf(group), ending: members }));
    // What members hold of the set is counted at them: a linked list would be a tree of its own length.
    if (members === group.objects.length || group.depth >= MOST_DEPTH) continue;
    const place = { parent, depth: group.depth + (isRow ? 1 : 0) };
    stack.push(...byCount(childrenOf(view, group, merged, place, () => tick(rows.length / MOST_ROWS))));
  }
  return rows;
}

function rowOf(view: HeapView, group: Group, counts: { members: number; ending: number }): HowHeldRow {
  const node = view.graph?.graph.preordering.node;
  const first = node?.[group.objects[0] ?? 0] ?? 0;
  const { id, type, label } = objectRow(view, first);
  const isOne = group.objects.length === 1;
  return {
    parent: group.parent,
    depth: group.depth,
    id: isOne ? id : null,
    type,
    label: isOne ? label : type,
    edge: group.edge,
    holders: group.objects.length,
    ...counts,
  };
}

/** What leads on from the objects of a group to members, in groups: one walk through their references. */
function childrenOf(
  view: HeapView,
  group: Group,
  { forest, below }: Merged,
  place: { parent: number; depth: number },
  tick: () => void,
): Group[] {
  const { heap } = view.columns;
  const { offsets, targets } = heap.references;
  const node = view.graph?.graph.preordering.node ?? new Int32Array(0);
  const groups = new Map<string, Group & { readonly isNamespace: boolean }>();
  const taken = new Set<number>();
  const found: { child: number; source: number; edge: Edge }[] = [];
  let looked = 0;
  for (const v of group.objects) {
    const source = node[v];
    for (let e = offsets[source]; e < offsets[source + 1]; e++) {
      if ((looked++ & LOOKS_MASK) === 0) tick();
      const child = targets[e] === heap.objectCount ? NONE : preorderOf(view, targets[e]);
      if (child === NONE || forest.parent[child] !== v || below[child] === 0 || taken.has(child)) continue;
      const edge = edgeAt(heap, source, e - offsets[source]);
      if (!REFERENCE_KINDS[edge.kind].retains) continue;
      taken.add(child);
      found.push({ child, source, edge });
    }
  }
  const named = group.objects.length === 1 && (found.length <= MOST_NAMED || isNamespace(view, group, node));
  for (const { child, source, edge } of found) {
    if ((looked++ & LOOKS_MASK) === 0) tick();
    const { kind, name, key } = edge;
    const ofNamespace = group.isNamespace || isNamespace(view, group, node);
    const which = named ? String(child) : kind === "value" && ofNamespace ? `key ${key}` : (name ?? "");
    const text = `${heap.type[node[child]]} ${kind} ${which}`;
    const known = groups.get(text);
    if (known !== undefined) known.objects.push(child);
    else
      groups.set(text, {
        objects: [child],
        edge: textOf(view, source, edge, named || ofNamespace),
        isNamespace: kind === "dict",
        ...place,
      });
  }
  return [...groups.values()];
}

const isNamespace = (view: HeapView, group: Group, node: IndexColumn): boolean =>
  view.moduleOfDict?.has(node[group.objects[0] ?? 0]) === true;

function textOf(view: HeapView, source: number, edge: Edge, exact: boolean): string {
  const { heap } = view.columns;
  if (exact) return edgeText(heap, view.texts, source, edge);
  const text = edgeText(heap, view.texts, source, { ...edge, index: 0, key: NONE });
  return edge.kind === "item" && text.startsWith("[") ? "[…]" : text;
}

/** The innermost single holder through which at least half of the members are held. */
function mostOf(
  rows: readonly HowHeldRow[],
  total: number,
): (HowHeldRow & { readonly id: NonNullable<HowHeldRow["id"]> }) | null {
  let most: HowHeldRow | null = null;
  for (const row of rows) if (row.id !== null && row.ending === 0 && 2 * row.members >= total) most = row;
  return most === null || most.id === null ? null : { ...most, id: most.id };
}

function wayTo(view: HeapView, { parent }: HolderForest, { id }: { readonly id: number }): string {
  const node = view.graph?.graph.preordering.node ?? new Int32Array(0);
  const way: number[] = [];
  for (let v = preorderOf(view, id); v !== NONE; v = parent[v]) way.push(asObjectId(node[v]));
  return tell(view, way.reverse()).path.text;
}
