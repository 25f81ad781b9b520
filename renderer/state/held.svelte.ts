import type { Client, HowHeld, SetSizes } from "../../shared/session/contract.ts";
import type { Source } from "../../shared/types/route.ts";
import { Asked } from "./asked.svelte.ts";
import type { OpenSnapshot } from "./open-snapshot.svelte.ts";

/** How all objects of a list are held, and what they keep alive together. */
export class HeldState {
  readonly held = new Asked<HowHeld>();
  readonly sizes = new Asked<SetSizes>();
  /** What the objects are called: their type, where they have one. */
  readonly name = new Asked<string>();
  readonly #ask: () => void;

  constructor(client: Client, snapshot: OpenSnapshot, source: Source) {
    const which = { snapshot: snapshot.info.snapshot, source, filter: { text: "" } };
    this.#ask = () => {
      void this.held.ask((signal) => client.howHeld(which, { signal }));
      void this.sizes.ask((signal) => client.sizes(which, { signal }));
      void this.name.ask(async (signal) => {
        const sort = { by: "count", descending: true } as const;
        const { total, rows } = await client.types({ ...which, sort, offset: 0, limit: 1 }, { signal });
        return total === 1 ? (rows[0]?.type ?? "") : "";
      });
    };
    this.#ask();
  }

  retry(): void {
    this.#ask();
  }
}
