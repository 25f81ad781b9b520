import type { Locator, Page } from "playwright";
import { describe, expect, it } from "vitest";
import { accessibilityProblems } from "./browser.ts";
import { dumpOf } from "./program.ts";
import { served } from "./served.ts";

const program = served((folder) => [dumpOf("cache_service.py", folder)]);

const eventually = <T>(value: () => Promise<T>) => expect.poll(value);
const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const map = (page: Page) => page.getByRole("tree", { name: /^Memory map/ });
const trail = (page: Page) => page.getByRole("navigation", { name: "Where the map is" });
/** What a screen reader says of the map. */
const selected = (page: Page) => map(page).locator('[aria-selected="true"]').textContent();

async function openOverview(page: Page): Promise<void> {
  await page.getByRole("table").getByText("cache_service.pyheap").click();
  await map(page).waitFor();
}

it("answers where the bytes are, and leads on from each answer", async () => {
  const { page, problems } = await program.open();
  await openOverview(page);
  expect(page.url()).toMatch(/\/overview$/);
  expect(await heading(page).textContent()).toMatch(
    /__main__\._SESSIONS \(dict, 200 entries\) keeps (most alive: )?[\d.]+\s(Ki|Mi)B/,
  );
  const first = page
    .getByRole("region", { name: /^Biggest holders/ })
    .getByRole("listitem")
    .first();
  expect(await first.textContent()).toMatch(/__main__\._SESSIONS.*Used by.*remember.*cache_service\.py:\d+/);
  for (const name of ["Your data", "Loaded code", "Garbage waiting", "Free in Python's allocator", "Outside Python"])
    await page
      .getByRole("region", { name: /^Where/ })
      .getByText(name)
      .first()
      .waitFor();
  await page.getByText(/^gc\.collect\(\) now would free/).waitFor();
  await page.getByRole("table", { name: "Its numbers by generation" }).getByRole("row").nth(1).waitFor();
  await page
    .getByRole("region", { name: "What this dump can't tell" })
    .getByText("Where objects were allocated")
    .waitFor();

  const follow = async (link: Locator, text: string | RegExp) => {
    await link.click();
    await heading(page).filter({ hasText: text }).waitFor();
    await page.goBack();
    await map(page).waitFor();
  };
  await follow(first.getByRole("link").first(), "dict, 200 entries uses");
  await follow(first.getByRole("link", { name: "Why alive?" }), "is alive because");
  await follow(page.getByRole("link", { name: "All types" }), "objects of");
  await follow(page.getByRole("link", { name: "All biggest holders" }), "keeps");
  await follow(
    page
      .getByRole("region", { name: /^Top types/ })
      .getByRole("link")
      .first(),
    "of type",
  );
  expect(problems).toEqual([]);
  await page.context().close();
});

it("zooms the memory map with the mouse, and back", async () => {
  const { page, problems } = await program.open();
  await openOverview(page);
  const height = async () => (await map(page).boundingBox())?.height ?? 0;
  const before = await height();
  await map(page).click({ position: { x: 30, y: 33 } }); // the first cell of the second row
  const place = trail(page).locator("[aria-current]");
  await eventually(() => place.textContent()).toMatch(/__main__/);
  expect(await selected(page)).toMatch(/__main__.*keeps .* alive/);
  await eventually(height).not.toBe(before);
  await map(page).hover({ position: { x: 30, y: 12 } });
  await map(page)
    .locator(".tip")
    .getByText(/keeps .* alive/)
    .waitFor();
  await trail(page).getByRole("button", { name: "all that is alive" }).click();
  await eventually(height).toBe(before);
  expect(problems).toEqual([]);
  await page.context().close();
});

