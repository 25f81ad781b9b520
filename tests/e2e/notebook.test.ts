import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessibilityProblems, launch, openPage } from "./browser.ts";
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

/** The dump, with all of a text's objects in view. */
async function listOf(page: Page, text: string, found: RegExp): Promise<void> {
  await page.keyboard.press("Control+k");
  await page.keyboard.type(text);
  await page.getByRole("option", { name: /^Objects whose text/ }).click();
  await heading(page).filter({ hasText: found }).waitFor();
}

async function opened(url = server.url): Promise<{ page: Page; problems: string[] }> {
  const { page, problems } = await openPage(browser, url);
  await page.getByRole("table").getByText("cache_service.pyheap").first().click();
  await page.getByText(/^Analysed in/).waitFor();
  return { page, problems };
}

async function keepAs(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: "Keep as a set" }).click();
  await page.getByRole("textbox", { name: "Name of the set" }).fill(name);
  await page.keyboard.press("Enter");
  await page.getByText("Kept as").waitFor();
}

it("keeps lists as sets, combines them, describes and removes them, and has them after a restart", async () => {
  const { page, problems } = await opened();
  await listOf(page, "/^'u-1/", /^111 objects/);
  await page.getByText(/own size .* KiB/).waitFor();
  await keepAs(page, "ones");
  await listOf(page, "/^'u-1?\\d'/", /^20 objects/);
  await keepAs(page, "low");
  await page.getByRole("link", { name: "low", exact: true }).click();
  await heading(page).filter({ hasText: "low: 20 objects" }).waitFor();

  await page.getByRole("link", { name: /^Sets and notes/ }).click();
  await heading(page).filter({ hasText: "2 object sets and 0 notes" }).waitFor();
  await page.getByRole("combobox", { name: "First set" }).selectOption({ label: "ones" });
  await page.getByRole("combobox", { name: "Second set" }).selectOption({ label: "low" });
  await page.getByRole("combobox", { name: "How" }).selectOption({ label: "in the first only" });
  await page.getByRole("link", { name: "Show", exact: true }).click();
  await heading(page).filter({ hasText: "In ones, not in low" }).waitFor();
  await page.getByText("100 objects", { exact: true }).waitFor();
  await keepAs(page, "rest");
  await page.goBack();

  await page.getByRole("textbox", { name: "Note on rest" }).fill("never removed");
  await page.keyboard.press("Tab");
  await page.getByRole("textbox", { name: "Name of rest" }).fill("the leak");
  await page.keyboard.press("Tab");
  await page.getByRole("textbox", { name: "Note on the leak" }).waitFor();
  await page.getByRole("button", { name: "Remove low" }).click();
  await page.getByText("low was removed.").waitFor();
  await page.getByRole("button", { name: "Bring it back" }).click();
  await heading(page).filter({ hasText: "3 object sets" }).waitFor();
  await page.getByRole("button", { name: "Remove ones" }).click();
  await heading(page).filter({ hasText: "2 object sets" }).waitFor();
  expect(await accessibilityProblems(page)).toEqual([]);
  expect(problems).toEqual([]);
  await page.context().close();

  await server.stop();
  server = await serveFiles([dump], folder.path);
  const again = await opened();
  await again.page.getByRole("link", { name: /^Sets and notes/ }).click();
  const note = again.page.getByRole("textbox", { name: "Note on the leak" });
  await expect.poll(() => note.inputValue()).toBe("never removed");
  await again.page.context().close();
});

it("keeps notes on objects where they show, also from two windows at once, for the owner only", async () => {
  const { page, problems } = await opened();
  await listOf(page, "/^'u-7'$/", /^1 object/);
  await page.getByRole("row").nth(1).getByRole("link").click();
  const note = (of: Page) => of.getByRole("textbox", { name: "Note", exact: true });
  await note(page).waitFor();
  const second = await page.context().newPage();
  await second.goto(page.url());
  await note(second).waitFor();
  await note(page).fill("from <b>one</b>");
  await page.getByText("kept", { exact: true }).waitFor();
  await note(second).fill("from two");
  await second.getByText("kept", { exact: true }).waitFor();
  await expect.poll(() => note(second).inputValue()).toBe("from <b>one</b>\nfrom two");
  await page.bringToFront();
  await page.evaluate(() => dispatchEvent(new Event("focus")));
  await expect.poll(() => note(page).inputValue()).toBe("from <b>one</b>\nfrom two");

  await page.goBack();
  await page.getByRole("row").getByText("Note: from <b>one</b>").waitFor({ state: "attached" });
  await page.getByRole("link", { name: /^Sets and notes/ }).click();
  await page.getByText("from <b>one</b>").waitFor();
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Copy notes and sets as Markdown" }).click();
  await page.getByText("Copied").first().waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(
    /^## Notes on cache\\_service\.pyheap\n\n- `'u-7'` \(`str` at `0x[0-9a-f]+`\)\n\n {2}from <b>one<\/b>\n {2}from two\n\n## Object sets of .*\n\n- \*\*.+\*\*: [\d,]+ objects\n/,
  );
  await page.getByRole("link", { name: "'u-7'" }).click();
  await page.getByRole("link", { name: "Why alive?" }).click();
  await page
    .getByRole("row")
    .filter({ hasText: "this object" })
    .getByText("Note: from <b>one</b>")
    .waitFor({ state: "attached" });
  await page.getByRole("link", { name: "Reference graph" }).click();
  await page.getByRole("treeitem", { name: /'u-7' ✎/ }).waitFor();
  await listOf(page, "/^'u-7'$/", /^1 object/);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save as CSV" }).click();
  expect(readFileSync(await (await download).path(), "utf8")).toContain(',"from <b>one</b>');
  expect(statSync(join(folder.path, "state/pyheap-explorer/notebook.sqlite")).mode & 0o777).toBe(0o600);
  expect(problems).toEqual([]);
  await page.context().close();
});

it.each([
  ["CSV", /\.csv$/, /^id,address,type,object,own size,keeps alive,frees at once,note\r\n\d+,"0x/],
  ["JSON", /\.json$/, /^\[\n\{"id":/],
  ["Markdown", /\.md$/, /^\| id \| address \|/],
] as const)("saves a list as %s, hostile names and all", async (format, ending, start) => {
  const { page } = await opened();
  await listOf(page, "onerror", /whose text contains/);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: `Save as ${format}` }).click();
  const saved = await download;
  expect(saved.suggestedFilename()).toMatch(ending);
  const text = readFileSync(await saved.path(), "utf8");
  expect(text).toMatch(start);
  expect(text).toContain("<img src=x onerror=alert(1)>");
  for (const character of ["\u202e", "\u001b", "\u0000"]) expect(text).not.toContain(character);
  await page.context().close();
});
