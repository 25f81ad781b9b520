import { rmSync } from "node:fs";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launch, openPage } from "./browser.ts";
import { dumpOf, type Server, serveFiles, temporaryFolder } from "./program.ts";

const folder = temporaryFolder();
let dump: string;
let server: Server;
let browser: Browser;

beforeAll(async () => {
  dump = dumpOf("cache_service.py", folder.path);
  server = await serveFiles([dump], folder.path);
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  folder.remove();
});

const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const eventually = <T>(value: () => Promise<T>) => expect.poll(value);

it("finds the place on a screen by Back and Forward: what was scrolled, and what had the focus", async () => {
  const { page, problems } = await openPage(browser, server.url, { viewport: { width: 900, height: 420 } });
  await page.getByRole("table").getByText("cache_service.pyheap").click();
  await page.getByText(/^Analysed in/).waitFor();
  const link = page.getByRole("link", { name: "All biggest holders" });
  await link.waitFor();
  await link.scrollIntoViewIfNeeded();
  const scrolled = () =>
    page.evaluate(() => Math.max(0, ...[...document.querySelectorAll("main *")].map((element) => element.scrollTop)));
  await eventually(scrolled).toBeGreaterThan(50);
  const before = await scrolled();
  await link.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("treegrid", { name: "Holders" }).waitFor();
  const current = page.locator('[role="row"][aria-selected="true"]');
  await current.waitFor(); // before, it is not known how many rows there are
  await page.keyboard.press("End");
  const selected = () => current.getAttribute("aria-rowindex");
  await eventually(async () => Number(await selected())).toBeGreaterThan(5);
  const row = await selected();
  await page.keyboard.press("Enter");
  await heading(page).filter({ hasText: "uses" }).waitFor();

  await page.goBack();
  await page.locator(`[aria-rowindex="${row}"][aria-selected="true"]`).waitFor();
  await page.goBack();
  await eventually(scrolled).toBe(before);
  await page.getByRole("link", { name: "All biggest holders" }).and(page.locator(":focus")).waitFor();
  await page.goForward();
  await page.locator(`[aria-rowindex="${row}"][aria-selected="true"]`).waitFor();
  expect(problems).toEqual([]);
  await page.context().close();
});

it("leads back by a dump's tab to the screen on which it was left", async () => {
  const { page, problems } = await openPage(browser, server.url);
  await page.getByRole("table").getByText("cache_service.pyheap").click();
  await page.getByText(/^Analysed in/).waitFor();
  await page.getByRole("link", { name: "Cycles" }).click();
  await heading(page).filter({ hasText: "cycle" }).waitFor();
  const left = page.url();
  await page.getByRole("link", { name: "Files" }).click();
  await page.getByRole("button", { name: "Open a file…" }).waitFor();
  await page.getByRole("navigation", { name: "Open dumps" }).getByRole("link", { name: "cache_service" }).click();
  await heading(page).filter({ hasText: "cycle" }).waitFor();
  expect(page.url()).toBe(left);
  expect(problems).toEqual([]);
  await page.context().close();
});

it("lists recent files after a restart, says which are gone, and forgets them on request", async () => {
  await server.stop();
  server = await serveFiles([], folder.path);
  const { page } = await openPage(browser, server.url);
  const row = page.getByRole("row", { name: /cache_service\.pyheap/ });
  await row.filter({ hasText: /3\.\d+\.\d+/ }).waitFor();
  rmSync(dump);
  await page.reload();
  await row.filter({ hasText: "There is no file" }).waitFor();
  await page.getByRole("button", { name: "Clear recent files" }).click();
  await row.waitFor({ state: "detached" });
  await page.reload();
  await heading(page).waitFor();
  await page.getByText("No dumps yet").waitFor();
  await page.context().close();
});
