import type {
  AllocationPage,
  AllocationRow,
  AllocationSort,
  Client,
  SiteGrouping,
} from "../../shared/session/contract.ts";
import { ListState } from "./list.svelte.ts";
import type { OpenSnapshot } from "./open-snapshot.svelte.ts";

/** The places that allocated memory, put together in one way. */
export class AllocationsState {
  readonly list: ListState<AllocationRow, AllocationSort>;
  /** The first page of all places, whatever is typed into the filter: what the headline tells. */
  all = $state.raw<AllocationPage | null>(null);

  constructor(client: Client, snapshot: OpenSnapshot, by: SiteGrouping) {
    const of = { snapshot: snapshot.info.snapshot, by };
    this.list = new ListState<AllocationRow, AllocationSort>(
      async (list, options) => {
        const page = await client.allocations({ ...of, ...list }, options);
        if (list.filter.text === "" && list.offset === 0 && (this.all === null || list.sort.by === "bytes")) {
          if (list.sort.descending) this.all = page;
        }
        return page;
      },
      { by: "bytes", descending: true },
    );
  }
}
