import type { Client, ModuleRow, TypeRow, TypeSort } from "../../shared/session/contract.ts";
import { Asked } from "./asked.svelte.ts";
import { ListState } from "./list.svelte.ts";
import type { OpenSnapshot } from "./open-snapshot.svelte.ts";

/** The list of types, and the type that uses most. */
export class TypesState {
  readonly list: ListState<TypeRow, TypeSort>;
  /** The same by module. */
  readonly modules: ListState<ModuleRow, TypeSort>;
  group = $state<"type" | "module">("type");
  readonly top = new Asked<TypeRow | null>();
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
    void this.top.ask(async (signal) => {
      const page = await client.types({ ...which, sort, filter: { text: "" }, offset: 0, limit: 1 }, { signal });
      return page.rows[0] ?? null;
    });
  }

  /** Fills in what each type keeps alive as soon as that is known. */
  update(holdersReady: boolean): void {
    if (holdersReady === this.#holdersKnown) return;
    this.#holdersKnown = holdersReady;
    this.list.refresh();
    this.modules.refresh();
  }
}
