import { Pattern } from "../store/pattern.ts";
import type { TextSearch, Texts } from "../store/text.ts";
import type { Tick } from "../types/graph.ts";
import type { Source } from "../types/route.ts";
import { rememberRecent } from "./recent-values.ts";

export type TextSource = Extract<Source, { kind: "text" | "pattern" }>;

/** Long enough to find much, short enough that whoever waits sees it move. */
const STRIDE_MS = 150;
/** After so long another question may be answered in between. */
const YIELD_MS = 30;
/** Searches under way or done; each holds the numbers of what it found. */
const KEPT = 4;

/** The searches through a dump's texts: each goes on where it was left, whoever asks. */
export class Searches {
  readonly #texts: Texts;
  readonly #under = rememberRecent<TextSearch>(KEPT);

  constructor(texts: Texts) {
    this.#texts = texts;
  }

  /** Searches for a moment. Throws `HeapError` for a pattern that can't be read, or takes too long. */
  async advance(source: TextSource, end: number, tick: Tick): Promise<{ search: TextSearch; done: boolean }> {
    const search = this.#search(source, end);
    const done = await this.#run(search, tick, STRIDE_MS);
    return { search, done };
  }

  /** Searches to the end. */
  async finish(source: TextSource, end: number, tick: Tick): Promise<readonly number[]> {
    const search = this.#search(source, end);
    await this.#run(search, tick, Number.POSITIVE_INFINITY);
    return search.found;
  }

  async #run(search: TextSearch, tick: Tick, most: number): Promise<boolean> {
    const started = performance.now();
    let rested = started;
    for (;;) {
      tick(search.fraction);
      if (!search.step(tick)) return true;
      const now = performance.now();
      if (now - started > most) return false;
      if (now - rested < YIELD_MS) continue;
      await new Promise((resolve) => setImmediate(resolve));
      rested = performance.now();
    }
  }

  #search(source: TextSource, end: number): TextSearch {
    const wanted = source.kind === "pattern" ? source.pattern : source.text;
    return this.#under.get(`${source.kind} ${wanted}`, () =>
      this.#texts.search(source.kind === "pattern" ? new Pattern(wanted) : wanted, end),
    );
  }
}
