import { type ReferenceGraph, startGraph, withExpansion, withSubgraph } from "../../renderer/canvas/reference-graph.ts";
import type {
  CycleFacts,
  Direction,
  GraphLink,
  GraphObject,
  NeighbourGroup,
  Neighbours,
  Subgraph,
} from "../../shared/session/contract.ts";
import { asAddress, asObjectId, asTypeId } from "../../shared/types/ids.ts";

export const object = (id: number, change: Partial<GraphObject> = {}): GraphObject => ({
  id: asObjectId(id),
  address: asAddress(16 * id),
  type: "app.Thing",
  typeId: asTypeId(1),
  label: `thing ${id}`,
  shallowBytes: 64,
  retainedBytes: 1024,
  releasedByRefcountBytes: null,
  children: 0,
  hub: false,
  cycle: null,
  root: null,
  referents: 2,
  referrers: 1,
  ...change,
});

export const link = (from: number, to: number, edge = ".x", change: Partial<GraphLink> = {}): GraphLink => ({
  from: asObjectId(from),
  to: asObjectId(to),
  edge,
  kind: edge.startsWith(".") ? "attribute" : "item",
  retains: true,
  ...change,
});

export const subgraph = (
  objects: readonly GraphObject[],
  links: readonly GraphLink[],
  cycles: readonly CycleFacts[] = [],
): Subgraph => ({ objects, links, cycles });

/** A group of `count` things that are items of object 3, of which the first are told. */
export const items = (count: number, change: Partial<NeighbourGroup> = {}): NeighbourGroup => ({
  key: `items ${change.type ?? ""}`,
  type: "app.Thing",
  edge: "[…]",
  kind: "item",
  objects: count,
  references: count,
  shallowBytes: 64 * count,
  retainedBytes: 1024 * count,
  retains: true,
  inCycle: false,
  rows: Array.from({ length: Math.min(count, 7) }, (_, at) => ({
    ...object(100 + at, { type: change.type ?? "app.Thing" }),
    edge: `[${at}]`,
    kind: "item",
    retains: true,
  })),
  ...change,
});

export const answer = (of: GraphObject, rows: readonly NeighbourGroup[]): Neighbours => ({
  object: of,
  total: rows.length,
  rows,
  references: rows.reduce((sum, row) => sum + row.references, 0),
  missing: 0,
  cycles: [],
});

/** `module 1 -> dict 2 -> thing 3`, of which 3 is looked at. */
export function start(): ReferenceGraph {
  const path = [1, 2, 3].map(asObjectId);
  const objects = [
    object(1, { hub: true, type: "module", label: "module app", root: { kind: "module", name: "app", place: null } }),
    object(2),
    object(3),
  ];
  return startGraph(
    asObjectId(3),
    { path, pathLinks: [] },
    subgraph(objects, [link(1, 2), link(2, 3, "['k']", { kind: "value" })]),
  );
}

/** Object 3 with its first `drawn` items drawn, of `count`. */
export function expanded(count: number, drawn: number, direction: Direction = "referents"): ReferenceGraph {
  const group = items(count);
  const rows = group.rows.slice(0, drawn);
  const links = rows.map((row) => link(3, row.id, row.edge));
  return withExpansion(withSubgraph(start(), subgraph(rows, links)), direction, answer(object(3), [group]));
}
