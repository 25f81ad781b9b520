import type { Direction, GraphLink, GraphObject, NeighbourGroup } from "../../shared/session/contract.ts";
import type { ObjectId } from "../../shared/types/ids.ts";
import { formatBytes } from "../components/format.ts";
import { graphWords } from "../components/graph-words.ts";
import { shown } from "../components/visible-text.ts";
import { drawnMembers, drawnOf, expansionKey, isHidden, type ReferenceGraph } from "./reference-graph.ts";

const NODE_TEXT = 26;
const STUB_TEXT = 22;
const EDGE_TEXT = 22;

/** What one node of the picture stands for. */
export type Meaning =
  | { readonly kind: "object"; readonly object: GraphObject }
  | { readonly kind: "cycle"; readonly cycle: number; readonly members: readonly ObjectId[] }
  /** Neighbours that are not drawn: the rest of one group, or several groups of which none is drawn. */
  | {
      readonly kind: "rest";
      readonly object: ObjectId;
      readonly direction: Direction;
      readonly groups: readonly NeighbourGroup[];
      readonly objects: number;
      /** Own bytes of the objects that are left. */
      readonly shallowBytes: number;
    };

/** How a node or a line looks, and what the legend says of it; the first that fits. */
export type Look = "path" | "cycle" | "weak" | "plain";

export interface PictureNode {
  readonly id: string;
  readonly meaning: Meaning;
  /** First line. */
  readonly label: string;
  /** Second line: bytes. Empty for hubs. */
  readonly detail: string;
  readonly look: Look;
  /** In a reference cycle, also where it is drawn as part of the way. */
  readonly inCycle: boolean;
  readonly isFocus: boolean;
  readonly isRoot: boolean;
  readonly isHub: boolean;
}

export interface PictureEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly look: Look;
}

export interface Picture {
  readonly nodes: readonly PictureNode[];
  readonly edges: readonly PictureEdge[];
}

export const nodeOf = (object: ObjectId): string => `object:${object}`;
const cycleNode = (cycle: number): string => `cycle:${cycle}`;

/** What is drawn of a graph: collapsed cycles as one node, hidden objects not, groups with a node for their rest. */
export function pictureOf(graph: ReferenceGraph): Picture {
  const path = pathWith(graph);
  /** Object -> the node that stands for it. */
  const standsFor = new Map<ObjectId, string>();
  const nodes = new Map<string, PictureNode>();
  for (const object of graph.objects.values()) {
    if (isHidden(graph, object.id)) continue;
    const { cycle } = object;
    const isCollapsed = cycle !== null && graph.collapsed.has(cycle);
    const id = isCollapsed ? cycleNode(cycle) : nodeOf(object.id);
    standsFor.set(object.id, id);
    if (!nodes.has(id)) nodes.set(id, isCollapsed ? drawCycle(graph, cycle, path) : drawObject(graph, object, path));
  }
  const edges = drawLinks(graph, standsFor, path);
  for (const rest of restsOf(graph)) {
    const at = standsFor.get(rest.object);
    if (at !== nodeOf(rest.object)) continue;
    const node = drawRest(rest);
    nodes.set(node.id, node);
    edges.push({
      id: `${node.id}>`,
      from: rest.direction === "referents" ? at : node.id,
      to: rest.direction === "referents" ? node.id : at,
      label: rest.groups.length === 1 ? edgeText(rest.groups[0]?.edge ?? "") : "",
      look: rest.groups.every((group) => !group.retains) ? "weak" : "plain",
    });
  }
  const connected = reachable(standsFor.get(graph.focus) ?? "", edges);
  return {
    nodes: [...nodes.values()].filter((node) => connected.has(node.id)),
    edges: edges.filter((edge) => connected.has(edge.from) && connected.has(edge.to)),
  };
}

