import { untrack } from "svelte";
import type { Client, Direction, NeighbourRow, WhyAlive } from "../../shared/session/contract.ts";
import { type Failure, toFailure } from "../../shared/types/failure.ts";
import type { ObjectId } from "../../shared/types/ids.ts";
import type { OpenSnapshot } from "../state/open-snapshot.svelte.ts";
import {
  choose,
  collapseCycle,
  expansionOf,
  fitting,
  hideObjects,
  hideType,
  isExpanded,
  MOST_PER_GROUP,
  openCycle,
  pathOf,
  type ReferenceGraph,
  showHidden,
  showType,
  startGraph,
  withExpansion,
  withLeft,
  withSubgraph,
} from "./reference-graph.ts";
import { nodeOf, type Picture, pictureOf } from "./reference-picture.ts";
import type { Point } from "./settle.ts";

/** The first picture is small: a few of each kind, so that it can be read without moving it. */
const FIRST_PER_GROUP = 3;
const FIRST_MOST = 8;

/** One object's reference graph as the user left it. Each step can be undone. */
export class ReferenceState {
  why = $state.raw<WhyAlive | null>(null);
  #graph = $state.raw<ReferenceGraph | null>(null);
  #picture = $state.raw<Picture | null>(null);
  failure = $state.raw<Failure | null>(null);
  busy = $state(false);
  /** The chosen node, in the picture and in the list. */
  selected = $state<string | null>(null);
  /** Items of the list that the user closed. */
  closed = $state.raw<ReadonlySet<string>>(new Set());
  /** Where nodes are; kept for nodes that come back. */
  places: ReadonlyMap<string, Point> = new Map();
  /** Grows when the picture is to be arranged anew. */
  arranged = $state(0);
  readonly #client: Client;
  readonly #snapshot: OpenSnapshot["info"]["snapshot"];
  readonly #focus: ObjectId;
  readonly #ignore: readonly ObjectId[];
  #past = $state.raw<readonly ReferenceGraph[]>([]);
  #future = $state.raw<readonly ReferenceGraph[]>([]);
  /** Nodes that stay where they are when the picture is arranged anew. */
  pinned = $state.raw<ReadonlySet<string>>(new Set());
  #known: number;
  readonly #stop = new AbortController();

  /** `ignore`: holders that the way to the focus may not pass through. */
  constructor(client: Client, snapshot: OpenSnapshot, focus: ObjectId, ignore: readonly ObjectId[] = []) {
    this.#client = client;
    this.#snapshot = snapshot.info.snapshot;
    this.#focus = focus;
    this.#ignore = ignore;
    this.#known = snapshot.stagesDone;
    untrack(() => this.start());
  }

  get graph(): ReferenceGraph | null {
    return this.#graph;
  }

