import { untrack } from "svelte";
import type {
  Advice,
  Client,
  SnapshotInfo,
  Stage,
  StageStatus,
  Status,
  Summary,
} from "../../shared/session/contract.ts";
import { type Failure, toFailure } from "../../shared/types/failure.ts";
import type { Route } from "../../shared/types/route.ts";
import { Asked } from "./asked.svelte.ts";
import { NotebookState } from "./notebook.svelte.ts";

const KEPT_VIEWS = 24;
const NO_STAGES: readonly StageStatus[] = [];

interface KeptView<View> {
  readonly view: View;
  forget(): void;
}

/** Of no screen's lifetime: what is derived within a screen would stop to follow once that screen is gone. */
function keptView<View>(make: () => View): KeptView<View> {
  let view: View | undefined;
  const forget = $effect.root(() => {
    view = untrack(make);
  });
  return { view: view as View, forget }; // sound: the root has run
}

/** One open dump: how far its analysis is, its summary, and its screens as the user left them. */
export class OpenSnapshot {
  readonly info: SnapshotInfo;
  readonly summary = new Asked<Summary>();
  /** How many reference cycles there are that a person can act on. */
  readonly cycles = new Asked<number>();
  /** What is wrong with the heap. */
  readonly advice = new Asked<Advice>();
  readonly notebook: NotebookState;
  /** True once its file was seen to be overwritten. */
  changed = $state(false);
  /** The screen that was last shown of it: where its tab leads. */
  left = $state.raw<Route>();
  #status = $state.raw<Status | null>(null);
  readonly stages = $derived(this.#status?.stages ?? NO_STAGES);
  /** Why the analysis stopped early; what is ready stays usable. */
  readonly failure = $derived<Failure | null>(this.#status?.failure ?? null);
  readonly analysed = $derived(this.stages.length > 0 && this.stages.every((stage) => stage.state === "done"));
  readonly stagesDone = $derived(this.stages.filter((stage) => stage.state === "done").length);
  readonly holdersReady = $derived(this.#isDone("dominators"));
  readonly cyclesReady = $derived(this.#isDone("cycles"));
  readonly #client: Client;
  readonly #closed = new AbortController();
  #cyclesAsked = false;
  readonly #views = new Map<string, KeptView<unknown>>();

  constructor(info: SnapshotInfo, client: Client) {
    this.info = info;
    this.#client = client;
    this.notebook = new NotebookState(client, info);
    this.askSummary();
    void this.#watch();
  }

  askSummary(): void {
    void this.summary.ask((signal) => this.#client.summary({ snapshot: this.info.snapshot }, { signal }));
  }

  /** Once they are known; later calls do nothing. */
  askCycles(): void {
    if (!this.cyclesReady || this.#cyclesAsked) return;
    this.#cyclesAsked = true;
    const request = {
      of: "data",
      grouped: true,
      source: { kind: "all" },
      filter: { text: "" },
      offset: 0,
      limit: 1,
    } as const;
    const sort = { by: "retained", descending: true } as const;
    void this.cycles.ask(
      async (signal) =>
        (await this.#client.cycles({ snapshot: this.info.snapshot, sort, ...request }, { signal })).cycles,
    );
  }

  /** Once the cycles are known; later calls do nothing unless the answer failed. */
  askAdvice(): void {
    const { value, loading, failure } = this.advice;
    if (!this.cyclesReady || value !== null || loading || failure !== null) return;
    this.retryAdvice();
  }

  retryAdvice(): void {
    void this.advice.ask((signal) => this.#client.advise({ snapshot: this.info.snapshot }, { signal }));
  }

  /** The screen's state from the last visit, or a new one. */
  keep<View>(key: string, make: () => View): View {
    const known = this.#views.get(key) as KeptView<View> | undefined; // sound: a key is used with one class only
    const kept = known ?? keptView(make);
    this.#views.delete(key);
    this.#views.set(key, kept);
    for (const [oldest, { forget }] of this.#views) {
      if (this.#views.size <= KEPT_VIEWS) break;
      this.#views.delete(oldest);
      forget();
    }
    return kept.view;
  }

  /** Stops asking; the session itself is told by the caller. */
  dispose(): void {
    this.#closed.abort();
    for (const { forget } of this.#views.values()) forget();
    this.summary.cancel();
    this.cycles.cancel();
    this.advice.cancel();
  }

  #isDone(stage: Stage): boolean {
    return this.stages.some((each) => each.stage === stage && each.state === "done");
  }

  async #watch(): Promise<void> {
    const { signal } = this.#closed;
    let seen = 0;
    while (!signal.aborted && !this.analysed && this.failure === null) {
      try {
        const status = await this.#client.watch({ snapshot: this.info.snapshot, seen }, { signal });
        seen = status.version;
        this.#status = status;
      } catch (thrown) {
        if (!signal.aborted) this.#status = { version: seen, stages: this.stages, failure: toFailure(thrown) };
        return;
      }
    }
  }
}