it("is used with the keyboard alone, and says what is selected", async () => {
  const { page } = await program.open();
  await openOverview(page);
  await map(page).focus();
  expect(await selected(page)).toMatch(/^all that is alive, keeps/);
  await page.keyboard.press("ArrowDown");
  const first = await selected(page);
  expect(first).toMatch(/__main__/);
  await page.keyboard.press("ArrowRight");
  expect(await selected(page)).not.toBe(first);
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Enter");
  await eventually(() => trail(page).textContent()).toMatch(/__main__/);
  for (let row = 0; row < 5 && !(await selected(page))?.includes("_SESSIONS"); row++)
    await page.keyboard.press("ArrowDown");
  expect(await selected(page)).toMatch(/^__main__\._SESSIONS, dict, 200 entries, keeps/);
  await page.keyboard.press("Enter");
  await eventually(() => trail(page).textContent()).toMatch(/dict, 200 entries/);
  await page.keyboard.press("Escape");
  for (let step = 0; step < 5 && (await trail(page).count()) > 0; step++) await page.keyboard.press("Backspace");
  await eventually(() => selected(page)).toBe(first);
  const owner = await map(page).getAttribute("aria-activedescendant");
  expect(await page.locator(`[id="${owner}"]`).textContent()).toBe(first);
  await page.keyboard.press("Space");
  await heading(page)
    .filter({ hasText: /__main__.*uses/ })
    .waitFor();
  await page.goBack();
  await eventually(() => selected(page)).toBe(first);
  await page.context().close();
});

it("draws the memory map in the colours of the page, sharp on every screen", async () => {
  const { page } = await program.open({ deviceScaleFactor: 2 });
  await openOverview(page);
  const canvas = map(page).locator("canvas");
  const look = () =>
    canvas.evaluate((element: HTMLCanvasElement) => ({
      sharp: Math.abs(element.width - 2 * element.clientWidth) <= 2,
      pixel: element
        .getContext("2d")
        ?.getImageData(element.width >> 1, 4, 1, 1)
        .data.join(),
    }));
  const light = await look();
  expect(light.sharp).toBe(true);
  await page.emulateMedia({ colorScheme: "dark" });
  await eventually(async () => (await look()).pixel).not.toBe(light.pixel);
  await page.setViewportSize({ width: 900, height: 700 });
  await eventually(async () => (await look()).sharp).toBe(true);
  await page.context().close();
});

describe("the three jobs on the samples", () => {
  /** Clicks, and counts them. */
  async function job(most: number, run: (page: Page, click: (what: Locator) => Promise<void>) => Promise<void>) {
    const { page, problems } = await program.open();
    let clicks = 0;
    await run(page, async (what) => {
      clicks++;
      await what.click();
    });
    expect(clicks).toBeLessThanOrEqual(most);
    expect(problems).toEqual([]);
    await page.context().close();
  }

  it("open a file: the overview names the leak", async () => {
    await job(3, async (page, click) => {
      await click(page.getByRole("link", { name: "Look at the shop on Tuesday" }));
      await heading(page)
        .filter({ hasText: /^shop\.sessions\._PENDING \(dict, [\d,]+ entries\) keeps/ })
        .waitFor();
    });
  });

  it("who keeps it alive: a request, and the module that holds it", async () => {
    await job(3, async (page, click) => {
      await click(page.getByRole("button", { name: "Ask it for one of the shop's requests" }));
      await heading(page)
        .filter({ hasText: /^This Request is alive because .*_PENDING\['/ })
        .waitFor();
    });
  });

  it("what grew: the container that holds the growth", async () => {
    await job(2, async (page, click) => {
      await click(page.getByRole("link", { name: "Compare Monday with Tuesday" }));
      await heading(page).filter({ hasText: "shop.sessions._PENDING" }).waitFor();
    });
  });
});

it.each(["light", "dark"] as const)(
  "axe finds nothing wrong with the map in use, in %s colours",
  async (colorScheme) => {
    const { page } = await program.open({ colorScheme });
    await openOverview(page);
    await map(page).click({ position: { x: 30, y: 33 } });
    await trail(page).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.context().close();
  },
);
