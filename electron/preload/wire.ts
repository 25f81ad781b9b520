import type { Message, Reply, RequestId, Transport } from "../../shared/session/contract.ts";

/** The part of a `MessagePort` that carries the wire. */
export interface WirePort {
  postMessage(message: Message): void;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
}

/** A page's way to the engine over a port that may be replaced while the page lives. */
export interface Wire {
  readonly send: Transport;
  connect(port: WirePort): void;
  /** The engine is gone and with it every request; `replaced`: later requests wait for another port. */
  lose(replaced: boolean): void;
}

interface Waiting {
  resolve(reply: Reply): void;
  reject(cause: Error): void;
}

export function createWire(): Wire {
  const waiting = new Map<RequestId, Waiting>();
  let port = Promise.withResolvers<WirePort>();

  return {
    async send(message) {
      const open = await port.promise;
      return new Promise((resolve, reject) => {
        waiting.set(message.id, { resolve, reject });
        open.postMessage(message);
      });
    },
    connect(opened) {
      opened.onmessage = ({ data }) => {
        const reply = data as Reply; // from our own engine
        waiting.get(reply.id)?.resolve(reply);
        waiting.delete(reply.id);
      };
      port.resolve(opened);
    },
    lose(replaced) {
      const lost = new Error("The analysis process ended unexpectedly.");
      const next = Promise.withResolvers<WirePort>();
      next.promise.catch(() => {}); // each sender sees it; nobody may be sending now
      if (!replaced) next.reject(lost);
      port.resolve(next.promise); // who still waits for the lost port; without effect on one that had come
      port = next;
      for (const { reject } of waiting.values()) reject(lost);
      waiting.clear();
    },
  };
}
