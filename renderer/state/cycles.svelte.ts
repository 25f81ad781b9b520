import type { Client, CyclePage, CycleRow, CycleSort } from "../../shared/session/contract.ts";
import { ListState } from "./list.svelte.ts";
import type { OpenSnapshot } from "./open-snapshot.svelte.ts";

export type CycleTotals = Pick<CyclePage, "total" | "waiting" | "held">;

type Kind = "data" | "code";

/** The reference cycles of a dump: those that a person can act on, or those of which Python is built. */
export class CyclesState {
  of = $state<Kind>("data");
  readonly #lists: Readonly<Record<Kind, ListState<CycleRow, CycleSort>>>;
  #totals = $state.raw<Partial<Record<Kind, CycleTotals>>>({});

  constructor(client: Client, { info }: OpenSnapshot) {
    const listOf = (of: Kind) =>
      new ListState<CycleRow, CycleSort>(
        async (list, options) => {
          const page = await client.cycles({ snapshot: info.snapshot, source: { kind: "all" }, of, ...list }, options);
          if (list.filter.text === "") this.#totals = { ...this.#totals, [of]: page };
          return page;
        },
        { by: "retained", descending: true },
      );
    this.#lists = { data: listOf("data"), code: listOf("code") };
  }

  get list(): ListState<CycleRow, CycleSort> {
    return this.#lists[this.of];
  }

  /** Of all cycles of this kind, whatever the filter; null until the first answer. */
  get totals(): CycleTotals | null {
    return this.#totals[this.of] ?? null;
  }

  get chosen(): CycleRow | undefined {
    return this.list.rows.row(this.list.active);
  }
}
