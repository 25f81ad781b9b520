import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

let collect: (() => void) | null = null;

/**
 * Gives back at once the memory of columns that nobody needs any more. Shared memory weighs nothing in the collector's
 * accounts, so left alone it would keep hundreds of megabytes until the worker ends. Time: some milliseconds, since a
 * worker's own heap is small.
 */
export function collectGarbage(): void {
  if (collect === null) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as () => void;
  }
  collect();
}
