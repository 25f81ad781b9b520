import { availableParallelism } from "node:os";
import { MessageChannel, type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { Aside } from "../types/aside.ts";
import { type Failure, HeapError } from "../types/failure.ts";

const LONGEST_SLEEP_MS = 50;

/** Places in the signal between a builder and its helper: how many tasks are answered, and 1 where the helper has died. */
export const HELP = { answered: 0, died: 1, numbers: 2 } as const;

export interface AsideRequest {
  readonly name: string;
  readonly input: unknown;
}

export type AsideResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly failure: Failure };

/** What a helper needs to hear its builder. */
export interface HelperLine {
  readonly port: MessagePort;
  readonly signal: Int32Array<SharedArrayBuffer>;
}

/**
 * Asks for a helper, a worker that runs `help`, by giving `ask` its end of the line; null where there is one core only.
 *
 * The builder never waits for its own messages, since its stages are plain loops: it sleeps on the signal until there are
 * as many answers as it needs, and takes them from the line itself. A helper that could not be had, or died, is an error.
 * `tick` is called meanwhile; it throws to stop waiting.
 */
export function otherCore(ask: (line: HelperLine) => void, tick: () => void): Aside | null {
  if (availableParallelism() < 2) return null;
  const { port1: own, port2: port } = new MessageChannel();
  own.unref();
  const signal = new Int32Array(new SharedArrayBuffer(4 * HELP.numbers));
  ask({ port, signal });
  let asked = 0;
  const results: AsideResult[] = [];

  const resultAt = (place: number): AsideResult => {
    for (;;) {
      const answered = Atomics.load(signal, HELP.answered);
      while (results.length < answered) results.push(receiveMessageOnPort(own)?.message as AsideResult);
      const result = results[place];
      if (result !== undefined) return result;
      if (Atomics.load(signal, HELP.died) === 1) throw new Error("The second worker of the analysis has died");
      Atomics.wait(signal, HELP.answered, answered, LONGEST_SLEEP_MS);
      tick();
    }
  };

  return <Input, Result>({ name }: { readonly name: string }, input: Input) => {
    own.postMessage({ name, input } satisfies AsideRequest);
    const place = asked++;
    return () => {
      const result = resultAt(place);
      results[place] = { ok: true, value: null }; // nothing is kept that nobody needs
      if (result.ok) return result.value as Result;
      throw new HeapError(result.failure);
    };
  };
}
