import { parentPort, workerData } from "node:worker_threads";
import type { FromBuilder, WorkerTask } from "./worker-messages.ts";

/**
 * The one worker of all shells, in either of its roles. Started by `snapshot.ts`. Each role loads its own code only: that
 * is most of what an opening waits for.
 */
async function main(): Promise<void> {
  const { role, place, cacheFolder, cancelFlags } = workerData as WorkerTask;
  if (parentPort === null) throw new Error("This file runs as a worker only");
  const port = parentPort;
  if (role === "answerer") {
    const { answerMessages } = await import("./answer-messages.ts");
    answerMessages(port, place, cancelFlags);
    return;
  }
  const { build } = await import("./build.ts");
  build(place, { folder: cacheFolder }, (message: FromBuilder) => port.postMessage(message));
  port.close();
}

void main();
