import type { WhyGraph } from "./elements.ts";
import { place } from "./layout.ts";

addEventListener("message", (event: MessageEvent<Pick<WhyGraph, "nodes" | "edges">>) => {
  postMessage(place(event.data));
});
