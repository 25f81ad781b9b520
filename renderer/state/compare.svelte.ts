import type {
  Client,
  CompareAllocationPage,
  CompareTypeRow,
  CompareTypeSort,
  Comparison,
  Growth,
} from "../../shared/session/contract.ts";
import type { ObjectId } from "../../shared/types/ids.ts";
import { Asked } from "./asked.svelte.ts";
import { ListState } from "./list.svelte.ts";
import type { OpenSnapshot } from "./open-snapshot.svelte.ts";

/** Holders that are asked for: more than anyone reads. */
const HOLDERS = 200;
const PLACES = 12;

export type CompareAllocationsState = Asked<CompareAllocationPage>;

/** Two dumps side by side. Both must have found their holders. */
export class CompareState {
  readonly comparison = new Asked<Comparison>();
  readonly growth = new Asked<Growth>();
  /** Places that allocated: those that grew most. */
  readonly places: CompareAllocationsState = new Asked<CompareAllocationPage>();
  readonly types: ListState<CompareTypeRow, CompareTypeSort>;
  /** The holder whose path is shown. */
  holder = $state<ObjectId | null>(null);
  allHolders = $state(false);
  readonly #ask: () => void;

  constructor(client: Client, after: OpenSnapshot, before: OpenSnapshot) {
    const pair = { snapshot: after.info.snapshot, before: before.info.snapshot };
    this.types = new ListState<CompareTypeRow, CompareTypeSort>(
      (list, options) => client.compareTypes({ ...pair, ...list }, options),
      { by: "deltaBytes", descending: true },
    );
    this.#ask = () => {
      void this.comparison.ask((signal) => client.compare(pair, { signal }));
      void this.places.ask((signal) =>
        client.compareAllocations(
          {
            ...pair,
            by: "line",
            sort: { by: "deltaBytes", descending: true },
            filter: { text: "" },
            offset: 0,
            limit: PLACES,
          },
          { signal },
        ),
      );
      void this.growth.ask((signal) =>
        client.growth(
          { ...pair, sort: { by: "growth", descending: true }, filter: { text: "" }, offset: 0, limit: HOLDERS },
          { signal },
        ),
      );
    };
    this.#ask();
  }

  retry(): void {
    this.#ask();
    this.types.refresh();
  }
}
