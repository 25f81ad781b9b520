/** "No node" in an index column: typed arrays cannot hold null, and -1 reads well in a debugger. */
export const NONE = -1;

/** Index columns live in shared memory, so that several workers read one copy. */
export type IndexColumn = Int32Array<ArrayBufferLike>;

/**
 * A directed graph in compressed sparse row form.
 *
 * The successors of node `v` are `targets[offsets[v]] .. targets[offsets[v + 1] - 1]`.
 * Invariants: `offsets.length === nodeCount + 1`, `offsets[0] === 0`, `offsets` never decreases, and every target is
 * `< nodeCount`. Parallel edges and self-loops are allowed. Fewer than 2^31 nodes and edges.
 */
export interface Csr {
  readonly nodeCount: number;
  /** Length `nodeCount + 1`. */
  readonly offsets: IndexColumn;
  /** Length `offsets[nodeCount]`. */
  readonly targets: IndexColumn;
}

/** Allocates `length` 32-bit numbers in memory that workers can share; all zero. */
export const indexColumn = (length: number): Int32Array<SharedArrayBuffer> =>
  new Int32Array(new SharedArrayBuffer(4 * length));

/** Allocates `length` doubles in memory that workers can share; all zero. */
export const byteColumn = (length: number): Float64Array<SharedArrayBuffer> =>
  new Float64Array(new SharedArrayBuffer(8 * length));

/**
 * Gives back the memory of columns that nobody needs any more, at once, which the collector would do some time. They are
 * empty afterwards. Shared memory stays: others may have it.
 */
export function giveBack(...columns: readonly { readonly buffer: ArrayBufferLike }[]): void {
  for (const { buffer } of columns) if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
}

/**
 * How a long loop says how far it is and learns that nobody waits for it any more.
 * Called every few ten thousand steps with the fraction done (0 to 1); throws to stop the work.
 */
export type Tick = (fraction: number) => void;

/** For callers that neither watch nor cancel. */
export const noTick: Tick = () => {};
