import type { MessagePort } from "node:worker_threads";
import type { DumpPlace } from "../store/open-file.ts";
import { HeapError, toFailure } from "../types/failure.ts";
import { Answerer } from "./answer.ts";
import type { FromAnswerer, ToAnswerer } from "./worker-messages.ts";

type Message = Exclude<ToAnswerer, { readonly kind: "close" }>;

/** Answers what comes through the port. A request is heard to be cancelled by its flag, wherever its answer is. */
export function answerMessages(port: MessagePort, place: DumpPlace, cancelFlags: Int32Array): void {
  let answerer: Answerer | null = null;
  const early: Message[] = [];
  port.on("message", (message: ToAnswerer) => {
    if (message.kind === "close") {
      port.close();
      return;
    }
    if (answerer !== null) {
      void take(answerer, message);
      return;
    }
    early.push(message);
    // The builder has opened the file when it is done with a stage: then the database of a spool is there.
    if (message.kind !== "stage" || message.of !== undefined) return;
    answerer = new Answerer(place);
    for (const waiting of early.splice(0)) void take(answerer, waiting);
  });

  async function take(answerer: Answerer, message: Message): Promise<void> {
    switch (message.kind) {
      case "stage":
        if (message.of === undefined) answerer.stageDone(message.done);
        else answerer.otherStageDone(message.of, message.done);
        return;
      case "introduce":
        answerer.introduce(message.capture, message.place);
        return;
      case "set":
        answerer.learnSet(message.set, message.objects);
        return;
      case "forget":
        answerer.forget(message.capture);
        return;
      case "ask":
    }
    const { id, method, request, flag } = message;
    const tick = () => {
      if (Atomics.load(cancelFlags, flag) === 1) throw new HeapError({ code: "cancelled" });
    };
    let reply: FromAnswerer;
    try {
      tick();
      reply = { id, ok: true, value: await answerer.answer(method, request as never, tick) };
    } catch (thrown) {
      reply = { id, ok: false, failure: toFailure(thrown) };
    }
    port.postMessage(reply);
  }
}
