import type { FileId, OfferedFile } from "../../shared/session/contract.ts";

/** What the main process tells the engine. What pages ask never comes this way: each page has a port of its own. */
export type ToEngine =
  /** Comes first. */
  | { readonly kind: "start"; readonly stateFolder: string }
  /** Comes with one port, which then carries a page's messages. */
  | { readonly kind: "connect" }
  | { readonly kind: "offer"; readonly request: number; readonly path: string; readonly origin: OfferedFile["origin"] }
  | { readonly kind: "stop" };

/** The answer to `offer`. */
export interface FromEngine {
  readonly kind: "offered";
  readonly request: number;
  readonly file: FileId;
}
