import type { Client, ModuleRow, Spread, TypeRow, TypeSort } from "../../shared/session/contract.ts";
import type { TypeId } from "../../shared/types/ids.ts";
import type { TypeGroup } from "../../shared/types/route.ts";
import { Asked } from "./asked.svelte.ts";
import { ListState } from "./list.svelte.ts";
import type { OpenSnapshot } from "./open-snapshot.svelte.ts";
import { SitesState } from "./sites.svelte.ts";

/** As many as a link can name. */
export const MOST_CHOSEN = 1000;

/** The list of types, and the type that uses most. */
export class TypesState {
  readonly list: ListState<TypeRow, TypeSort>;
  /** The same by module. */
  readonly modules: ListState<ModuleRow, TypeSort>;
  /** All objects by the line that allocated them; asked for when it is first shown. */
  sites = $state.raw<SitesState | null>(null);
  /** All objects by their size, or by generation, where these are shown. */
  readonly spread = new Asked<Spread>();
  #spreadBy: TypeGroup | null = null;
  readonly #makeSites: (filter: string) => SitesState;
  readonly #askSpread: (by: "size" | "generation") => void;
  readonly top = new Asked<TypeRow | null>();
  /** The types that were selected, to look at their objects together. */
  chosen = $state.raw<ReadonlyMap<TypeId, TypeRow>>(new Map());
  readonly choosing = new Asked<null>();
  readonly #askAll: (signal: AbortSignal) => Promise<readonly TypeRow[]>;
  #holdersKnown: boolean;

  constructor(client: Client, snapshot: OpenSnapshot, filter: string) {
    const which = { snapshot: snapshot.info.snapshot, source: { kind: "all" } } as const;
    const sort = { by: "shallow", descending: true } as const;
    this.#holdersKnown = snapshot.holdersReady;
    this.list = new ListState<TypeRow, TypeSort>(
      (list, options) => client.types({ ...which, ...list }, options),
      sort,
      filter,
    );
    this.modules = new ListState<ModuleRow, TypeSort>(
      (list, options) => client.modules({ snapshot: snapshot.info.snapshot, ...list }, options),
      sort,
      filter,
    );
    this.#makeSites = (filter) => new SitesState(client, snapshot, filter);
    this.#askSpread = (by) => void this.spread.ask((signal) => client.spread({ ...which, by }, { signal }));
    this.#askAll = async (signal) => {
      const { sort, applied } = this.list;
      return (
        await client.types({ ...which, sort, filter: { text: applied }, offset: 0, limit: MOST_CHOSEN }, { signal })
      ).rows;
    };
    void this.top.ask(async (signal) => {
      const page = await client.types({ ...which, sort, filter: { text: "" }, offset: 0, limit: 1 }, { signal });
      return page.rows[0] ?? null;
    });
  }

  /** Gets what a grouping shows, as its filter lets it through; null: one row a type. */
  show(group: TypeGroup | null, filter: string): void {
    if (group === null || group === "module") {
      this.list.applyFilter(filter);
      this.modules.applyFilter(filter);
    } else if (group === "line") {
      this.sites ??= this.#makeSites(filter);
      this.sites.list.applyFilter(filter);
    } else if (group !== this.#spreadBy) this.retrySpread(group);
  }

  /** What is typed into the filter of a grouping; each kind of row has its own. */
  filterOf(group: TypeGroup | null): string {
    if (group === "line") return this.sites?.list.filter ?? "";
    return group === null || group === "module" ? this.list.filter : "";
  }

  retrySpread(by: "size" | "generation"): void {
    this.#spreadBy = by;
    this.spread.value = null;
    this.#askSpread(by);
  }

  choose(row: TypeRow): void {
    const chosen = new Map(this.chosen);
    if (!chosen.delete(row.typeId) && chosen.size < MOST_CHOSEN) chosen.set(row.typeId, row);
    this.chosen = chosen;
  }

  /** All that the filter lets through. */
  async chooseAll(): Promise<void> {
    await this.choosing.ask(async (signal) => {
      const rows = await this.#askAll(signal);
      this.chosen = new Map(rows.map((row) => [row.typeId, row]));
      return null;
    });
  }

  chooseNone(): void {
    this.chosen = new Map();
  }

  /** Fills in what each type keeps alive as soon as that is known. */
  update(holdersReady: boolean): void {
    if (holdersReady === this.#holdersKnown) return;
    this.#holdersKnown = holdersReady;
    this.list.refresh();
    this.modules.refresh();
    this.sites?.list.refresh();
  }
}
