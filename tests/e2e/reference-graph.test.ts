import { readFileSync } from "node:fs";
import type { Page } from "playwright";
import { describe, expect, it } from "vitest";
import { accessibilityProblems, longTasks } from "./browser.ts";
import { dumpOf } from "./program.ts";
import { served } from "./served.ts";

const program = served((folder) => [dumpOf("cache_service.py", folder)]);

const tree = (page: Page) => page.getByRole("tree", { name: "Nodes" });
const item = (page: Page, name: string | RegExp) => page.getByRole("treeitem", { name }).first();
const drawn = (page: Page) => page.getByRole("img", { name: /neighbours, drawn: \d+ nodes/ });

/** The reference graph of the first object of a type, reached over the object's own screen. */
async function openGraph(page: Page, type: string): Promise<void> {
  await page.getByRole("table").getByText("cache_service.pyheap").click();
  await page.getByText(/^Analysed in/).waitFor();
  const capture = new URL(page.url()).hash.split("/")[1];
  await page.evaluate((hash) => location.assign(hash), `#/${capture}/types?filter=${type}`);
  await page
    .getByRole("link", { name: new RegExp(`\\.${type}$`) })
    .first()
    .click();
  await page.getByRole("heading", { level: 1 }).filter({ hasText: "of type" }).waitFor();
  await page.getByRole("row").nth(1).getByRole("link").click();
  await page.getByRole("link", { name: "Reference graph" }).click();
  await tree(page).waitFor();
  await drawn(page).locator("canvas").first().waitFor();
}

it("shows the way to an object, and what its holder holds when that is asked for", async () => {
  const { page, problems } = await program.open();
  await openGraph(page, "Session");
  expect(page.url()).toMatch(/\/graph\/\d+$/);
  await item(page, /^Session, .*this object/).waitFor();
  await item(page, /^held by, \._SESSIONS, module .*, starting point/).waitFor();
  await item(page, /weak: does not keep it alive/).waitFor();

  await item(page, /dict, 200 entries/).click();
  await page.getByRole("button", { name: /^Show what it holds \(400\)/ }).click();
  const rest = item(page, /\+ 19\d more Session/);
  await rest.click();
  // One less where the object itself is among the first seven.
  const left = Number(/19\d/.exec((await rest.getAttribute("aria-label")) ?? "")?.[0]);
  await page.getByRole("button", { name: "Show 10 more" }).click();
  await expect
    .poll(() =>
      page
        .getByRole("list", { name: /^Members/ })
        .getByRole("listitem")
        .count(),
    )
    .toBe(20);
  await page
    .getByRole("button", { name: /^Add to the picture/ })
    .first()
    .click();
  await item(page, `+ ${left - 1} more Session`).waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await item(page, `+ ${left} more Session`).waitFor();
  await page.getByRole("button", { name: "Redo" }).click();
  await item(page, `+ ${left - 1} more Session`).waitFor();
  await page.keyboard.press("Control+z");
  await item(page, `+ ${left} more Session`).waitFor();

  // All but the object itself go with their type, and come back with it.
  const others = page.getByRole("treeitem", { name: /holds, .*Session/ });
  const before = await others.count();
  expect(before).toBeGreaterThan(3);
  await others.first().click();
  await page.getByRole("button", { name: "Pin here" }).click();
  await item(page, /Session.*, pinned, /).waitFor();
  expect(await accessibilityProblems(page)).toEqual([]);
  await page.getByRole("button", { name: "Hide all Session" }).click();
  await expect.poll(() => others.count()).toBeLessThan(2); // the class may stay
  await item(page, /^Session, .*this object/).waitFor();
  await page.getByRole("button", { name: /Draw .*Session again/ }).click();
  await expect.poll(() => others.count()).toBe(before);
  expect(problems).toEqual([]);
  await page.context().close();
});

it("draws a cycle as one and opens it again, and finds the picture as it was on the way back", async () => {
  const { page, problems } = await program.open();
  await openGraph(page, "Node");
  await page.getByRole("button", { name: /^Draw its cycle of \d+ objects as one/ }).click();
  await item(page, /cycle of \d+ objects, [\d.]+ (B|KiB)/).waitFor();
  await page.getByRole("link", { name: "All objects of the cycle" }).click();
  await page.getByRole("heading", { level: 1 }).filter({ hasText: "cycle" }).waitFor();
  await page.goBack();
  await item(page, /cycle of \d+ objects/).waitFor();
  await page.getByRole("button", { name: "Draw its objects each for itself" }).click();
  await item(page, /in a reference cycle/).waitFor();
  expect(problems).toEqual([]);
  await page.context().close();
});

