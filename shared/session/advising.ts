import { advise } from "../analyses/advice/advise.ts";
import { adviceReport } from "../analyses/advice/report.ts";
import type { EarlierDump } from "../analyses/advice/since.ts";
import { type Pair, secondsBetween } from "../analyses/compare.ts";
import type { HeapView } from "../analyses/view.ts";
import { readCode, readModules } from "../store/small-tables.ts";
import { readCaches, readStackTables } from "../store/stack-tables.ts";
import type { Advice } from "../types/advice.ts";
import { HeapError } from "../types/failure.ts";
import type { Tick } from "../types/graph.ts";
import type { CaptureId } from "../types/ids.ts";
import { rememberRecent } from "./recent-values.ts";
import type { StagedDump } from "./staged-dump.ts";
import type { AnswererRequest } from "./worker-messages.ts";

export type AdvisingMethod = "advise" | "adviceReport";

/** What the advice needs besides the dump it is about. */
export interface Surroundings {
  codeOf(view: HeapView): Uint8Array;
  other(capture: CaptureId): StagedDump;
  pairWith(capture: CaptureId): Promise<Pair>;
}

/** The advisor's answers. Advice is made once, alone and with an earlier dump: a report says what the screen says. */
export class Advising {
  readonly #dump: StagedDump;
  readonly #surroundings: Surroundings;
  readonly #made = rememberRecent<Advice>(2);

  constructor(dump: StagedDump, surroundings: Surroundings) {
    this.#dump = dump;
    this.#surroundings = surroundings;
  }

  readonly handlers: {
    [M in AdvisingMethod]: (request: AnswererRequest<M>, tick: Tick) => Promise<unknown>;
  } = {
    advise: async ({ before }, tick) => this.#advise(before, tick),

    adviceReport: async ({ before, format }, tick) => {
      const advice = await this.#advise(before, tick);
      const { meta } = await this.#dump.stage("types");
      return { text: adviceReport(advice, meta, format) };
    },
  };

  /** Called when another dump is closed: one that is opened anew may be a different file. */
  forget(): void {
    this.#made.clear();
  }

  async #advise(before: CaptureId | undefined, tick: Tick): Promise<Advice> {
    const earlier = before === undefined ? null : await this.#earlier(before);
    const view = await this.#dump.viewAt("cycles");
    const { meta } = await this.#dump.stage("types");
    const { file } = this.#dump;
    return this.#made.get(before ?? "", () => {
      const sources = {
        meta,
        isCode: this.#surroundings.codeOf(view),
        code: readCode(file),
        modules: readModules(file),
        caches: readCaches(file),
        ...readStackTables(file),
        tracing: this.#dump.sites.tracing(view, meta).state,
        earlier,
      };
      return advise(view, sources, tick);
    });
  }

  async #earlier(before: CaptureId): Promise<EarlierDump> {
    const pair = await this.#surroundings.pairWith(before);
    const { beforeMeta, afterMeta } = pair;
    if (beforeMeta.captureId === afterMeta.captureId)
      throw new HeapError({ code: "bad-request", what: "the dump can't be its own earlier dump" });
    if ((secondsBetween(beforeMeta.createdAt, afterMeta.createdAt) ?? 0) < 0)
      throw new HeapError({ code: "bad-request", what: "the earlier dump was taken after the other one; swap them" });
    return { pair, caches: readCaches(this.#surroundings.other(before).file) };
  }
}
