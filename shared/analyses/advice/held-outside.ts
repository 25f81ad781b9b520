import type { Suspect } from "../../types/advice.ts";
import { numberAt } from "../../types/compact.ts";
import { formatBytes, formatCount, formatShare, plural } from "../../types/format.ts";
import { sentence } from "../../types/sentence.ts";
import { explainedReferences } from "../references.ts";
import { type HeapView, preorderOf, refcountOf } from "../view.ts";
import { named, type Rule, suspect } from "./finding.ts";

const MOST_TYPES = 3;
const EXAMPLES = 3;
/** A few objects of every process are held by C statics, whatever it does. */
const SHARE_TO_TELL = 0.01;

/**
 * Objects whose reference count says that something holds them, while nothing in the dump does: a C extension, a
 * thread-local of another thread, a container whose inside can't be seen. Never an accusation: the counts are exact, the
 * view of holders is not.
 */
export const heldOutside: Rule = (facts) => {
  const { view, liveBytes, leastBytes, ownership } = facts;
  const { graph, dominators } = view;
  if (graph === null || dominators === null || facts.collector.design === "free-threaded") return [];
  const { heap } = view.columns;
  const byType = new Map<number, { objects: number[]; bytes: number }>();
  for (const { kind, object } of graph.graph.roots) {
    if (kind !== "c_held") continue;
    const known = byType.get(heap.type[object]) ?? { objects: [], bytes: 0 };
    known.objects.push(object);
    known.bytes += numberAt(dominators.retained, preorderOf(view, object));
    byType.set(heap.type[object], known);
  }
  return [...byType]
    .filter(
      ([type, { bytes }]) =>
        bytes >= (ownership.type(type) ? leastBytes : Math.max(leastBytes, SHARE_TO_TELL * liveBytes)),
    )
    .sort(([, a], [, b]) => b.bytes - a.bytes)
    .slice(0, MOST_TYPES)
    .map(([type, { objects, bytes }]): Suspect => {
      const { name } = heap.types[type];
      const before = facts.since === null ? null : heldBefore(facts.since.pair.before, name);
      const more = before === null ? 0 : objects.length - before;
      const largest = objects
        .sort(
          (a, b) =>
            numberAt(dominators.retained, preorderOf(view, b)) - numberAt(dominators.retained, preorderOf(view, a)),
        )
        .slice(0, EXAMPLES);
      return suspect(view, {
        kind: "held-outside",
        says: sentence`${plural(objects.length, "object")} of type ${named(name)} ${objects.length === 1 ? "is" : "are"} held from outside of what the dump can see, and ${objects.length === 1 ? "keeps" : "keep"} ${formatBytes(bytes)} alive (${formatShare(bytes, liveBytes)})${more > 0 ? `; ${formatCount(more)} more than in the earlier dump` : ""}`,
        text: "Their reference counts are higher than the references found. A C extension may hold them, a thread-local of another thread, or a container whose inside can't be seen.",
        bytes,
        confidence: "possible",
        objects: largest,
        holder: null,
        usedBy: [],
        seen: [
          ...(before === null ? [] : [`In the earlier dump ${plural(before, "such object")}`]),
          ...largest.map((object) => {
            const count = refcountOf(view, object);
            const found = explainedReferences(view, object);
            return {
              text: `${formatCount(found)} of ${count === null ? "an unknown number of" : formatCount(count)} references found`,
              object,
            };
          }),
        ],
        fix: "Look what C extension takes such objects: a callback that was registered, an iterator that was not finished, a missing Py_DECREF.",
        snippet: null,
        caveat:
          before === null
            ? "Many libraries hold objects in C on purpose. What matters is whether their number grows from one dump to the next."
            : "Many libraries hold objects in C on purpose.",
      });
    });
};

/** How many objects of that type were held from outside in another dump. */
function heldBefore({ graph, columns: { heap } }: HeapView, type: string): number {
  return (
    graph?.graph.roots.filter(({ kind, object }) => kind === "c_held" && heap.types[heap.type[object]].name === type)
      .length ?? 0
  );
}
