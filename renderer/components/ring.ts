import type { CycleRow, CycleStep } from "../../shared/session/contract.ts";
import type { ObjectId } from "../../shared/types/ids.ts";

/** One object of a ring as a person sees it, and what it calls the next one. */
export interface RingStep {
  readonly id: ObjectId;
  /** The object itself, and the `__dict__` that is folded into it. */
  readonly ids: readonly ObjectId[];
  readonly type: string;
  readonly label: string;
  readonly edge: string;
  /** The reference to make weak. */
  readonly advised: boolean;
}

/**
 * A ring as a person would write it: an object holds its variables itself, its `__dict__` is not worth a step.
 * `Child.__dict__ → dict['parent'] → Parent` becomes `Child.parent → Parent`.
 */
export function foldRing({ smallestCycle, weaken }: Pick<CycleRow, "smallestCycle" | "weaken">): readonly RingStep[] {
  const steps = turned(smallestCycle);
  const folded = steps.flatMap((step, index): Omit<RingStep, "advised">[] => {
    if (variableIn(steps[index - 1], step) !== null) return [];
    const dict = steps[index + 1];
    const variable = variableIn(step, dict);
    const { id, type, label } = step;
    if (variable === null || dict === undefined) return [{ id, ids: [id], type, label, edge: step.edge.trim() }];
    return [{ id, ids: [id, dict.id], type, label, edge: `.${variable}` }];
  });
  return folded.map((step, index) => {
    const next = folded[(index + 1) % folded.length];
    const advised = weaken !== null && step.ids.includes(weaken.from) && next?.id === weaken.to;
    return { ...step, advised };
  });
}

/** A ring has no first object; one that begins with a `__dict__` is turned until it ends with it. */
function turned(steps: readonly CycleStep[]): readonly CycleStep[] {
  const [first, ...rest] = steps;
  return first !== undefined && variableIn(rest.at(-1), first) !== null ? [...rest, first] : steps;
}

/** The variable's name, if the second step is the `__dict__` of the first and holds the next one under an identifier. */
function variableIn(owner: CycleStep | undefined, dict: CycleStep | undefined): string | null {
  if (owner?.edge.trim() !== ".__dict__" || dict?.type !== "dict") return null;
  return /^\['([\p{L}_][\p{L}\p{N}_]*)'\]$/u.exec(dict.edge.trim())?.[1] ?? null;
}

/** `Parent .children → list, 2 items [0] → Child .parent`; of two, `Request.response ⇄ Response.request`. */
export const ringText = (ring: readonly RingStep[]): string =>
  ring
    .map(({ label, edge }) => (ring.length === 2 ? label + edge : `${label} ${edge}`))
    .join(ring.length === 2 ? " ⇄ " : " → ");

const NOT_WEAK = new Set(["list", "dict", "tuple", "str", "bytes", "bytearray", "int"]);

/** True where Python allows no weak reference to the object that the advice is about. */
export const cannotBeWeak = (type: string): boolean => NOT_WEAK.has(type);

/** How a program makes this reference weak: lines to change. */
export function weakrefHint(edge: string): string {
  const attribute = /^\.([\p{L}_][\p{L}\p{N}_]*)$/u.exec(edge)?.[1];
  const [line, read] =
    attribute !== undefined
      ? [`self.${attribute} = weakref.ref(${attribute})`, `self.${attribute}()`]
      : edge.startsWith("{")
        ? ["members = weakref.WeakSet()", null]
        : /^\[\d+\]$/.test(edge)
          ? ["items.append(weakref.ref(item))", "items[0]()"]
          : edge.startsWith("[")
            ? ["values = weakref.WeakValueDictionary()", null]
            : ["holder = weakref.ref(holder)", "holder()"];
  return ["import weakref", line, ...(read === null ? [] : [`# read it as ${read}: None once it is gone`])].join("\n");
}
