import type { Unknown } from "../../types/advice.ts";
import { numberAt, UNKNOWN } from "../../types/compact.ts";
import { plural } from "../../types/format.ts";
import { howToTrace, whyNoSites } from "../../types/tracing-words.ts";
import type { HeapView } from "../view.ts";
import type { HeapFacts } from "./facts.ts";

/** What this dump can't tell, and what to measure next, with the line that does it; the most useful first. */
export function unknowns(facts: HeapFacts): Unknown[] {
  const { view, meta, collector, ages, ownership, tracing, since, version } = facts;
  const { heap, typeCount } = view.columns;
  const take = takeAnother(version);
  const found: Unknown[] = [];
  const tell = (when: boolean, text: string, measure: string) => {
    if (when) found.push({ text, measure });
  };
  tell(
    since === null,
    "Whether anything grows: one dump is one moment.",
    `Take a second dump of the same process an hour later: ${take}. Then look at both: choose the first one as the earlier dump, or pyheap-explorer advise EARLIER FILE.`,
  );
  tell(
    since !== null && !since.sameProcess,
    "Whether anything grows: the two dumps are of different processes, which may differ for other reasons.",
    `Take two dumps of one process: ${take}, and the same again later.`,
  );
  tell(
    since?.sameProcess === true && !since.busy,
    "What does not grow: the two dumps differ in hardly an object, so the process had nothing to do.",
    `Take the second dump after the process has worked for a while: ${take}.`,
  );
  tell(
    ages.youngData < 100,
    "How old objects are: the collector had just run, or moves everything into one generation.",
    `Take the dump without gc.collect() before it, in the middle of the work: ${take}.`,
  );
  tell(tracing !== "on", whyNoSites(tracing) ?? "", howToTrace(tracing) ?? "");
  const opaque = [...heap.types.keys()]
    .filter((type) => heap.types[type].opaque && typeCount[type] > 0)
    .sort((a, b) => typeCount[b] - typeCount[a])
    .map((type) => heap.types[type].name);
  tell(
    opaque.length > 0,
    `What objects of ${opaque.slice(0, 3).join(", ")}${opaque.length > 3 ? ` and of ${plural(opaque.length - 3, "more type")}` : ""} hold: some of their references could not be seen, or have no name.`,
    "Where such objects grow in number, look at what makes them: pyheap-explorer compare EARLIER FILE.",
  );
  tell(
    hasViewsWithoutLength(view),
    "How much of a numpy array its views use: a small view keeps the whole array that owns its bytes.",
    "Take the dump again with this version of pyheap_dump.py; or, for one view in the process: print(view.nbytes, view.base.nbytes).",
  );
  tell(
    typeof meta.memory.rss_bytes !== "number",
    "How large the process was.",
    "Note the resident size when you take the dump: ps -o rss= -p PID.",
  );
  tell(
    meta.capture.privacy !== "previews",
    `Values: the dump was taken at privacy ${String(meta.capture.privacy ?? "unknown")}.`,
    `Where it is allowed: ${take} --privacy previews.`,
  );
  tell(
    typeof meta.memory.rss_bytes === "number" && !isRecord(meta.memory.allocator),
    "How much of the process is free in Python's allocator.",
    "Have it printed, in the process: sys._debugmallocstats().",
  );
  const queue = facts.groups.find(({ object }) => heap.types[heap.type[object]].name === "collections.deque");
  const name = queue === undefined ? null : (facts.holdings.get(queue.object)?.name ?? null);
  tell(
    name !== null,
    `Whether ${name} is a deque with a bound: one that is full looks as one that grows.`,
    `In the process: print(${/^[\w.[\]']+$/.test(name ?? "") ? name : "DEQUE"}.maxlen); or take a second dump and see whether it grew.`,
  );
  tell(
    !ownership.known,
    "Which modules are your own: the dump has no file names.",
    `Where it is allowed: ${take} --privacy names.`,
  );
  tell(
    collector.design === "free-threaded",
    "What reference counts say: this is a free-threaded Python.",
    "Reproduce it on a build with the interpreter lock.",
  );
  return found;
}

/** What dumps a process that runs: from 3.14 on any, before that one that has called `pyheap_dump.listen()`. */
const takeAnother = ([major = 3, minor = 0]: readonly number[]): string =>
  major === 3 && minor >= 14 ? "python3 pyheap_dump.py attach PID" : "python3 pyheap_dump.py ask PID";

const isRecord = (value: unknown): boolean => typeof value === "object" && value !== null;

/** Of a capture that did not record how much a view shows. */
function hasViewsWithoutLength({ columns: { heap } }: HeapView): boolean {
  const array = heap.types.findIndex(({ name }) => name === "numpy.ndarray");
  return heap.type.some((type, object) => type === array && numberAt(heap.length, object) === UNKNOWN);
}
