import { numberAt, UNKNOWN } from "../types/compact.ts";
import { NONE } from "../types/graph.ts";
import type { Heap } from "../types/heap.ts";
import type { ReferenceKind } from "../types/reference-kinds.ts";

/** Where texts of objects come from: the file, read when asked. */
export interface TextSource {
  get(object: number): string | null;
}

/** One reference, as its holder's layout describes it. */
export interface Edge {
  readonly kind: ReferenceKind;
  readonly name: string | null;
  /** For items: the position in the sequence. */
  readonly index: number;
  /** For values of a dict: the object that is the key; `NONE` otherwise. */
  readonly key: number;
}

/** The reference at `place` (0-based) in the list of `source`. */
export function edgeAt(heap: Heap, source: number, place: number): Edge {
  const { runs } = heap.layouts[heap.layout[source]];
  let first = 0;
  for (const { kind, name, repeat } of runs) {
    const index = place - first;
    if (repeat === "pairs") {
      const isValue = index % 2 === 1;
      const key = isValue ? heap.references.targets[heap.references.offsets[source] + place - 1] : NONE;
      return { kind: isValue ? "value" : "key", name, index: index >> 1, key };
    }
    if (repeat === "rest" || index < repeat) return { kind, name, index, key: NONE };
    first += repeat;
  }
  return { kind: "unnamed", name: null, index: place, key: NONE };
}

/** The place of the `occurrence`-th (0-based) reference from `source` to `target`, from `from` on; `NONE` if there is none. */
export function placeOf(heap: Heap, source: number, target: number, occurrence = 0, from = 0): number {
  const { offsets, targets } = heap.references;
  let left = occurrence;
  for (let e = offsets[source] + from, end = offsets[source + 1]; e < end; e++) {
    if (targets[e] === target && left-- === 0) return e - offsets[source];
  }
  return NONE;
}

export const IDENTIFIER = /^[\p{XIDS}_][\p{XIDC}]*$/u;

/** `'name'` -> `name` where that is a Python identifier, so that `['name']` can be written `.name`; null otherwise. */
export function identifierIn(keyText: string | null): string | null {
  const quoted = keyText === null ? null : /^'(.*)'$/su.exec(keyText);
  return quoted?.[1] !== undefined && IDENTIFIER.test(quoted[1]) ? quoted[1] : null;
}

/** How the holder refers to it, as Python text: `.body`, `['u-17']`, `[3]`; in words where Python has no expression. */
export function edgeText(heap: Heap, texts: TextSource, source: number, edge: Edge): string {
  const { kind, name, index, key } = edge;
  switch (kind) {
    case "value":
      return `[${key === NONE ? "…" : keyText(heap, texts, key)}]`;
    case "item":
      return isSet(heap, source) ? "{…}" : `[${index}]`;
    case "key":
      return " key";
    case "cell":
      return ` closure ${name ?? ""}`.trimEnd();
    case "default":
      return ` default ${name ?? ""}`.trimEnd();
    case "local":
      return ` local ${name ?? ""}`.trimEnd();
    case "weak":
      return " weak reference";
    case "unnamed":
      return " (name unknown)";
    default:
      return `.${name ?? FALLBACK_NAMES[kind] ?? kind}`;
  }
}

const FALLBACK_NAMES: Partial<Record<ReferenceKind, string>> = {
  dict: "__dict__",
  type: "__class__",
  base: "__bases__",
  mro: "__mro__",
  global: "__globals__",
  annotation: "__annotations__",
  traceback: "__traceback__",
  cause: "__cause__",
  context: "__context__",
  "weak callback": "__callback__",
  buffer: "base",
  code: "__code__",
};

const isSet = (heap: Heap, object: number): boolean => {
  const { name } = heap.types[heap.type[object]];
  return name === "set" || name === "frozenset";
};

/** A dict's key as Python text. Tuples are written out one level deep; other objects by their type. */
function keyText(heap: Heap, texts: TextSource, key: number): string {
  if (key >= heap.objectCount) return "…";
  const text = texts.get(key);
  if (text !== null) return isClassOrFunction(heap, key) ? `<${text}>` : text;
  const { name } = heap.types[heap.type[key]];
  if (name !== "tuple" && name !== "frozenset") return `<${name}>`;
  const { offsets, targets } = heap.references;
  const shown = [...targets.subarray(offsets[key], Math.min(offsets[key + 1], offsets[key] + 4))];
  const items = shown.map((item) => (item < heap.objectCount ? (texts.get(item) ?? "…") : "…"));
  if (offsets[key + 1] - offsets[key] > shown.length) items.push("…");
  if (name === "frozenset") return `{${items.join(", ")}}`;
  return items.length === 1 ? `(${items[0]},)` : `(${items.join(", ")})`;
}

const NAMED_TYPES = new Set(["function", "builtin_function_or_method", "method", "module", "method_descriptor"]);
const IS_CLASS = 1 << 9;

const isClassOrFunction = (heap: Heap, object: number): boolean =>
  (heap.flags[object] & IS_CLASS) !== 0 || NAMED_TYPES.has(heap.types[heap.type[object]].name);

/** What a person calls the object: `'u-17'`, `dict, 41,210 entries`, `module shop.sessions`, `Session`. */
export function labelOf(heap: Heap, texts: TextSource, object: number): string {
  const type = heap.types[heap.type[object]];
  const text = texts.get(object);
  if ((heap.flags[object] & IS_CLASS) !== 0) return `class ${text ?? ""}`.trimEnd();
  if (text !== null) {
    if (type.name === "module" || type.name === "function" || type.name === "code") return `${type.name} ${text}`;
    if (type.name === "builtin_function_or_method") return `built-in ${text}`;
    return type.name === "frame" ? `frame of ${text}` : text;
  }
  const length = numberAt(heap.length, object);
  if (length === UNKNOWN) return type.qualname;
  return `${type.qualname}, ${length.toLocaleString("en-US")} ${unitOf(type.name, length)}`;
}

function unitOf(type: string, length: number): string {
  const one = length === 1;
  if (type === "str") return one ? "character" : "characters";
  if (type === "bytes" || type === "bytearray" || type === "memoryview" || type.endsWith(".ndarray"))
    return one ? "byte" : "bytes";
  if (type === "list" || type === "tuple" || type === "set" || type === "frozenset" || type.endsWith("deque"))
    return one ? "item" : "items";
  return one ? "entry" : "entries";
}
