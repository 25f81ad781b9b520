import type { Client, CyclePage, CycleRow, CycleSort } from "../../shared/session/contract.ts";
import { ListState } from "./list.svelte.ts";
import type { OpenSnapshot } from "./open-snapshot.svelte.ts";

export type CycleTotals = Pick<CyclePage, "total" | "cycles" | "waiting" | "held">;

type Kind = "data" | "code";
type Shown = { readonly of: Kind; readonly grouped: boolean };

/** The reference cycles of a dump: those that a person can act on, or those of which Python is built; like ones in one row. */
export class CyclesState {
  of = $state<Kind>("data");
  grouped = $state(true);
  readonly #lists: ReadonlyMap<string, ListState<CycleRow, CycleSort>>;
  #totals = $state.raw<Readonly<Record<string, CycleTotals>>>({});

  constructor(client: Client, { info }: OpenSnapshot) {
    const listOf = (shown: Shown) =>
      new ListState<CycleRow, CycleSort>(
        async (list, options) => {
          const page = await client.cycles(
            { snapshot: info.snapshot, source: { kind: "all" }, ...shown, ...list },
            options,
          );
          if (list.filter.text === "") this.#totals = { ...this.#totals, [keyOf(shown)]: page };
          return page;
        },
        { by: "retained", descending: true },
      );
    this.#lists = new Map(SHOWN.map((shown) => [keyOf(shown), listOf(shown)]));
  }

  get list(): ListState<CycleRow, CycleSort> {
    return this.#lists.get(keyOf(this)) as ListState<CycleRow, CycleSort>; // sound: the constructor made all four
  }

  /** Of all cycles of this kind, whatever the filter; null until the first answer. */
  get totals(): CycleTotals | null {
    return this.#totals[keyOf(this)] ?? null;
  }

  get chosen(): CycleRow | undefined {
    return this.list.rows.row(this.list.active);
  }
}

const keyOf = ({ of, grouped }: Shown): string => `${of} ${grouped}`;

const SHOWN: readonly Shown[] = [
  { of: "data", grouped: true },
  { of: "data", grouped: false },
  { of: "code", grouped: true },
  { of: "code", grouped: false },
];
