import { EventEmitter } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { harness } from "./control.ts";

/** One event of Electron's: handlers may prevent what would follow. */
export class PreventableEvent {
  prevented = false;

  preventDefault(): void {
    this.prevented = true;
  }
}

class App extends EventEmitter {
  readonly isPackaged = false;
  readonly #ready = Promise.withResolvers<void>();
  #handover: Promise<void> = Promise.resolve();
  #server: Server | null = null;

  constructor() {
    super();
    harness.becomeReady = () => {
      harness.ready = true;
      this.#ready.resolve();
    };
    if (!harness.options.holdReady) setImmediate(harness.becomeReady);
  }

  whenReady(): Promise<void> {
    return this.#ready.promise;
  }

  enableSandbox(): void {
    harness.sandboxEnabled = true;
  }

  getAppPath(): string {
    return harness.options.appPath;
  }

  getPath(_name: "userData"): string {
    return harness.options.userData;
  }

  /** A file decides at once, as the caller must know; a socket then carries the second start's data to the first. */
  requestSingleInstanceLock(data: unknown): boolean {
    const lock = join(harness.options.userData, "lock");
    const socket = `${lock}.socket`;
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
    } catch {
      this.#handover = new Promise((resolve, reject) => {
        const client = connect(socket, () => client.end(JSON.stringify({ argv: process.argv, data })));
        client.once("close", () => resolve());
        client.once("error", () => reject(new Error(`The first instance ${readFileSync(lock, "utf8")} is gone`)));
      });
      return false;
    }
    process.once("exit", () => rmSync(lock));
    this.#server = createServer((client) => {
      let text = "";
      client.on("data", (chunk) => {
        text += chunk;
      });
      client.on("end", () => {
        const sent = JSON.parse(text) as { argv: string[]; data: unknown };
        this.emit("second-instance", {}, sent.argv, "/", sent.data);
      });
    }).listen(socket);
    return true;
  }

  /** The order of Electron: before-quit, the windows, will-quit, the end; each of the steps can be held back. */
  quit(): void {
    void this.#quit();
  }

  async #quit(): Promise<void> {
    for (const window of [...harness.windows]) window.close();
    if (harness.windows.size > 0) return;
    const event = new PreventableEvent();
    this.emit("will-quit", event);
    if (event.prevented) return;
    await this.#handover;
    this.#server?.close();
    await harness.closeBrowser();
    harness.tell("quit", harness.engines.size);
    process.exit(0);
  }
}

export const app = new App();
