import type { Tick } from "./graph.ts";

/** Work that may run on another core. What goes in and comes out are plain values and columns, shared ones where they are large. */
export interface AsideTask<Input, Result> {
  /** Unique; see `session/help.ts`. */
  readonly name: string;
  readonly run: (input: Input, tick: Tick) => Result;
}

/**
 * Begins a task on another core. The function that it returns waits for the result and gives it, or throws what the task
 * has thrown. Private columns of the result belong to who waits; columns that go in must be in shared memory, since others
 * are copied.
 */
export type Aside = <Input, Result>(task: AsideTask<Input, Result>, input: Input) => () => Result;
