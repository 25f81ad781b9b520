import type {
  Client,
  StackDetail,
  StackInfo,
  StackKind,
  StackPage,
  StackRef,
  StackRow,
  StackSort,
} from "../../shared/session/contract.ts";
import { ListState } from "./list.svelte.ts";
import type { OpenSnapshot } from "./open-snapshot.svelte.ts";

/** Threads, tasks and generators of a dump, of one kind or all. */
export class StacksState {
  readonly list: ListState<StackInfo, StackSort>;
  of = $state<StackKind | null>(null);
  /** Of all stacks, whatever is listed; null until the first answer. */
  all = $state.raw<StackPage | null>(null);
  #known: boolean;

  constructor(client: Client, snapshot: OpenSnapshot) {
    this.#known = snapshot.holdersReady;
    this.list = new ListState<StackInfo, StackSort>(
      async (list, options) => {
        const page = await client.stacks({ snapshot: snapshot.info.snapshot, of: this.of, ...list }, options);
        this.all = page;
        return page;
      },
      { by: "retained", descending: true },
    );
  }

  show(of: StackKind | null): void {
    this.of = of;
    this.list.top = 0;
    this.list.active = 0;
    this.list.refresh();
  }

  /** Asks again once it is known what each keeps alive. */
  update(holdersReady: boolean): void {
    if (holdersReady === this.#known) return;
    this.#known = holdersReady;
    this.list.refresh();
  }
}

/** One stack, line by line. */
export class StackState {
  readonly list: ListState<StackRow, "place">;
  stack = $state.raw<StackDetail["stack"] | null>(null);
  #known: boolean;

  constructor(client: Client, snapshot: OpenSnapshot, { of, number }: StackRef) {
    this.#known = snapshot.holdersReady;
    this.list = new ListState<StackRow, "place">(
      async ({ offset, limit }, options) => {
        const part = { snapshot: snapshot.info.snapshot, of, number, offset, limit };
        const page = await client.stack(part, options);
        this.stack = page.stack;
        return page;
      },
      { by: "place", descending: false },
    );
  }

  update(holdersReady: boolean): void {
    if (holdersReady === this.#known) return;
    this.#known = holdersReady;
    this.list.refresh();
  }
}
