import { type Csr, giveBack, type IndexColumn, NONE, noTick, type Tick } from "../types/graph.ts";
import { type BitSet, emptyBitSet, hasBit } from "./bitset.ts";
import { TICK_MASK } from "./ticking.ts";

/** Strongly connected components: the groups of objects in which each one leads to each other one. */
export interface Components {
  readonly count: number;
  /** Node -> its component, in topological order: no edge leads from a component to one with a smaller number. */
  readonly component: IndexColumn;
  /** Component -> how many nodes it has, at least 1. */
  readonly size: IndexColumn;
}

/** A graph of which some nodes have other lists than those that stand in it: a copy of all would cost more. */
export interface Lists extends Csr {
  readonly instead?: {
    /** Node -> its row in `lists`; `NONE` where the graph's own list holds. */
    readonly row: IndexColumn;
    readonly lists: Pick<Csr, "offsets" | "targets">;
  };
}

/**
 * Which objects refer to each other in cycles.
 *
 * D. Pearce, "A space-efficient algorithm for finding strongly connected components", 2016, made iterative. Names
 * follow the paper: `rindex[v]` is 0 before the visit, then v's visiting number, then the least visiting number that v
 * leads to, and at last the number of v's component, counted down from n - 1.
 * Time O(n + m); memory 4n bytes and 4 per component for the result, 9n bytes of scratch. A node on no cycle is a
 * component of its own; an empty graph has none. Nodes that are known to be on no cycle may be named in `alone`, and
 * then are not looked at; their components stand in no order.
 */
export function components(
  { nodeCount: n, offsets, targets, instead }: Lists,
  tick: Tick = noTick,
  alone: BitSet = emptyBitSet(n),
): Components {
  const rindex = new Int32Array(n); // not shared, so that the collector knows its weight
  const nextEdge = offsets.slice(0, n);
  for (let v = 0; instead !== undefined && v < n; v++)
    if (instead.row[v] !== NONE) nextEdge[v] = instead.lists.offsets[instead.row[v]];
  const isRoot = new Uint8Array(n).fill(1);
  /** From the front the way down to here, from the back the nodes whose component is not complete yet. */
  const stack = new Int32Array(n);
  let depth = 0;
  let waiting = n;
  let index = 1;
  let c = n - 1;
  let visited = 0;

  for (let start = 0; start < n; start++) {
    if (rindex[start] !== 0) continue;
    if (hasBit(alone, start)) {
      rindex[start] = c--;
      continue;
    }
    stack[depth++] = start;
    while (depth > 0) {
      const v = stack[depth - 1];
      if (rindex[v] === 0) {
        rindex[v] = index++;
        visited++;
      }

      let least = rindex[v];
      let down = NONE;
      let e = nextEdge[v];
      const row = instead === undefined ? NONE : instead.row[v];
      const from = instead === undefined || row === NONE ? targets : instead.lists.targets;
      const end = instead === undefined || row === NONE ? offsets[v + 1] : instead.lists.offsets[row + 1];
      for (; e < end; e++) {
        if ((e & TICK_MASK) === 0) tick(visited / n);
        const reached = rindex[from[e]];
        if (reached === 0) {
          down = from[e];
          break;
        }
        if (reached < least) {
          least = reached;
          isRoot[v] = 0;
        }
      }
      rindex[v] = least;
      if (down !== NONE) {
        nextEdge[v] = e; // the edge is looked at again on the way back, when its end has its number
        stack[depth++] = down;
        continue;
      }

      depth--;
      if (isRoot[v] === 0) {
        stack[--waiting] = v;
        continue;
      }
      index--;
      while (waiting < n && rindex[stack[waiting]] >= least) {
        rindex[stack[waiting++]] = c;
        index--;
      }
      rindex[v] = c--;
    }
  }
  giveBack(nextEdge, isRoot, stack);
  return numberedFromZero(rindex, c + 1);
}

/** Components have been numbered from `first` on, last ones first: shifts them to 0 and counts their members. */
function numberedFromZero(component: IndexColumn, first: number): Components {
  const count = component.length - first;
  const size = new Int32Array(count);
  for (let v = 0; v < component.length; v++) {
    component[v] -= first;
    size[component[v]]++;
  }
  return { count, component, size };
}

/**
 * The components that contain a cycle: those of more than one node, and single nodes that refer to themselves.
 * In topological order. Time O(n + m), memory 4 bytes per component found and one per component of scratch.
 */
export function cyclicComponents(
  { nodeCount, offsets, targets, instead }: Lists,
  { count, component, size }: Components,
  tick: Tick = noTick,
): IndexColumn {
  const isCyclic = new Uint8Array(count);
  let found = 0;
  for (let v = 0; v < nodeCount; v++) {
    if ((v & TICK_MASK) === 0) tick(v / nodeCount);
    const c = component[v];
    let closes = size[c] > 1;
    const row = instead === undefined ? NONE : instead.row[v];
    const lists = instead === undefined || row === NONE ? { offsets, targets } : instead.lists;
    const place = row === NONE ? v : row;
    for (let e = lists.offsets[place]; !closes && e < lists.offsets[place + 1]; e++) closes = lists.targets[e] === v;
    if (!closes || isCyclic[c] === 1) continue;
    isCyclic[c] = 1;
    found++;
  }
  const result = new Int32Array(found);
  for (let c = 0, next = 0; next < found; c++) if (isCyclic[c] === 1) result[next++] = c;
  return result;
}
