import type {
  Client,
  ListedObject,
  ObjectRow,
  ObjectSitePage,
  ObjectSort,
  Spread,
  TypeRow,
} from "../../shared/session/contract.ts";
import type { Source } from "../../shared/types/route.ts";
import { Asked } from "./asked.svelte.ts";
import { ListState } from "./list.svelte.ts";
import type { OpenSnapshot } from "./open-snapshot.svelte.ts";

/** A list of objects, and what its headline says about them. */
export class ObjectsState {
  readonly list: ListState<ListedObject, ObjectSort>;
  /** For the objects of one type: what is known of the type. */
  readonly type = new Asked<TypeRow | null>();
  /** For what one object dominates, holds or is held by: that object. */
  readonly subject = new Asked<ObjectRow | null>();
  /** For the objects of one type: how their sizes are spread. */
  readonly sizes = new Asked<Spread>();
  /** For the objects of one type: the lines that allocated most of them; for those of one place: that place. */
  readonly sites = new Asked<ObjectSitePage>();
  readonly #client: Client;
  readonly #snapshot: OpenSnapshot;
  readonly #source: Source;
  #holdersKnown: boolean;

  constructor(client: Client, snapshot: OpenSnapshot, source: Source, filter = "") {
    this.#client = client;
    this.#snapshot = snapshot;
    this.#source = source;
    this.#holdersKnown = snapshot.holdersReady;
    const which = { snapshot: snapshot.info.snapshot, source };
    this.list = new ListState<ListedObject, ObjectSort>(
      (list, options) => client.objects({ ...which, ...list }, options),
      this.#bestSort(),
      filter,
    );
    this.#ask();
  }

  /** Stops what is under way: somebody looks at something else. */
  cancel(): void {
    for (const asked of [this.type, this.subject, this.sizes, this.sites]) asked.cancel();
    this.list.rows.cancel();
  }

  /** Better known, better ordered: by what they keep alive, unless the user has chosen an order. */
  update(holdersReady: boolean): void {
    if (holdersReady === this.#holdersKnown) return;
    this.#holdersKnown = holdersReady;
    this.list.suggestSort(this.#bestSort());
    this.#ask();
  }

  #bestSort() {
    const waits = this.#source.kind === "dominated";
    return { by: this.#holdersKnown || waits ? "retained" : "shallow", descending: true } as const;
  }

  #ask(): void {
    const source = this.#source;
    const { snapshot } = this.#snapshot.info;
    if (source.kind === "type") {
      const by = "size";
      void this.sizes.ask((signal) => this.#client.spread({ snapshot, source, by }, { signal }));
      const most = { by: "line", sort: { by: "count", descending: true }, filter: { text: "" }, offset: 0 } as const;
      void this.sites.ask((signal) => this.#client.objectSites({ snapshot, source, ...most, limit: 100 }, { signal }));
      void this.type.ask(async (signal) => {
        const sort = { by: "shallow", descending: true } as const;
        const ask = async (source: Source, text: string, limit: number) =>
          (await this.#client.types({ snapshot, source, sort, filter: { text }, offset: 0, limit }, { signal })).rows;
        const [row] = await ask(source, "", 1);
        if (row === undefined || row.retainedBytes !== null || !this.#holdersKnown) return row ?? null;
        // What all of a type keep alive together is known for types as a whole only.
        return (await ask({ kind: "all" }, row.type, 100)).find((each) => each.typeId === row.typeId) ?? row;
      });
    } else if (source.kind === "site") {
      const { by } = source;
      const one = { by, sort: { by: "count", descending: true }, filter: { text: "" }, offset: 0, limit: 1 } as const;
      void this.sites.ask((signal) => this.#client.objectSites({ snapshot, source, ...one }, { signal }));
    } else if ("object" in source && source.object !== null) {
      const { object } = source;
      void this.subject.ask((signal) => this.#client.object({ snapshot, object }, { signal }));
    }
  }
}

/** The list of objects of a dump, as it was left. */
export const objectsOf = (client: Client, snapshot: OpenSnapshot, source: Source): ObjectsState =>
  snapshot.keep(`objects ${JSON.stringify(source)}`, () => new ObjectsState(client, snapshot, source));