  /** Kept beside the graph: a value derived within one screen would not follow once that screen is gone. */
  get picture(): Picture | null {
    return this.#picture;
  }

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  /** The object, the way to it, and the first of its neighbours. */
  start(): void {
    void this.#do(async (signal) => {
      const which = { snapshot: this.#snapshot, object: this.#focus };
      const ask = (direction: Direction) =>
        this.#client.neighbours({ ...which, direction, group: null, offset: 0, limit: MOST_PER_GROUP }, { signal });
      const [why, holders, held] = await Promise.all([
        this.#client.why({ ...which, paths: 1, ignore: this.#ignore }, { signal }),
        ask("referrers"),
        ask("referents"),
      ]);
      const way = pathOf(why.paths[0]?.steps ?? []);
      const first = new Set([...way.path, this.#focus]);
      const drawn = { objects: new Map([...first].map((id) => [id, holders.object])) };
      const wanted = [holders, held].flatMap((answer) =>
        choose(drawn, answer, { perGroup: FIRST_PER_GROUP, most: FIRST_MOST }).map(({ id }) => id),
      );
      const objects = [...new Set([...first, ...wanted])];
      const subgraph = await this.#client.subgraph({ snapshot: this.#snapshot, objects }, { signal });
      this.why = why;
      const start = startGraph(this.#focus, way, subgraph);
      this.#past = [];
      this.#future = [];
      this.selected ??= nodeOf(this.#focus);
      return withExpansion(withExpansion(start, "referrers", holders), "referents", held);
    }, false);
  }

  /** Asks again about what is drawn as more becomes known: what is kept alive, cycles. */
  update(stagesDone: number): void {
    const { graph } = this;
    if (stagesDone === this.#known || this.busy || graph === null) return;
    this.#known = stagesDone;
    void this.#do(async (signal) => {
      const snapshot = this.#snapshot;
      const answers = await Promise.all(
        [...graph.expansions.keys()].map(async (key) => {
          const { object, direction } = expansionOf(key);
          const which = { snapshot, object, direction, group: null, offset: 0, limit: MOST_PER_GROUP };
          return { direction, answer: await this.#client.neighbours(which, { signal }) };
        }),
      );
      const again = withSubgraph(
        graph,
        await this.#client.subgraph({ snapshot, objects: [...graph.objects.keys()] }, { signal }),
      );
      return answers.reduce((all, { direction, answer }) => withExpansion(all, direction, answer), again);
    }, false);
  }

  /** Shows what an object holds, or what holds it. */
  expand(object: ObjectId, direction: Direction): void {
    const { graph } = this;
    if (graph === null || isExpanded(graph, object, direction)) return;
    void this.#do(async (signal) => {
      const answer = await this.#client.neighbours(
        { snapshot: this.#snapshot, object, direction, group: null, offset: 0, limit: MOST_PER_GROUP },
        { signal },
      );
      const next = await this.#with(graph, choose(graph, answer), signal);
      return withExpansion(next, direction, answer);
    });
  }

  /** Draws some more neighbours, chosen from the list. */
  add(rows: readonly Pick<NeighbourRow, "id">[]): void {
    const { graph } = this;
    if (graph !== null) void this.#do((signal) => this.#with(graph, rows, signal));
  }

  collapse(cycle: number): void {
    this.#step((graph) => collapseCycle(graph, cycle));
    this.selected = `cycle:${cycle}`;
  }

  open(cycle: number): void {
    this.#step((graph) => openCycle(graph, cycle));
    const first = [...(this.graph?.objects.values() ?? [])].find((row) => row.cycle === cycle);
    this.selected = first === undefined ? null : nodeOf(first.id);
  }

  hide(objects: readonly ObjectId[]): void {
    this.#step((graph) => hideObjects(graph, objects));
    this.selected = nodeOf(this.#focus);
  }

  hideType(type: string): void {
    this.#step((graph) => hideType(graph, type));
  }

  showType(type: string): void {
    this.#step((graph) => showType(graph, type));
  }

  showAllHidden(): void {
    this.#step((graph) => showHidden(graph, [...graph.hidden]));
  }

  undo(): void {
    const last = this.#past.at(-1);
    if (last === undefined || this.graph === null || this.busy) return;
    this.#past = this.#past.slice(0, -1);
    this.#future = [...this.#future, this.graph];
    this.#show(last);
  }

  redo(): void {
    const next = this.#future.at(-1);
    if (next === undefined || this.graph === null || this.busy) return;
    this.#future = this.#future.slice(0, -1);
    this.#past = [...this.#past, this.graph];
    this.#show(next);
  }

  arrange(): void {
    this.places = new Map([...this.places].filter(([node]) => this.pinned.has(node)));
    this.arranged++;
  }

  /** Where a person puts a node, it stays. */
  move(node: string, to: Point): void {
    this.places = new Map([...this.places, [node, to]]);
    this.pinned = new Set([...this.pinned, node]);
  }

  togglePin(node: string): void {
    const pinned = new Set(this.pinned);
    if (!pinned.delete(node)) pinned.add(node);
    this.pinned = pinned;
  }

  toggle(node: string): void {
    const closed = new Set(this.closed);
    if (!closed.delete(node)) closed.add(node);
    this.closed = closed;
  }

  /** A page of a group that is not drawn whole. */
  async members(object: ObjectId, direction: Direction, group: string, offset: number, limit: number) {
    const which = { snapshot: this.#snapshot, object, direction, group, offset, limit };
    const answer = await this.#client.neighbours(which, { signal: this.#stop.signal });
    return answer.rows[0]?.rows ?? [];
  }

  async #with(graph: ReferenceGraph, rows: readonly Pick<NeighbourRow, "id">[], signal: AbortSignal) {
    const wanted = rows.map(({ id }) => id);
    const { objects, left } = fitting(graph, wanted);
    const shown = showHidden(graph, wanted);
    if (objects.length === 0) return withLeft(shown, left);
    const all = [...graph.objects.keys(), ...objects];
    return withLeft(
      withSubgraph(shown, await this.#client.subgraph({ snapshot: this.#snapshot, objects: all }, { signal })),
      left,
    );
  }

  #step(change: (graph: ReferenceGraph) => ReferenceGraph): void {
    if (this.graph === null || this.busy) return;
    this.#past = [...this.#past, this.graph];
    this.#future = [];
    this.#show(change(this.graph));
  }

  async #do(change: (signal: AbortSignal) => Promise<ReferenceGraph>, canUndo = true): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.failure = null;
    try {
      const next = await change(this.#stop.signal);
      if (canUndo && this.graph !== null) {
        this.#past = [...this.#past, this.graph];
        this.#future = [];
      }
      this.#show(next);
    } catch (thrown) {
      this.failure = toFailure(thrown);
    }
    this.busy = false;
  }

  /** The chosen node may be gone, or drawn within a cycle now. */
  #show(graph: ReferenceGraph): void {
    const picture = pictureOf(graph);
    this.#graph = graph;
    this.#picture = picture;
    if (this.selected !== null && !picture.nodes.some(({ id }) => id === this.selected))
      this.selected = picture.nodes.find((node) => node.isFocus)?.id ?? null;
  }
}

/** The reference graph of an object, as it was left. */
export const referencesOf = (
  client: Client,
  snapshot: OpenSnapshot,
  focus: ObjectId,
  ignore: readonly ObjectId[],
): ReferenceState =>
  snapshot.keep(`graph ${focus} ${ignore.join()}`, () => new ReferenceState(client, snapshot, focus, ignore));
