import { REFERENCE_KINDS } from "../types/reference-kinds.ts";
import type { ReferenceRow } from "../types/rows.ts";
import { edgeAt, identifierIn } from "./edges.ts";
import { referenceRow } from "./references.ts";
import type { HeapView } from "./view.ts";

/**
 * What an object has, as a debugger shows it: its attributes, those in its `__dict__` among them, its entries by key
 * and its items by position; neither keys on their own nor what only weakly belongs to it. The class comes last.
 * As pairs of the object that holds the reference (the object, or its `__dict__`) and the place in its list; only
 * those whose value has a type called like `text`. Time O(k) for k references.
 */
export function attributePlaces(view: HeapView, object: number, text: string): Int32Array {
  const { heap } = view.columns;
  const { offsets, targets } = heap.references;
  const wanted = text.toLowerCase();
  const matches = heap.types.map((type) => wanted === "" || type.name.toLowerCase().includes(wanted));
  const pairs: number[] = [];
  const last: number[] = [];
  const add = (holder: number, place: number, into: number[]): void => {
    if (matches[heap.type[targets[offsets[holder] + place]]]) into.push(holder, place);
  };
  const places = offsets[object + 1] - offsets[object];
  for (let place = 0; place < places; place++) {
    const target = targets[offsets[object] + place];
    if (target === heap.objectCount) continue;
    const { kind } = edgeAt(heap, object, place);
    if (kind === "key" || !REFERENCE_KINDS[kind].retains) continue;
    if (kind === "type") add(object, place, last);
    else if (kind !== "dict") add(object, place, pairs);
    else {
      const values = offsets[target + 1] - offsets[target];
      for (let inner = 0; inner < values; inner++) {
        const value = targets[offsets[target] + inner];
        if (value !== heap.objectCount && edgeAt(heap, target, inner).kind === "value") add(target, inner, pairs);
      }
    }
  }
  return Int32Array.from(pairs.concat(last));
}

/** The rows of some of these pairs. What is in the `__dict__` goes by `.name`, as one writes it. */
export function attributeRows(view: HeapView, object: number, pairs: Int32Array): ReferenceRow[] {
  const { heap } = view.columns;
  const { offsets, targets } = heap.references;
  const rows: ReferenceRow[] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    const [holder, place] = [pairs[i], pairs[i + 1]];
    const row = referenceRow(view, holder, place, targets[offsets[holder] + place]);
    const { key } = edgeAt(heap, holder, place);
    const name = holder === object || key < 0 || key >= heap.objectCount ? null : identifierIn(view.texts.get(key));
    rows.push(name === null ? row : { ...row, edge: `.${name}` });
  }
  return rows;
}
