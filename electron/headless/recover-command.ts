import { recover } from "../../shared/store/recover.ts";
import { noTick } from "../../shared/types/graph.ts";
import type { Answer } from "./answers.ts";
import { number, printable } from "./table.ts";

/** Saves what is left of a damaged dump, and says what is lost. Throws `HeapError`. */
export function runRecover(path: string, out: string): Answer {
  const recovered = recover(path, out, noTick);
  return {
    json: { path: out, ...recovered },
    human: () =>
      [
        `${printable(out)}: ${number(recovered.objects)} objects, ${number(recovered.references)} references`,
        ...(recovered.lost.length === 0
          ? ["Nothing was lost."]
          : recovered.lost.map((line) => `note: ${printable(line)}`)),
      ].join("\n"),
  };
}
