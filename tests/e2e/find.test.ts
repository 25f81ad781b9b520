import type { Page } from "playwright";
import { expect, it } from "vitest";
import { accessibilityProblems } from "./browser.ts";
import { dumpOf } from "./program.ts";
import { served } from "./served.ts";

const program = served((folder) => [dumpOf("cache_service.py", folder)]);

const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const option = (page: Page, name: string | RegExp) => page.getByRole("option", { name }).first();

async function opened(): Promise<{ page: Page; problems: string[] }> {
  const { page, problems } = await program.open();
  await page.getByRole("table").getByText("cache_service.pyheap").click();
  await page.getByText(/^Analysed in/).waitFor();
  return { page, problems };
}

async function type(page: Page, text: string): Promise<void> {
  await page.keyboard.press("Control+k");
  await page.keyboard.type(text);
}

it("goes to screens and runs commands, with the keyboard alone", async () => {
  const { page, problems } = await opened();
  await type(page, "> cycl");
  await option(page, /^Cycles/).waitFor();
  await page.keyboard.press("Enter");
  await heading(page).filter({ hasText: "cycle" }).waitFor();
  await type(page, "> dark");
  await option(page, "Colours: dark").waitFor();
  await page.keyboard.press("Enter");
  await page.locator('html[data-theme="dark"]').waitFor();
  await type(page, "> show the files");
  await page.keyboard.press("Enter");
  await heading(page).filter({ hasText: "memory alive" }).waitFor();
  // Without a dump on screen there are still commands.
  await type(page, "> open");
  await option(page, "Open a file…").waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  expect(await page.getByRole("listbox").isVisible()).toBe(false);
  expect(problems).toEqual([]);
  await page.context().close();
});

it("finds commands and screens by plain words, also by other words for them", async () => {
  const { page, problems } = await opened();
  await type(page, "theme dark");
  await option(page, "Colours: dark").waitFor();
  await page.keyboard.press("Enter");
  await page.locator('html[data-theme="dark"]').waitFor();
  await type(page, "inspector");
  await option(page, "Show the object inspector").waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("complementary", { name: "Object inspector" }).waitFor();
  await type(page, "allocated");
  await option(page, /^Where allocated/).waitFor();
  await page.keyboard.press("Enter");
  await heading(page).filter({ hasText: "Where memory was allocated" }).waitFor();
  await type(page, "load");
  await option(page, "Open a file…").waitFor();
  await page.keyboard.press("Escape");
  expect(problems).toEqual([]);
  await page.context().close();
});

it("finds module variables and attributes by name", async () => {
  const { page, problems } = await opened();
  await type(page, "_SESSIONS");
  await option(page, /^_SESSIONS variable of __main__|^_SESSIONS variable of/).click();
  await heading(page).filter({ hasText: "dict, 200 entries" }).waitFor();
  await type(page, "body");
  await option(page, /^body attribute of .*Request.*200/).click();
  await heading(page).filter({ hasText: "hold as .body" }).waitFor();
  await page.getByRole("row").filter({ hasText: "bytes" }).first().waitFor();
  await page.locator('[role="grid"][aria-rowcount="201"]').waitFor();
  expect(problems).toEqual([]);
  await page.context().close();
});

it("searches the text of all objects by a regular expression, and says why one is refused", async () => {
  const { page, problems } = await opened();
  await type(page, "/^'u-1\\d$'/");
  await option(page, /^Objects whose text matches/).waitFor();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("/^'u-1\\d'$/");
  await option(page, /^Objects whose text matches .*10$/).waitFor();
  await option(page, /^'u-1\d' str$/).waitFor();
  await page.keyboard.press("Enter");
  await heading(page)
    .filter({ hasText: /^10 objects whose text matches/ })
    .waitFor();
  await type(page, "/^'(l+o+n+g+)+'$/");
  await page.getByText("no regular expression").waitFor({ state: "detached" });
  await page.keyboard.press("Control+a");
  await page.keyboard.type("/((/");
  await page.getByText("no regular expression").waitFor();
  expect(await accessibilityProblems(page)).toEqual([]);
  await page.keyboard.press("Control+a");
  await page.keyboard.type("u-1.");
  await option(page, /^Search texts for the regular expression/).click();
  await expect.poll(() => page.getByRole("combobox").inputValue()).toBe("/u-1./");
  await option(page, /^Objects whose text matches/).waitFor();
  expect(problems).toEqual([]);
  await page.context().close();
});

it("offers first what was chosen before", async () => {
  const { page } = await opened();
  await type(page, "Node");
  await option(page, /Node 4$/).click();
  await heading(page).filter({ hasText: "4 objects of type" }).waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("group", { name: "Recent" }).getByRole("option", { name: /Node$/ }).waitFor();
  await page.keyboard.press("Escape");
  await page.context().close();
});
