import type { MemoryMapNode } from "../../shared/session/contract.ts";

/** By what the cells of the memory map are coloured. */
export type PaintBy = "kind" | "family" | "module";

/** Names of colours in `look.css`; the last one is for all that has none of its own. */
export const TINTS = ["map-data", "map-2", "map-3", "map-4", "map-5", "map-6", "map-code"] as const;
export type Tint = (typeof TINTS)[number];

/** One line of the legend. */
export interface PaintClass {
  readonly key: string;
  readonly tint: Tint;
}

export interface Paint {
  readonly classes: readonly PaintClass[];
  classOf(node: MemoryMapNode): PaintClass;
}

const OTHER = "other";
const FAMILIES = ["instances", "containers", "text", "numbers", "running", "code"] as const;
export type Family = (typeof FAMILIES)[number];

const CONTAINERS =
  /^(dict|list|tuple|set|frozenset|mappingproxy|dict_\w+|collections\..*|queue\..*|weakref\.Weak\w+|_weakrefset\..*|types\.SimpleNamespace|range|enumerate|\w*_iterator)$/;
const TEXT = /^(str|bytes|bytearray|memoryview|re\..*|io\.\w+|_io\.\w+)$/;
const NUMBERS = /^(int|float|complex|bool|decimal\..*|fractions\..*|datetime\..*|array\..*|numpy\..*|pandas\..*)$/;
const RUNNING =
  /^(frame|generator|coroutine|async_generator\w*|traceback|_?asyncio\..*|_?thread\..*|_?threading\..*|concurrent\..*|contextvars\..*|\w*Context\w*)$/;

/** What sort of thing an object is, by its type's name. */
export function familyOf({ type, isCode }: Pick<MemoryMapNode, "type" | "isCode">): Family {
  if (isCode) return "code";
  if (CONTAINERS.test(type)) return "containers";
  if (TEXT.test(type)) return "text";
  if (NUMBERS.test(type)) return "numbers";
  return RUNNING.test(type) ? "running" : "instances";
}

/** A legend, and the colour of each cell. Of modules the ones that keep most get colours. Time O(nodes). */
export function paintOf(by: PaintBy, nodes: readonly MemoryMapNode[]): Paint {
  if (by === "kind")
    return classes(["data", "code"], ["map-data", "map-code"], (node) => (node.isCode ? "code" : "data"));
  const tints = TINTS.slice(0, -1);
  if (by === "family") return classes(FAMILIES, [...tints.slice(0, 5), "map-code"], familyOf);
  const sums = new Map<string, number>();
  for (const { module, retainedBytes, parent } of nodes) {
    // What lies in a cell of the same module is counted there already.
    if (module !== null && nodes[parent]?.module !== module) sums.set(module, (sums.get(module) ?? 0) + retainedBytes);
  }
  const most = [...sums].sort(([, a], [, b]) => b - a).slice(0, tints.length);
  return classes([...most.map(([module]) => module), OTHER], tints, ({ module }) => module ?? OTHER);
}

function classes(keys: readonly string[], tints: readonly Tint[], keyOf: (node: MemoryMapNode) => string): Paint {
  const all = keys.map(
    (key, at): PaintClass => ({ key, tint: key === OTHER ? "map-code" : (tints[at] ?? "map-code") }),
  );
  const known = new Map(all.map((each) => [each.key, each]));
  const other = all.at(-1) ?? { key: OTHER, tint: "map-code" };
  return {
    classes: all,
    // What is no object at all is the whole.
    classOf: (node) => (node.id === null ? { key: "", tint: "map-code" } : (known.get(keyOf(node)) ?? other)),
  };
}

/** Whether a search through the map finds the cell: in the object's name, type or module, ignoring case. */
export function isFound({ label, type, module }: MemoryMapNode, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return wanted !== "" && [label, type, module ?? ""].some((part) => part.toLowerCase().includes(wanted));
}
