import type { IpcMainEvent, IpcMainInvokeEvent } from "electron";
import { PAGE_ORIGIN } from "./protocol.ts";

/**
 * Throws unless our own page asks: not a frame inside it, not a page that took its place. Every handler calls this first.
 * The frame is null where it has navigated away meanwhile.
 */
export function assertFromPage({ senderFrame }: IpcMainEvent | IpcMainInvokeEvent): void {
  const trusted = senderFrame !== null && senderFrame.parent === null && senderFrame.url.startsWith(PAGE_ORIGIN);
  if (!trusted) throw new Error("Message from an untrusted frame");
}
