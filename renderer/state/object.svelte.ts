import type {
  Client,
  ObjectDetail,
  ReferenceRow,
  ReferenceSort,
  TypeRow,
  TypeSort,
} from "../../shared/session/contract.ts";
import type { ObjectId } from "../../shared/types/ids.ts";
import { Asked } from "./asked.svelte.ts";
import { ListState } from "./list.svelte.ts";
import type { OpenSnapshot } from "./open-snapshot.svelte.ts";

type References = ListState<ReferenceRow, ReferenceSort>;

/** Ways to look at an object. */
export type Pane = "attributes" | "heldBy" | "holds" | "groupsIn" | "groupsOut" | "keeps" | "facts";

/** One object: what is known of it, what it holds and what holds it. */
export class ObjectState {
  readonly detail = new Asked<ObjectDetail>();
  readonly holds: References;
  readonly heldBy: References;
  readonly attributes: References;
  /** What it keeps alive, by type. */
  readonly kept: ListState<TypeRow, TypeSort>;
  /** What is shown at the left and at the right of its screen. */
  left = $state<Pane>("heldBy");
  right = $state<Pane>("attributes");
  readonly #ask: () => void;
  #known: number;

  constructor(client: Client, snapshot: OpenSnapshot, object: ObjectId) {
    const { snapshot: id } = snapshot.info;
    const references = (kind: "referents" | "referrers"): References =>
      new ListState<ReferenceRow, ReferenceSort>(
        (list, options) => client.references({ snapshot: id, source: { kind, object }, ...list }, options),
        { by: "place", descending: false },
      );
    this.holds = references("referents");
    this.heldBy = references("referrers");
    this.attributes = new ListState<ReferenceRow, ReferenceSort>(
      ({ filter, offset, limit }, options) =>
        client.attributes({ snapshot: id, object, filter, offset, limit }, options),
      { by: "place", descending: false },
    );
    this.kept = new ListState<TypeRow, TypeSort>(
      (list, options) => client.types({ snapshot: id, source: { kind: "kept", object }, ...list }, options),
      { by: "shallow", descending: true },
    );
    this.#ask = () => void this.detail.ask((signal) => client.object({ snapshot: id, object }, { signal }));
    this.#known = snapshot.stagesDone;
    this.#ask();
  }

  retry(): void {
    this.#ask();
  }

  /** Asks again as more becomes known: what is kept alive, cycles. */
  update(stagesDone: number): void {
    if (stagesDone === this.#known) return;
    this.#known = stagesDone;
    this.#ask();
    this.holds.refresh();
    this.heldBy.refresh();
    this.attributes.refresh();
    this.kept.refresh();
  }
}
