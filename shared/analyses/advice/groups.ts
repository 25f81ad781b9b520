import { TICK_MASK } from "../../graph/ticking.ts";
import { type CompactColumn, type CompactLists, listAt, numberAt } from "../../types/compact.ts";
import { NONE, type Tick } from "../../types/graph.ts";
import { FLAGS } from "../../types/heap.ts";
import type { HeapView } from "../view.ts";
import type { HeapFacts } from "./facts.ts";

type Searched = Pick<HeapFacts, "view" | "isCode" | "leastBytes">;

/** Many alike objects under one holder. */
export interface Group {
  /** The container, or the first of a chain. */
  readonly object: number;
  readonly shape: "container" | "chain" | "shared";
  /** What most of the bytes are: a type's number. */
  readonly type: number;
  readonly count: number;
  /** What would be free without the container, or, where several share them, without the members. */
  readonly bytes: number;
  /** Preorder numbers of the members, where the container alone does not keep them. */
  readonly members: readonly number[] | null;
  /** Other containers that have most of the members too. */
  readonly alsoIn: readonly number[];
  /** The largest members, as objects. */
  readonly largest: readonly number[];
}

type Found = Omit<Group, "largest">;

const FEWEST_ALIKE = 16;
/** The alike children have at least this share of what the holder keeps alive. */
const LEAST_SHARE = 0.5;
/** One child with more than this share of the group has the news itself. */
const MOST_OF_ONE = 0.5;
/** A chain of objects of one type, each holding the next. */
const SHORTEST_CHAIN = 64;
const SAMPLES = 48;
const MOST_REFERRERS = 24;
const MOST_LEVELS = 3;

/**
 * Where alike objects accumulate: holders that keep much alive through many children of one type, the outermost of such
 * holders inside one another; chains of objects that each hold the next; and containers that share their members with
 * others, so that none of them keeps a member alive alone. Time O(n).
 */
export function alikeGroups(facts: Searched, tick: Tick): Group[] {
  const { view, isCode, leastBytes } = facts;
  const { columns, dominators, graph } = view;
  if (dominators === null || graph === null) throw new Error("Groups are found once the dominators are there");
  const { heap } = columns;
  const { retained, children, idom } = dominators;
  const { node, unreachable } = graph.graph.preordering;
  const byType = new AlikeChildren(heap.types.length);
  const inGroup = new Uint8Array(node.length);
  const groups: Found[] = [];
  const { length, head } = chains(view, tick);
  const inChain = new Set<number>();

  for (let v = 0; v < unreachable; v++) {
    if ((v & TICK_MASK) === 0) tick(v / unreachable);
    const object = node[v];
    if (v > 0 && inGroup[idom[v]] === 1) {
      inGroup[v] = 1;
      continue;
    }
    if (numberAt(retained, v) < leastBytes) continue;
    if (head[v] === v && length[v] >= SHORTEST_CHAIN && isCode[v] === 0) {
      groups.push({
        object,
        shape: "chain",
        type: heap.type[object],
        count: length[v],
        bytes: numberAt(retained, v),
        members: null,
        alsoIn: [],
      });
      inChain.add(v);
      inGroup[v] = 1;
      continue;
    }
    const alike = byType.of(v, { children, retained, node, type: heap.type, skip: isCode });
    if (alike.count < FEWEST_ALIKE || alike.bytes < leastBytes || alike.largest > MOST_OF_ONE * alike.bytes) {
      // Entries that cost nothing, such as small numbers and `None`: the container's own table is what grows.
      if (
        v > 0 &&
        isGrowable(view, object) &&
        numberAt(heap.shallow, object) >= Math.max(leastBytes, LEAST_SHARE * numberAt(retained, v))
      ) {
        groups.push({
          object,
          shape: "container",
          type: NONE,
          count: 0,
          bytes: numberAt(retained, v),
          members: null,
          alsoIn: [],
        });
        inGroup[v] = 1;
      }
      continue;
    }
    if (v > 0 && isCode[v] === 0 && isContainer(view, object)) {
      if (alike.bytes + numberAt(heap.shallow, object) < LEAST_SHARE * numberAt(retained, v)) continue;
      groups.push({
        object,
        shape: "container",
        ...picked(alike),
        bytes: numberAt(retained, v),
        members: null,
        alsoIn: [],
      });
      inGroup[v] = 1;
      continue;
    }
    for (const type of byType.touched) {
      if (byType.count[type] < FEWEST_ALIKE || byType.bytes[type] < leastBytes) continue;
      const members: number[] = [];
      for (const child of listAt(children, v)) {
        if (node[child] !== NONE && heap.type[node[child]] === type && isCode[child] === 0 && child < unreachable)
          members.push(child);
      }
      const shared = sharedGroup(facts, members);
      if (shared === null) continue;
      groups.push({ ...shared, type, count: members.length });
      for (const member of members) inGroup[member] = 1;
    }
  }
  return groups.map((group) => ({ ...group, largest: findLargest(view, group, tick) }));
}

