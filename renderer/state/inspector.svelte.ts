import type { Client, Neighbours, ObjectRow, WayBetween } from "../../shared/session/contract.ts";
import type { ObjectId } from "../../shared/types/ids.ts";
import { Asked } from "./asked.svelte.ts";
import type { Pane } from "./object.svelte.ts";
import type { OpenSnapshot } from "./open-snapshot.svelte.ts";

const KEY = "inspector";

/** Whether screens show the chosen object beside them. Remembered for the next visit. */
class Dock {
  pane = $state<Pane>("attributes");
  open = $state(localStorage.getItem(KEY) === "open");

  toggle(): void {
    this.open = !this.open;
    localStorage.setItem(KEY, this.open ? "open" : "closed");
  }
}

export const dock = new Dock();

/** The object that somebody pinned, and the way from it to another one. */
export class Pin {
  object = $state.raw<ObjectRow | null>(null);
}

const pins = new WeakMap<OpenSnapshot, Pin>();

/** Each dump has one. */
export function pinOf(snapshot: OpenSnapshot): Pin {
  const known = pins.get(snapshot) ?? new Pin();
  pins.set(snapshot, known);
  return known;
}

/** What is asked about one object only when its pane is shown. */
export class PaneState {
  readonly groups = new Asked<Neighbours>();
  readonly way = new Asked<WayBetween>();

  readonly #client: Client;
  readonly #snapshot: OpenSnapshot;
  readonly #object: ObjectId;

  constructor(client: Client, snapshot: OpenSnapshot, object: ObjectId) {
    this.#client = client;
    this.#snapshot = snapshot;
    this.#object = object;
  }

  askGroups(direction: "referents" | "referrers"): void {
    const { snapshot } = this.#snapshot.info;
    const which = { snapshot, object: this.#object, direction, group: null, offset: 0, limit: 3 };
    void this.groups.ask((signal) => this.#client.neighbours(which, { signal }));
  }

  askWay(from: ObjectId): void {
    const { snapshot } = this.#snapshot.info;
    void this.way.ask((signal) => this.#client.between({ snapshot, from, to: this.#object }, { signal }));
  }
}
