import { parentPort, workerData } from "node:worker_threads";
import { isEnding, untilEnding } from "./ending.ts";
import { otherCore } from "./other-core.ts";
import type { FromBuilder, WorkerTask } from "./worker-messages.ts";

/**
 * The one worker of all shells, in any of its roles. Started by `snapshot.ts`. Each role loads its own code only: that
 * is most of what an opening waits for.
 */
async function main(): Promise<void> {
  const task = workerData as WorkerTask;
  if (parentPort === null) throw new Error("This file runs as a worker only");
  const port = parentPort;
  if (isEnding(task.ending)) return; // before it has loaded its code
  switch (task.role) {
    case "answerer": {
      const { answerMessages } = await import("./answer-messages.ts");
      answerMessages(port, task.place, task.cancelFlags);
      break;
    }
    case "helper": {
      const { help } = await import("./help.ts");
      help(task.line, untilEnding(task.ending));
      break;
    }
    case "builder": {
      const { build } = await import("./build.ts");
      const tell = (message: FromBuilder) =>
        port.postMessage(message, message.kind === "help" ? [message.line.port] : []);
      const goOn = untilEnding(task.ending);
      const use = { folder: task.cacheFolder };
      build(task.place, use, tell, () => otherCore((line) => tell({ kind: "help", line }), goOn), goOn);
      port.close();
      break;
    }
  }
}

void main();