const picked = ({ type, count }: Alike): { type: number; count: number } => ({ type, count });

interface Alike {
  readonly type: number;
  readonly count: number;
  readonly bytes: number;
  readonly largest: number;
}

/** Children of one holder by type; the columns are made once and cleaned by what was touched. */
class AlikeChildren {
  readonly count: Int32Array;
  readonly bytes: Float64Array;
  readonly largest: Float64Array;
  touched: number[] = [];

  constructor(types: number) {
    this.count = new Int32Array(types);
    this.bytes = new Float64Array(types);
    this.largest = new Float64Array(types);
  }

  /** The type with the most bytes among the holder's children. Time O(children). */
  of(
    holder: number,
    tree: {
      children: CompactLists;
      retained: CompactColumn;
      node: ArrayLike<number>;
      type: ArrayLike<number>;
      skip: Uint8Array;
    },
  ): Alike {
    const { children, retained, node, type, skip } = tree;
    for (const t of this.touched) this.count[t] = this.bytes[t] = this.largest[t] = 0;
    this.touched = [];
    for (const child of listAt(children, holder)) {
      if (node[child] === NONE || (skip[child] === 1 && (skip[holder] === 1 || holder === 0))) continue;
      const t = type[node[child]];
      if (this.count[t]++ === 0) this.touched.push(t);
      this.bytes[t] += numberAt(retained, child);
      if (numberAt(retained, child) > this.largest[t]) this.largest[t] = numberAt(retained, child);
    }
    let best = NONE;
    for (const t of this.touched) if (best === NONE || this.bytes[t] > this.bytes[best]) best = t;
    return best === NONE
      ? { type: NONE, count: 0, bytes: 0, largest: 0 }
      : { type: best, count: this.count[best], bytes: this.bytes[best], largest: this.largest[best] };
  }
}

/** By preorder number: the first of the chain it is in, and, for a first one, how long the chain is. Time O(n). */
function chains(
  { columns: { heap }, dominators, graph }: HeapView,
  tick: Tick,
): { head: Int32Array; length: Int32Array } {
  const idom = dominators?.idom ?? new Int32Array(0);
  const node = graph?.graph.preordering.node ?? new Int32Array(0);
  const head = new Int32Array(node.length);
  const depth = new Int32Array(node.length);
  const length = new Int32Array(node.length);
  for (let v = 1; v < node.length; v++) {
    if ((v & TICK_MASK) === 0) tick(0);
    head[v] = v;
    depth[v] = 1;
    length[v] = 1;
    if (node[v] === NONE) continue;
    // An instance may hold the next one through its `__dict__`, or through that and a container.
    for (let u = idom[v], level = 0; u > 0 && level < 3; u = idom[u], level++) {
      if (node[u] === NONE || heap.type[node[u]] !== heap.type[node[v]]) continue;
      head[v] = head[u];
      depth[v] = depth[u] + 1;
      if (depth[v] > length[head[v]]) length[head[v]] = depth[v];
      break;
    }
  }
  return { head, length };
}

/** Something that takes any number of entries. */
export function isContainer({ columns: { heap } }: HeapView, object: number): boolean {
  if ((heap.flags[object] & FLAGS.isClass) !== 0) return false;
  // From 3.13 on its entries lie in an array of its own and have no name in the file.
  if (heap.types[heap.type[object]].name === "_queue.SimpleQueue") return true;
  const last = heap.layouts[heap.layout[object]].runs.at(-1);
  if (last === undefined || typeof last.repeat !== "string") {
    const { name } = heap.types[heap.type[object]];
    return name === "list" || name === "dict" || name === "set" || name === "tuple";
  }
  return last.repeat === "pairs" || last.kind === "item" || last.kind === "value" || last.kind === "key";
}

/** A container that a program can add to. */
export const isGrowable = (view: HeapView, object: number): boolean => {
  const { name } = view.columns.heap.types[view.columns.heap.type[object]];
  return name !== "tuple" && name !== "frozenset" && isContainer(view, object);
};

