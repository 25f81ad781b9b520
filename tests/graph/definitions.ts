/**
 * The definitions themselves, slow and obvious, on lists of successors. What the algorithms must agree with.
 */
export type Lists = readonly (readonly number[])[];

/** What can be reached from `starts` (themselves included) if the nodes of `without` did not exist. */
export function reachable(lists: Lists, starts: readonly number[], without: readonly number[] = []): Set<number> {
  const reached = new Set(starts.filter((v) => !without.includes(v)));
  for (const v of reached) {
    for (const w of lists[v]) if (!without.includes(w)) reached.add(w); // a Set visits what is added meanwhile
  }
  return reached;
}

/** The graph without references from outside `kept` and to outside `kept`. */
export const restrictedTo = (lists: Lists, kept: ReadonlySet<number>): number[][] =>
  lists.map((list, v) => (kept.has(v) ? list.filter((w) => kept.has(w)) : []));

/** What is lost with each node that is reachable from `starts`: the node itself and all that is reachable only by it. */
export function lostWithout(lists: Lists, starts: readonly number[]): Map<number, Set<number>> {
  const all = reachable(lists, starts);
  const lost = (v: number): Set<number> => {
    const left = reachable(lists, starts, [v]);
    return new Set([...all].filter((w) => !left.has(w)));
  };
  return new Map([...all].map((v) => [v, lost(v)]));
}

/** For each reachable node its immediate dominator: of those that lose it with them, the one that the others lose too. */
export function dominatorsByDeletion(lists: Lists, starts: readonly number[]): Map<number, number | null> {
  const lost = lostWithout(lists, starts);
  const loses = (a: number, b: number): boolean => lost.get(a)?.has(b) ?? false;
  const nearest = (v: number): number | null => {
    const strict = [...lost.keys()].filter((d) => d !== v && loses(d, v));
    return strict.find((d) => strict.every((other) => loses(other, d))) ?? null;
  };
  return new Map([...lost.keys()].map((v) => [v, nearest(v)]));
}

/** The textbook depth-first walk, recursive: the nodes in the order in which they are met. */
export function preorderByRecursion(lists: Lists, starts: readonly number[], met = new Set<number>()): Set<number> {
  for (const v of starts) {
    if (met.has(v)) continue;
    met.add(v);
    preorderByRecursion(lists, lists[v], met);
  }
  return met;
}

/** For each node what it leads to, itself always included. */
export const reachability = (lists: Lists): Set<number>[] => lists.map((_, v) => reachable(lists, [v]));

/** Leftovers that are led to only by what they lead to themselves. */
export function sourcesByReachability(lists: Lists, leftovers: ReadonlySet<number>): number[] {
  const leadsTo = reachability(restrictedTo(lists, leftovers));
  const isSource = (v: number): boolean => [...leftovers].every((u) => !leadsTo[u].has(v) || leadsTo[v].has(u));
  return [...leftovers].filter(isSource).sort((a, b) => a - b);
}

/** Every path without repetition from one of `starts` to `target` that passes through no ignored node. */
export function allSimplePaths(
  lists: Lists,
  starts: readonly number[],
  target: number,
  ignored: ReadonlySet<number> = new Set(),
): number[][] {
  const extend = (path: readonly number[]): number[][] => {
    const last = path.at(-1) ?? target;
    if (last === target) return [[...path]];
    const onward = new Set(lists[last].filter((w) => !path.includes(w) && (w === target || !ignored.has(w))));
    return [...onward].flatMap((w) => extend([...path, w]));
  };
  return [...new Set(starts)].filter((v) => v === target || !ignored.has(v)).flatMap((v) => extend([v]));
}
