import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "playwright";
import { beforeAll, describe, expect, it } from "vitest";
import { accessibilityProblems } from "./browser.ts";
import { dumpOf, runProgram } from "./program.ts";
import { served } from "./served.ts";

const program = served((folder) => {
  runProgram("traced.py", folder);
  const files = ["before.pyheap", "after.pyheap"].map((name) => join(folder, name));
  return [...files, dumpOf("families.py", folder)];
});

beforeAll(() => {
  if (process.env.SHOTS) mkdirSync(process.env.SHOTS, { recursive: true });
});

const heading = (page: Page, text: string | RegExp) =>
  page.getByRole("heading", { level: 1 }).filter({ hasText: text });
const places = (page: Page) => page.getByRole("grid", { name: "Places that allocated memory" });
const shot = async (page: Page, name: string) => {
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png` });
};

async function show(page: Page, file: string): Promise<void> {
  await page.getByRole("table").getByText(file, { exact: true }).click();
  await page.getByText(/^Analysed in/).waitFor();
  await page.getByRole("navigation", { name: "Screens" }).getByRole("link", { name: "Where allocated" }).click();
}

it("puts places together by file and by traceback, and filters them; the address says how", async () => {
  const { page, problems } = await program.open();
  await show(page, "after.pyheap");
  await page.getByRole("button", { name: "Traceback", exact: true }).click();
  await page.waitForURL(/allocations\/traceback$/);
  await places(page)
    .getByRole("row")
    .filter({ hasText: /traced\.py:23.*traced\.py:29.*traced\.py:36/ })
    .first()
    .waitFor();
  await page.getByRole("button", { name: "File", exact: true }).click();
  await page.getByRole("searchbox", { name: "Filter by file or line" }).fill("traced.py");
  await page.getByText(/^1 of \d+ places$/).waitFor();
  await page.reload();
  await heading(page, /traced\.py allocated/).waitFor();
  expect(page.url()).toMatch(/allocations\/file$/);
  expect(problems).toEqual([]);
  await page.context().close();
});

it("leads from a line to its objects and to one of them, and each list is found as it was left", async () => {
  const { page, problems } = await program.open({ viewport: { width: 1000, height: 420 } });
  await show(page, "after.pyheap");
  const objects = page.getByRole("grid", { name: "Objects" });
  const left = async (grid: Locator) => ({
    row: await grid.locator('[role="row"][aria-selected="true"]').getAttribute("aria-rowindex"),
    scrolled: await grid.evaluate((element) => element.scrollTop),
  });
  const byObjects = places(page).getByRole("button", { name: "Objects" });
  await byObjects.click();
  await byObjects.click();
  await places(page).locator('[aria-sort="ascending"]').waitFor();
  await places(page).and(page.locator('[aria-busy="false"]')).waitFor();
  await places(page).focus();
  await page.keyboard.press("End");
  await places(page)
    .locator('[aria-selected="true"]')
    .filter({ hasText: /[0-9],[0-9]{3}/ })
    .waitFor();
  const line = await left(places(page));
  expect(line.scrolled).toBeGreaterThan(50);

  await page.keyboard.press("Enter");
  await heading(page, "Objects that one line allocated").waitFor();
  await objects.getByRole("row").nth(5).getByRole("link").waitFor();
  for (let press = 0; press < 5; press++) await page.keyboard.press("PageDown");
  await expect.poll(async () => Number((await left(objects)).row)).toBeGreaterThan(20);
  const object = await left(objects);
  expect(object.scrolled).toBeGreaterThan(50);
  await page.keyboard.press("Enter");
  await heading(page, "uses").waitFor();
  await page.getByText("Allocated at").waitFor();

  await page.goBack();
  await expect.poll(() => left(objects)).toEqual(object);
  await page.goBack();
  await expect.poll(() => left(places(page))).toEqual(line);
  await page.goForward();
  await expect.poll(() => left(objects)).toEqual(object);
  expect(problems).toEqual([]);
  await page.context().close();
});

it("a dump without tracing says which line turns it on", async () => {
  const { page, problems } = await program.open();
  await show(page, "families.pyheap");
  await heading(page, "Where memory was allocated is not known: tracing was off").waitFor();
  for (const line of [
    "python3 -X tracemalloc=10 app.py",
    "PYTHONTRACEMALLOC=10",
    "import tracemalloc; tracemalloc.start(10)",
  ])
    await page.getByText(line, { exact: true }).waitFor();
  await shot(page, "allocations-off");
  expect(await accessibilityProblems(page)).toEqual([]);
  expect(problems).toEqual([]);
  await page.context().close();
});

describe.each(["light", "dark"] as const)("in %s colours", (colorScheme) => {
  it("two traced dumps compared tell the line that grew; axe finds nothing wrong, wide or narrow", async () => {
    const { page, problems } = await program.open({ colorScheme });
    await show(page, "after.pyheap");
    await places(page).getByRole("row").nth(3).waitFor();
    await shot(page, `allocations-${colorScheme}`);
    expect(await accessibilityProblems(page)).toEqual([]);
    const [, capture] = /#\/([0-9a-f]{32})/.exec(page.url()) ?? [];
    await page.getByRole("button", { name: "Traceback", exact: true }).click();
    await page.setViewportSize({ width: 700, height: 800 });
    await places(page).getByRole("row").nth(3).waitFor();
    await shot(page, `allocations-${colorScheme}-narrow`);
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(program.url);
    await page.getByRole("table").getByText("before.pyheap", { exact: true }).click();
    await page.getByText(/^Analysed in/).waitFor();
    const [, before] = /#\/([0-9a-f]{32})/.exec(page.url()) ?? [];
    await page.evaluate((to) => (location.hash = to), `/${capture}/compare/${before}`);
    const section = page.getByRole("region", { name: /^Where allocated Traced memory \+4.* most at .*traced\.py:23/ });
    await section.getByRole("row").filter({ hasText: "traced.py:23" }).getByText("+2,000").waitFor();
    await section.scrollIntoViewIfNeeded();
    await shot(page, `allocations-compare-${colorScheme}`);
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(problems).toEqual([]);
    await page.context().close();
  });
});
