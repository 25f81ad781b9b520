import type { Drawing } from "./layout.ts";
import type { Placed } from "./sizes.ts";

/** Computes the places of a graph in a worker of its own, so that the page stays free. Aborting ends the worker. */
export function placeInWorker(drawing: Drawing, signal: AbortSignal): Promise<readonly Placed[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./layout.worker.ts", import.meta.url), { type: "module" });
    const end = (settle: () => void) => {
      worker.terminate();
      settle();
    };
    signal.addEventListener("abort", () => end(() => reject(signal.reason)), { once: true });
    worker.onmessage = (event: MessageEvent<readonly Placed[]>) => end(() => resolve(event.data));
    worker.onerror = (event) => end(() => reject(new Error(event.message)));
    const { nodes, edges, across = false } = drawing;
    worker.postMessage({ nodes, edges, across });
  });
}
