import type {
  CycleFacts,
  Direction,
  GraphLink,
  GraphObject,
  NeighbourGroup,
  NeighbourRow,
  Neighbours,
  PathStep,
  Subgraph,
} from "../../shared/session/contract.ts";
import type { ObjectId } from "../../shared/types/ids.ts";
import { foldSteps } from "../components/fold.ts";

/** Objects that may be drawn; beyond that nothing can be read, and drawing takes too long. */
export const MOST_OBJECTS = 300;
/** Members of one group that are drawn each for itself. */
export const MOST_PER_GROUP = 7;
/** Objects that one step adds at most, so that a picture grows by what can be taken in. */
export const MOST_PER_STEP = 14;
/** A longer path is drawn with a gap. */
const PATH_HEAD = 3;
const PATH_TAIL = 12;

/**
 * What the reference graph shows. A value: each step makes a new one, so undoing is going back to the one before.
 * Groups that are not drawn whole, and who is connected to whom, follow from it; see `reference-picture.ts`.
 */
export interface ReferenceGraph {
  readonly focus: ObjectId;
  readonly objects: ReadonlyMap<ObjectId, GraphObject>;
  /** All references among the objects, by `linkKey`. */
  readonly links: ReadonlyMap<string, GraphLink>;
  /** The way from a starting point to the focus, the focus included. */
  readonly path: readonly ObjectId[];
  /** Steps of the path that are no single reference: over a `__dict__`, or over objects left out. */
  readonly pathLinks: readonly PathLink[];
  /** What was asked about an object's neighbours, by `expansionKey`. */
  readonly expansions: ReadonlyMap<string, Neighbours>;
  readonly cycles: ReadonlyMap<number, CycleFacts>;
  /** Cycles drawn as one. */
  readonly collapsed: ReadonlySet<number>;
  readonly hidden: ReadonlySet<ObjectId>;
  /** Types of which nothing is drawn but the focus. */
  readonly hiddenTypes: ReadonlySet<string>;
  /** Objects that the last step would have added, if there were room. */
  readonly left: number;
}

export interface PathLink {
  readonly from: ObjectId;
  readonly to: ObjectId;
  readonly edge: string;
  /** Objects that are not drawn between the two. */
  readonly between: number;
  /** The `__dict__` that is folded away; where it is drawn itself, the fold is not needed. */
  readonly dict: ObjectId | null;
}

export const expansionKey = (object: ObjectId, direction: Direction): string => `${direction} ${object}`;
export function expansionOf(key: string): { readonly object: ObjectId; readonly direction: Direction } {
  const [direction, object] = key.split(" ");
  return { object: Number(object) as ObjectId, direction: direction as Direction }; // sound: made by `expansionKey`
}
export const linkKey = ({ from, to, edge, kind }: GraphLink): string => `${from} ${to} ${kind} ${edge}`;

/** The objects of a path that are drawn, and its steps that are more than one reference. */
export function pathOf(steps: readonly PathStep[]): Pick<ReferenceGraph, "path" | "pathLinks"> {
  const all = steps.filter((step) => step.id !== null);
  const folded = foldSteps(all);
  const cut = folded.length > PATH_HEAD + PATH_TAIL + 1;
  const drawn = cut ? [...folded.slice(0, PATH_HEAD), ...folded.slice(-PATH_TAIL)] : folded;
  const path = drawn.flatMap(({ id }) => (id === null ? [] : [id]));
  const pathLinks: PathLink[] = [];
  const at = new Map(all.map(({ id }, index) => [id, index]));
  for (const [index, step] of drawn.entries()) {
    const from = path[index - 1];
    const to = step.id;
    if (from === undefined || to === null) continue;
    const between = (at.get(to) ?? 0) - (at.get(from) ?? 0) - 1;
    if (between === 0) continue;
    const isGap = cut && index === PATH_HEAD;
    const dict = isGap ? null : (all[(at.get(to) ?? 0) - 1]?.id ?? null);
    pathLinks.push({ from, to, edge: isGap ? "" : (step.edge ?? ""), between: isGap ? between : 0, dict });
  }
  return { path, pathLinks };
}

/** The first picture: the object and the way to it. */
export function startGraph(
  focus: ObjectId,
  way: Pick<ReferenceGraph, "path" | "pathLinks">,
  subgraph: Subgraph,
): ReferenceGraph {
  const empty: ReferenceGraph = {
    focus,
    objects: new Map(),
    links: new Map(),
    path: way.path.includes(focus) ? way.path : [...way.path, focus],
    pathLinks: way.pathLinks,
    expansions: new Map(),
    cycles: new Map(),
    collapsed: new Set(),
    hidden: new Set(),
    hiddenTypes: new Set(),
    left: 0,
  };
  return withSubgraph(empty, subgraph);
}

/** Objects and the references among them and those drawn before. `subgraph` must be about all of them. */
export function withSubgraph(graph: ReferenceGraph, { objects, links, cycles }: Subgraph): ReferenceGraph {
  return {
    ...graph,
    objects: new Map([...graph.objects, ...objects.map((row): [ObjectId, GraphObject] => [row.id, row])]),
    links: new Map([...graph.links, ...links.map((link): [string, GraphLink] => [linkKey(link), link])]),
    cycles: new Map([...graph.cycles, ...cycles.map((facts): [number, CycleFacts] => [facts.cycle, facts])]),
  };
}

