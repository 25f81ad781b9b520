import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright";
import { describe, expect, it } from "vitest";
import { accessibilityProblems } from "./browser.ts";
import { dumpOf, runProgram } from "./program.ts";
import { served } from "./served.ts";

const program = served((folder) => {
  runProgram("tasks.py", folder);
  return [join(folder, "tasks.pyheap"), dumpOf("families.py", folder)];
});

const heading = (page: Page, text: string | RegExp) =>
  page.getByRole("heading", { level: 1 }).filter({ hasText: text });
const grid = (page: Page) => page.getByRole("grid", { name: "Threads and tasks" });
const stack = (page: Page) => page.getByRole("grid", { name: "The stack, innermost frame first" });

const SOURCE = readFileSync(join(import.meta.dirname, "../fixtures/programs/tasks.py"), "utf8").split("\n");
const lineOf = (text: string): number => SOURCE.findIndex((line) => line.includes(text)) + 1;

async function showThreads(page: Page, file = "tasks.pyheap"): Promise<void> {
  await page.getByRole("table").getByText(file, { exact: true }).click();
  await page.getByText(/^Analysed in/).waitFor();
  await page.getByRole("navigation", { name: "Screens" }).getByRole("link", { name: "Threads and tasks" }).click();
}

it("leads from the thread that keeps most to the variable that holds it", async () => {
  const { page, problems } = await program.open();
  await showThreads(page);
  await heading(
    page,
    /^2 threads, 6 tasks and \d+ generators?: thread worker, in work tasks\.py:\d+, keeps most/,
  ).waitFor();
  expect(await page.title()).toContain("Threads and tasks");
  const row = stack(page).getByRole("row").filter({ hasText: "big" });
  await row.filter({ hasText: "list, 100 items" }).waitFor();
  await stack(page)
    .getByRole("row")
    .filter({ hasText: /work.*tasks\.py:\d+/ })
    .waitFor();
  await row.getByRole("link", { name: "list, 100 items" }).click();
  await heading(page, /^list, 100 items uses/).waitFor();
  await page.goBack();
  await stack(page).waitFor();
  expect(problems).toEqual([]);
  await page.context().close();
});

it("shows a task's chain of awaits, by keyboard alone, and its link leads there again", async () => {
  const { page, problems } = await program.open();
  await showThreads(page);
  await page.getByRole("button", { name: /^Tasks 6$/ }).click();
  await grid(page).getByRole("row").filter({ hasText: "request-5" }).waitFor();
  await grid(page).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: /^task request-4 keeps \d+\.\d KiB alive$/ }).waitFor();
  expect(page.url()).toMatch(/#\/[0-9a-f]{32}\/threads\/task\/\d+$/);
  const lines = (await stack(page).getByRole("row").allTextContents()).map((text) => text.replace(/\s+/g, " ").trim());
  // The lines at which each one waits, not those where it begins.
  const places = lines.flatMap(
    (text) => /^(sleep|fetch|handle).*?([\w.]+\.py:\d+)/.exec(text)?.slice(1).join(" ") ?? [],
  );
  expect(places).toEqual([
    expect.stringMatching(/^sleep tasks\.py:\d+$/),
    `fetch tasks.py:${lineOf("await asyncio.sleep(3600)")}`,
    `handle tasks.py:${lineOf("await fetch(")}`,
  ]);
  expect(lines.filter((text) => text.includes("begins at"))).toEqual([]);
  await page.getByText("task, waiting", { exact: true }).first().waitFor();
  const facts = page.getByText(/waits for .*Future.*in loop .*EventLoop/);
  await facts.waitFor();
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/threads-task.png` });
  expect(lines).toEqual(
    expect.arrayContaining([expect.stringContaining("waits for"), expect.stringMatching(/^session\s*Session/)]),
  );
  // A name from the dump is text.
  await stack(page).getByText("<img src=x onerror=alert(1)>").waitFor();
  await page.reload();
  await page.getByRole("heading", { name: /^task request-4 keeps/ }).waitFor();
  expect(problems).toEqual([]);
  await page.context().close();
});

it("finds a generator by its function, and says so where nothing is found", async () => {
  const { page } = await program.open();
  await showThreads(page);
  await page.getByRole("searchbox").fill("numbers");
  await grid(page).getByRole("row").filter({ hasText: "numbers" }).waitFor();
  await stack(page).getByRole("row").filter({ hasText: "list, 2,000 items" }).waitFor();
  await page.getByRole("searchbox").fill("no such function");
  await page.getByText("Nothing matches").waitFor();
  await page.context().close();
});

describe.each(["light", "dark"] as const)("in %s colours", (colorScheme) => {
  it("axe finds nothing wrong with threads and tasks, wide or narrow", async () => {
    const { page, problems } = await program.open({ colorScheme });
    await showThreads(page);
    await stack(page).getByRole("row").filter({ hasText: "big" }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/threads-${colorScheme}.png` });
    await page.setViewportSize({ width: 700, height: 800 });
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/threads-${colorScheme}-narrow.png` });
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(problems).toEqual([]);
    await page.context().close();
  });
});
