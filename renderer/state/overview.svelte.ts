import type { Client, Overview, TypeRow } from "../../shared/session/contract.ts";
import { Asked } from "./asked.svelte.ts";
import { MemoryMapState } from "./memory-map.svelte.ts";
import type { OpenSnapshot } from "./open-snapshot.svelte.ts";

const TOP_TYPES = 5;

/** The largest types, by their own size until it is known what they keep alive. */
export interface TopTypes {
  readonly by: "retained" | "shallow";
  readonly rows: readonly TypeRow[];
}

/** The first screen of a dump: the largest types at once, all else as soon as it is known who holds what. */
export class OverviewState {
  readonly overview = new Asked<Overview>();
  readonly types = new Asked<TopTypes>();
  readonly map: MemoryMapState;
  readonly #client: Client;
  readonly #snapshot: OpenSnapshot;
  #holdersKnown = false;

  constructor(client: Client, snapshot: OpenSnapshot) {
    this.#client = client;
    this.#snapshot = snapshot;
    this.map = new MemoryMapState(client, snapshot.info.snapshot);
    this.#askTypes();
  }

  /** Not asked for before it can be answered: a browser has few connections, and each open question takes one. */
  update(holdersReady: boolean): void {
    if (!holdersReady || this.#holdersKnown) return;
    this.#holdersKnown = true;
    this.ask();
    this.map.ask();
    this.#askTypes();
  }

  ask(): void {
    const { snapshot } = this.#snapshot.info;
    void this.overview.ask((signal) => this.#client.overview({ snapshot }, { signal }));
  }

  #askTypes(): void {
    const { snapshot } = this.#snapshot.info;
    const by = this.#holdersKnown ? "retained" : "shallow";
    void this.types.ask(async (signal) => {
      const sort = { by, descending: true } as const;
      const list = { source: { kind: "all" }, sort, filter: { text: "" }, offset: 0, limit: TOP_TYPES } as const;
      return { by, rows: (await this.#client.types({ snapshot, ...list }, { signal })).rows };
    });
  }
}
