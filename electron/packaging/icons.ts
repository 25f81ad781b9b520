import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright";

/**
 * Draws icon.svg in the sizes that desktops ask for. Run by hand after a change of the drawing; the results are in git,
 * so that building a package needs no browser.
 *
 *   CHROMIUM=/usr/bin/chromium node electron/packaging/icons.ts
 */
const SIZES = [16, 24, 32, 48, 64, 128, 256, 512];

const executablePath = process.env.CHROMIUM ?? chromium.executablePath();
const drawing = await readFile(join(import.meta.dirname, "icon.svg"), "utf8");
const browser = await chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 });
const page = await browser.newPage();
for (const size of SIZES) {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(`<style>body{margin:0}svg{display:block;width:100vw;height:100vh}</style>${drawing}`);
  const path = join(import.meta.dirname, "icons", `${size}x${size}.png`);
  await page.screenshot({ path, omitBackground: true });
}
await browser.close();
