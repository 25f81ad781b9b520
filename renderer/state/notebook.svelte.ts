import type { Client, NoteRow, SetRow, SnapshotInfo } from "../../shared/session/contract.ts";
import { type Failure, toFailure } from "../../shared/types/failure.ts";
import type { ObjectId } from "../../shared/types/ids.ts";
import type { Source } from "../../shared/types/route.ts";

const TYPING_PAUSE = 500;

/** What somebody has kept of one dump: object sets, and notes as they are being written. */
export class NotebookState {
  notes = $state.raw<ReadonlyMap<ObjectId, NoteRow>>(new Map());
  sets = $state.raw<readonly SetRow[]>([]);
  /** False until both are there for the first time. */
  known = $state(false);
  failure = $state.raw<Failure | null>(null);
  /** The set that was removed last, until something else happens to the sets. */
  removed = $state.raw<SetRow | null>(null);
  readonly #client: Client;
  readonly #info: SnapshotInfo;
  readonly #drafts = new Map<ObjectId, NoteDraft>();

  constructor(client: Client, info: SnapshotInfo) {
    this.#client = client;
    this.#info = info;
    void this.load();
  }

  /** Also what another window has written meanwhile. */
  async load(): Promise<void> {
    const { snapshot } = this.#info;
    await this.#try(async () => {
      const [sets, notes] = await Promise.all([this.#client.sets({ snapshot }), this.#client.notes({ snapshot })]);
      this.sets = sets.rows;
      this.notes = new Map(notes.rows.map((row) => [row.id, row]));
      this.known = true;
      for (const [object, draft] of this.#drafts) draft.learn(this.notes.get(object)?.text ?? "");
    });
  }

  /** The note about an object, as it is being written. */
  draft(object: ObjectId): NoteDraft {
    const known = this.#drafts.get(object);
    if (known !== undefined) return known;
    const { snapshot } = this.#info;
    const draft = new NoteDraft(async (text, base) => {
      const saved = await this.#client.saveNote({ snapshot, object, text, base });
      void this.load(); // the lists show it too
      return saved.text;
    });
    draft.learn(this.notes.get(object)?.text ?? "");
    this.#drafts.set(object, draft);
    return draft;
  }

  /** Null where it could not be kept; `failure` says why. */
  async keep(name: string, source: Source, filter: string): Promise<SetRow | null> {
    let kept: SetRow | null = null;
    await this.#try(async () => {
      const { snapshot } = this.#info;
      kept = await this.#client.keepSet({ snapshot, name, source, filter: { text: filter } });
    });
    await this.load();
    return kept;
  }

  async change(set: SetRow, change: { name?: string; note?: string; removed?: boolean }): Promise<void> {
    this.removed = null;
    await this.#try(async () => {
      const { name = set.name, note = set.note, removed = false } = change;
      const request = { snapshot: this.#info.snapshot, set: set.set, name, note, base: set.note, removed };
      const changed = await this.#client.changeSet(request);
      if (removed) this.removed = changed;
    });
    await this.load();
  }

  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.failure = null;
    } catch (thrown) {
      const failure = toFailure(thrown);
      if (failure.code !== "cancelled") this.failure = failure;
    }
  }
}

/** One note while somebody writes it: saved by itself after each pause, joined with what another window writes. */
export class NoteDraft {
  text = $state("");
  state = $state<"saved" | "changed" | "saving">("saved");
  failure = $state.raw<Failure | null>(null);
  #base = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #save: (text: string, base: string) => Promise<string>;

  constructor(save: (text: string, base: string) => Promise<string>) {
    this.#save = save;
  }

  /** What is stored now. It is taken over unless somebody is writing: then saving joins the two. */
  learn(stored: string): void {
    if (this.state !== "saved") return;
    this.text = stored;
    this.#base = stored;
  }

  write(text: string): void {
    this.text = text;
    this.state = "changed";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), TYPING_PAUSE);
  }

  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.state !== "changed") return;
    const sent = this.text;
    this.state = "saving";
    try {
      const stored = await this.#save(sent, this.#base);
      this.failure = null;
      if (this.text === sent) this.text = stored;
      else if (this.text.startsWith(sent)) this.text = stored + this.text.slice(sent.length);
      // Else the text was changed all over meanwhile: it is saved against the old base, and joined.
      const rebased = this.text.startsWith(stored);
      if (rebased) this.#base = stored;
      this.state = this.text === stored ? "saved" : "changed";
    } catch (thrown) {
      this.failure = toFailure(thrown);
      this.state = "changed";
      return; // what is written stays here; the next change, or leaving the field, tries again
    }
    if (this.state === "changed") this.#timer = setTimeout(() => void this.flush(), TYPING_PAUSE);
  }
}
