import type { Client, ObjectSitePage, ObjectSiteRow, TypeSort } from "../../shared/session/contract.ts";
import { ListState } from "./list.svelte.ts";
import type { OpenSnapshot } from "./open-snapshot.svelte.ts";

/** All objects by the line that allocated them. */
export class SitesState {
  readonly list: ListState<ObjectSiteRow, TypeSort>;
  /** The last answer: whether the dump was traced, and what has no place. */
  page = $state.raw<ObjectSitePage | null>(null);

  constructor(client: Client, snapshot: OpenSnapshot, filter = "") {
    const of = { snapshot: snapshot.info.snapshot, source: { kind: "all" }, by: "line" } as const;
    this.list = new ListState<ObjectSiteRow, TypeSort>(
      async (list, options) => {
        this.page = await client.objectSites({ ...of, ...list }, options);
        return this.page;
      },
      { by: "shallow", descending: true },
      filter,
    );
  }
}
