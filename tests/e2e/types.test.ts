import { join } from "node:path";
import type { Page } from "playwright";
import { describe, expect, it } from "vitest";
import { accessibilityProblems } from "./browser.ts";
import { runProgram } from "./program.ts";
import { served } from "./served.ts";

const program = served((folder) => {
  runProgram("tasks.py", folder);
  runProgram("traced.py", folder);
  return ["tasks.pyheap", "after.pyheap"].map((name) => join(folder, name));
});

const types = (page: Page) => page.getByRole("grid", { name: "Types" }).getByRole("row");

async function showTypes(page: Page, dump = "tasks.pyheap"): Promise<void> {
  await page.getByRole("table").getByText(dump, { exact: true }).click();
  await page.getByText(/^Analysed in/).waitFor();
  await page
    .getByRole("navigation", { name: "Screens" })
    .getByRole("link", { name: /^Types/ })
    .click();
  await types(page).nth(1).waitFor();
}

it("keeps the types of the program's own code, and those that conditions let through", async () => {
  const { page, problems } = await program.open();
  await showTypes(page);
  await page.getByRole("button", { name: "Mine" }).click();
  await page
    .getByRole("status")
    .getByText(/^1 of \d+ types$/)
    .waitFor();
  await types(page).filter({ hasText: "__main__.Session" }).waitFor();
  expect(page.url()).toMatch(/types\?filter=is%3Amine$/);

  await page.getByRole("button", { name: "Libraries" }).click();
  await page.getByRole("searchbox").fill("is:library count>1000 size>64KB");
  await types(page)
    .filter({ hasText: /^\s*str/ })
    .waitFor();
  await types(page).filter({ hasText: "_asyncio.Task" }).waitFor({ state: "detached" });
  await page.getByRole("searchbox").fill("keeps>999GB");
  await page.getByText("Nothing matches").waitFor();
  await page.getByRole("searchbox").fill("count>many");
  await page.getByText(/^count>many is no condition: .* such as count>1000 or size>64KB\.$/).waitFor();
  expect(problems).toEqual([]);
  await page.context().close();
});

it("opens the row that was pressed, whatever a new answer puts there before the button is released", async () => {
  const { page } = await program.open();
  await showTypes(page);
  const first = types(page).nth(1);
  const name = (await first.getByRole("link").textContent()) ?? "";
  await first.getByRole("link").hover();
  await page.mouse.down();
  await page.evaluate(() => location.assign(`${location.hash.split("?")[0]}?filter=_asyncio.Task`));
  await types(page).nth(1).filter({ hasText: "_asyncio.Task" }).waitFor();
  await page.mouse.up();
  await page
    .getByRole("heading", { level: 1 })
    .filter({ hasText: `of type ${name}` })
    .waitFor();
  await page.context().close();
});

it("sums the types up by module, and a module opens its types", async () => {
  const { page, problems } = await program.open();
  await showTypes(page);
  await page.getByRole("button", { name: "By module" }).click();
  const modules = page.getByRole("grid", { name: "Modules" }).getByRole("row");
  await modules.filter({ hasText: /^builtins/ }).waitFor();
  await page.getByRole("searchbox").fill("asyncio");
  await modules.filter({ hasText: "_asyncio" }).click();
  await types(page).filter({ hasText: "_asyncio.Task" }).waitFor();
  expect(await page.getByRole("searchbox").inputValue()).toBe("asyncio module:_asyncio");
  expect(problems).toEqual([]);
  await page.context().close();
});

