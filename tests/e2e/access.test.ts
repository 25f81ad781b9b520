import type { Page } from "playwright";
import { describe, expect, it } from "vitest";
import { accessibilityProblems } from "./browser.ts";
import { dumpOf } from "./program.ts";
import { served } from "./served.ts";

const program = served((folder) => [dumpOf("cache_service.py", folder)]);

const heading = (page: Page, text: string | RegExp) =>
  page.getByRole("heading", { level: 1 }).filter({ hasText: text });

/** Up to `most` presses of Tab, until the focus is where it should be. */
async function tabTo(page: Page, isThere: (name: string) => boolean, most = 40): Promise<void> {
  for (let presses = 0; presses < most; presses++) {
    const name = await page.evaluate(() => {
      const element = document.activeElement;
      const label = element instanceof HTMLInputElement ? element.labels?.[0] : null;
      return element?.getAttribute("aria-label") ?? (label ?? element)?.textContent.trim() ?? "";
    });
    if (isThere(name)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error("Tab did not lead there.");
}

it("can be used with the keyboard alone", async () => {
  const { page } = await program.open();
  await page.getByRole("button", { name: "cache_service.pyheap" }).waitFor();
  await tabTo(page, (name) => name === "cache_service.pyheap");
  await page.keyboard.press("Enter");
  await heading(page, "keeps").waitFor();
  await page.getByRole("link", { name: "All types" }).waitFor();
  await tabTo(page, (name) => name === "All types", 80);
  await page.keyboard.press("Enter");
  await heading(page, "objects of").waitFor();
  await tabTo(page, (name) => name === "Filter by type name");
  await page.keyboard.type("Session");
  await page
    .getByRole("status")
    .filter({ hasText: /^\s*\d+ of/ })
    .waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("grid", { name: "Types" }).and(page.locator(":focus")).waitFor();
  await page.keyboard.press("Enter");
  await heading(page, "200 objects of type").waitFor();
  await page.getByRole("grid", { name: "Objects" }).and(page.locator(":focus")).waitFor();
  await page.getByRole("row").nth(30).waitFor();
  for (const key of ["ArrowDown", "PageDown", "PageUp", "End"]) await page.keyboard.press(key);
  await page.locator('[aria-rowindex="201"][aria-selected="true"]').waitFor();
  await page.keyboard.press("Enter");
  await heading(page, "uses").waitFor();
  await page.getByRole("link", { name: "Why alive?" }).waitFor();
  await tabTo(page, (name) => name === "Why alive?");
  await page.keyboard.press("Enter");
  await heading(page, "is alive because").waitFor();
  await page
    .getByRole("button", { name: /^Ignore this holder/ })
    .first()
    .waitFor();
  await tabTo(page, (name) => name.startsWith("Ignore this holder"));
  await page.context().close();
});

describe.each(["light", "dark"] as const)("in %s colours", (colorScheme) => {
  it("axe finds nothing wrong with any screen", async () => {
    const { page } = await program.open({ colorScheme });
    const found: Record<string, string[]> = {};
    const look = async (screen: string) => {
      found[screen] = await accessibilityProblems(page);
    };
    await page.getByRole("row", { name: "cache_service.pyheap" }).first().waitFor();
    await look("start");
    await page.locator("td").getByText("cache_service.pyheap").click();
    await page.getByText(/^Analysed in/).waitFor();
    await page.getByRole("tree").waitFor();
    await look("overview");
    await page.getByRole("link", { name: /^Types/ }).click();
    await page
      .getByRole("row")
      .filter({ hasText: /^\s*str/ })
      .waitFor();
    await look("types");
    const base = `${new URL(page.url()).hash.split("/").slice(0, 2).join("/")}`;
    const visit = async (path: string, text: string | RegExp, screen: string) => {
      await page.evaluate((hash) => location.assign(hash), base + path);
      await heading(page, text).waitFor();
      await page.locator('[aria-busy="true"]').first().waitFor({ state: "detached" });
      await look(screen);
    };
    await visit("/objects/dominated", "keeps", "objects");
    await visit("/objects/text/nothing-has-this-text", "No object's text", "empty list");
    await visit("/object/1000", "uses", "object");
    await visit("/objects/text/longlong", "whose text", "text");
    await page.getByRole("row").filter({ hasText: "longlong" }).first().getByRole("link").click();
    await page.getByRole("link", { name: "Why alive?" }).click();
    await heading(page, "is alive because").waitFor();
    await page.getByRole("img", { name: /drawn/ }).locator("canvas").first().waitFor();
    await look("why");
    expect(Object.entries(found).filter(([, problems]) => problems.length > 0)).toEqual([]);
    await page.context().close();
  });
});

it("keeps its main screens usable in a narrow window", async () => {
  const { page } = await program.open({ viewport: { width: 520, height: 800 } });
  await page.getByText("cache_service.pyheap").first().click();
  await page.getByRole("tree").waitFor();
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBe(0);
  expect(await accessibilityProblems(page)).toEqual([]);
  await page.context().close();
});
