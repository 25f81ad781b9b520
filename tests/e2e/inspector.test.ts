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

const inspector = (page: Page) => page.getByRole("complementary", { name: "Object inspector" });

const screens = (page: Page) => page.getByRole("navigation", { name: "Screens" });

/** The instances of a type, from the list of types. */
async function showType(page: Page, type: string): Promise<void> {
  await page.getByRole("table").getByText("tasks.pyheap", { exact: true }).click();
  await page.getByText(/^Analysed in/).waitFor();
  await page
    .getByRole("navigation", { name: "Screens" })
    .getByRole("link", { name: /^Types/ })
    .click();
  await page.getByRole("searchbox").fill(type);
  await page.getByRole("grid", { name: "Types" }).getByRole("row").filter({ hasText: type }).first().click();
  await page.getByRole("heading", { level: 1, name: /objects? of type/ }).waitFor();
  await page.getByRole("grid", { name: "Objects" }).getByRole("row").nth(1).waitFor();
}

it("shows the current object of a list beside it, and follows the arrow keys", async () => {
  const { page, problems } = await program.open();
  await showType(page, "__main__.Session");
  await page.getByRole("button", { name: "Inspector" }).click();
  await inspector(page)
    .getByRole("heading", { name: /^Session uses .* and keeps 24\.\d KiB alive$/ })
    .waitFor();
  await inspector(page).getByRole("row").filter({ hasText: ".body" }).waitFor();
  await page.getByRole("grid", { name: "Objects" }).focus();
  await page.keyboard.press("ArrowDown");
  await inspector(page)
    .getByRole("heading", { name: /keeps 19\.\d KiB alive$/ })
    .waitFor();

  await inspector(page).getByRole("button", { name: "What it keeps" }).click();
  await inspector(page)
    .getByRole("grid", { name: "What it keeps alive, by type" })
    .getByRole("row")
    .filter({ hasText: "bytes" })
    .waitFor();
  await inspector(page).getByRole("button", { name: "By kind" }).click();
  await inspector(page)
    .getByRole("region", { name: "Groups of references" })
    .getByRole("row")
    .filter({ hasText: "local session" })
    .waitFor();
  await inspector(page).getByRole("button", { name: "Facts" }).click();
  await inspector(page)
    .getByText(/basic, .*__dict__/)
    .waitFor();

  // A click chooses, Enter opens, and the inspector is still there on the way back.
  await page
    .getByRole("grid", { name: "Objects" })
    .getByRole("row")
    .nth(3)
    .click({ position: { x: 300, y: 10 } });
  await inspector(page)
    .getByRole("heading", { name: /keeps 1[45]\.\d KiB alive$/ })
    .waitFor();
  await page.getByRole("grid", { name: "Objects" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: /keeps 1[45]\.\d KiB alive$/ }).waitFor();
  await page.goBack();
  await inspector(page)
    .getByRole("heading", { name: /keeps 1[45]\.\d KiB alive$/ })
    .waitFor();
  expect(problems).toEqual([]);
  await page.context().close();
});

it("shows what is chosen on other screens: a stack's variable, a step of a way", async () => {
  const { page, problems } = await program.open();
  await showType(page, "__main__.Session");
  await page.getByRole("navigation", { name: "Screens" }).getByRole("link", { name: "Threads and tasks" }).click();
  await page.getByRole("button", { name: "Inspector" }).click();
  const stack = page.getByRole("grid", { name: "The stack, innermost frame first" });
  await stack.getByRole("row").filter({ hasText: "big" }).getByText("big", { exact: true }).click();
  await inspector(page)
    .getByRole("heading", { name: /^list, 100 items uses/ })
    .waitFor();
  await page.keyboard.press("ArrowUp");
  await inspector(page)
    .getByRole("heading", { name: /^Event uses/ })
    .waitFor();

  await inspector(page).getByRole("link", { name: "Why alive?" }).click();
  const steps = page.getByRole("table").first().getByRole("row");
  await steps.filter({ hasText: "this object" }).getByText("this object").click();
  await inspector(page)
    .getByRole("heading", { name: /^Event uses/ })
    .waitFor();
  await steps.nth(-2).getByRole("link").focus();
  const holder = steps.nth(-2).getByRole("link");
  await holder.focus();
  const name = (await holder.textContent()) ?? "";
  expect(name).not.toContain("Event");
  await inspector(page).getByRole("heading").filter({ hasText: name }).first().waitFor();
  expect(await accessibilityProblems(page)).toEqual([]);
  expect(problems).toEqual([]);
  await page.context().close();
});

