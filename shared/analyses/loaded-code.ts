import { numberAt } from "../types/compact.ts";
import { NONE } from "../types/graph.ts";
import { FLAGS } from "../types/heap.ts";
import type { HeapView } from "./view.ts";

/** Types whose instances are there because a program was loaded, not because it ran. */
const CODE_TYPES = new Set([
  "module",
  "function",
  "code",
  "builtin_function_or_method",
  "method_descriptor",
  "wrapper_descriptor",
  "classmethod_descriptor",
  "getset_descriptor",
  "member_descriptor",
  "method-wrapper",
  "property",
  "staticmethod",
  "classmethod",
  "cell",
  "moduledef",
  "_frozen_importlib.ModuleSpec",
  "_frozen_importlib_external.SourceFileLoader",
  "_abc._abc_data",
]);
/** What code is made of besides: constants, names, docstrings, bases. */
const PART_TYPES = new Set(["tuple", "str", "bytes", "int", "float", "frozenset", "NoneType", "bool", "complex"]);
/** A larger one is data, even as a constant of a module. */
const MOST_PART_BYTES = 16 * 1024;

/**
 * Which objects are loaded code, by preorder number: modules, classes, functions and their like; the dicts in which they
 * keep their names; and the small constants that only they hold. Containers and instances are data, also where a class
 * or a module holds them. Needs the dominators. Time O(n), memory one byte a node.
 */
export function loadedCode(view: HeapView): Uint8Array {
  const { columns, graph, dominators } = view;
  if (graph === null || dominators === null) throw new Error("Loaded code is known once the dominators are");
  const { heap } = columns;
  const { node, preorder } = graph.graph.preordering;
  const isCodeType = heap.types.map((type) => CODE_TYPES.has(type.name));
  const isPartType = heap.types.map((type) => PART_TYPES.has(type.name));
  const isCode = new Uint8Array(node.length);
  const isMachinery = (object: number) => (heap.flags[object] & FLAGS.isClass) !== 0 || isCodeType[heap.type[object]];

  for (let v = 0; v < node.length; v++) {
    const object = node[v];
    if (object === NONE || !isMachinery(object)) continue;
    isCode[v] = 1;
    const dict = dictOf(view, object);
    if (dict !== NONE) isCode[preorder[dict]] = 1;
  }
  // A dominator has a smaller number than what it dominates, so one pass upwards is enough.
  for (let v = 1; v < node.length; v++) {
    const object = node[v];
    const holder = dominators.idom[v];
    if (object === NONE || holder === NONE || isCode[v] === 1 || isCode[holder] === 0) continue;
    if (isPartType[heap.type[object]] && numberAt(heap.shallow, object) <= MOST_PART_BYTES) isCode[v] = 1;
  }
  return isCode;
}

/** The object's `__dict__`, where its layout names one; `NONE` otherwise. */
export function dictOf({ columns: { heap } }: HeapView, object: number): number {
  let place = 0;
  for (const { kind, repeat } of heap.layouts[heap.layout[object]].runs) {
    if (typeof repeat === "string") break;
    if (kind === "dict") {
      const target = heap.references.targets[heap.references.offsets[object] + place];
      return target < heap.objectCount ? target : NONE;
    }
    place += repeat;
  }
  return NONE;
}
