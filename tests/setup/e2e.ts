import { findChromium } from "./chromium.ts";

/** Before the end-to-end tests, however they were started: `CHROMIUM` names a browser, or nothing runs. */
export function setup(): void {
  const chromium = findChromium();
  if (!chromium) throw new Error("No Chromium found: set CHROMIUM, or run `npm test`, which installs one.");
  process.env.CHROMIUM = chromium;
}
