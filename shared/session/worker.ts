import { parentPort, workerData } from "node:worker_threads";
import { HeapError, toFailure } from "../types/failure.ts";
import { Answerer } from "./answer.ts";
import { build } from "./build.ts";
import type { FromAnswerer, FromBuilder, ToAnswerer, WorkerTask } from "./worker-messages.ts";

/** The one worker of all shells, in either of its roles. Started by `snapshot.ts`. */
function main(): void {
  const { role, path, cacheFolder, cancelFlags } = workerData as WorkerTask;
  if (parentPort === null) throw new Error("This file runs as a worker only");
  const port = parentPort;
  if (role === "builder") {
    build(path, { folder: cacheFolder }, (message: FromBuilder) => port.postMessage(message));
    port.close();
    return;
  }

  const answerer = openAnswerer(path);
  if (answerer === null) return;
  port.on("message", async (message: ToAnswerer) => {
    switch (message.kind) {
      case "stage":
        if (message.of === undefined) answerer.stageDone(message.done);
        else answerer.otherStageDone(message.of, message.done);
        return;
      case "introduce":
        answerer.introduce(message.capture, message.path);
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
  });
}

/** Null where the file can't be opened: the builder says why, and whoever waits is told so. */
function openAnswerer(path: string): Answerer | null {
  try {
    return new Answerer(path);
  } catch (thrown) {
    if (thrown instanceof HeapError) return null;
    throw thrown;
  }
}

main();
