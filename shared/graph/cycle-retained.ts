import { type Csr, giveBack, type IndexColumn, NONE, noTick, type Tick } from "../types/graph.ts";
import { CommonAncestors } from "./common-ancestors.ts";
import { dominators } from "./dominators.ts";
import { PreorderWalk } from "./preorder.ts";
import { relabel } from "./relabel.ts";
import { dominatorIntervals } from "./released.ts";
import { retainedSizes } from "./retained.ts";
import { reverse } from "./reverse.ts";
import { TICK_MASK } from "./ticking.ts";

/** A dominated graph and disjoint cycles in it, all by preorder number. */
export interface GraphWithCycles {
  readonly predecessors: Csr;
  /** `dominators` of the graph. */
  readonly idom: IndexColumn;
  /** Node -> its cycle; `NONE` for one that is in none. Members of a cycle all reach each other through it. */
  readonly cycleOf: IndexColumn;
  readonly cycleCount: number;
  /** Bytes; 0 for artificial nodes. */
  readonly size: (node: number) => number;
  /** `retainedSizes` of the graph. */
  readonly retained: (node: number) => number;
}

/**
 * Bytes that would go with each cycle as a whole: its own and those that only it leads to.
 *
 * A cycle that is entered at one member keeps what that member keeps. No member of a cycle that is entered at several
 * dominates the others, so their retained sizes do not tell; the dominators of the graph in which each such cycle is one
 * node do. That graph need not be large: where a whole subtree of dominators has no member of such a cycle, no cycle
 * can cut it but at its top, so the subtree is one node as well (proof in docs/algorithms.md). Of these nodes most lead to
 * no other one; whatever leads to such a one, it belongs to the nearest common dominator of that, and it need not be in
 * the graph.
 *
 * Time as for `dominators`, on the smaller graph, and O(n log n + m log n) at worst, near O(n + m); scratch 9n bytes, or 13n, 20 a
 * node of the smaller graph, and 8 a reference between those of its nodes that lead on.
 */
export function retainedByCycle(graph: GraphWithCycles, tick: Tick = noTick): Float64Array<ArrayBuffer> {
  const result = new Float64Array(graph.cycleCount);
  const entry = onlyEntries(graph, (done) => tick(0.2 * done));
  let several = 0;
  for (let c = 0; c < entry.length; c++) {
    if (entry[c] === NONE) several++;
    else result[c] = graph.retained(entry[c]);
  }
  if (several === 0) return result;

  const groups = grouped(graph, entry, several, (done) => tick(0.2 + 0.1 * done));
  const bytes = keptByGroup(graph, groups, several, (done) => tick(0.3 + 0.7 * done));
  for (let c = 0; c < entry.length; c++) if (entry[c] === NONE) result[c] = bytes[groups.ofCycle[c]];
  return result;
}

/** By cycle: the member that dominates all others; `NONE` where there is none. */
function onlyEntries({ idom, cycleOf, cycleCount }: GraphWithCycles, tick: Tick): Int32Array {
  const n = idom.length;
  const { first, last } = dominatorIntervals(idom, { first: new Int32Array(n), last: new Int32Array(n) });
  /** A dominator has the smallest number of all; -2: no member was met yet. */
  const entry = new Int32Array(cycleCount).fill(-2);
  for (let v = 0; v < n; v++) {
    if ((v & TICK_MASK) === 0) tick(v / n);
    const c = cycleOf[v];
    if (c === NONE || entry[c] === NONE) continue;
    if (entry[c] === -2) entry[c] = v;
    else if (first[v] < first[entry[c]] || first[v] > last[entry[c]]) entry[c] = NONE;
  }
  giveBack(first, last);
  return entry;
}

interface Groups {
  readonly group: Int32Array;
  readonly groupCount: number;
  /** What each node is in its group: `INSIDE` or `TOP` of a subtree, or `SINGLE`, a member or what dominates one. */
  readonly part: Uint8Array;
}
const [INSIDE, TOP, SINGLE] = [0, 1, 2];

/** Numbers what becomes one node: cycles with several entries first, then subtrees without a member of one. */
function grouped(
  { idom, cycleOf, cycleCount }: GraphWithCycles,
  entry: Int32Array,
  several: number,
  tick: Tick,
): Groups & { readonly ofCycle: Int32Array } {
  const n = idom.length;
  const ofCycle = new Int32Array(cycleCount).fill(NONE);
  for (let c = 0, next = 0; next < several; c++) if (entry[c] === NONE) ofCycle[c] = next++;

  const group = new Int32Array(n);
  const part = new Uint8Array(n);
  for (let v = n - 1; v >= 0; v--) {
    if ((v & TICK_MASK) === 0) tick(0.5 * (1 - v / n));
    const c = cycleOf[v];
    group[v] = c === NONE ? NONE : ofCycle[c];
    if (group[v] !== NONE) part[v] = SINGLE;
    if (part[v] === SINGLE && idom[v] !== NONE) part[idom[v]] = SINGLE;
  }
  let groupCount = several;
  for (let v = 0; v < n; v++) {
    if ((v & TICK_MASK) === 0) tick(0.5 + (0.5 * v) / n);
    if (group[v] !== NONE) continue;
    const d = idom[v];
    if (part[v] !== SINGLE) part[v] = d !== NONE && part[d] !== SINGLE ? INSIDE : TOP;
    group[v] = part[v] === INSIDE ? group[d] : groupCount++;
  }
  return { group, groupCount, part, ofCycle };
}