it("saves the picture as SVG without anything but shapes and text, and as PNG", async () => {
  const { page, problems } = await program.open();
  await page.getByRole("table").getByText("cache_service.pyheap").click();
  await page.getByText(/^Analysed in/).waitFor();
  const capture = new URL(page.url()).hash.split("/")[1];
  await page.evaluate((hash) => location.assign(hash), `#/${capture}/objects/text/onerror`);
  await page.getByRole("row").filter({ hasText: "<img src=x onerror" }).first().getByRole("link").click();
  await page.getByRole("link", { name: "Reference graph" }).click();
  await drawn(page).locator("canvas").first().waitFor();
  const save = async (name: string) => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name }).click()]);
    return readFileSync(await download.path());
  };
  const svg = (await save("Save as SVG")).toString();
  const parsed = await page.evaluate((text) => {
    const { documentElement: root } = new DOMParser().parseFromString(text, "image/svg+xml");
    const all = [...root.querySelectorAll("*")];
    return { name: root.nodeName, names: [...new Set(all.map((each) => each.nodeName))], text: root.textContent };
  }, svg);
  expect(parsed.name).toBe("svg");
  expect(parsed.names.sort()).toEqual(["path", "polygon", "rect", "text", "title"]);
  expect(parsed.text).toContain("<img src=x");
  const png = await save("Save as PNG");
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  // Whatever node is chosen, the file is the same.
  await tree(page).focus();
  await page.keyboard.press("End");
  expect((await save("Save as PNG")).equals(png)).toBe(true);
  expect(await page.locator("img").count()).toBe(0);
  expect(problems).toEqual([]);
  await page.context().close();
});

it("can be used with the keyboard alone", async () => {
  const { page } = await program.open({ reducedMotion: "reduce" });
  await openGraph(page, "Session");
  await tree(page).focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await item(page, /\+ 19\d more Session/).waitFor();
  await page.keyboard.press("ArrowLeft");
  await page.locator('[role="treeitem"][aria-selected="true"][aria-expanded="false"]').waitFor();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("End");
  const count = await page.getByRole("treeitem").count();
  await page.keyboard.press("Delete");
  await expect.poll(() => page.getByRole("treeitem").count()).toBeLessThan(count);
  await page.keyboard.press("Control+z");
  await expect.poll(() => page.getByRole("treeitem").count()).toBe(count);
  await page.keyboard.press("Home");
  await page.keyboard.press("Tab");
  await page.locator("aside button:focus, aside a:focus").waitFor();
  await page.context().close();
});

describe.each(["light", "dark"] as const)("in %s colours", (colorScheme) => {
  it("axe finds nothing wrong with it", async () => {
    const { page } = await program.open({ colorScheme });
    await openGraph(page, "Node");
    expect(await accessibilityProblems(page)).toEqual([]);
    await item(page, /list/).click();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.context().close();
  });
});

it("draws 120 nodes without keeping the page busy for long", async () => {
  const { page } = await program.open({ reducedMotion: "reduce" });
  await openGraph(page, "Session");
  await item(page, /dict, 200 entries/).dblclick();
  await item(page, /\+ 19\d more Session/).click();
  const members = page.getByRole("list", { name: /^Members/ });
  for (let shown = 10; shown < 120; shown += 10) {
    await expect.poll(() => members.getByRole("listitem").count()).toBe(shown);
    await page.getByRole("button", { name: "Show 10 more" }).click();
  }
  await expect.poll(() => members.getByRole("listitem").count()).toBe(120);
  const add = page.getByRole("button", { name: "Add all that are listed" });
  await longTasks(page);
  await add.click();
  await drawn(page).and(page.locator('[aria-label*="12"], [aria-label*="13"]')).waitFor();
  await page.waitForTimeout(1500);
  const tasks = await longTasks(page);
  console.log(
    `${await page.getByRole("treeitem").count()} nodes drawn: ${tasks.length} tasks over 50 ms, the longest ${Math.max(0, ...tasks)} ms by the clock`,
  );
  await page.context().close();
});
