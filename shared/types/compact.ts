import { byteColumn, type Csr, giveBack, type IndexColumn, indexColumn } from "./graph.ts";

/*
 * Columns that take no more room than their numbers need. Most numbers of a heap are small: sizes below 64 KiB, counts
 * below 255. The few that are not stand in a table of their own.
 */

/** "Not known" in a compact column. */
export const UNKNOWN = -1;

/** Numbers from 0 up, and `UNKNOWN`, in shared memory; `numberAt` reads them. */
export interface CompactColumn {
  /** The numbers below `most`. `most` itself stands for a number in the table, `most + 1` for `UNKNOWN`. */
  readonly small: Uint8Array | Uint16Array | Uint32Array | Float64Array;
  /** Infinity where `small` has doubles, which need no table. */
  readonly most: number;
  /** The table: where larger numbers belong, increasing, and these numbers. */
  readonly places: IndexColumn;
  readonly large: Uint32Array | Float64Array;
}

/** The widths to choose from; `most` and `most + 1` are the two largest numbers of a width. */
export const COMPACT_WIDTHS = [
  { bytes: 1, most: 0xfe, make: (length: number) => new Uint8Array(new SharedArrayBuffer(length)) },
  { bytes: 2, most: 0xfffe, make: (length: number) => new Uint16Array(new SharedArrayBuffer(2 * length)) },
  { bytes: 4, most: 0xfffffffe, make: (length: number) => new Uint32Array(new SharedArrayBuffer(4 * length)) },
  { bytes: 8, most: Number.POSITIVE_INFINITY, make: byteColumn },
] as const;

/** What a number in the table takes: its place and, in 4 or 8 bytes, itself. */
const TABLE_BYTES = { narrow: 8, wide: 12 } as const;

/** So many numbers at a time are converted to doubles, in memory that stays in the cache. */
const PIECE = 8192;

/**
 * The numbers in the width that needs least memory, table included: 1, 2, 4 or 8 bytes a number. `unknown` is how
 * `values` says that it does not know. Time O(n).
 *
 * Columns of every kind come here and go from here, one after the other: a loop over them would be compiled anew for each
 * kind. Typed arrays convert themselves, so the loops see doubles only.
 */
export function compactColumn(values: Float64Array | Int32Array | Uint32Array, unknown = UNKNOWN): CompactColumn {
  const n = values.length;
  const doubles = new Float64Array(PIECE);
  // How many numbers do not fit into 1, 2 and 4 bytes; all fit into 8.
  let [above1, above2, above4, largest] = [0, 0, 0, 0];
  for (let first = 0; first < n; first += PIECE) {
    const count = Math.min(PIECE, n - first);
    doubles.set(values.subarray(first, first + count));
    for (let i = 0; i < count; i++) {
      const value = doubles[i];
      if (value < 0xfe || value === unknown) continue;
      above1++;
      if (value > largest) largest = value;
      if (value < 0xfffe) continue;
      above2++;
      if (value >= 0xfffffffe) above4++;
    }
  }
  const above = [above1, above2, above4, 0];
  const wide = largest > 0xffffffff;
  const cost = (w: number): number =>
    COMPACT_WIDTHS[w].bytes * n + above[w] * (wide ? TABLE_BYTES.wide : TABLE_BYTES.narrow);
  let width = 0;
  for (let w = 1; w < COMPACT_WIDTHS.length; w++) if (cost(w) < cost(width)) width = w;

  const { most, make } = COMPACT_WIDTHS[width];
  const table = above[width];
  const large = wide ? byteColumn(table) : new Uint32Array(new SharedArrayBuffer(4 * table));
  const column = { small: make(n), most, places: indexColumn(table), large };
  const { small, places } = column;
  const stands = Number.isFinite(most) ? most + 1 : UNKNOWN;
  let next = 0;
  for (let first = 0; first < n; first += PIECE) {
    const count = Math.min(PIECE, n - first);
    doubles.set(values.subarray(first, first + count));
    for (let i = 0; i < count; i++) {
      const value = doubles[i];
      if (value < most && value !== unknown) continue;
      doubles[i] = value === unknown ? stands : most;
      if (value === unknown) continue;
      places[next] = first + i;
      large[next++] = value;
    }
    small.set(doubles.subarray(0, count), first);
  }
  return column;
}

/** The number at `i`, or `UNKNOWN`, also where the column has no such place. O(1), in the table O(log of its length). */
export function numberAt({ small, most, places, large }: CompactColumn, i: number): number {
  const value = small[i];
  if (value < most) return value;
  return value === most ? large[lowerBound(places, i)] : UNKNOWN;
}

