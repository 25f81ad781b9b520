import { EventEmitter } from "node:events";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { harness } from "./control.ts";
import { type PortMain, parcel } from "./ports.ts";

const BOOT = new URL("./utility-boot.ts", import.meta.url).href;

/** A utility process as a thread: real module loading, real SQLite, real ports; no process of its own. */
class UtilityProcess extends EventEmitter {
  readonly #worker: Worker;

  constructor(script: string) {
    super();
    this.#worker = new Worker(pathToFileURL(script), { execArgv: ["--import", BOOT] });
    this.#worker.on("message", (data: unknown) => this.emit("message", data));
    this.#worker.on("error", (error) => harness.tell("engine-error", String(error.stack)));
    this.#worker.on("exit", (code) => {
      harness.engines.delete(this);
      this.emit("exit", code);
      harness.tell("engine-exit", code);
    });
    harness.engines.add(this);
    harness.tell("engine-start");
  }

  postMessage(data: unknown, ports: readonly PortMain[] = []): void {
    this.#worker.postMessage(...parcel(data, ports));
  }

  kill(): boolean {
    void this.#worker.terminate();
    return true;
  }
}

export const utilityProcess = { fork: (script: string) => new UtilityProcess(script) };
