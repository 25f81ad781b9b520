import type { Client, Series, SnapshotInfo } from "../../shared/session/contract.ts";
import { Asked } from "./asked.svelte.ts";

/** Several dumps in a row. All must have found their holders. */
export class SeriesState {
  readonly series = new Asked<Series>();
  readonly #ask: () => void;

  constructor(client: Client, dumps: readonly SnapshotInfo[]) {
    const snapshots = dumps.map(({ snapshot }) => snapshot);
    this.#ask = () => void this.series.ask((signal) => client.series({ snapshots }, { signal }));
    this.#ask();
  }

  retry(): void {
    this.#ask();
  }
}
