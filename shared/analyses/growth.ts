import { TICK_MASK } from "../graph/ticking.ts";
import { listAt, numberAt, UNKNOWN } from "../types/compact.ts";
import { NONE, type Tick } from "../types/graph.ts";

import type { GrowthRow } from "../types/rows.ts";
import { sharedGroup } from "./advice/groups.ts";
import { chainBegins, type Way, wayTo } from "./chains.ts";
import type { Pair } from "./compare.ts";
import { edgeAt, edgeText, placeOf } from "./edges.ts";
import { counterpart } from "./follow-path.ts";
import { nameTest } from "./type-filter.ts";
import { type FunctionIndex, usersOf } from "./used-by.ts";
import { type HeapView, liveBytes, objectRow, preorderOf, retainedAt, retainedOf } from "./view.ts";
import { mostTellingPath } from "./why-alive.ts";

/** A holder is left for one below it that has this share of its growth: the deepest container has the news. */
const SHARE_TO_DESCEND = 0.5;
/** Growth below this share of all growth is not worth a row. */
const SHARE_TO_TELL = 0.005;
/**
 * Nor is growth below this share of all that is alive, up to these many bytes: as much comes and goes at any time, one
 * request's body here and another's there. A leak of a large heap that is slower than this would be lost in it anyway.
 */
const SHARE_OF_NOISE = 0.002;
const MOST_NOISE = 64 * 1024;
/** Children whose names are looked at when dumps of different processes are matched by name. */
const MOST_NAMED = 500;
/** Fewer new objects of a type are told by their sizes, where these are worth it. */
const FEWEST_SHARED = 16;
const DUMPER = "pyheap_dump";

/** A holder that grew, before its row is told. */
export interface Holder {
  /** Preorder numbers; `NONE` where the earlier dump has nothing like it. */
  readonly after: number;
  readonly before: number;
  readonly delta: number;
  /** The first object of a chain: others may stand in its place in other dumps, and it further down. */
  readonly isChain: boolean;
  /** A container of what grew that others hold as well, so that none of them keeps it alive alone. */
  readonly isShared: boolean;
}

/** A holder on the way down to where the growth is. */
interface Step extends Holder {
  readonly above: Step | null;
  readonly way: Way;
}

/**
 * The holders that grew, deepest first container: from each big holder down the dominator tree as long as one child has
 * most of the growth. What a holder shares with its children is told once, at the deepest; a chain at its first object.
 * Needs both dominator stages.
 *
 * Objects without an earlier self count with all they keep alive. Time O(children of the holders passed).
 */
export function grownHolders(pair: Pair, tick: Tick): Holder[] {
  const { before, after } = pair;
  if (before.dominators === null || after.dominators === null) throw new Error("Growth needs both dominator stages");
  const total = liveBytes(after) - liveBytes(before);
  const least = leastGrowth(pair);
  const { type } = after.columns.heap;
  const found: Holder[] = [];
  const stack: Step[] = [
    { after: 0, before: 0, delta: total, isChain: false, isShared: false, above: null, way: wayTo(null, NONE) },
  ];
  for (let seen = 0, holder = stack.pop(); holder !== undefined; holder = stack.pop()) {
    if ((++seen & 0x3ff) === 0) tick(0);
    const begins = chainBegins(holder.way);
    if (begins !== null) {
      const head = chainHead(pair, holder, begins);
      if (head.delta >= least) found.push(head);
      continue;
    }
    const { way } = holder;
    const children = childrenByGrowth(pair, holder, least, tick);
    const delta = holder.delta - broughtBy(pair, holder, children);
    for (const child of children) {
      const object = objectAt(after, child.after);
      if (!isDumper(after, object)) stack.push({ ...child, above: holder, way: wayTo(way, type[object]) });
    }
    const descends = children.length > 0 && children[0].delta >= SHARE_TO_DESCEND * delta;
    if (holder.after !== 0 && delta >= least && !descends) found.push({ ...holder, delta });
  }
  const first = new Map(found.map((holder) => [holder.after, holder]));
  for (const shared of sharedGrowth(pair, least, tick)) {
    const own = first.get(shared.after)?.delta ?? 0;
    first.set(shared.after, { ...shared, delta: shared.delta + own });
  }
  return [...first.values()].sort((a, b) => b.delta - a.delta || a.after - b.after);
}

/**
 * Growth of what several containers hold, told by the one that has most of it: new objects that nothing but the starting
 * points dominate, by type, less what went of that type. Where objects can't be matched nothing says which are new.
 * Time O(children of the root in both dumps).
 */
