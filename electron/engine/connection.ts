import { randomUUID } from "node:crypto";
import * as v from "valibot";
import type { Message, Reply, RequestId, Transport } from "../../shared/session/contract.ts";

const ENVELOPE = v.object({ id: v.pipe(v.string(), v.maxLength(100)), method: v.string(), params: v.unknown() });

/** The id in a reply to what had none. */
export const NO_ID = "" as RequestId;

/** One page's way to the host. It knows what the page still waits for, so that a page that goes away leaves no work. */
export interface Connection {
  /**
   * Like the host, never rejects; what is no message at all gets the failure `bad-request`. `gone` cancels the request:
   * nobody waits for its reply any more.
   */
  answer(message: unknown, gone?: AbortSignal): Promise<Reply>;
  /** Cancels all that is still running. Resolves when it has ended. */
  close(): Promise<void>;
}

export function createConnection(host: Transport): Connection {
  const running = new Map<RequestId, Promise<Reply>>();

  const cancel = (request: RequestId) => {
    void host({ id: randomUUID() as RequestId, method: "cancel", params: { request } });
  };

  return {
    async answer(message, gone) {
      if (!isMessage(message)) {
        return { id: NO_ID, ok: false, failure: { code: "bad-request", what: "it is not a message" } };
      }
      const reply = host(message);
      const onGone = () => cancel(message.id);
      running.set(message.id, reply);
      gone?.addEventListener("abort", onGone, { once: true });
      try {
        return await reply;
      } finally {
        gone?.removeEventListener("abort", onGone);
        running.delete(message.id);
      }
    },
    async close() {
      const last = [...running.values()];
      for (const request of running.keys()) cancel(request);
      await Promise.allSettled(last);
    },
  };
}

const isMessage = (value: unknown): value is Message => v.is(ENVELOPE, value);
