import { HeapError } from "../types/failure.ts";
import type { Client, Message, Method, RequestId, Transport } from "./contract.ts";

/** Compile error here when a method is added to `SessionApi` and forgotten below, or the reverse. */
const METHODS = {
  files: true,
  forgetFiles: true,
  open: true,
  close: true,
  snapshots: true,
  watch: true,
  summary: true,
  overview: true,
  memoryMap: true,
  holderGroups: true,
  bigDrop: true,
  spread: true,
  types: true,
  modules: true,
  objects: true,
  references: true,
  object: true,
  why: true,
  cut: true,
  howHeld: true,
  dominatorsOf: true,
  neighbours: true,
  subgraph: true,
  cycles: true,
  advise: true,
  adviceReport: true,
  attributes: true,
  between: true,
  stacks: true,
  stack: true,
  allocations: true,
  objectSites: true,
  compareAllocations: true,
  compare: true,
  compareTypes: true,
  growth: true,
  series: true,
  typeNamed: true,
  names: true,
  findText: true,
  sizes: true,
  exportObjects: true,
  sets: true,
  keepSet: true,
  changeSet: true,
  notes: true,
  saveNote: true,
  cancel: true,
} as const satisfies Record<Method, true>;

/** True for a name that may be called; the host checks every name that arrives with it. */
export const isMethod = (name: string): name is Method => Object.hasOwn(METHODS, name);

/**
 * The session as an ordinary object, over any transport. A failed reply is thrown as `HeapError`; so is a broken wire.
 * An aborted signal sends `cancel` and rejects with code `cancelled` as soon as the host confirms.
 */
export function createClient(send: Transport): Client {
  // Several pages may share one host, so ids of different clients must not meet.
  const prefix = crypto.randomUUID().slice(0, 8);
  let sent = 0;
  const nextId = () => `${prefix}-${++sent}` as RequestId;

  const exchange = async (message: Message): Promise<unknown> => {
    const reply = await send(message).catch((cause: unknown) => {
      throw cause instanceof HeapError ? cause : new HeapError({ code: "connection-lost" }, { cause });
    });
    if (!reply.ok) throw new HeapError(reply.failure);
    return reply.value;
  };

  const call = async (method: Method, params: unknown, signal?: AbortSignal): Promise<unknown> => {
    if (signal?.aborted) throw new HeapError({ code: "cancelled" });
    const id = nextId();
    const cancel = () => {
      // Nobody waits for this reply; a broken wire shows on the request itself.
      exchange({ id: nextId(), method: "cancel", params: { request: id } }).catch(() => {});
    };
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      return await exchange({ id, method, params });
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  };

  const entries = Object.keys(METHODS).map((method) => [
    method,
    (params: unknown, options?: { signal?: AbortSignal }) => call(method as Method, params, options?.signal),
  ]);
  return Object.fromEntries(entries) as Client; // sound: METHODS lists exactly the keys of SessionApi
}
