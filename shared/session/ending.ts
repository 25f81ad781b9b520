import { HeapError } from "../types/failure.ts";

/** One number in shared memory: 1 asks the workers that know it to end. */
export type Ending = Int32Array<SharedArrayBuffer>;

export const newEnding = (): Ending => new Int32Array(new SharedArrayBuffer(4));

export const end = (ending: Ending): void => {
  Atomics.store(ending, 0, 1);
};

export const isEnding = (ending: Ending): boolean => Atomics.load(ending, 0) === 1;

/**
 * A tick that throws once the worker is asked to end. Workers end by themselves, because one that is terminated while zlib
 * unpacks takes the whole process with it (an assertion in node_zlib.cc, `CompressionStream::Close`).
 */
export const untilEnding = (ending: Ending) => (): void => {
  if (isEnding(ending)) throw new HeapError({ code: "cancelled" });
};