/** What goes with each of the first groups, so many of them: the retained sizes of the graph of groups. */
function keptByGroup(graph: GraphWithCycles, groups: Groups, first: number, tick: Tick): Float64Array {
  const { idom, size, retained } = graph;
  const { group, groupCount, part } = groups;
  const edges: GroupEdges = { ...groups, predecessors: graph.predecessors };
  // Number 0 and the group node of the garbage are nodes of this graph too: all that is left starts there.
  const unreachable = idom.indexOf(NONE, 1);
  const leadsOn = whatLeadsOn(edges, (done) => tick(0.25 * done));
  leadsOn.fill(1, 0, first);
  leadsOn[group[0]] = 1;
  if (unreachable !== NONE) leadsOn[group[unreachable]] = 1;

  const small = graphOfGroups(edges, leadsOn, (done) => tick(0.25 + 0.25 * done));
  const walk = new PreorderWalk(small, (done) => tick(0.5 + 0.1 * done));
  walk.startAt(group[0]);
  if (unreachable !== NONE) {
    walk.beginUnreachable();
    walk.startAt(group[unreachable]);
  }
  const order = walk.finish();
  const smallPredecessors = reverse(relabel(small, order));
  const smallIdom = dominators(order.parent, smallPredecessors, (done) => tick(0.6 + 0.1 * done));

  /** By group, as long as it is not known where a group belongs that leads nowhere. */
  const own = new Float64Array(groupCount);
  for (let v = 0; v < group.length; v++) {
    if ((v & TICK_MASK) === 0) tick(0.7 + (0.1 * v) / group.length);
    if (part[v] !== INSIDE) own[group[v]] += part[v] === TOP ? retained(v) : size(v);
  }
  const bytes = new Float64Array(order.nodeCount);
  for (let g = 0; g < groupCount; g++) if (leadsOn[g] === 1) bytes[order.preorder[g]] = own[g];
  const tree = new CommonAncestors(smallIdom);
  for (let v = 0; v < group.length; v++) {
    if ((v & TICK_MASK) === 0) tick(0.8 + (0.2 * v) / group.length);
    if (part[v] === INSIDE || leadsOn[group[v]] === 1) continue;
    bytes[commonHolder(edges, v, order.preorder, tree)] += own[group[v]];
  }
  const kept = retainedSizes(smallIdom, bytes);
  const ofFirst = new Float64Array(first);
  for (let g = 0; g < first; g++) ofFirst[g] = kept[order.preorder[g]];
  return ofFirst;
}

/**
 * The references between different groups. None leads into a subtree but to its top, whose dominator is in another group:
 * what refers to an object that is dominated from within is in that subtree itself. So these, which are most of all,
 * need not be looked at.
 */
interface GroupEdges extends Groups {
  readonly predecessors: Csr;
}

/** 1 for the groups that refer to another one. Few do, and what a group without references keeps is nothing but itself. */
function whatLeadsOn({ predecessors, group, groupCount, part }: GroupEdges, tick: Tick): Uint8Array {
  const { nodeCount, offsets, targets } = predecessors;
  const leadsOn = new Uint8Array(groupCount);
  for (let v = 0; v < nodeCount; v++) {
    if ((v & TICK_MASK) === 0) tick(v / nodeCount);
    if (part[v] === INSIDE) continue;
    const own = group[v];
    for (let e = offsets[v], end = offsets[v + 1]; e < end; e++) {
      if ((e & TICK_MASK) === 0) tick(v / nodeCount);
      const source = group[targets[e]];
      if (source !== own) leadsOn[source] = 1;
    }
  }
  return leadsOn;
}

/** The references between groups that lead on, save repetitions side by side, which are half of them. */
function graphOfGroups(edges: GroupEdges, leadsOn: Uint8Array, tick: Tick): Csr {
  const { predecessors, group, groupCount, part } = edges;
  const { nodeCount, offsets, targets } = predecessors;
  const each = (meet: (source: number, target: number) => void, told: Tick): void => {
    for (let v = 0; v < nodeCount; v++) {
      if ((v & TICK_MASK) === 0) told(v / nodeCount);
      const own = group[v];
      if (part[v] === INSIDE || leadsOn[own] === 0) continue;
      let before = own;
      for (let e = offsets[v], end = offsets[v + 1]; e < end; e++) {
        if ((e & TICK_MASK) === 0) told(v / nodeCount);
        const source = group[targets[e]];
        if (source !== before && source !== own) meet(source, own);
        before = source;
      }
    }
  };
  /** Ends of lists, then, filled from behind, their beginnings. */
  const ends = new Int32Array(groupCount + 1);
  each(
    (source) => ends[source]++,
    (done) => tick(0.5 * done),
  );
  for (let g = 1; g <= groupCount; g++) ends[g] += ends[g - 1];
  const smallTargets = new Int32Array(ends[groupCount]);
  each(
    (source, target) => {
      smallTargets[--ends[source]] = target;
    },
    (done) => tick(0.5 + 0.5 * done),
  );
  return { nodeCount: groupCount, offsets: ends, targets: smallTargets };
}

/** Without which group nothing would refer to `v`, the top of a group that leads nowhere; as its number in the small graph. */
function commonHolder(
  { predecessors: { offsets, targets }, group }: GroupEdges,
  v: number,
  numberOf: IndexColumn,
  tree: CommonAncestors,
): number {
  let holder = NONE;
  let before = NONE;
  for (let e = offsets[v], end = offsets[v + 1]; e < end; e++) {
    const source = group[targets[e]];
    if (source === group[v] || source === before) continue;
    before = source;
    holder = holder === NONE ? numberOf[source] : tree.of(holder, numberOf[source]);
    if (tree.isRoot(holder)) break;
  }
  return holder;
}