/**
 * The neighbours to draw of an answer: the first of each group, and more of the first groups while there is room.
 * Those that are drawn already take no room, and a dict's keys are only counted.
 */
export function choose(
  graph: Pick<ReferenceGraph, "objects">,
  { rows }: Neighbours,
  { perGroup = MOST_PER_GROUP, most = MOST_PER_STEP } = {},
): readonly NeighbourRow[] {
  const chosen = new Map<ObjectId, NeighbourRow>();
  // A value's name is its key already, so keys of their own come last.
  const values = rows.filter((group) => group.kind !== "key");
  const groups = values.length > 0 ? values : rows;
  // A node for one or two that are left would take the room of these.
  const all = groups.reduce((sum, { objects }) => sum + objects, 0);
  const room = all <= most + 2 ? all : most;
  for (let round = 0; round < perGroup; round++) {
    for (const { rows } of groups) {
      const row = rows[round];
      if (row === undefined || graph.objects.has(row.id) || chosen.size >= room) continue;
      chosen.set(row.id, row);
    }
  }
  return [...chosen.values()];
}

/** As many of these as there is room for, and how many are left out. Hidden ones come back. */
export function fitting(
  graph: ReferenceGraph,
  wanted: readonly ObjectId[],
): { readonly objects: readonly ObjectId[]; readonly left: number } {
  const fresh = [...new Set(wanted)].filter((id) => !graph.objects.has(id));
  const drawn = graph.objects.size - graph.hidden.size;
  const room = Math.max(0, MOST_OBJECTS - drawn);
  return { objects: fresh.slice(0, room), left: Math.max(0, fresh.length - room) };
}

/** Remembers what was asked about an object's neighbours. */
export const withExpansion = (graph: ReferenceGraph, direction: Direction, answer: Neighbours): ReferenceGraph => ({
  ...graph,
  expansions: new Map([...graph.expansions, [expansionKey(answer.object.id, direction), answer]]),
  cycles: new Map([...graph.cycles, ...answer.cycles.map((facts): [number, CycleFacts] => [facts.cycle, facts])]),
});

export const isExpanded = (graph: ReferenceGraph, object: ObjectId, direction: Direction): boolean =>
  graph.expansions.has(expansionKey(object, direction));

export const withLeft = (graph: ReferenceGraph, left: number): ReferenceGraph => ({ ...graph, left });

/** Draws all members of a cycle as one. */
export const collapseCycle = (graph: ReferenceGraph, cycle: number): ReferenceGraph => ({
  ...graph,
  collapsed: new Set([...graph.collapsed, cycle]),
  left: 0,
});

export const openCycle = (graph: ReferenceGraph, cycle: number): ReferenceGraph => ({
  ...graph,
  collapsed: new Set([...graph.collapsed].filter((each) => each !== cycle)),
  left: 0,
});

/** Leaves objects out, and what hangs on nothing else. The focus stays. */
export const hideObjects = (graph: ReferenceGraph, objects: readonly ObjectId[]): ReferenceGraph => ({
  ...graph,
  hidden: new Set([...graph.hidden, ...objects.filter((id) => id !== graph.focus)]),
  left: 0,
});

export const showHidden = (graph: ReferenceGraph, objects: readonly ObjectId[]): ReferenceGraph => ({
  ...graph,
  hidden: new Set([...graph.hidden].filter((id) => !objects.includes(id))),
});

/** Leaves out all objects of a type, those that come later too. The focus stays. */
export const hideType = (graph: ReferenceGraph, type: string): ReferenceGraph => ({
  ...graph,
  hiddenTypes: new Set([...graph.hiddenTypes, type]),
  left: 0,
});

export const showType = (graph: ReferenceGraph, type: string): ReferenceGraph => ({
  ...graph,
  hiddenTypes: new Set([...graph.hiddenTypes].filter((each) => each !== type)),
});

/** Left out by itself or with its type. */
export const isHidden = (
  { hidden, hiddenTypes, objects, focus }: Pick<ReferenceGraph, "hidden" | "hiddenTypes" | "objects" | "focus">,
  id: ObjectId,
): boolean => id !== focus && (hidden.has(id) || hiddenTypes.has(objects.get(id)?.type ?? ""));

/** Members of a cycle that are drawn, collapsed or not. */
export const drawnMembers = (graph: ReferenceGraph, cycle: number): readonly ObjectId[] =>
  [...graph.objects.values()].filter((row) => row.cycle === cycle && !isHidden(graph, row.id)).map((row) => row.id);

/** How many members of a group are drawn: objects of its type that the object refers to, or that refer to it, in its way. */
export function drawnOf(
  graph: ReferenceGraph,
  object: ObjectId,
  direction: Direction,
  group: NeighbourGroup,
): ReadonlySet<ObjectId> {
  const own = graph.objects.get(object)?.cycle ?? null;
  const found = new Set<ObjectId>();
  for (const { from, to, kind, edge } of graph.links.values()) {
    if ((direction === "referents" ? from : to) !== object || kind !== group.kind) continue;
    const other = graph.objects.get(direction === "referents" ? to : from);
    if (other === undefined || other.type !== group.type) continue;
    const anyName = group.edge === "[…]" || group.edge === "{…}";
    const inCycle = own !== null && other.cycle === own;
    if ((anyName || edge === group.edge) && (group.inCycle === null || inCycle === group.inCycle)) found.add(other.id);
  }
  return found;
}