function sharedGrowth({ before, after, matching }: Pair, least: number, tick: Tick): Holder[] {
  if (matching === null) return [];
  const members = new Map<number, number[]>();
  const grew = new Map<string, number>();
  const count = (
    view: HeapView,
    isOther: (object: number) => boolean,
    sign: number,
    each?: (child: number) => void,
  ) => {
    const { type, types } = view.columns.heap;
    const { unreachable } = view.graph?.graph.preordering ?? { unreachable: 0 };
    for (const [i, child] of childrenOf(view, 0).entries()) {
      if ((i & TICK_MASK) === 0) tick(0);
      const object = objectAt(view, child);
      if (object === NONE || child >= unreachable || isOther(object)) continue;
      const { name } = types[type[object]];
      grew.set(name, (grew.get(name) ?? 0) + sign * retainedAt(view, child));
      each?.(child);
    }
  };
  count(
    after,
    (object) => matching.earlier[object] !== NONE,
    1,
    (child) => {
      const type = after.columns.heap.type[objectAt(after, child)];
      const known = members.get(type);
      if (known === undefined) members.set(type, [child]);
      else known.push(child);
    },
  );
  count(before, (object) => matching.later[object] !== NONE, -1);
  // Objects of one type in place of as many bytes of another are no growth.
  let net = 0;
  for (const bytes of grew.values()) net += bytes;
  if (net < least) return [];
  const isCode = new Uint8Array(after.graph?.graph.preordering.node.length ?? 0);
  const found = new Map<number, Holder>();
  for (const [type, children] of members) {
    const delta = grew.get(after.columns.heap.types[type].name) ?? 0;
    if (delta < least || children.length < FEWEST_SHARED) continue;
    const group = sharedGroup({ view: after, isCode }, children);
    if (group === null) continue;
    const container = preorderOf(after, group.object);
    const self = matching.earlier[group.object];
    found.set(container, {
      after: container,
      before: self === NONE ? NONE : preorderOf(before, self),
      delta: delta + (found.get(container)?.delta ?? 0),
      isChain: false,
      isShared: true,
    });
  }
  return [...found.values()];
}

/** Bytes that the earlier dump has too, but not below this holder: that its children are below it now is no growth. */
function broughtBy({ before }: Pair, holder: Holder, children: readonly Holder[]): number {
  let bytes = 0;
  for (const child of children) {
    const isBrought = child.before !== NONE && before.dominators?.idom[child.before] !== holder.before;
    if (isBrought) bytes += retainedAt(before, child.before);
  }
  return bytes;
}

/** The first object of a chain; where new ones are put before the others, what had its name is its earlier self. */
function chainHead(pair: Pair, end: Step, begins: number): Holder {
  let head = end;
  for (let steps = begins; steps > 0 && head.above !== null; steps--) head = head.above;
  if (head.before !== NONE || head.above === null) return { ...head, isChain: true };
  const self = byName(pair, head.above, Int32Array.of(head.after))(head.after);
  if (self === NONE) return { ...head, isChain: true };
  const delta = retainedAt(pair.after, head.after) - retainedAt(pair.before, self);
  return { ...head, before: self, delta, isChain: true };
}

/** Bytes: a holder that grew by less is left out. */
export function leastGrowth({ before, after }: Pair): number {
  const change = Math.abs(liveBytes(after) - liveBytes(before));
  const noise = Math.min(MOST_NOISE, SHARE_OF_NOISE * liveBytes(after));
  return Math.ceil(Math.max(1024, SHARE_TO_TELL * change, noise));
}

/** Whether the name of the holder's type passes `nameTest`. */
export function holderIsLike({ after }: Pair, holder: Holder, text: string): boolean {
  const { heap } = after.columns;
  return nameTest(text)(heap.types[heap.type[objectAt(after, holder.after)]].name);
}

/**
 * The children of a holder that may have grown by `least` bytes, themselves or somewhere below, most growth first: a
 * holder that shrank as a whole may have a child that grew.
 */
function childrenByGrowth(pair: Pair, holder: Holder, least: number, tick: Tick): Holder[] {
  const { before, after } = pair;
  const children = childrenOf(after, holder.after);
  const earlierSelf = earlierSelfFinder(pair, holder, children, tick);
  const grown: Holder[] = [];
  for (const child of children) {
    if (retainedAt(after, child) < least) continue;
    const self = earlierSelf(child);
    const delta = retainedAt(after, child) - (self === NONE ? 0 : retainedAt(before, self));
    grown.push({ after: child, before: self, delta, isChain: false, isShared: false });
  }
  return grown.sort((a, b) => b.delta - a.delta || a.after - b.after);
}