it("sums all objects up by size class and by generation, and each class opens its objects", async () => {
  const { page, problems } = await program.open();
  await showTypes(page);
  await page.getByRole("button", { name: "By generation" }).click();
  const generations = page.getByRole("table", { name: "Generations" });
  await generations.getByRole("row").filter({ hasText: "in none" }).waitFor();
  await page.getByRole("button", { name: "By size" }).click();
  const row = page.getByRole("table", { name: "Own sizes" }).getByRole("row").filter({ hasText: "49 B to 64 B" });
  const count = (await row.getByRole("cell").nth(1).textContent()) ?? "";
  expect(count).toMatch(/^[\d,]+$/);
  expect(await accessibilityProblems(page)).toEqual([]);
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/sizes.png` });
  await row.getByRole("link").click();
  await page.getByRole("heading", { level: 1 }).filter({ hasText: "of 49 B to 64 B" }).waitFor();
  await page.getByRole("status").getByText(`${count} objects`, { exact: true }).waitFor();
  expect(problems).toEqual([]);
  await page.context().close();
});

it("keeps the grouping, the filter and its numeric range in the address: Back, reload and links restore them", async () => {
  const { page, problems } = await program.open();
  await showTypes(page);
  await page.getByRole("searchbox").fill("count>1000 size>64KB");
  await types(page).filter({ hasText: "_asyncio.Task" }).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "By module" }).click();
  const modules = page.getByRole("grid", { name: "Modules" }).getByRole("row");
  await modules.filter({ hasText: "builtins" }).waitFor();
  expect(page.url()).toMatch(/types\/module\?filter=count%3E1000\+size%3E64KB$/);
  const restored = async () => {
    await modules.filter({ hasText: "builtins" }).waitFor();
    expect(await page.getByRole("searchbox").inputValue()).toBe("count>1000 size>64KB");
    expect(await page.getByRole("button", { name: "By module" }).getAttribute("aria-pressed")).toBe("true");
  };
  await page.getByRole("link", { name: "Overview" }).click();
  await page.goBack();
  await restored();
  await page.reload();
  await restored();
  const link = page.url();
  await page.getByRole("button", { name: "By generation" }).click();
  await page.getByRole("table", { name: "Generations" }).waitFor();
  await page.goto(link);
  await restored();

  // The filter is of one kind of row: sizes have none, and it is there again afterwards.
  await page.getByRole("button", { name: "By size" }).click();
  await page.getByRole("table", { name: "Own sizes" }).waitFor();
  expect(page.url()).toMatch(/types\/size$/);
  await page.getByRole("button", { name: "By type" }).click();
  expect(await page.getByRole("searchbox").inputValue()).toBe("count>1000 size>64KB");
  expect(problems).toEqual([]);
  await page.context().close();
});

it("tells the median, the percentiles and the largest of a type's objects, and leads to it", async () => {
  const { page, problems } = await program.open();
  await showTypes(page);
  await page.getByRole("button", { name: "By size" }).click();
  await page.getByText("90 % up to").waitFor();
  await page.getByRole("button", { name: "By type" }).click();
  await page.getByRole("searchbox").fill("=bytes");
  await types(page)
    .filter({ hasText: /^\s*bytes/ })
    .getByRole("link")
    .click();
  await page.getByText(/^Own sizes/).click();
  await page.getByText("99 % up to").waitFor();
  const largest = page.getByTitle("The own size of the largest; the link leads to it").getByRole("link");
  const size = (await largest.textContent()) ?? "";
  await largest.click();
  await page
    .getByRole("heading", { level: 1 })
    .filter({ hasText: `uses ${size}` })
    .waitFor();
  expect(problems).toEqual([]);
  await page.context().close();
});

it("says by which line objects were allocated, or how to have that traced", async () => {
  const { page, problems } = await program.open();
  await showTypes(page);
  await page.getByRole("button", { name: "By line" }).click();
  await page.getByText("tracemalloc was not tracing").waitFor();
  await page.getByText("python3 -X tracemalloc=10 app.py").waitFor();
  expect(await accessibilityProblems(page)).toEqual([]);

  await page.goto(program.url);
  await showTypes(page, "after.pyheap");
  await page.getByRole("button", { name: "By line" }).click();
  await page.getByRole("searchbox").fill("traced.py:21");
  const line = page.getByRole("grid", { name: "Places that allocated memory" }).getByRole("row").nth(1);
  await line.filter({ hasText: /traced\.py:21.*2,200/ }).waitFor();
  expect(await accessibilityProblems(page)).toEqual([]);
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/types-by-line.png` });
  await line.getByRole("link").click();
  await page.getByRole("status").getByText("2,200 objects", { exact: true }).waitFor();

  await page.goBack();
  await page.getByRole("button", { name: "By type" }).click();
  await page.getByRole("searchbox").fill("=__main__.Order");
  await types(page).filter({ hasText: "__main__.Order" }).getByRole("link").click();
  await page.getByText("Allocated at traced.py:21, 2,200 objects").click();
  const places = page.getByRole("table", { name: "Allocated at" });
  await places.getByRole("link", { name: "traced.py:21" }).click();
  await page.getByRole("status").getByText("2,200 objects", { exact: true }).waitFor();
  expect(problems).toEqual([]);
  await page.context().close();
});

it("shows how the sizes of a type's objects are spread", async () => {
  const { page, problems } = await program.open();
  await showTypes(page);
  await types(page)
    .filter({ hasText: /^\s*str/ })
    .getByRole("link")
    .click();
  await page.getByText(/^Own sizes/).click();
  const rows = page.getByRole("table", { name: "Own sizes" }).getByRole("row");
  expect(await rows.count()).toBeGreaterThan(3);
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/sizes-of-type.png` });
  expect(await accessibilityProblems(page)).toEqual([]);
  expect(problems).toEqual([]);
  await page.context().close();
});

it("selects several types with the keyboard, opens their objects as one list, and keeps them as a set", async () => {
  const { page, problems } = await program.open();
  await showTypes(page);
  await page.getByRole("searchbox").fill("_asyncio.");
  const all = page.getByRole("button", { name: /^Select all \d+$/ });
  await all.waitFor();
  const count = Number(/\d+/.exec((await all.textContent()) ?? "")?.[0]);
  expect(count).toBeGreaterThan(1);
  await all.click();
  const selected = page.getByRole("region", { name: "Selected" });
  await selected.getByText(new RegExp(`^${count} types selected, \\d+ objects$`)).waitFor();
  await selected.getByRole("button", { name: "Select none" }).click();
  await page.getByRole("grid", { name: "Types" }).focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  const text = (await selected.getByText(/^2 types selected, \d+ objects$/).textContent()) ?? "";
  await selected.getByRole("button", { name: "Keep as a set" }).click();
  await page.getByRole("textbox", { name: "Name of the set" }).fill("both");
  await page.keyboard.press("Enter");
  await selected.getByText("Kept as").waitFor();
  await selected.getByRole("link", { name: "Their objects" }).click();
  await page.getByRole("heading", { level: 1 }).filter({ hasText: "Objects of 2 types" }).waitFor();
  const objects = /(\d+) objects/.exec(text)?.[0] ?? "";
  await page.getByRole("status").getByText(objects, { exact: true }).waitFor();
  expect(problems).toEqual([]);
  await page.context().close();
});

describe.each(["light", "dark"] as const)("in %s colours", (colorScheme) => {
  it("axe finds nothing wrong with types and modules, wide or narrow", async () => {
    const { page, problems } = await program.open({ colorScheme });
    await showTypes(page);
    expect(await accessibilityProblems(page)).toEqual([]);
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/types-${colorScheme}.png` });
    await page.getByRole("button", { name: "By module" }).click();
    await page.getByRole("grid", { name: "Modules" }).getByRole("row").nth(1).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.setViewportSize({ width: 700, height: 800 });
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/modules-${colorScheme}-narrow.png` });
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(problems).toEqual([]);
    await page.context().close();
  });
});
