import { addressesOf } from "../types/addresses.ts";
import { indexColumn, NONE } from "../types/graph.ts";
import type { Heap, Meta } from "../types/heap.ts";

/** Which object of one dump is which of another one. */
export interface Matching {
  /** By object of the later dump: the same object in the earlier one, or `NONE`. */
  readonly earlier: Int32Array;
  /** By object of the earlier dump: the same object in the later one, or `NONE`. */
  readonly later: Int32Array;
  readonly matched: number;
}

/** A capture computes the start from two clocks, so that two of one process differ a little. */
const START_TOLERANCE_SECONDS = 2;

/** Two dumps of one running process: same machine since the same boot, same process id, started at the same time. */
export function isSameProcess(a: Meta, b: Meta): boolean {
  const isSame = (key: "pid" | "boot_id"): boolean => textOrNumber(a.process[key]) && a.process[key] === b.process[key];
  const [startA, startB] = [a.process.start_time, b.process.start_time];
  return (
    isSame("pid") &&
    isSame("boot_id") &&
    typeof startA === "number" &&
    typeof startB === "number" &&
    Math.abs(startA - startB) <= START_TOLERANCE_SECONDS
  );
}

const textOrNumber = (value: unknown): boolean => typeof value === "string" || typeof value === "number";

/**
 * Matches objects of two dumps of one process by address and type. An address may have been given to a new object of
 * the same type meanwhile, so a match is likely, not certain.
 *
 * Both dumps are in address order, so this is one merge. Time O(n + n'), memory 4 bytes an object, 8 of scratch.
 */
export function matchByAddress(earlier: Heap, later: Heap): Matching {
  const [nameInEarlier, nameInLater] = nameNumbers(earlier, later);
  const toEarlier = indexColumn(later.objectCount).fill(NONE);
  const toLater = indexColumn(earlier.objectCount).fill(NONE);
  const [addressA, addressB] = [addressesOf(earlier.address), addressesOf(later.address)];
  let matched = 0;
  for (let a = 0, b = 0; a < earlier.objectCount && b < later.objectCount; ) {
    const difference = addressA[a] - addressB[b];
    if (difference === 0 && nameInLater[later.type[b]] === nameInEarlier[earlier.type[a]]) {
      toEarlier[b] = a;
      toLater[a] = b;
      matched++;
    }
    if (difference <= 0) a++;
    if (difference >= 0) b++;
  }
  return { earlier: toEarlier, later: toLater, matched };
}

/** Numbers the names of all types of both dumps; the columns are by type. Two types of one name have one number. */
export function nameNumbers(
  earlier: Heap,
  later: Heap,
): [earlier: Int32Array, later: Int32Array, names: readonly string[]] {
  const numbers = new Map<string, number>();
  const numberOf = (name: string): number => {
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return number;
  };
  const column = ({ types }: Heap) => Int32Array.from(types, (type) => numberOf(type.name));
  return [column(earlier), column(later), [...numbers.keys()]];
}
