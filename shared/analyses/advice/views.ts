import type { Suspect } from "../../types/advice.ts";
import { numberAt, UNKNOWN } from "../../types/compact.ts";
import { formatBytes, formatShare, plural } from "../../types/format.ts";
import { NONE, type Tick } from "../../types/graph.ts";
import type { Heap } from "../../types/heap.ts";
import { sentence } from "../../types/sentence.ts";
import { edgeAt } from "../edges.ts";
import { type HeapView, preorderOf } from "../view.ts";
import type { HeapFacts } from "./facts.ts";
import { bareName, named, type Rule, suspect } from "./finding.ts";
import { holdingOf } from "./holding.ts";

/** Views that show more of what they keep than this do their work. */
const MOST_SHOWN = 0.5;
/** Those that show less than this keep nearly all of it for nothing. */
const HARDLY_SHOWN = 0.1;
const MOST_HOPS = 16;
const MOST_TOLD = 4;
const EXAMPLES = 3;

/** Views on memory, of numpy or memoryviews, that show little of a large buffer which nothing else needs. */
export const views: Rule = (facts, tick) =>
  [...unshown(facts, tick)]
    .map(([holder, kept]) => ({ holder, kept, bytes: kept.reduce((sum, { size, shown }) => sum + size - shown, 0) }))
    .filter(({ bytes }) => bytes >= facts.leastBytes)
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, MOST_TOLD)
    .map(({ holder, kept, bytes }) => found(facts, { holder, kept, bytes }, tick));

/** A buffer that only views keep. */
interface Kept {
  readonly owner: number;
  readonly views: readonly number[];
  /** Bytes of the buffer, and of those that its views show: at most all of them. */
  readonly size: number;
  readonly shown: number;
}

/** Buffers of which at most half is shown, by the object that holds the first of their views. Time O(n). */
function unshown({ view }: HeapFacts, tick: Tick): Map<number, Kept[]> {
  const { heap } = view.columns;
  const byHolder = new Map<number, Kept[]>();
  let seen = 0;
  for (const [owner, views] of viewsByOwner(view, tick)) {
    if ((++seen & 0x3ff) === 0) tick(0);
    const size = numberAt(heap.shallow, owner);
    const shown = Math.min(
      size,
      views.reduce((sum, each) => sum + numberAt(heap.length, each), 0),
    );
    if (shown > MOST_SHOWN * size || !isHeldByViewsOnly(view, owner)) continue;
    const above = view.dominators?.idom[preorderOf(view, views[0] ?? owner)] ?? NONE;
    const holder = view.graph?.graph.preordering.node[above] ?? NONE;
    byHolder.set(holder, [...(byHolder.get(holder) ?? []), { owner, views, size, shown }]);
  }
  return byHolder;
}

/** Views whose length is known, by what owns the bytes in the end; not those that are there only for another view. */
function viewsByOwner(view: HeapView, tick: Tick): Map<number, number[]> {
  const { heap } = view.columns;
  const isOfView = heap.layouts.map(({ runs }) => runs.some(({ kind }) => kind === "buffer"));
  const preordering = view.graph?.graph.preordering;
  const byOwner = new Map<number, number[]>();
  for (let object = 0; object < heap.objectCount; object++) {
    if ((object & 0xffff) === 0) tick(0);
    if (!isOfView[heap.layout[object]] || numberAt(heap.length, object) === UNKNOWN) continue;
    if (preordering === undefined || preordering.preorder[object] >= preordering.unreachable) continue;
    if (isHeldByViewsOnly(view, object)) continue;
    const owner = ownerOf(heap, object);
    const known = byOwner.get(owner);
    if (known === undefined) byOwner.set(owner, [object]);
    else known.push(object);
  }
  return byOwner;
}

/** What owns the bytes that the object shows: the end of its references to buffers. */
function ownerOf(heap: Heap, view: number): number {
  let owner = view;
  for (let hops = 0; hops < MOST_HOPS; hops++) {
    const next = bufferOf(heap, owner);
    if (next === NONE) break;
    owner = next;
  }
  return owner;
}

function bufferOf(heap: Heap, object: number): number {
  const { offsets, targets } = heap.references;
  for (let e = offsets[object]; e < offsets[object + 1]; e++)
    if (targets[e] !== heap.objectCount && edgeAt(heap, object, e - offsets[object]).kind === "buffer")
      return targets[e];
  return NONE;
}

function isHeldByViewsOnly({ columns: { heap }, graph }: HeapView, object: number): boolean {
  if (graph === null) return false;
  const { predecessors, preordering } = graph.graph;
  const { node, preorder } = preordering;
  const { offsets, targets } = predecessors;
  for (let e = offsets[preorder[object]]; e < offsets[preorder[object] + 1]; e++) {
    const holder = node[targets[e]];
    if (holder === NONE || bufferOf(heap, holder) !== object) return false;
  }
  return true;
}

function found(
  facts: HeapFacts,
  { holder, kept, bytes }: { readonly holder: number; readonly kept: readonly Kept[]; readonly bytes: number },
  tick: Tick,
): Suspect {
  const { view, liveBytes } = facts;
  const { heap } = view.columns;
  const count = kept.reduce((sum, { views: all }) => sum + all.length, 0);
  const size = bytes + kept.reduce((sum, { shown }) => sum + shown, 0);
  const largest = kept.toSorted((a, b) => b.size - a.size).slice(0, EXAMPLES);
  const first = largest[0]?.views[0] ?? NONE;
  const holding = holdingOf(facts, holder === NONE || count === 1 ? first : holder, tick);
  const type = bareName(heap.types[heap.type[first]].name);
  const what = type === "memoryview" ? "memoryview" : "view";
  return suspect(view, {
    kind: "views",
    says: sentence`${plural(count, what)} in ${named(holding.name)} ${count === 1 ? "shows" : "show"} ${formatBytes(size - bytes)} of ${formatBytes(size)} that ${count === 1 ? "it keeps" : "they keep"} alive: copies would free ${formatBytes(bytes)} (${formatShare(bytes, liveBytes)})`,
    text: "A view, such as a slice of a numpy array or of a memoryview, has no bytes of its own: it keeps the whole buffer that it was taken from, however little it shows.",
    bytes,
    confidence: holding.own && size - bytes <= HARDLY_SHOWN * size ? "likely" : "possible",
    objects: [
      holder === NONE || count === 1 ? first : holder,
      ...largest.flatMap(({ views: [each], owner }) => [each, owner]),
    ],
    holder: holding.name,
    usedBy: holding.usedBy,
    seen: largest.map(({ views: all, owner, size: whole, shown }) => ({
      text: `${formatBytes(shown)} of ${formatBytes(whole)} shown by ${plural(all.length, "view")}; nothing else holds the ${bareName(heap.types[heap.type[owner]].name)}`,
      object: owner,
    })),
    fix: "Copy the part that is needed, and let the rest go.",
    snippet: type === "memoryview" ? "part = bytes(view[:16])" : "part = table[:10].copy()",
    caveat: "If the whole buffer is used again soon through such a view, it is not kept for nothing.",
  });
}
