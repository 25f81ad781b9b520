import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { accessibilityProblems, dropFile, launch, openPage } from "./browser.ts";
import { dumpOf, runProgram, type Server, serveFiles, temporaryFolder } from "./program.ts";

const folder = temporaryFolder();
const monday = join(folder.path, "monday.pyheap");
const tuesday = join(folder.path, "tuesday.pyheap");
let other: string;
let server: Server;
let browser: Browser;

beforeAll(async () => {
  runProgram("growing_cache.py", folder.path);
  other = dumpOf("cache_service.py", folder.path);
  browser = await launch();
});

// What is open is open for all pages of a server, so each test has one of its own.
beforeEach(async () => {
  server = await serveFiles([monday, tuesday, other], folder.path);
});

afterEach(() => server?.stop());

afterAll(async () => {
  await browser?.close();
  folder.remove();
});

const heading = (page: Page, text: string | RegExp) =>
  page.getByRole("heading", { level: 1 }).filter({ hasText: text });
const screens = (page: Page) => page.getByRole("navigation", { name: "Screens" });
const LEAK = /^__main__\._PENDING grew by \d+\.\d\sMiB, 100 → 2,000 entries/;

/** Opens Monday's dump, then compares it with another file from the list of screens. */
async function compareWith(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: "monday.pyheap", exact: true }).click();
  await page.getByText(/^Analysed in/).waitFor();
  await screens(page).getByRole("button", { name: "A file…" }).click();
  await screens(page)
    .getByRole("button", { name: new RegExp(`^${name}`) })
    .click();
}

