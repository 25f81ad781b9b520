import { EventEmitter } from "node:events";
import { parentPort } from "node:worker_threads";
import { type Parcel, PortMain } from "./ports.ts";

/** Gives the engine's thread the `process.parentPort` of a utility process. Messages wait for the first listener. */
class ParentPort extends EventEmitter {
  constructor() {
    super();
    this.once("newListener", () => {
      queueMicrotask(() =>
        parentPort?.on("message", ({ data, ports }: Parcel) => {
          this.emit("message", { data, ports: ports.map((port) => new PortMain(port)) });
        }),
      );
    });
  }

  postMessage(data: unknown): void {
    parentPort?.postMessage(data);
  }
}

// The engine starts threads of its own, which inherit this boot script and are no utility processes.
if (parentPort !== null) Object.assign(process, { parentPort: new ParentPort() });
