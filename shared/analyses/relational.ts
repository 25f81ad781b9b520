import type { Relational } from "../store/export-tables.ts";
import { addressAt } from "../types/addresses.ts";
import { numberAt, UNKNOWN } from "../types/compact.ts";

import { asAddress } from "../types/ids.ts";
import { REFERENCE_KINDS } from "../types/reference-kinds.ts";
import { type Edge, edgeAt } from "./edges.ts";
import { generationOf } from "./references.ts";
import { type HeapView, refcountOf } from "./view.ts";

/** The dump as rows of plain tables, found roots included. Needs the graph. */
export function relational(view: HeapView): Relational {
  const { heap } = view.columns;
  const { offsets, targets } = heap.references;
  const nameOf = ({ kind, name, index, key }: Edge): string | null => {
    if (kind === "value" && key >= 0 && key < heap.objectCount) return view.texts.get(key);
    return kind === "item" ? String(index) : name;
  };
  return {
    heap,
    object: (id) => ({
      address: asAddress(addressAt(heap.address, id)),
      refcount: refcountOf(view, id),
      generation: generationOf(heap.flags[id]),
      length: numberAt(heap.length, id) === UNKNOWN ? null : numberAt(heap.length, id),
      preview: view.texts.get(id),
    }),
    *references(id) {
      for (let e = offsets[id]; e < offsets[id + 1]; e++) {
        if (targets[e] === heap.objectCount) continue;
        const edge = edgeAt(heap, id, e - offsets[id]);
        yield { target: targets[e], kind: edge.kind, name: nameOf(edge), weak: !REFERENCE_KINDS[edge.kind].retains };
      }
    },
    roots: view.graph?.graph.roots ?? [],
  };
}
