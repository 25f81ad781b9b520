import type { Unknown } from "../../types/advice.ts";
import { numberAt, UNKNOWN } from "../../types/compact.ts";
import { howToTrace, whyNoSites } from "../../types/tracing-words.ts";
import type { HeapView } from "../view.ts";
import type { HeapFacts } from "./facts.ts";

/** What this dump can't tell, and what to measure next; the most useful first. */
export function unknowns({ view, meta, collector, ages, ownership, tracing, since }: HeapFacts): Unknown[] {
  const { heap } = view.columns;
  const found: Unknown[] = [];
  const tell = (when: boolean, text: string, measure: string) => {
    if (when) found.push({ text, measure });
  };
  tell(
    since === null,
    "Whether anything grows: one dump is one moment.",
    "Take a second dump of the same process an hour later, and look at both: choose the first one as the earlier dump.",
  );
  tell(
    since !== null && !since.sameProcess,
    "Whether anything grows: the two dumps are of different processes, which may differ for other reasons.",
    "Take two dumps of one process.",
  );
  tell(
    since?.sameProcess === true && !since.busy,
    "What does not grow: the two dumps differ in hardly an object, so the process had nothing to do.",
    "Take the second dump after the process has worked for a while.",
  );
  tell(
    ages.youngData < 100,
    "How old objects are: the collector had just run, or moves everything into one generation.",
    "Dump without calling gc.collect() before it.",
  );
  tell(tracing !== "on", whyNoSites(tracing) ?? "", howToTrace(tracing) ?? "");
  const opaque = heap.types.filter((type) => type.opaque && type.count > 0);
  tell(
    opaque.length > 0,
    `What ${opaque
      .slice(0, 3)
      .map((type) => type.name)
      .join(
        ", ",
      )}${opaque.length > 3 ? ` and ${opaque.length - 3} more types` : ""} hold inside: their references can't all be seen.`,
    "Compare two dumps: where they grow in number, look at what makes them.",
  );
  tell(
    hasViewsWithoutLength(view),
    "How much of a numpy array its views use: a small view keeps the whole array that owns its bytes.",
    "Compare view.nbytes with view.base.nbytes, and copy the views that use little of it.",
  );
  tell(
    typeof meta.memory.rss_bytes !== "number",
    "How large the process was.",
    "Note the resident size (ps -o rss) when you take the dump.",
  );
  tell(
    meta.capture.privacy !== "previews",
    `Values: the dump was taken at privacy ${String(meta.capture.privacy ?? "unknown")}.`,
    "Where it is allowed, take it with --privacy previews.",
  );
  tell(
    !ownership.known,
    "Which modules are your own: the dump has no file names.",
    "Take the dump at privacy names or previews.",
  );
  tell(
    collector.design === "free-threaded",
    "What reference counts say: this is a free-threaded Python.",
    "Reproduce it on a build with the interpreter lock.",
  );
  return found;
}

/** Of a capture that did not record how much a view shows. */
function hasViewsWithoutLength({ columns: { heap } }: HeapView): boolean {
  const array = heap.types.findIndex(({ name }) => name === "numpy.ndarray");
  return heap.type.some((type, object) => type === array && numberAt(heap.length, object) === UNKNOWN);
}