/** Marks the objects about which somebody has written something. */
export const withNotes = (picture: Picture, notes: ReadonlyMap<ObjectId, unknown>): Picture => ({
  ...picture,
  nodes: picture.nodes.map((node) =>
    node.meaning.kind === "object" && notes.has(node.meaning.object.id) ? { ...node, label: `${node.label} ✎` } : node,
  ),
});

/** The way to the focus, with those folded `__dict__`s that are drawn for themselves. */
function pathWith(graph: ReferenceGraph): ReadonlySet<ObjectId> {
  const { path, pathLinks, objects } = graph;
  const isDrawn = (id: ObjectId | null): id is ObjectId => id !== null && objects.has(id) && !isHidden(graph, id);
  return new Set(
    path.flatMap((id) => {
      const dict = pathLinks.find((link) => link.to === id)?.dict ?? null;
      return isDrawn(dict) ? [dict, id] : [id];
    }),
  );
}

export const edgeText = (edge: string): string => shown(edge.trim(), EDGE_TEXT);

function drawObject(graph: ReferenceGraph, object: GraphObject, path: ReadonlySet<ObjectId>): PictureNode {
  const stub = object.hub && object.id !== graph.focus;
  const bytes = object.retainedBytes ?? object.shallowBytes;
  return {
    id: nodeOf(object.id),
    meaning: { kind: "object", object },
    label: shown(object.label, stub ? STUB_TEXT : NODE_TEXT),
    detail: stub ? "" : formatBytes(bytes),
    look: path.has(object.id) ? "path" : object.cycle !== null && !stub ? "cycle" : "plain",
    inCycle: object.cycle !== null && !stub,
    isFocus: object.id === graph.focus,
    isRoot: object.root !== null && path.has(object.id) && object.id === graph.path[0],
    isHub: stub,
  };
}

function drawCycle(graph: ReferenceGraph, cycle: number, path: ReadonlySet<ObjectId>): PictureNode {
  const members = drawnMembers(graph, cycle);
  const facts = graph.cycles.get(cycle);
  return {
    id: cycleNode(cycle),
    meaning: { kind: "cycle", cycle, members },
    label: graphWords.cycleOf(facts?.objects ?? members.length),
    detail: facts === undefined ? "" : formatBytes(facts.retainedBytes),
    look: members.some((id) => path.has(id)) ? "path" : "cycle",
    inCycle: true,
    isFocus: members.includes(graph.focus),
    isRoot: false,
    isHub: false,
  };
}

export type Rest = Extract<Meaning, { kind: "rest" }>;

/** What is known of neighbours, but not drawn. */
export function restsOf(graph: ReferenceGraph): readonly Rest[] {
  const rests: Rest[] = [];
  for (const object of graph.objects.keys()) {
    if (isHidden(graph, object)) continue;
    for (const direction of ["referrers", "referents"] as const) {
      const answer = graph.expansions.get(expansionKey(object, direction));
      if (answer === undefined) continue;
      const untouched: NeighbourGroup[] = [];
      for (const group of answer.rows) {
        if (graph.hiddenTypes.has(group.type)) continue;
        const drawn = drawnOf(graph, object, direction, group);
        if (drawn.size === 0) untouched.push(group);
        else if (drawn.size < group.objects)
          rests.push({ kind: "rest", object, direction, groups: [group], ...leftOf(graph, group, drawn) });
      }
      const objects = untouched.reduce((sum, group) => sum + group.objects, 0);
      const shallowBytes = untouched.reduce((sum, group) => sum + group.shallowBytes, 0);
      if (objects > 0) rests.push({ kind: "rest", object, direction, groups: untouched, objects, shallowBytes });
    }
  }
  return rests;
}

function leftOf(graph: ReferenceGraph, group: NeighbourGroup, drawn: ReadonlySet<ObjectId>) {
  const bytes = [...drawn].reduce((sum, id) => sum + (graph.objects.get(id)?.shallowBytes ?? 0), 0);
  return { objects: group.objects - drawn.size, shallowBytes: group.shallowBytes - bytes };
}

