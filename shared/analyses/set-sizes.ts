import type { SetSizes } from "../types/rows.ts";
import type { HeapView } from "./view.ts";

/** What the objects come to. Time O(their number). */
export function setSizes(view: HeapView, objects: Int32Array): SetSizes {
  const { shallow } = view.columns.heap;
  let bytes = 0;
  for (const object of objects) bytes += shallow[object];
  return { objects: objects.length, shallowBytes: bytes, retainedBytes: null, warnings: [] };
}
