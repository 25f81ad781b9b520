import { NONE, type Tick } from "../types/graph.ts";
import type { Heap, Layout } from "../types/heap.ts";
import type { ReferenceKind } from "../types/reference-kinds.ts";

/** A way of referring that is the same for many references: an attribute's name, any item, any value of a dict. */
export interface EdgePattern {
  readonly kind: ReferenceKind;
  readonly name: string | null;
}

/** The patterns that were met, numbered. */
export interface EdgePatterns {
  readonly patterns: readonly EdgePattern[];
  /** By reference, in the order of the list that was asked about: its pattern's number. */
  readonly patternOf: Int32Array;
}

/** The patterns of all references of an object. Time O(references), no object per reference. */
export function referentPatterns(heap: Heap, object: number): EdgePatterns {
  const { offsets } = heap.references;
  const numbering = new Numbering();
  const patternOf = new Int32Array(offsets[object + 1] - offsets[object]);
  const steps = numbering.steps(heap.layouts[heap.layout[object]]);
  for (let place = 0, step = 0; place < patternOf.length; place++) {
    while (place >= steps[step].end) step++;
    patternOf[place] =
      steps[step].isPairs && (place - steps[step].first) % 2 === 0 ? steps[step].key : steps[step].value;
  }
  return { patterns: numbering.patterns, patternOf };
}

/**
 * The patterns of all references to an object; `sources` are its referrers, increasing, one entry per reference.
 *
 * A source whose references are all alike is not looked into. Any other is read up to its last reference to the object,
 * so time is O(referrers + references of such sources); no object per reference.
 */
export function referrerPatterns(heap: Heap, object: number, sources: Int32Array, tick: Tick): EdgePatterns {
  const { references, layout, layouts } = heap;
  const { offsets, targets } = references;
  const numbering = new Numbering();
  const stepsOf: (readonly Step[] | undefined)[] = new Array(layouts.length);
  const patternOf = new Int32Array(sources.length);
  for (let i = 0; i < sources.length; ) {
    if ((i & 0x3fff) === 0) tick(i / sources.length);
    const source = sources[i];
    let end = i + 1;
    while (end < sources.length && sources[end] === source) end++;
    stepsOf[layout[source]] ??= numbering.steps(layouts[layout[source]]);
    const steps = stepsOf[layout[source]] ?? [];
    const [only] = steps;
    if (only.end === Infinity && !only.isPairs) {
      patternOf.fill(only.value, i, end);
      i = end;
      continue;
    }
    const start = offsets[source];
    for (let place = 0, step = 0; i < end; place++) {
      while (place >= steps[step].end) step++;
      if (targets[start + place] !== object) continue;
      const { isPairs, first, key, value } = steps[step];
      patternOf[i++] = isPairs && (place - first) % 2 === 0 ? key : value;
    }
  }
  return { patterns: numbering.patterns, patternOf };
}

/** References that follow one another and are alike: a run of a layout. */
interface Step {
  readonly first: number;
  /** Behind the last one; the last step has no end. */
  readonly end: number;
  readonly isPairs: boolean;
  /** Numbers of patterns; `key` only where keys and values take turns. */
  readonly key: number;
  readonly value: number;
}

class Numbering {
  readonly patterns: EdgePattern[] = [];
  readonly #numbers = new Map<string, number>();

  /** A layout's runs with numbered patterns, and one more step for what its runs leave over. */
  steps({ runs }: Layout): readonly Step[] {
    const steps: Step[] = [];
    let first = 0;
    for (const { kind, name, repeat } of runs) {
      const isPairs = repeat === "pairs";
      const end = typeof repeat === "number" ? first + repeat : Infinity;
      steps.push({
        first,
        end,
        isPairs,
        key: isPairs ? this.#number("key", name) : NONE,
        value: this.#number(isPairs ? "value" : kind, name),
      });
      first = end;
    }
    if (first < Infinity)
      steps.push({ first, end: Infinity, isPairs: false, key: NONE, value: this.#number("unnamed", null) });
    return steps;
  }

  #number(kind: ReferenceKind, name: string | null): number {
    const key = `${kind} ${name ?? ""}`;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.patterns.push({ kind, name }) - 1;
      this.#numbers.set(key, number);
    }
    return number;
  }
}