/** All numbers of the column, 8 bytes each. Time O(n), a third of what as many calls of `numberAt` take. */
export function numbersOf({ small, most, places, large }: CompactColumn): Float64Array<ArrayBuffer> {
  const numbers = new Float64Array(small.length);
  numbers.set(small);
  for (let i = 0; i < numbers.length; i++) if (numbers[i] > most) numbers[i] = UNKNOWN;
  for (let i = 0; i < places.length; i++) numbers[places[i]] = large[i];
  return numbers;
}

/** Where the first number of an increasing list stands that is `value` or more; the list's length if all are less. */
export function lowerBound(increasing: ArrayLike<number>, value: number): number {
  let low = 0;
  for (let high = increasing.length; low < high; ) {
    const middle = (low + high) >>> 1;
    if (increasing[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Numbers below a bound that is known beforehand, such as types, in the narrowest array; all zero. */
export type CodeColumn = Uint8Array | Uint16Array | IndexColumn;

export function codeColumn(length: number, bound: number): CodeColumn {
  if (bound <= 1 << 8) return new Uint8Array(new SharedArrayBuffer(length));
  return bound <= 1 << 16 ? new Uint16Array(new SharedArrayBuffer(2 * length)) : indexColumn(length);
}

/** As `CodeColumn`, where `NONE` is a number too. */
export type SignedCodeColumn = Int8Array | Int16Array | IndexColumn;

export function signedCodeColumn(length: number, bound: number): SignedCodeColumn {
  if (bound <= 1 << 7) return new Int8Array(new SharedArrayBuffer(length));
  return bound <= 1 << 15 ? new Int16Array(new SharedArrayBuffer(2 * length)) : indexColumn(length);
}

/** Where every so many lists begin is said in full, in between counted from there. */
const LISTS_PER_START = 32;

/** Lists of increasing numbers above the list's own, such as the children in a tree whose parents have smaller numbers. */
export interface CompactLists {
  /** Where the lists 0, 32, 64, … begin among `steps`. */
  readonly starts: IndexColumn;
  /** Where each list begins, counted from the start before it; one more for where the last one ends. */
  readonly within: CompactColumn;
  /** Each number, counted from the one before it in its list, the first from the list's own. */
  readonly steps: CompactColumn;
}

/** How many starts there are of so many lists. */
export const startsOfLists = (lists: number): number => Math.ceil((lists + 1) / LISTS_PER_START);

/** Time O(n + m), scratch 4(n + m) bytes; a number and a list take a byte or two each where numbers lie close together. */
export function compactLists({ nodeCount, offsets, targets }: Csr): CompactLists {
  const starts = indexColumn(startsOfLists(nodeCount));
  const within = new Int32Array(nodeCount + 1);
  const steps = new Int32Array(targets.length);
  for (let v = 0; v <= nodeCount; v++) {
    const block = Math.floor(v / LISTS_PER_START);
    if (v % LISTS_PER_START === 0) starts[block] = offsets[v];
    within[v] = offsets[v] - starts[block];
    if (v === nodeCount) break;
    for (let e = offsets[v], before = v; e < offsets[v + 1]; before = targets[e++]) steps[e] = targets[e] - before;
  }
  const lists = { starts, within: compactColumn(within), steps: compactColumn(steps) };
  giveBack(within, steps);
  return lists;
}

const startOf = ({ starts, within }: CompactLists, v: number): number =>
  starts[Math.floor(v / LISTS_PER_START)] + numberAt(within, v);

/** How many numbers list `v` has. O(1). */
export const listLength = (lists: CompactLists, v: number): number => startOf(lists, v + 1) - startOf(lists, v);

/** The numbers of list `v`. Time O(their number). */
export function listAt(lists: CompactLists, v: number): Int32Array<ArrayBuffer> {
  const first = startOf(lists, v);
  const numbers = new Int32Array(startOf(lists, v + 1) - first);
  for (let i = 0, number = v; i < numbers.length; i++) {
    number += numberAt(lists.steps, first + i);
    numbers[i] = number;
  }
  return numbers;
}

/**
 * Whether each node stands once in the list of its parent, which has a smaller number, and in no other list. There are
 * as many steps as nodes with a parent (`NONE` is none). For lists that nobody believes: nothing is read outside them.
 * Time O(n).
 */
export function areChildrenOf(parent: IndexColumn, lists: CompactLists): boolean {
  const n = parent.length;
  const { small, most } = lists.steps;
  let wrong = startOf(lists, 0) === 0 && startOf(lists, n) === small.length ? 0 : 1;
  for (let v = 0, next = 0; v < n; v++) {
    const end = startOf(lists, v + 1);
    // Lists follow each other, so that none is missing; numbers in a list increase, so that none stands there twice.
    if (startOf(lists, v) !== next || end > small.length) return false;
    for (let number = v; next < end; next++) {
      const step = small[next] < most ? small[next] : numberAt(lists.steps, next);
      number += step;
      if (step < 1 || parent[number] !== v) wrong++;
    }
  }
  return wrong === 0;
}
