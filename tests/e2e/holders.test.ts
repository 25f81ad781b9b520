import type { Page } from "playwright";
import { describe, expect, it } from "vitest";
import { accessibilityProblems } from "./browser.ts";
import { dumpOf } from "./program.ts";
import { served } from "./served.ts";

const program = served((folder) => [dumpOf("cache_service.py", folder)]);

const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const tree = (page: Page) => page.getByRole("treegrid", { name: "Holders" });
const current = (page: Page) => tree(page).locator('[aria-selected="true"]');
const map = (page: Page) => page.getByRole("tree", { name: /^Memory map/ });
const selected = (page: Page) => map(page).locator('[aria-selected="true"]');
const trail = (page: Page) => page.getByRole("navigation", { name: "Where the map is" });

async function openHolders(page: Page): Promise<void> {
  await page.getByRole("table").getByText("cache_service.pyheap").click();
  await page.getByText(/^Analysed in/).waitFor();
  await page.getByRole("link", { name: "Biggest holders", exact: true }).click();
  await heading(page)
    .filter({ hasText: /keeps .* alive, .* of all$/ })
    .waitFor();
  await tree(page).getByRole("row").nth(1).waitFor();
}

it("goes from the biggest holder down to where its bytes are, by the keyboard alone", async () => {
  const { page, problems } = await program.open();
  await openHolders(page);
  await tree(page).focus();
  await page.keyboard.press("ArrowRight");
  await tree(page).locator('[aria-level="2"]').first().waitFor();
  expect(await current(page).getAttribute("aria-expanded")).toBe("true");
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => current(page).getAttribute("aria-level")).toBe("2");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await tree(page).locator('[aria-level="2"]').first().waitFor({ state: "detached" });

  // The module's variables, then the dict of sessions, in one step.
  await tree(page).getByRole("row").filter({ hasText: "module __main__" }).click();
  await page.getByRole("button", { name: "Next big drop" }).click();
  await page.getByText(/^Went down \d levels/).waitFor();
  await heading(page)
    .filter({ hasText: /dict, 200 entries keeps .* alive: by \d+ objects/ })
    .waitFor();
  await trail(page)
    .getByText(/dict, 200 entries/)
    .waitFor();
  expect(page.url()).toMatch(/\/holders\/\d+$/);
  await tree(page).locator("[aria-setsize]").first().waitFor();

  await page.reload();
  await heading(page)
    .filter({ hasText: /dict, 200 entries keeps/ })
    .waitFor();
  await trail(page).getByRole("button", { name: "all that is alive" }).click();
  await heading(page)
    .filter({ hasText: /of all$/ })
    .waitFor();
  expect(page.url()).toMatch(/\/holders$/);
  expect(problems).toEqual([]);
  await page.context().close();
});

it("shows the same object in the map and in the table, whichever was used", async () => {
  const { page, problems } = await program.open();
  await openHolders(page);
  await map(page).focus();
  for (const key of ["ArrowDown", "ArrowDown", "ArrowDown"]) await page.keyboard.press(key);
  await expect.poll(() => current(page).getAttribute("aria-level")).toBe("3");
  const label = (await selected(page).textContent())?.replace(/, keeps .*/, "") ?? "";
  expect(label).not.toBe("");
  await current(page).filter({ hasText: label }).waitFor();

  await tree(page).focus();
  await page.keyboard.press("Home");
  const first = (await current(page).getByRole("gridcell").first().textContent())?.replace(/^[▾▸]/, "").trim() ?? "";
  await selected(page).filter({ hasText: first }).waitFor();
  expect(problems).toEqual([]);
  await page.context().close();
});

it("finds cells of the map by name, colours them by type or module, and sums holders up", async () => {
  const { page, problems } = await program.open();
  await openHolders(page);
  await page.getByRole("searchbox").fill("200 entries");
  await page
    .getByRole("status")
    .getByText(/^\d+ cells? in the map$/)
    .waitFor();
  await page.keyboard.press("Enter");
  await selected(page).filter({ hasText: "dict, 200 entries" }).waitFor();
  await current(page).filter({ hasText: "dict, 200 entries" }).waitFor();
  await page.getByRole("searchbox").fill("");

  const colours = page.getByRole("group", { name: "Colour" });
  await colours.getByRole("button", { name: "By module" }).click();
  const legend = page.getByRole("list", { name: "Colours of the map" });
  const own = legend.getByRole("button", { name: "__main__", exact: true });
  await own.click();
  expect(await own.getAttribute("aria-pressed")).toBe("true");

  const show = page.getByRole("group", { name: "Show" });
  await show.getByRole("button", { name: "By module" }).click();
  await heading(page)
    .filter({ hasText: /holders? of module .* alive/ })
    .waitFor();
  await page.getByRole("row").filter({ hasText: "__main__" }).getByRole("button").click();
  await heading(page)
    .filter({ hasText: /module __main__ keeps/ })
    .waitFor();
  await trail(page).getByRole("button", { name: "all that is alive" }).click();
  await show.getByRole("button", { name: "By type" }).click();
  await page.getByRole("cell").getByRole("button", { name: "module", exact: true }).click();
  await page.getByText("Only module").waitFor();
  await tree(page).getByRole("row").filter({ hasText: "module __main__" }).waitFor();
  expect(problems).toEqual([]);
  await page.context().close();
});

describe.each(["light", "dark"] as const)("in %s colours", (colorScheme) => {
  it("axe finds nothing wrong with map, table and groups, wide or narrow", async () => {
    const { page, problems } = await program.open({ colorScheme });
    const shot = async (name: string) => {
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}-${colorScheme}.png` });
    };
    await openHolders(page);
    await tree(page).focus();
    await page.keyboard.press("ArrowRight");
    await tree(page).locator('[aria-level="2"]').first().waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await shot("holders");
    await page.getByRole("group", { name: "Colour" }).getByRole("button", { name: "By module" }).click();
    await page.getByRole("group", { name: "Show" }).getByRole("button", { name: "By module" }).click();
    await page.getByRole("cell").first().waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await shot("holders-modules");
    await page.getByRole("group", { name: "Show" }).getByRole("button", { name: "Objects" }).click();
    await page.setViewportSize({ width: 700, height: 800 });
    await tree(page).getByRole("row").nth(1).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await shot("holders-narrow");
    expect(problems).toEqual([]);
    await page.context().close();
  });
});