/** The dumper's own module in the program that takes its dumps: it grows by its first dump, and is nobody's leak. */
function isDumper({ columns: { heap }, texts, moduleOfDict }: HeapView, object: number): boolean {
  if (moduleOfDict?.get(object) === DUMPER) return true;
  return heap.types[heap.type[object]].name === "module" && texts.get(object) === DUMPER;
}

function childrenOf(view: HeapView, number: number): Int32Array {
  return view.dominators === null ? new Int32Array(0) : listAt(view.dominators.children, number);
}

const objectAt = (view: HeapView, number: number): number => view.graph?.graph.preordering.node[number] ?? NONE;

/**
 * The child's earlier self: the same object where the dumps are of one process; else what the earlier holder called by
 * the same name, unless that is still there as something else. So a list that was replaced is not a list that is new.
 * In another process also what is held in the same way from a starting point: who dominates a container may be another
 * one there, such as a module's variables that a running function has too.
 */
function earlierSelfFinder(pair: Pair, holder: Holder, children: Int32Array, tick: Tick): (child: number) => number {
  const { before, after, matching } = pair;
  let named: ((child: number) => number) | null = null;
  return (child) => {
    const same = matching?.earlier[objectAt(after, child)] ?? NONE;
    if (same !== NONE) return preorderOf(before, same);
    named ??= byName(pair, holder, children);
    const self = named(child);
    if (self === NONE && matching === null) {
      const alike = counterpart(undefined, after, objectAt(after, child), before, tick);
      return alike === NONE ? NONE : preorderOf(before, alike);
    }
    const isElsewhere = self !== NONE && matching !== null && matching.later[objectAt(before, self)] !== NONE;
    return isElsewhere ? NONE : self;
  };
}

/** Children of the same name below the earlier self of the holder. Only the biggest are looked at by name. */
function byName({ before, after }: Pair, holder: Holder, children: Int32Array): (child: number) => number {
  if (holder.before === NONE) return () => NONE;
  const names = new Map<string, number>();
  for (const child of biggest(before, childrenOf(before, holder.before))) {
    const name = nameBelow(before, holder.before, child);
    if (name !== null && !names.has(name)) names.set(name, child);
  }
  const found = new Map<number, number>();
  for (const child of biggest(after, children)) {
    const name = nameBelow(after, holder.after, child);
    const self = name === null ? undefined : names.get(name);
    if (self !== undefined) found.set(child, self);
  }
  return (child) => found.get(child) ?? NONE;
}

const biggest = (view: HeapView, children: Int32Array): number[] =>
  [...children].sort((a, b) => retainedAt(view, b) - retainedAt(view, a) || a - b).slice(0, MOST_NAMED);

/** What the holder calls the child, with the child's type; below the artificial root, what the child is called itself. */
function nameBelow(view: HeapView, holder: number, child: number): string | null {
  const { heap } = view.columns;
  const object = objectAt(view, child);
  const { type, label } = objectRow(view, object);
  if (holder === 0) return view.moduleOfDict?.has(object) || view.rootsOf?.has(object) ? `${type} ${label}` : null;
  const source = objectAt(view, holder);
  const place = placeOf(heap, source, object);
  return place === NONE ? null : `${type} ${edgeText(heap, view.texts, source, edgeAt(heap, source, place))}`;
}

/** The holder with its path, and who uses it. Time as for `whyAlive`. */
export function growthRow({ before, after }: Pair, holder: Holder, functions: FunctionIndex, tick: Tick): GrowthRow {
  const object = objectAt(after, holder.after);
  const earlier = holder.before === NONE ? NONE : objectAt(before, holder.before);
  const path = mostTellingPath(after, object, tick);
  const row = objectRow(after, object);
  const entriesB = entriesOf(after, object);
  const entriesA = earlier === NONE ? null : entriesOf(before, earlier);
  return {
    idA: earlier === NONE ? null : objectRow(before, earlier).id,
    idB: row.id,
    type: row.type,
    label: row.label,
    path: path?.text ?? row.label,
    steps: path?.steps ?? [],
    entriesA,
    entriesB,
    retainedA: earlier === NONE ? 0 : (retainedOf(before, earlier) ?? 0),
    retainedB: retainedOf(after, object) ?? 0,
    deltaRetainedBytes: holder.delta,
    isNew: earlier === NONE,
    isShared: holder.isShared,
    usedBy: usersOf(after, functions, path?.steps ?? []),
  };
}

export function entriesOf({ columns: { heap } }: HeapView, object: number): number | null {
  const length = numberAt(heap.length, object);
  return length === UNKNOWN ? null : length;
}
