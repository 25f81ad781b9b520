import { type Drawing, place } from "./layout.ts";

addEventListener("message", (event: MessageEvent<Drawing>) => {
  postMessage(place(event.data));
});
