import type { Client, DominatorGroup, HowHeld, SetSizes } from "../../shared/session/contract.ts";
import type { Source } from "../../shared/types/route.ts";
import { Asked } from "./asked.svelte.ts";
import type { OpenSnapshot } from "./open-snapshot.svelte.ts";

/** How all objects of a list are held, and what they keep alive together. */
export class HeldState {
  readonly held = new Asked<HowHeld>();
  readonly sizes = new Asked<SetSizes>();
  /** What the objects are called: their type, where they have one. */
  readonly name = new Asked<string>();
  /** Who holds them directly: the objects without which one of them would be gone. */
  readonly groups = new Asked<readonly DominatorGroup[]>();
  by = $state<"type" | "module">("type");
  readonly #ask: () => void;
  readonly #askGroups: () => void;

  constructor(client: Client, snapshot: OpenSnapshot, source: Source) {
    const which = { snapshot: snapshot.info.snapshot, source, filter: { text: "" } };
    this.#askGroups = () => {
      const { snapshot, source } = which;
      const { by } = this;
      void this.groups.ask(async (signal) => (await client.dominatorsOf({ snapshot, source, by }, { signal })).rows);
    };
    this.#ask = () => {
      this.#askGroups();
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

  groupBy(by: "type" | "module"): void {
    this.by = by;
    this.#askGroups();
  }

  retry(): void {
    this.#ask();
  }
}