export const restNode = (rest: Rest): string =>
  `rest:${rest.direction}:${rest.object}:${rest.groups.length === 1 ? rest.groups[0]?.key : "other kinds"}`;

function drawRest(rest: Rest): PictureNode {
  const [first] = rest.groups;
  const one = rest.groups.length === 1;
  const type = first?.type ?? "";
  return {
    id: restNode(rest),
    meaning: rest,
    label: one
      ? graphWords.more(
          rest.objects,
          shown(type.slice(type.lastIndexOf(".") + 1), 16),
          rest.objects < (first?.objects ?? 0),
        )
      : graphWords.moreOfKinds(rest.objects, rest.groups.length),
    detail: formatBytes(rest.shallowBytes),
    look: rest.groups.every((group) => !group.retains) ? "weak" : "plain",
    inCycle: false,
    isFocus: false,
    isRoot: false,
    isHub: false,
  };
}

/** References as lines: those between the same two nodes as one, weak ones apart. */
function drawLinks(
  graph: ReferenceGraph,
  standsFor: ReadonlyMap<ObjectId, string>,
  path: ReadonlySet<ObjectId>,
): PictureEdge[] {
  const labels = new Map<string, { from: string; to: string; look: Look; names: string[] }>();
  const add = (from: string, to: string, look: Look, name: string) => {
    const id = `${from}>${to}${look === "weak" ? " weak" : ""}`;
    const known = labels.get(id);
    if (known === undefined) labels.set(id, { from, to, look, names: [name] });
    else if (!known.names.includes(name)) known.names.push(name);
  };
  const way = [...path];
  const onPath = new Set(way.slice(1).map((id, index) => `${way[index]} ${id}`));
  for (const link of graph.links.values()) {
    const from = standsFor.get(link.from);
    const to = standsFor.get(link.to);
    if (from === undefined || to === undefined || (from === to && link.from !== link.to)) continue;
    const isStep = onPath.has(`${link.from} ${link.to}`) && link.retains;
    if (isStep || tells(graph, link, path)) add(from, to, isStep ? "path" : lookOf(graph, link), edgeText(link.edge));
  }
  for (const { from: start, to: end, edge, between, dict } of graph.pathLinks) {
    const from = standsFor.get(start);
    const to = standsFor.get(end);
    const isUnfolded = dict !== null && standsFor.has(dict);
    if (from === undefined || to === undefined || from === to || isUnfolded) continue;
    add(from, to, "path", between > 0 ? graphWords.between(between) : edgeText(edge));
  }
  return Array.from(labels, ([id, { from, to, look, names }]) => {
    const more = names.length > 2 ? `, +${names.length - 2}` : "";
    return { id, from, to, look, label: `${names.slice(0, 2).join(", ")}${more}` };
  });
}

function lookOf(graph: ReferenceGraph, { from, to, retains }: GraphLink): Look {
  if (!retains) return "weak";
  const cycle = graph.objects.get(from)?.cycle ?? null;
  return cycle !== null && graph.objects.get(to)?.cycle === cycle ? "cycle" : "plain";
}

/** A reference from or to a hub is drawn only where somebody asked for it: else every object leads to its class. */
function tells(graph: ReferenceGraph, { from, to }: GraphLink, path: ReadonlySet<ObjectId>): boolean {
  const isHub = (id: ObjectId) => graph.objects.get(id)?.hub === true && !path.has(id) && id !== graph.focus;
  if (!isHub(from) && !isHub(to) && !(graph.objects.get(to)?.hub === true)) return true;
  return graph.expansions.has(expansionKey(from, "referents")) || graph.expansions.has(expansionKey(to, "referrers"));
}

function reachable(start: string, edges: readonly PictureEdge[]): ReadonlySet<string> {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) {
    next.set(from, [...(next.get(from) ?? []), to]);
    next.set(to, [...(next.get(to) ?? []), from]);
  }
  const found = new Set([start]);
  for (const id of found) for (const other of next.get(id) ?? []) found.add(other);
  return found;
}
