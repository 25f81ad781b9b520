import type { Page } from "playwright";
import { describe, expect, it } from "vitest";
import { accessibilityProblems } from "./browser.ts";
import { dumpOf } from "./program.ts";
import { served } from "./served.ts";

const program = served((folder) => [dumpOf("families.py", folder)]);

const heading = (page: Page, text: string | RegExp) =>
  page.getByRole("heading", { level: 1 }).filter({ hasText: text });
const row = (page: Page, text: string | RegExp) =>
  page.getByRole("grid", { name: "Reference cycles" }).getByRole("row").filter({ hasText: text });

/** From the start screen to the cycles of a dump; another page may have opened it already. */
async function showCycles(page: Page): Promise<void> {
  await page.getByRole("table").getByText("families.pyheap", { exact: true }).click();
  await page.getByText(/^Analysed in/).waitFor();
  await page
    .getByRole("navigation", { name: "Screens" })
    .getByRole("link", { name: /^Cycles/ })
    .click();
}

it("leads from a cycle to the reference to make weak", async () => {
  const { page, problems } = await program.open();
  await showCycles(page);
  await heading(page, /^\d+ reference cycles keep up to .* alive; .* of it is garbage waiting$/).waitFor();
  expect(await page.title()).toContain("Cycles");
  expect(page.url()).toMatch(/#\/[0-9a-f]{32}\/cycles$/);

  await row(page, /Child.*garbage waiting/)
    .first()
    .click();
  await page.getByText(/^Make \.parent of __main__\.Child weak: then reference counts alone free \d+/).waitFor();
  await page.getByText("self.parent = weakref.ref(parent)").waitFor();
  await page
    .getByRole("img", { name: /^The ring, drawn: 3 objects/ })
    .locator("canvas")
    .first()
    .waitFor();
  expect(
    (await page.getByRole("region", { name: "The chosen cycle" }).getByRole("listitem").allTextContents()).map((text) =>
      text.replace(/\s+/g, " ").trim(),
    ),
  ).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^Parent \.children$/),
      expect.stringMatching(/^list, 2 items \[[01]\]$/),
      expect.stringMatching(/^Child \.parent make this weak$/),
    ]),
  );

  // The held one comes first: it keeps more. Arrows choose, and the ring follows.
  await page.getByRole("grid", { name: "Reference cycles" }).focus();
  await page.keyboard.press("Home");
  await row(page, /held/).and(page.locator('[aria-selected="true"]')).waitFor();

  await page.getByRole("link", { name: /^All \d+ objects of this cycle/ }).click();
  await heading(page, "Members of one reference cycle").waitFor();
  await page.getByRole("grid", { name: "Reference cycles" }).waitFor({ state: "detached" });
  await page.getByRole("row").filter({ hasText: "__main__.Child" }).first().waitFor();
  await page.goBack();
  await page.getByText(/^Make \.parent of/).waitFor();
  expect(problems).toEqual([]);
  await page.context().close();
});

it("shows on request of which cycles Python is built", async () => {
  const { page } = await program.open();
  await showCycles(page);
  await heading(page, "reference cycle").waitFor();
  await page.getByRole("checkbox", { name: /^Cycles of classes and functions/ }).check();
  await heading(page, /cycles of classes and functions.* keep/).waitFor();
  await row(page, /class /)
    .first()
    .waitFor();
  await page.getByRole("searchbox").fill("no type has this name");
  await page.getByText("Nothing matches").waitFor();
  await page.context().close();
});

describe.each(["light", "dark"] as const)("in %s colours", (colorScheme) => {
  it("axe finds nothing wrong with the cycles", async () => {
    const { page, problems } = await program.open({ colorScheme });
    await showCycles(page);
    await page.getByText(/^Make \.parent of/).waitFor();
    await page.locator("canvas").first().waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.setViewportSize({ width: 520, height: 800 });
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(problems).toEqual([]);
    await page.context().close();
  });
});
