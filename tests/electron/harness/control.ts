import type { Browser } from "playwright";
import type { MenuEntry } from "./menu.ts";
import type { HarnessOptions, Told } from "./messages.ts";
import type { BrowserWindow } from "./window.ts";

export type PermissionDecider = (permission: string) => boolean;

/** What the harness knows about the app it runs in: what the app did, and what the tests have laid ready for it. */
export const harness = {
  options: JSON.parse(process.env.PYHEAP_HARNESS ?? "{}") as HarnessOptions,
  ready: false,
  becomeReady: () => {},
  sandboxEnabled: false,
  windows: new Set<BrowserWindow>(),
  engines: new Set<{ kill(): boolean }>(),
  dialogAnswers: [] as (string | null)[],
  menu: [] as readonly MenuEntry[],
  permissionCheck: (() => true) as PermissionDecider,
  permissionRequest: (() => true) as PermissionDecider,
  browser: null as Promise<Browser> | null,

  tell(event: Told["event"], data: unknown = null): void {
    process.send?.({ event, data } satisfies Told);
  },

  async closeBrowser(): Promise<void> {
    await (await harness.browser)?.close();
  },
};

process.once("disconnect", () => process.exit(1)); // the tests are gone
