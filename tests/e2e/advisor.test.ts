import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright";
import { expect, it } from "vitest";
import { accessibilityProblems } from "./browser.ts";
import { dumpOf, runProgram } from "./program.ts";
import { served } from "./served.ts";

const program = served((folder) => {
  runProgram("growing_cache.py", folder);
  const days = ["monday", "tuesday"].map((day) => join(folder, `${day}.pyheap`));
  const files = [dumpOf("cache_service.py", folder), dumpOf("healthy.py", folder), ...days];
  return files;
});

/** From the start screen to the advisor of a dump; another page may have opened it already. */
async function showAdvisor(page: Page, name: string): Promise<void> {
  await page.getByRole("table").getByText(name, { exact: true }).click();
  await page.getByText(/^Analysed in/).waitFor();
  await page
    .getByRole("navigation", { name: "Screens" })
    .getByRole("link", { name: /^Advisor/ })
    .click();
  await page.getByRole("heading", { name: "What this dump can't tell" }).waitFor();
}

it("answers what is wrong with a heap, with lines to copy and a way to the object", async () => {
  const { page, problems } = await program.open({ acceptDownloads: true });
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await showAdvisor(page, "cache_service.pyheap");
  const heading = page.getByRole("heading", { level: 1 });
  expect(await heading.textContent()).toMatch(/^__main__\.\S+.* keeps .* alive .* through /);
  expect(page.url()).toMatch(/#\/[0-9a-f]{32}\/advisor$/);

  const first = page.getByRole("list", { name: "Findings" }).getByRole("listitem").first();
  await first.getByText("How to fix it").waitFor();
  await first.getByText("What could make this wrong").waitFor();
  await first.getByRole("button", { name: "Hide details" }).click();
  await first.getByText("How to fix it").waitFor({ state: "detached" });
  await first.getByRole("button", { name: "Show details" }).press("Enter");
  await first.getByText("How to fix it").waitFor();

  // Lines of Python are as they are, however narrow the window: a long one scrolls in its box.
  await page.setViewportSize({ width: 420, height: 900 });
  const lines = await first.locator("pre").evaluate((pre) => ({
    drawn: Math.round(pre.scrollHeight / Number.parseFloat(getComputedStyle(pre).lineHeight)),
    written: (pre.textContent ?? "").split("\n").length,
    sticksOut: document.documentElement.scrollWidth > window.innerWidth,
  }));
  expect(lines).toEqual({ drawn: lines.written, written: lines.written, sticksOut: false });
  await page.setViewportSize({ width: 1440, height: 900 });

  await page.getByRole("button", { name: "Copy as Markdown" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^# What is wrong with this heap\?/);

  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save as HTML" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("cache_service-advice.html");
  expect(readFileSync(await download.path(), "utf8")).toMatch(/^<!doctype html>/);

  await first.getByRole("link", { name: "Why is it alive?" }).click();
  await heading.filter({ hasText: "is alive because the module __main__ keeps it in" }).waitFor();
  await page.goBack();
  await first.getByText("How to fix it").waitFor();
  expect(await accessibilityProblems(page)).toEqual([]);
  expect(problems).toEqual([]);
  await page.context().close();
});

it("says of a healthy heap that nothing is wrong, and what to measure next", async () => {
  const { page, problems } = await program.open({ viewport: { width: 700, height: 800 } });
  await showAdvisor(page, "healthy.pyheap");
  await page.getByRole("heading", { level: 1, name: "Nothing suspicious was found in this heap" }).waitFor();
  await page
    .getByText(/Take a second dump of the same process an hour later: python3 pyheap_dump\.py (ask|attach) PID\./)
    .waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  expect(problems).toEqual([]);
  await page.context().close();
});

it("looks at an earlier dump too: from the comparison, or chosen here, and in the documents", async () => {
  const { page, problems } = await program.open({
    acceptDownloads: true,
    viewport: { width: 1000, height: 900 },
  });
  await page.getByRole("table").getByText("monday.pyheap", { exact: true }).click();
  await page.getByText(/^Analysed in/).waitFor();
  const monday = /[0-9a-f]{32}/.exec(page.url())?.[0];
  await page.goto(program.url);
  await showAdvisor(page, "tuesday.pyheap");
  const choice = page.getByRole("navigation", { name: "With an earlier dump:" });
  expect(await choice.getByRole("link", { name: "none" }).getAttribute("aria-current")).toBe("page");
  await choice.getByRole("link", { name: "monday" }).click();
  const heading = page.getByRole("heading", { level: 1 });
  await heading.filter({ hasText: /more than in the earlier dump \(100 → 2,000 entries\)$/ }).waitFor();
  expect(page.url()).toMatch(new RegExp(`/advisor/${monday}$`));
  const first = page.getByRole("list", { name: "Findings" }).getByRole("listitem").first();
  await first.getByText(/^In the earlier dump .* with 100 entries$/).waitFor();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save as HTML" }).click(),
  ]);
  expect(readFileSync(await download.path(), "utf8")).toContain("an earlier dump of the same process");
  expect(await accessibilityProblems(page)).toEqual([]);

  // A link to it opens the earlier dump by itself.
  await page.reload();
  await heading.filter({ hasText: "more than in the earlier dump" }).waitFor();
  await choice.getByRole("link", { name: "none" }).click();
  await heading.filter({ hasNotText: "earlier dump" }).waitFor();
  await page.goto(page.url().replace(/advisor$/, `compare/${monday}`));
  await page.getByRole("link", { name: "What is wrong, by both dumps" }).click();
  await heading.filter({ hasText: "more than in the earlier dump" }).waitFor();
  expect(problems).toEqual([]);
  await page.context().close();
});