/** The container that has most of the members, of which each is also held by others. Time O(members). */
export function sharedGroup(
  facts: Pick<Searched, "view" | "isCode">,
  members: readonly number[],
): Pick<Group, "object" | "shape" | "bytes" | "members" | "alsoIn"> | null {
  const { view } = facts;
  const { graph, dominators } = view;
  if (graph === null || dominators === null) return null;
  const { predecessors, preordering } = graph.graph;
  const { node } = preordering;
  const step = Math.max(1, Math.floor(members.length / SAMPLES));
  const votes = new Map<number, number>();
  let samples = 0;
  for (let i = 0; i < members.length; i += step) {
    samples++;
    for (const container of containersOf(members[i])) votes.set(container, (votes.get(container) ?? 0) + 1);
  }
  const having = [...votes].filter(([, count]) => count >= 0.5 * samples).sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const [first, ...others] = having.map(([container]) => node[container]);
  if (first === undefined) return null;
  const bytes = members.reduce((sum, member) => sum + numberAt(dominators.retained, member), 0);
  return { object: first, shape: "shared", bytes, members, alsoIn: others };

  /** Growable containers that lead to the member in few steps, through its own small wrappers. */
  function containersOf(member: number): Set<number> {
    const found = new Set<number>();
    let level = [member];
    for (let depth = 0; depth < MOST_LEVELS; depth++) {
      const next: number[] = [];
      for (const v of level) {
        const end = Math.min(predecessors.offsets[v + 1], predecessors.offsets[v] + MOST_REFERRERS);
        for (let e = predecessors.offsets[v]; e < end; e++) {
          const u = predecessors.targets[e];
          if (node[u] === NONE || facts.isCode[u] === 1 || u === member) continue;
          if (isGrowable(view, node[u]) && entries(node[u]) >= FEWEST_ALIKE) found.add(u);
          else if (next.length < MOST_REFERRERS) next.push(u);
        }
      }
      level = next;
    }
    return found;
  }

  function entries(object: number): number {
    const { offsets } = view.columns.heap.references;
    return offsets[object + 1] - offsets[object];
  }
}

/** All members of a group, as preorder numbers. Time O(children of the container). */
export function membersOf(
  { columns: { heap }, dominators, graph }: HeapView,
  group: Found,
): Int32Array | readonly number[] {
  if (dominators === null || graph === null) return [];
  const { node, preorder } = graph.graph.preordering;
  if (group.members !== null) return group.members;
  return listAt(dominators.children, preorder[group.object]).filter(
    (member) => node[member] !== NONE && (group.type === NONE || heap.type[node[member]] === group.type),
  );
}

/** Members at even distances, as objects: what is true of them is about true of all. Time O(members). */
export function sampleOf(view: HeapView, group: Group, most: number): number[] {
  const node = view.graph?.graph.preordering.node;
  const members = membersOf(view, group);
  const found: number[] = [];
  if (node === undefined) return found;
  const step = Math.max(1, members.length / most);
  for (let at = 0; Math.floor(at) < members.length; at += step) found.push(node[members[Math.floor(at)]]);
  return found;
}

/** More than are told or looked at, of any group. */
const MOST_EXAMPLES = 16;
/** A few members of a group as objects, the largest first; at most 16. */
export const examples = ({ largest }: Group, most: number): readonly number[] => largest.slice(0, most);

/** The largest so far are kept in order: of a million members nobody wants all of them sorted. */
function findLargest(view: HeapView, group: Found, tick: Tick): readonly number[] {
  const { dominators, graph } = view;
  if (dominators === null || graph === null) return [];
  const { node } = graph.graph.preordering;
  const { retained } = dominators;
  const found: number[] = [];
  const isBefore = (a: number, b: number): boolean =>
    numberAt(retained, a) > numberAt(retained, b) || (numberAt(retained, a) === numberAt(retained, b) && a < b);
  for (const [i, member] of membersOf(view, group).entries()) {
    if ((i & TICK_MASK) === 0) tick(0);
    if (found.length === MOST_EXAMPLES && !isBefore(member, found[MOST_EXAMPLES - 1])) continue;
    let low = 0;
    for (let high = found.length; low < high; ) {
      const middle = (low + high) >>> 1;
      if (isBefore(found[middle], member)) low = middle + 1;
      else high = middle;
    }
    found.splice(low, 0, member);
    if (found.length > MOST_EXAMPLES) found.pop();
  }
  return found.map((member) => node[member]);
}
