import { createContext, Script } from "node:vm";
import { HeapError } from "../types/failure.ts";

/** A person's pattern may repeat repeats; on a text that almost matches, JavaScript then tries for longer than anybody lives. */
const MOST_MS = 1000;
const LONGEST_PATTERN = 1000;

/**
 * A regular expression that can't run away: V8 looks for interrupts while it backtracks, so a script's time limit ends
 * it, which nothing else on the same thread could.
 */
export class Pattern {
  readonly source: string;
  readonly #expression: RegExp;
  readonly #script = new Script("run()");

  /** Case is ignored. Throws `HeapError` for what is no regular expression. */
  constructor(source: string) {
    if (source.length > LONGEST_PATTERN)
      throw new HeapError({ code: "bad-request", what: `a pattern may have ${LONGEST_PATTERN} characters` });
    this.source = source;
    try {
      this.#expression = new RegExp(source, "i");
    } catch (cause) {
      const why = cause instanceof Error ? cause.message.replace(/^Invalid regular expression: /, "") : "";
      throw new HeapError({ code: "bad-request", what: `this is no regular expression: ${why}` }, { cause });
    }
  }

  /** The positions of the texts in which it matches. Throws `HeapError` where that takes longer than a second in all. */
  among(texts: readonly string[]): number[] {
    const found: number[] = [];
    const run = () => {
      for (let i = 0; i < texts.length; i++) if (this.#expression.test(texts[i])) found.push(i);
    };
    try {
      this.#script.runInContext(createContext({ run }), { timeout: MOST_MS });
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw thrown;
      const what = `the pattern takes too long on these texts and was stopped. A repeat inside a repeat, as in (a+)+, does that`;
      throw new HeapError({ code: "bad-request", what }, { cause: thrown });
    }
    return found;
  }
}
