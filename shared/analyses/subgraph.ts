import { addBit, emptyBitSet, hasBit } from "../graph/bitset.ts";
import { TICK_MASK } from "../graph/ticking.ts";
import type { Tick } from "../types/graph.ts";
import { asObjectId } from "../types/ids.ts";
import type { GraphLink, Subgraph } from "../types/neighbour-rows.ts";
import { REFERENCE_KINDS } from "../types/reference-kinds.ts";
import { edgeAt, edgeText } from "./edges.ts";
import { cycleFacts, graphFacts } from "./graph-facts.ts";
import { type HeapView, objectRow } from "./view.ts";

/** References from one object to another one that are told; nobody reads more at one arrow. */
const MOST_PER_PAIR = 4;

/**
 * Some objects and the references among them. Needs the graph.
 * Time O(their references); memory an eighth of a byte per object of the heap.
 */
export function subgraph(view: HeapView, objects: readonly number[], tick: Tick): Subgraph {
  const { heap } = view.columns;
  const { offsets, targets } = heap.references;
  const wanted = emptyBitSet(heap.objectCount + 1);
  for (const object of objects) addBit(wanted, object);
  const links: GraphLink[] = [];
  for (const from of new Set(objects)) {
    const met = new Map<number, number>();
    for (let e = offsets[from], end = offsets[from + 1]; e < end; e++) {
      if ((e & TICK_MASK) === 0) tick(0);
      const to = targets[e];
      if (!hasBit(wanted, to)) continue;
      const before = met.get(to) ?? 0;
      met.set(to, before + 1);
      if (before >= MOST_PER_PAIR) continue;
      const edge = edgeAt(heap, from, e - offsets[from]);
      links.push({
        from: asObjectId(from),
        to: asObjectId(to),
        edge: edgeText(heap, view.texts, from, edge),
        kind: edge.kind,
        retains: REFERENCE_KINDS[edge.kind].retains,
      });
    }
  }
  const rows = objects.map((object) => ({ ...objectRow(view, object), ...graphFacts(view, object) }));
  return { objects: rows, links, cycles: cycleFacts(view, rows) };
}