it("shows the objects of a chosen type or line, and the one of them that is current", async () => {
  const { page, problems } = await program.open();
  await showType(page, "__main__.Session");
  await screens(page)
    .getByRole("link", { name: /^Types/ })
    .click();
  await page.getByRole("button", { name: "Inspector" }).click();
  await page.getByRole("searchbox").fill("__main__.Session");
  const chosen = inspector(page).getByRole("region", { name: "Chosen objects" });
  await chosen.getByRole("heading", { name: /^5 objects of type __main__\.Session use/ }).waitFor();
  await inspector(page)
    .getByRole("heading", { name: /^Session uses .* and keeps 24\.\d KiB alive$/ })
    .waitFor();
  await chosen.getByText("median size").waitFor();

  // Its own list moves with the arrow keys too, and what is written there is a note.
  await chosen.getByRole("grid", { name: "Objects" }).focus();
  await page.keyboard.press("ArrowDown");
  await inspector(page)
    .getByRole("heading", { name: /keeps 19\.\d KiB alive$/ })
    .waitFor();
  await inspector(page).getByRole("textbox", { name: "Note" }).fill("looked at");
  await inspector(page).getByText("kept", { exact: true }).waitFor();
  await chosen.getByRole("row").filter({ hasText: "Session" }).nth(1).getByTitle("looked at").first().waitFor();

  // A click on a type chooses it, Enter opens it.
  await page.getByRole("searchbox").fill("str");
  const types = page.getByRole("grid", { name: "Types" });
  await types
    .getByRole("row")
    .filter({ hasText: /^\s*str/ })
    .first()
    .click({ position: { x: 400, y: 10 } });
  await chosen.getByRole("heading", { name: /objects of type str use/ }).waitFor();
  await chosen.getByRole("link", { name: "Open the list" }).click();
  await page.getByRole("heading", { level: 1, name: /objects of type str use/ }).waitFor();

  await page.goto(program.url);
  await page.getByRole("table").getByText("after.pyheap", { exact: true }).click();
  await page.getByText(/^Analysed in/).waitFor();
  await screens(page).getByRole("link", { name: "Where allocated" }).click();
  await page.getByRole("searchbox").fill("traced.py:21");
  await page
    .getByRole("row")
    .filter({ hasText: "traced.py:21" })
    .click({ position: { x: 300, y: 10 } });
  await chosen.getByRole("heading", { name: /^2,200 objects allocated at traced\.py:21 use/ }).waitFor();
  await inspector(page)
    .getByRole("heading", { name: /^Order uses/ })
    .waitFor();
  expect(await accessibilityProblems(page)).toEqual([]);
  expect(problems).toEqual([]);
  await page.context().close();
});

it("shows the chosen node of a reference graph, and the objects around one on its own screen", async () => {
  const { page, problems } = await program.open();
  await showType(page, "__main__.Session");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: /^Session uses/ }).waitFor();
  await page.getByRole("button", { name: "Inspector" }).click();
  await inspector(page).getByText("Choose a row").waitFor();
  const held = page.getByRole("grid", { name: "Attributes" });
  await held
    .getByRole("row")
    .filter({ hasText: ".body" })
    .click({ position: { x: 40, y: 10 } });
  await inspector(page)
    .getByRole("heading", { name: /^b.* uses/ })
    .waitFor();
  await page.getByRole("heading", { level: 1, name: /^Session uses/ }).waitFor();

  await page.getByRole("main").getByRole("link", { name: "Reference graph" }).first().click();
  const nodes = page.getByRole("tree");
  await inspector(page)
    .getByRole("heading", { name: /^Session uses/ })
    .waitFor();
  await nodes.getByRole("treeitem").filter({ hasText: ".body" }).first().click();
  await inspector(page)
    .getByRole("heading", { name: /^b.* uses/ })
    .waitFor();
  expect(problems).toEqual([]);
  await page.context().close();
});

it("finds the way from a pinned object to another one, and lists all that an object keeps", async () => {
  const { page, problems } = await program.open();
  await showType(page, "_asyncio.Task");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: /^Task uses/ }).waitFor();
  await page.getByRole("button", { name: "Pin" }).click();
  await page.getByRole("row").filter({ hasText: "_coro" }).getByRole("link").first().click();
  await page.getByRole("heading", { level: 1, name: /^handle uses/ }).waitFor();
  await page.getByRole("row").filter({ hasText: "session" }).getByRole("link", { name: "Session" }).first().click();
  await page.getByRole("heading", { level: 1, name: /^Session uses/ }).waitFor();
  await page.getByRole("button", { name: "Find the way to this one" }).click();
  const way = page.getByRole("region", { name: "Way from the pinned object" });
  await way.getByRole("listitem").nth(2).waitFor();
  expect((await way.getByRole("listitem").allTextContents()).map((text) => text.replace(/\s+/g, " ").trim())).toEqual([
    "Task",
    "._coro handle",
    "local session Session",
  ]);
  await page.getByRole("button", { name: "What it keeps" }).click();
  await page.getByRole("link", { name: "List all that it keeps" }).click();
  await page.getByRole("heading", { level: 1, name: "All that would be gone with this object" }).waitFor();
  await page.getByRole("grid", { name: "Objects" }).getByRole("row").filter({ hasText: "bytes" }).waitFor();
  expect(problems).toEqual([]);
  await page.context().close();
});

describe.each(["light", "dark"] as const)("in %s colours", (colorScheme) => {
  it("axe finds nothing wrong with the inspector, docked or alone, wide or narrow", async () => {
    const { page, problems } = await program.open({ colorScheme });
    await showType(page, "__main__.Session");
    await page.getByRole("button", { name: "Inspector" }).click();
    await inspector(page).getByRole("row").filter({ hasText: ".body" }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/dock-${colorScheme}.png` });
    await page.setViewportSize({ width: 700, height: 900 });
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/dock-${colorScheme}-narrow.png` });
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await inspector(page).getByRole("link", { name: "Open" }).click();
    await page.getByRole("heading", { level: 1, name: /^Session uses/ }).waitFor();
    await page.getByRole("row").filter({ hasText: ".body" }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/object-${colorScheme}.png` });
    expect(problems).toEqual([]);
    await page.context().close();
  });
});
