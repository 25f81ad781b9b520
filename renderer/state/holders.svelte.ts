import type { BigDrop, Client, HolderGroup, ObjectRow } from "../../shared/session/contract.ts";
import type { ObjectId } from "../../shared/types/ids.ts";
import { Asked } from "./asked.svelte.ts";
import { HolderTree } from "./holder-tree.svelte.ts";
import { type Cell, wayToCell } from "./icicle.ts";
import { isFound, type PaintBy } from "./map-paint.ts";
import { MemoryMapState, type Place } from "./memory-map.svelte.ts";
import type { OpenSnapshot } from "./open-snapshot.svelte.ts";

export type GroupBy = "tree" | "type" | "module";

/** The biggest holders, as a map and a table that show the same place and the same current object. */
export class HoldersState {
  readonly map: MemoryMapState;
  readonly tree: HolderTree;
  readonly groups = new Asked<readonly HolderGroup[]>();
  readonly drop = new Asked<BigDrop>();
  /** The first row of all, whatever the table shows now: for the headline. */
  biggest = $state.raw<ObjectRow>();
  by = $state<GroupBy>("tree");
  paintBy = $state<PaintBy>("family");
  find = $state("");
  /** True once the place that was asked for is shown. */
  settled = $state(false);
  readonly #client: Client;
  readonly #snapshot: OpenSnapshot["info"]["snapshot"];
  #begun = false;
  #wanted: ObjectId | null = null;

  /** What a search through the map finds, as it is drawn: from the top, and from left to right. */
  readonly found = $derived.by<readonly Cell[]>(() => {
    const { icicle } = this.map;
    if (icicle === null || this.find.trim() === "") return [];
    return icicle.rows.flat().filter((cell) => !cell.rest && isFound(icicle.nodes[cell.node], this.find));
  });

  constructor(client: Client, snapshot: OpenSnapshot) {
    this.#client = client;
    this.#snapshot = snapshot.info.snapshot;
    this.tree = new HolderTree(client, this.#snapshot, (row) => this.map.choose(row.object.id));
    this.map = new MemoryMapState(client, this.#snapshot, {
      onselect: (cell) => this.#reveal(cell),
      onplace: () => this.#arrive(),
    });
  }

  /** Shows this place, once it is known who holds what. */
  update(holdersReady: boolean, object: ObjectId | null): void {
    if (!holdersReady) return;
    if (this.#begun && (object === this.map.place.id || object === this.#wanted)) return;
    this.#wanted = object;
    if (object === null) {
      const first = !this.#begun;
      this.#begun = true;
      if (first) {
        this.map.ask();
        this.#arrive();
      } else this.map.backTo(0);
      return;
    }
    this.#begun = true;
    this.settled = false;
    void this.#go(object);
  }

  /** Down to an object that the table shows. */
  zoomTo(index: number): void {
    this.map.enter(this.tree.wayTo(index).map(({ object }) => ({ id: object.id, label: object.label })));
  }

  /** From the current row down to where the bytes are spread. */
  async dropFrom(index: number): Promise<void> {
    const way = this.tree.wayTo(index).map(({ object }): Place => ({ id: object.id, label: object.label }));
    const object = way.at(-1)?.id ?? this.map.place.id;
    await this.drop.ask((signal) => this.#client.bigDrop({ snapshot: this.#snapshot, object }, { signal }));
    const to = this.drop.value?.to;
    if (to) this.map.enter([...way, { id: to.id, label: to.label }]);
  }

  /** Down to an object that may not be in the table. */
  goTo(object: ObjectId): void {
    void this.#go(object);
  }

  group(by: GroupBy): void {
    this.by = by;
    this.#askGroups();
  }

  nextFound(): void {
    const { selected } = this.map;
    const at = selected === null ? -1 : this.found.indexOf(selected);
    const next = this.found[at + 1] ?? this.found[0];
    if (next !== undefined) this.map.select(next);
  }

  async #go(object: ObjectId): Promise<void> {
    const detail = await this.#client.object({ snapshot: this.#snapshot, object }).catch(() => null);
    if (detail === null) return this.update(true, null);
    this.map.enterAt([...detail.holders, detail].map(({ id, label }) => ({ id, label })));
  }

  #arrive(): void {
    this.settled = true;
    this.#wanted = this.map.place.id;
    this.tree.applied = "";
    this.tree.begin(this.map.place.id);
    this.#askGroups();
  }

  #askGroups(): void {
    const { by } = this;
    if (by === "tree") return;
    const object = this.map.place.id;
    this.groups.value = null;
    void this.groups.ask(
      async (signal) => (await this.#client.holderGroups({ snapshot: this.#snapshot, object, by }, { signal })).rows,
    );
  }

  /** The table shows the cell that was selected in the map; of the smaller ones in a parent, the first. */
  #reveal(cell: Cell): void {
    const { icicle } = this.map;
    if (icicle === null || cell.row === 0) return;
    this.tree.show(wayToCell(icicle, cell));
  }
}