it("leads from two dropped dumps to the container that grew, and to a new object in it", async () => {
  const { page, problems } = await openPage(browser, server.url);
  await page.getByRole("button", { name: "Open a file…" }).waitFor();
  await dropFile(page, "tuesday.pyheap", readFileSync(tuesday));
  await page.getByText(/^Analysed in/).waitFor();
  await dropFile(page, "monday.pyheap", readFileSync(monday));
  const question = page.getByRole("dialog", { name: "Compare monday with tuesday, or only open it?" });
  await question.waitFor();
  expect(await accessibilityProblems(page)).toEqual([]);
  await page.keyboard.press("Enter");

  // The later dump is at the right, whichever came first.
  await heading(page, LEAK).waitFor();
  expect(await page.getByRole("table").first().getByRole("columnheader").allTextContents()).toEqual([
    expect.stringContaining("Totals"),
    expect.stringMatching(/monday/),
    expect.stringMatching(/tuesday/),
    expect.stringContaining("Change"),
  ]);
  await page
    .getByRole("row", { name: /^Objects/ })
    .filter({ hasText: /\+[\d,]+\s*grew/ })
    .waitFor();

  const holder = page.getByRole("button", { name: /_PENDING/ });
  await holder.click();
  expect(await holder.getAttribute("aria-expanded")).toBe("true");
  await page.getByRole("row", { name: /^\._PENDING dict, 2,000 entries this object/ }).waitFor();

  // What is too little for a colour is so in every row and column.
  const sizes = page.getByRole("grid", { name: "Types of both dumps" }).locator('.value[title*=" bytes, "]');
  const told = await sizes.evaluateAll((all) =>
    all.map((each) => ({
      bytes: Number(each.getAttribute("title")?.replace(/,(?=\d)| .*/g, "")),
      slight: each.classList.contains("slight"),
    })),
  );
  const bytes = (slight: boolean) => told.filter((each) => each.slight === slight).map((each) => each.bytes);
  expect(Math.min(bytes(true).length, bytes(false).length)).toBeGreaterThan(0);
  expect(Math.max(...bytes(true))).toBeLessThan(Math.min(...bytes(false)));

  await page.getByRole("searchbox", { name: "Filter by type name" }).fill("Ticket");
  await page.waitForURL(/\?filter=Ticket$/);
  await page
    .getByRole("grid", { name: "Types of both dumps" })
    .getByRole("row")
    .filter({ hasText: /Ticket.*100 → 2,000.*\+1,900/ })
    .getByRole("link")
    .click();
  await heading(page, "Objects that are new").waitFor();
  expect(page.url()).toMatch(/#\/[0-9a-f]{32}\/objects\/new\/[0-9a-f]{32}\?filter=%3D__main__\.Ticket$/);
  await page.getByRole("status").filter({ hasText: "1,900 objects" }).waitFor();
  await page.getByRole("row").nth(1).getByRole("link").click();
  await page.getByRole("link", { name: "Why alive?" }).click();
  await heading(page, /is alive because .*_PENDING\[\d+\]/).waitFor();

  for (let steps = 0; steps < 3; steps++) await page.goBack();
  await heading(page, LEAK).waitFor();
  expect(await page.getByRole("searchbox", { name: "Filter by type name" }).inputValue()).toBe("Ticket");
  expect(page.url()).toMatch(/\/compare\/[0-9a-f]{32}\?filter=Ticket$/);
  expect(problems).toEqual([]);
  await page.context().close();
});

it("lists what is gone in the earlier dump", async () => {
  const { page } = await openPage(browser, server.url);
  await compareWith(page, "tuesday");
  await heading(page, LEAK).waitFor();
  expect(await page.title()).toContain("Compare");
  await page.getByRole("link", { name: "Gone", exact: true }).click();
  await heading(page, "Objects that are gone").waitFor();
  await page
    .getByRole("navigation", { name: "Open dumps" })
    .locator(".current")
    .filter({ hasText: "monday" })
    .waitFor();
  await page.getByRole("searchbox", { name: "Filter by type name" }).fill("Scratch");
  await page
    .getByRole("status")
    .filter({ hasText: /^\s*\d+ objects/ })
    .waitFor();
  await page.context().close();
});

it("keeps what is new, gone, or new of one type as a set", async () => {
  const { page, problems } = await openPage(browser, server.url);
  await compareWith(page, "tuesday");
  await heading(page, LEAK).waitFor();
  const fates = page.getByRole("region", { name: "What became of the objects" });
  const count = await fates.getByRole("row").filter({ hasText: "Gone" }).getByRole("cell").first().textContent();
  await fates.getByRole("button", { name: "Keep as a set: Gone" }).click();
  await page.getByRole("textbox", { name: "Name of the set" }).fill("went away");
  await page.keyboard.press("Enter");
  await fates.getByRole("link", { name: "went away" }).waitFor();

  const types = page.getByRole("region", { name: "Types", exact: true });
  await types.getByRole("searchbox").fill("=__main__.Ticket");
  await types.getByRole("status").getByText("1 type", { exact: true }).waitFor();
  await types.getByRole("button", { name: "Keep the new ones as a set" }).click();
  expect(await page.getByRole("textbox", { name: "Name of the set" }).inputValue()).toBe(
    "New objects: __main__.Ticket",
  );
  await page.keyboard.press("Enter");
  await types.getByRole("link", { name: /^New objects: __main__/ }).click();
  await heading(page, "New objects: ").waitFor();
  await page.getByRole("status").getByText("1,900 objects", { exact: true }).waitFor();

  // What is gone is of the earlier dump, and so is its set.
  await page.goBack();
  await heading(page, LEAK).waitFor();
  await page
    .getByRole("navigation", { name: "Open dumps" })
    .getByRole("link", { name: /^monday/ })
    .click();
  await screens(page).getByRole("link", { name: "Sets and notes" }).click();
  await page
    .getByRole("row")
    .filter({ hasText: "went away" })
    .filter({ hasText: count ?? "" })
    .waitFor();
  expect(problems).toEqual([]);
  await page.context().close();
});

it("opens both dumps that a link names, and turns them round on request", async () => {
  const first = await openPage(browser, server.url);
  await compareWith(first.page, "tuesday");
  await heading(first.page, LEAK).waitFor();
  const route = new URL(first.page.url()).hash;
  for (const name of ["monday", "tuesday"])
    await first.page.getByRole("button", { name: `Close ${name}.pyheap` }).click();
  await first.page.getByRole("button", { name: "Open a file…" }).waitFor();
  await first.page.context().close();

  const { page } = await openPage(browser, `${server.url}&route=${encodeURIComponent(route)}`);
  await heading(page, LEAK).waitFor();
  await page.getByRole("link", { name: "Swap" }).first().click();
  await page.getByText("The first dump is the later one").waitFor();
  await heading(page, /shrank by/).waitFor();
  await page.goBack();
  await heading(page, LEAK).waitFor();

  await page.getByRole("button", { name: "Close monday.pyheap" }).click();
  await heading(page, "monday was closed").waitFor();
  await page.getByRole("button", { name: "Open it again" }).click();
  await heading(page, LEAK).waitFor();
  await page.context().close();
});

it("says what is compared where the dumps are of different processes", async () => {
  const { page } = await openPage(browser, server.url);
  await compareWith(page, "cache_service");
  await page.getByText("Objects of different processes can't be told to be the same.").waitFor();
  await page.getByText("different processes", { exact: false }).first().waitFor();
  expect(await page.getByRole("link", { name: "Gone", exact: true }).count()).toBe(0);
  await page.context().close();
});

describe.each(["light", "dark"] as const)("in %s colours", (colorScheme) => {
  it("axe finds nothing wrong with the comparison", async () => {
    const { page, problems } = await openPage(browser, server.url, { colorScheme });
    await compareWith(page, "tuesday");
    await heading(page, LEAK).waitFor();
    await page.getByRole("button", { name: /_PENDING/ }).click();
    await page.getByRole("row", { name: /bytes/ }).first().waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.setViewportSize({ width: 520, height: 800 });
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(problems).toEqual([]);
    await page.context().close();
  });
});
