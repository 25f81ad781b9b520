import { join } from "node:path";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launch } from "./browser.ts";
import { serveFiles, temporaryFolder } from "./program.ts";

/* Many pages of one profile share the browser's few connections to the program, and outlive it. */

const PAGES = 20;
const SAMPLES = ["monday", "tuesday"].map((day) => join(import.meta.dirname, `../../samples/shop-${day}.pyheap`));
const folder = temporaryFolder();
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  folder.remove();
});

const look = async (page: Page, day: string) => {
  await page.bringToFront();
  await page.getByRole("table").getByText(`shop-${day}`).first().click();
  await page.getByText(/^Analysed in/).waitFor();
};

it("twenty pages are answered side by side, whichever are closed while they load", async () => {
  const server = await serveFiles(SAMPLES, folder.path);
  const context = await browser.newContext();
  const problems: string[] = [];
  const open = async () => {
    const page = await context.newPage();
    page.on("pageerror", (error) => problems.push(String(error)));
    await page.goto(server.url);
    return page;
  };
  const pages = await Promise.all(Array.from({ length: PAGES }, open));
  const [first, second, ...others] = pages as [Page, Page, ...Page[]];
  await first.getByRole("table").getByText("shop-monday").first().click();
  await first.close(); // its dump has just begun to be read
  await look(second, "monday");
  for (const [i, page] of others.entries()) await look(page, i % 2 === 0 ? "tuesday" : "monday");
  expect(problems).toEqual([]);
  await context.close();
  await server.stop();
});

it("a page whose program has ended says so, keeps what it shows, and the program's new address works beside it", async () => {
  const server = await serveFiles(SAMPLES, folder.path);
  const page = await browser.newPage();
  await page.goto(server.url);
  await look(page, "tuesday");
  await server.stop();
  await page
    .getByRole("navigation", { name: "Screens" })
    .getByRole("link", { name: /^Types/ })
    .click();
  await page
    .getByText(
      "The connection to the analysis was lost. Check that pyheap-explorer is still running, then reload; if it was started anew, open the address that it printed.",
    )
    .first()
    .waitFor();
  await page.getByRole("button", { name: "Try again" }).first().click();
  await page.getByText("The connection to the analysis was lost.").first().waitFor();

  const again = await serveFiles(SAMPLES, folder.path);
  await page.goto(again.url);
  await look(page, "tuesday");
  await page.close();
  await again.stop();
});
