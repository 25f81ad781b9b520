import { type IndexColumn, NONE } from "../types/graph.ts";

/** What is kept of a node, side by side in one cache line. */
const SLOT = { parent: 0, depth: 1, jump: 2, numbers: 4 } as const;

/**
 * The nearest common ancestors in a forest whose parents have smaller numbers than their children, such as a dominator tree;
 * roots have `NONE`.
 *
 * E. Myers, "An applicative random-access stack", 1983: jumps are as far as the digits of skew-binary numbers, so nodes of
 * one depth jump equally far, and no climb takes more than O(log n) steps. Time O(n), memory 16n bytes.
 */
export class CommonAncestors {
  readonly #slots: Int32Array;

  constructor(parent: IndexColumn) {
    const slots = new Int32Array(SLOT.numbers * parent.length);
    const at = (v: number, what: number): number => slots[SLOT.numbers * v + what];
    for (let v = 0; v < parent.length; v++) {
      const own = SLOT.numbers * v;
      const p = parent[v];
      slots[own + SLOT.parent] = p;
      if (p === NONE) {
        slots[own + SLOT.jump] = v;
        continue;
      }
      const over = at(p, SLOT.jump);
      const further = at(over, SLOT.jump);
      const isEven = at(p, SLOT.depth) - at(over, SLOT.depth) === at(over, SLOT.depth) - at(further, SLOT.depth);
      slots[own + SLOT.depth] = at(p, SLOT.depth) + 1;
      slots[own + SLOT.jump] = isEven ? further : p;
    }
    this.#slots = slots;
  }

  isRoot(v: number): boolean {
    return this.#slots[SLOT.numbers * v + SLOT.depth] === 0;
  }

  /** The nearest node that has both in its tree, which may be one of them. Both are in one tree. Time O(log n). */
  of(a: number, b: number): number {
    const slots = this.#slots;
    const depthOf = (v: number): number => slots[SLOT.numbers * v + SLOT.depth];
    const jumpOf = (v: number): number => slots[SLOT.numbers * v + SLOT.jump];
    const parentOf = (v: number): number => slots[SLOT.numbers * v + SLOT.parent];
    let lower = depthOf(a) >= depthOf(b) ? a : b;
    let upper = lower === a ? b : a;
    const depth = depthOf(upper);
    while (depthOf(lower) > depth) {
      const jump = jumpOf(lower);
      lower = depthOf(jump) >= depth ? jump : parentOf(lower);
    }
    while (lower !== upper) {
      const [further, other] = [jumpOf(lower), jumpOf(upper)];
      lower = further === other ? parentOf(lower) : further;
      upper = further === other ? parentOf(upper) : other;
    }
    return lower;
  }
}
