import type { Client, MemoryMapNode } from "../../shared/session/contract.ts";
import type { ObjectId, SnapshotId } from "../../shared/types/ids.ts";
import { Asked } from "./asked.svelte.ts";
import { type Cell, type Icicle, layoutIcicle } from "./icicle.ts";

/** What fills the picture, and what filled it before: the first is all that is alive. */
export interface Place {
  readonly id: ObjectId | null;
  readonly label: string;
}

const WHOLE: Place = { id: null, label: "" };

/** Who shows the same in another way. */
export interface MapListener {
  /** A person has selected the cell. */
  onselect?(cell: Cell): void;
  /** Another object fills the picture. */
  onplace?(): void;
}

/** The memory map as the user left it: how far it is zoomed in, and what is selected. */
export class MemoryMapState {
  readonly answer = new Asked<readonly MemoryMapNode[]>();
  trail = $state.raw<readonly Place[]>([WHOLE]);
  #selected = $state.raw<{ readonly id: ObjectId | null; readonly rest: boolean } | null>(null);
  readonly #client: Client;
  readonly #snapshot: SnapshotId;
  readonly #listener: MapListener;

  /** Until the finer picture of a place is there, its part of the coarser one is shown. */
  readonly icicle = $derived.by<Icicle | null>(() => {
    const nodes = this.answer.value;
    if (nodes === null) return null;
    const { id } = this.place;
    return layoutIcicle(
      nodes,
      Math.max(
        0,
        nodes.findIndex((node) => node.id === id),
      ),
    );
  });

  readonly selected = $derived.by<Cell | null>(() => {
    const { icicle } = this;
    const wanted = this.#selected;
    if (icicle === null || wanted === null) return null;
    const isWanted = (cell: Cell) => cell.rest === wanted.rest && icicle.nodes[cell.node].id === wanted.id;
    return icicle.rows.flat().find(isWanted) ?? null;
  });

  constructor(client: Client, snapshot: SnapshotId, listener: MapListener = {}) {
    this.#client = client;
    this.#listener = listener;
    this.#snapshot = snapshot;
  }

  get place(): Place {
    return this.trail.at(-1) ?? WHOLE;
  }

  ask(): void {
    const object = this.place.id;
    void this.answer.ask(
      async (signal) => (await this.#client.memoryMap({ snapshot: this.#snapshot, object }, { signal })).nodes,
    );
  }

  select(cell: Cell | null): void {
    this.#selected = cell === null ? null : { id: this.#node(cell)?.id ?? null, rest: cell.rest };
    if (cell !== null) this.#listener.onselect?.(cell);
  }

  /** Selects an object, where it is drawn. */
  choose(id: ObjectId | null): void {
    this.#selected = { id, rest: false };
  }

  /** Fills the picture with the last of these, which lie below each other in the one that fills it now. */
  enter(way: readonly Place[]): void {
    if (way.length > 0) this.#goTo([...this.trail, ...way], way.at(-1)?.id ?? null);
  }

  /** The same, from the whole on. */
  enterAt(way: readonly Place[]): void {
    this.#goTo([WHOLE, ...way], way.at(-1)?.id ?? null);
  }

  #goTo(trail: readonly Place[], selected: ObjectId | null): void {
    this.trail = trail;
    this.#selected = { id: selected, rest: false };
    this.ask();
    this.#listener.onplace?.();
  }

  /** True where there is more to see in it. */
  canZoom(cell: Cell): boolean {
    const node = this.#node(cell);
    return !cell.rest && cell.row > 0 && node !== undefined && node.retainedBytes > node.shallowBytes;
  }

  /** Fills the picture with the cell, which stays selected. */
  zoom(cell: Cell): void {
    if (!this.canZoom(cell)) return;
    const way: Place[] = [];
    let node = this.#node(cell);
    for (; node !== undefined && node.id !== this.place.id; node = this.icicle?.nodes[node.parent])
      way.unshift({ id: node.id, label: node.label });
    this.#goTo([...this.trail, ...way], way.at(-1)?.id ?? this.place.id);
  }

  /** Back to the place with this number in the trail; where one came from is selected. */
  backTo(index: number): void {
    const from = this.trail[index + 1];
    if (index < 0 || from === undefined) return;
    this.#goTo(this.trail.slice(0, index + 1), from.id);
  }

  up(): void {
    this.backTo(this.trail.length - 2);
  }

  #node(cell: Cell): MemoryMapNode | undefined {
    return this.icicle?.nodes[cell.node];
  }
}
