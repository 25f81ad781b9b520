import type { Client, CutLink } from "../../shared/session/contract.ts";
import type { ObjectId, SnapshotId } from "../../shared/types/ids.ts";
import { Asked } from "./asked.svelte.ts";

/** A reference from one object to another. */
export interface Link {
  readonly from: ObjectId;
  readonly to: ObjectId;
}

/** The link of which a person asks what would go without it; one at a time. */
export class CutState {
  readonly answer = new Asked<CutLink>();
  link = $state.raw<Link | null>(null);
  readonly #ask: (link: Link) => void;

  constructor(client: Client, snapshot: SnapshotId) {
    this.#ask = (link) => void this.answer.ask((signal) => client.cut({ snapshot, ...link }, { signal }));
  }

  /** Asks about the link, or no longer where it is the one that was asked about. */
  toggle(link: Link): void {
    const wasAsked = this.isAt(link);
    this.close();
    if (wasAsked) return;
    this.link = link;
    this.answer.value = null;
    this.#ask(link);
  }

  isAt = ({ from, to }: Link): boolean => this.link?.from === from && this.link.to === to;

  retry(): void {
    if (this.link !== null) this.#ask(this.link);
  }

  close(): void {
    this.answer.cancel();
    this.link = null;
  }
}
