import { fileURLToPath } from "node:url";
import { type MessagePortMain, type UtilityProcess, utilityProcess } from "electron";
import type { FileId, OfferedFile } from "../../shared/session/contract.ts";
import type { FromEngine, ToEngine } from "../engine/protocol.ts";

const SCRIPT = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "../engine/engine.ts" : "./engine.js", import.meta.url),
);
/** An engine that dies sooner than this after a restart would die again: it stays down. */
const CRASH_LOOP_MS = 60_000;
/** How long the engine may take to end by itself. */
const STOP_MS = 3_000;

/** The engine process, as the main process handles it: it hands out ports and paths and keeps out of the data. */
export interface Engine {
  /** Makes a file openable. Rejects where the engine is down for good. */
  offer(path: string, origin: OfferedFile["origin"]): Promise<FileId>;
  /** Gives a page's port to the engine. */
  connect(port: MessagePortMain): void;
  stop(): Promise<void>;
}

export interface EngineOptions {
  readonly stateFolder: string;
  /** The engine died; `replaced`: another one runs already and knows the same files. */
  onLost(replaced: boolean): void;
}

type Offer = Extract<ToEngine, { kind: "offer" }>;

export function startEngine({ stateFolder, onLost }: EngineOptions): Engine {
  const offers: Offer[] = [];
  const answers = new Map<number, PromiseWithResolvers<FileId>>();
  let restartedAt = Number.NEGATIVE_INFINITY;
  let stopping = false;
  let running: UtilityProcess | null = fork();

  const tell = (order: ToEngine) => running?.postMessage(order);

  function fork(): UtilityProcess {
    const child = utilityProcess.fork(SCRIPT, [], { serviceName: "PyHeap Explorer Engine" });
    child.on("message", ({ request, file }: FromEngine) => {
      answers.get(request)?.resolve(file);
      answers.delete(request);
    });
    child.once("exit", () => {
      if (!stopping) replace();
    });
    child.postMessage({ kind: "start", stateFolder } satisfies ToEngine);
    return child;
  }

  /** A dump can make the engine run out of memory. The files that were offered stay known, under new ids. */
  function replace(): void {
    const now = performance.now();
    const again = now - restartedAt > CRASH_LOOP_MS;
    restartedAt = now;
    running = again ? fork() : null;
    if (again) offers.forEach(tell);
    else for (const { reject } of answers.values()) reject(engineDown());
    onLost(again);
  }

  return {
    offer(path, origin) {
      if (running === null) return Promise.reject(engineDown());
      const order: Offer = { kind: "offer", request: offers.length, path, origin };
      const answer = Promise.withResolvers<FileId>();
      offers.push(order);
      answers.set(order.request, answer);
      tell(order);
      return answer.promise;
    },
    connect(port) {
      running?.postMessage({ kind: "connect" } satisfies ToEngine, [port]);
    },
    async stop() {
      stopping = true;
      const child = running;
      if (child === null) return;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      const impatience = setTimeout(() => child.kill(), STOP_MS);
      tell({ kind: "stop" });
      await ended;
      clearTimeout(impatience);
    },
  };
}

const engineDown = () => new Error("The analysis process ended twice in a row. Start PyHeap Explorer again.");
