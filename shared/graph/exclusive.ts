import { type Csr, NONE, type Tick } from "../types/graph.ts";

/** Reached from several groups, or from elsewhere too. */
export const SHARED = -2;

/**
 * Which group alone holds each node: the nodes that can be reached from the starts of that group and from nowhere else.
 * Gives the group's position for those, `SHARED` for what several groups or the `others` reach, `NONE` for the rest.
 *
 * A label only ever rises from nothing over a group to shared, so each node is looked at twice at most:
 * time O(n + m) for all groups together, memory 8 bytes a node.
 */
export function exclusiveGroups(
  graph: Csr,
  groups: readonly ArrayLike<number>[],
  others: ArrayLike<number>,
  tick: Tick,
): Int32Array {
  const { nodeCount, offsets, targets } = graph;
  const label = new Int32Array(nodeCount).fill(NONE);
  let pending: number[] = [];
  let steps = 0;
  const reach = (v: number, from: number): void => {
    const known = label[v];
    if (known === SHARED || known === from) return;
    label[v] = known === NONE ? from : SHARED;
    pending.push(v);
  };
  const spread = (): void => {
    for (let v = pending.pop(); v !== undefined; v = pending.pop()) {
      if ((++steps & 0xffff) === 0) tick(Math.min(1, steps / (2 * nodeCount)));
      const from = label[v];
      for (let e = offsets[v], end = offsets[v + 1]; e < end; e++) reach(targets[e], from);
    }
    pending = [];
  };
  for (let i = 0; i < others.length; i++) reach(others[i], SHARED);
  spread();
  for (const [group, starts] of groups.entries()) {
    for (let i = 0; i < starts.length; i++) reach(starts[i], group);
    spread();
  }
  return label;
}
