import { createClient } from "../../../shared/session/client.ts";
import type { Client, FileId, Message } from "../../../shared/session/contract.ts";
import type { App } from "./launch.ts";

declare global {
  interface Window {
    /** What the page for tests has seen of its shell (`../page/page.js`). */
    readonly seen: {
      readonly opened: readonly FileId[];
      readonly dropped: readonly FileId[];
      readonly violations: readonly string[];
    };
    readonly inlineScriptRan?: boolean;
  }
}

/** In the title of every group of tests that runs here, so that nobody takes more from a green line than it says. */
export const NOT_ELECTRON = "in a harness: no sandbox, no isolation setting, no native dialog is shown by this";

/** Everything that a request crosses in the app: page, bridge, preload script, port, engine; and back. */
export const clientOf = (app: App): Client =>
  createClient((message) =>
    app.evaluate((sent: Message) => {
      if (window.heapShell === undefined) throw new Error("The preload script did not run");
      return window.heapShell.send(sent);
    }, message),
  );

/** Waits until the shell has asked the page to show this many files, and gives them. */
export async function openedFiles(app: App, count: number): Promise<readonly FileId[]> {
  await app.until((wanted: number) => window.seen.opened.length >= wanted, count);
  return app.evaluate(() => window.seen.opened);
}

/** The name and origin of a file, as the session lists it. */
export async function listed(app: App, file: FileId | undefined) {
  const { rows } = await clientOf(app).files({});
  const row = rows.find((candidate) => candidate.file === file);
  return row && { name: row.name, origin: row.origin };
}
