import type { Client, ObjectDetail, WhyAlive } from "../../shared/session/contract.ts";
import type { ObjectId } from "../../shared/types/ids.ts";
import { Asked } from "./asked.svelte.ts";
import { CutState } from "./cut.svelte.ts";
import type { OpenSnapshot } from "./open-snapshot.svelte.ts";

/** Ways that are asked for: more than one reads, and enough for a picture. */
const PATHS = 8;

/** Why one object is alive, with the holders that the user wants left out. */
export class WhyState {
  readonly answer = new Asked<WhyAlive>();
  readonly detail = new Asked<ObjectDetail>();
  readonly cut: CutState;
  /** Whether ways through frames count, and whether ways to weak references are shown. */
  frames = $state(true);
  weak = $state(false);
  readonly #client: Client;
  readonly #which: { readonly snapshot: OpenSnapshot["info"]["snapshot"]; readonly object: ObjectId };
  #asked: string | null = null;

  constructor(client: Client, snapshot: OpenSnapshot, object: ObjectId) {
    this.#client = client;
    this.cut = new CutState(client, snapshot.info.snapshot);
    this.#which = { snapshot: snapshot.info.snapshot, object };
  }

  /** Asks, unless this was the last question. `stagesDone`: sizes fill in as they become known. */
  ask(ignore: readonly ObjectId[], stagesDone: number): void {
    const { frames, weak } = this;
    const question = `${stagesDone} ${frames} ${weak} ${ignore.join()}`;
    if (question === this.#asked) return;
    this.#asked = question;
    void this.answer.ask((signal) =>
      this.#client.why({ ...this.#which, paths: PATHS, ignore, frames, weak }, { signal }),
    );
    void this.detail.ask((signal) => this.#client.object(this.#which, { signal }));
  }

  retry(ignore: readonly ObjectId[], stagesDone: number): void {
    this.#asked = null;
    this.ask(ignore, stagesDone);
  }
}
