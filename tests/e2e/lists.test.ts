import type { Page } from "playwright";
import { expect, it } from "vitest";
import { longTasks } from "./browser.ts";
import { hugeShell } from "./huge-shell.ts";
import { dumpOf } from "./program.ts";
import { served } from "./served.ts";

const program = served((folder) => [dumpOf("cache_service.py", folder)]);

/** No step in a list may keep the page busy for longer. */
const MOST_PER_STEP = 50;
/** Painting is left out: a machine without graphics does it in software. */
const OURS = new Set(["ScriptDuration", "LayoutDuration", "RecalcStyleDuration"]);

/**
 * What steps in a list cost the page's main thread: processor time per step, which does not grow with what else the
 * machine does, and the tasks over 50 ms of wall time, which do, and are therefore only printed.
 */
async function measure(page: Page, what: string, steps: number, run: () => Promise<void>): Promise<void> {
  const debuggerSession = await page.context().newCDPSession(page);
  await debuggerSession.send("Performance.enable", { timeDomain: "threadTicks" });
  const busy = async () => {
    const { metrics } = await debuggerSession.send("Performance.getMetrics");
    return metrics.filter(({ name }) => OURS.has(name)).reduce((sum, { value }) => sum + 1000 * value, 0);
  };
  await longTasks(page);
  const before = await busy();
  await run();
  const each = ((await busy()) - before) / steps;
  const tasks = await longTasks(page);
  const longest = `${tasks.length} tasks over 50 ms, the longest ${Math.max(0, ...tasks)} ms`;
  console.log(`${what}: ${each.toFixed(1)} ms of processor time per step; by the clock ${longest}`);
  expect(each).toBeGreaterThan(0);
  expect(each).toBeLessThan(MOST_PER_STEP);
}

const grid = (page: Page) => page.getByRole("grid");
/** The numbers in the first column of the rows in view, top to bottom. */
const rowsInView = (page: Page): Promise<number[]> =>
  page.locator(".item").evaluateAll((rows) => rows.map((row) => Number(row.getAttribute("aria-rowindex"))));

it("scrolls, sorts and filters a real list without keeping the page busy", async () => {
  const { page } = await program.open();
  await page.getByRole("table").getByText("cache_service.pyheap").click();
  await page.getByText(/^Analysed in/).waitFor();
  await page.evaluate(() => location.assign(location.hash.replace("overview", "objects/dominated")));
  await page.getByRole("heading", { level: 1 }).filter({ hasText: "keeps" }).waitFor();
  await grid(page).and(page.locator('[aria-busy="false"]')).waitFor();
  await grid(page).hover();
  await measure(page, "A real list, the wheel", 30, async () => {
    for (let notch = 0; notch < 30; notch++) await page.mouse.wheel(0, 300);
  });
  await grid(page).focus();
  await measure(page, "A real list, keys", 40, async () => {
    for (let press = 0; press < 20; press++) await page.keyboard.press("PageDown");
    for (let press = 0; press < 20; press++) await page.keyboard.press("ArrowUp");
  });
  for (const name of ["Own size", "Address", "Keeps alive"]) {
    await page.getByRole("columnheader", { name }).getByRole("button").click();
    await grid(page).and(page.locator('[aria-busy="false"]')).waitFor();
  }
  await measure(page, "A real list, typing a filter", 4, async () => {
    await page.getByRole("searchbox").pressSequentially("dict");
    await page.getByRole("row").filter({ hasText: "dict" }).first().waitFor();
  });
  await page.context().close();
});

it("shows the first and the last of five million rows, and every one between by exact steps", async () => {
  const { page, problems } = await program.open({}, "about:blank");
  await page.addInitScript(hugeShell, 5_000_000);
  await page.goto(`${program.url.split("#")[0]}#/${"0f".repeat(16)}/objects/all`);
  await page.getByRole("gridcell", { name: "object 0", exact: true }).waitFor();

  await grid(page).focus();
  await page.keyboard.press("End");
  await page.getByRole("gridcell", { name: "object 4999999", exact: true }).waitFor();
  const last = await rowsInView(page);
  expect(last.at(-1)).toBe(5_000_001);

  await page.keyboard.press("ArrowUp");
  await page.locator('[aria-selected="true"]').filter({ hasText: "object 4999998" }).waitFor();

  // One notch of the wheel is four rows, though a pixel of the scrollbar is more than one.
  await grid(page).hover();
  await page.mouse.wheel(0, -96);
  await expect.poll(async () => (await rowsInView(page)).at(-1)).toBe(4_999_997);

  // The scrollbar leads anywhere.
  await grid(page).evaluate((element) => {
    element.scrollTop = element.scrollHeight / 2;
  });
  await expect.poll(async () => Math.abs(((await rowsInView(page))[0] ?? 0) - 2_500_000)).toBeLessThan(200);
  await measure(page, "Five million rows, the scrollbar", 60, async () => {
    for (let step = 0; step < 60; step++) {
      await grid(page).evaluate(
        (element, share) => {
          element.scrollTop = element.scrollHeight * share;
        },
        (step * 0.618) % 1,
      );
    }
  });
  await page.keyboard.press("Home");
  await page.getByRole("gridcell", { name: "object 0", exact: true }).waitFor();
  expect(problems).toEqual([]);
  await page.context().close();
});
