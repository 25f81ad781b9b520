import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { accessibilityProblems, dropFiles, launch, openPage } from "./browser.ts";
import { type Server, serveFiles, temporaryFolder } from "./program.ts";

/* Several dumps at once: dropped together, of one name, in a narrow window, in two windows, overwritten while open. */

const folder = temporaryFolder();
const sample = (day: string) => join(import.meta.dirname, `../../samples/shop-${day}.pyheap`);
const monday = join(folder.path, "monday", "shop.pyheap");
const tuesday = join(folder.path, "tuesday", "shop.pyheap");
let server: Server;
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

beforeEach(async () => {
  for (const [from, to] of [
    [sample("monday"), monday],
    [sample("tuesday"), tuesday],
  ] as const) {
    mkdirSync(join(to, ".."), { recursive: true });
    copyFileSync(from, to);
  }
  server = await serveFiles([monday, tuesday], folder.path);
});

afterEach(() => server?.stop());

afterAll(async () => {
  await browser?.close();
  folder.remove();
});

const heading = (page: Page, text: string | RegExp) =>
  page.getByRole("heading", { level: 1 }).filter({ hasText: text });
const tabs = (page: Page) => page.getByRole("navigation", { name: "Open dumps" });
const screens = (page: Page) => page.getByRole("navigation", { name: "Screens" });
const drop = (page: Page, ...days: string[]) =>
  dropFiles(
    page,
    days.map((day) => ({ name: `shop-${day}.pyheap`, content: readFileSync(sample(day)) })),
  );

async function openBoth(page: Page): Promise<void> {
  for (const day of ["monday", "tuesday"]) {
    await page.evaluate(() => location.assign("#/"));
    await page.getByRole("table").getByRole("row").filter({ hasText: day }).getByRole("button").first().click();
    await page.getByText(/^Analysed in/).waitFor();
  }
}

it("asks once about three files that are dropped together, and compares them in the order of their times", async () => {
  const { page, problems } = await openPage(browser, server.url);
  await page.getByRole("button", { name: "Open a file…" }).waitFor();
  await drop(page, "fixed", "tuesday", "monday");
  const question = page.getByRole("dialog", { name: "3 dumps are open now. Compare them?" });
  await question.waitFor();
  expect(await accessibilityProblems(page)).toEqual([]);
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/dropped-three.png` });
  await page.keyboard.press("Enter");
  await heading(page, /^shop\.sessions\._PENDING no longer grows/).waitFor();
  expect(await page.getByRole("dialog").count()).toBe(0);
  expect(problems).toEqual([]);
  await page.context().close();
});

it("tells dumps of one file name apart, in tabs and where it asks", async () => {
  const { page, problems } = await openPage(browser, server.url);
  await openBoth(page);
  await tabs(page)
    .getByRole("link", { name: /^shop\s*monday/ })
    .waitFor();
  await tabs(page)
    .getByRole("link", { name: /^shop\s*tuesday/ })
    .waitFor();
  await screens(page)
    .getByRole("link", { name: /^shop\s*monday/ })
    .waitFor();
  // A dropped file has no folder, so its label tells it apart.
  await dropFiles(page, [{ name: "shop.pyheap", content: readFileSync(sample("fixed")) }]);
  const question = page.getByRole("dialog", { name: /^Compare shop, .+ with shop, .+, or only open it\?$/ });
  await question.waitFor();
  const [, one, other] =
    /^Compare shop, (.+) with shop, (.+), or/.exec((await question.getByRole("heading").textContent()) ?? "") ?? [];
  expect(one).not.toBe(other);
  await question.getByRole("button", { name: "Stay here" }).click();
  expect(problems).toEqual([]);
  await page.context().close();
});

it("keeps tabs apart and says that the screens go on in a narrow window", async () => {
  const { page, problems } = await openPage(browser, server.url);
  await page.getByRole("button", { name: "Open a file…" }).waitFor();
  await drop(page, "fixed", "tuesday", "monday");
  await page.getByRole("button", { name: "Only open them" }).click();
  await page.getByText(/^Analysed in/).waitFor();
  await page.setViewportSize({ width: 700, height: 800 });
  const seen = await tabs(page)
    .locator(".rest")
    .evaluateAll((parts) =>
      parts.map((part) =>
        part.textContent.slice(0, Math.floor((part.textContent.length * part.clientWidth) / part.scrollWidth)),
      ),
    );
  expect(seen.map((text) => text.slice(0, 3))).toEqual(["fix", "tue", "mon"]);
  const last = screens(page).getByRole("button", { name: "A file…" });
  const more = screens(page).getByRole("button", { name: "More screens" });
  expect(await accessibilityProblems(page)).toEqual([]);
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/narrow-tabs.png` });
  await expect
    .poll(async () => {
      if (await more.isVisible()) await more.click();
      return more.isVisible();
    })
    .toBe(false);
  // The bar glides there.
  const end = async () => {
    const box = await last.boundingBox();
    return (box?.x ?? 9999) + (box?.width ?? 0);
  };
  await expect.poll(end).toBeLessThanOrEqual(701);
  expect(problems).toEqual([]);
  await page.context().close();
});

it("takes a tab away that was closed in another window, and shows what was opened there", async () => {
  const { page, problems } = await openPage(browser, server.url);
  await openBoth(page);
  const second = await page.context().newPage();
  await second.goto(server.url);
  await tabs(second)
    .getByRole("link", { name: /tuesday/ })
    .click();
  await heading(second, /keeps/).waitFor();
  await tabs(page).getByRole("button", { name: "Close shop.pyheap" }).last().click();
  await tabs(page)
    .getByRole("link", { name: /tuesday/ })
    .waitFor({ state: "detached" });

  await second.evaluate(() => dispatchEvent(new Event("focus")));
  await tabs(second)
    .getByRole("link", { name: /tuesday/ })
    .waitFor({ state: "detached" });
  await tabs(second).locator(".current").filter({ hasText: "shop" }).waitFor();

  await page.evaluate(() => location.assign("#/"));
  await page.getByRole("table").getByRole("row").filter({ hasText: "tuesday" }).getByRole("button").first().click();
  await page.getByText(/^Analysed in/).waitFor();
  await second.evaluate(() => dispatchEvent(new Event("focus")));
  await tabs(second)
    .getByRole("link", { name: /tuesday/ })
    .waitFor();
  expect(problems).toEqual([]);
  await page.context().close();
});

it("says that a dump was overwritten while it was open, and opens it again", async () => {
  const { page } = await openPage(browser, server.url);
  await openBoth(page);
  copyFileSync(sample("fixed"), tuesday);
  await screens(page)
    .getByRole("link", { name: /^No known holder/ })
    .click();
  const notice = page.getByRole("alert").filter({ hasText: "was overwritten while it was open" });
  await notice.first().waitFor();
  expect(await accessibilityProblems(page)).toEqual([]);
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/overwritten.png` });
  await page.getByRole("button", { name: "Open it again" }).click();
  await page.getByText(/^Analysed in/).waitFor();
  await notice.first().waitFor({ state: "detached" });
  await tabs(page)
    .getByRole("link", { name: /^shop\s*tuesday/ })
    .waitFor();
  expect(await tabs(page).getByRole("link", { name: /^shop/ }).count()).toBe(2);
  await expect.poll(() => page.title()).toMatch(/^Overview · shop/);
  await page.context().close();
});
