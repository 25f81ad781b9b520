import type { Page } from "playwright";
import { expect, it } from "vitest";
import { accessibilityProblems } from "./browser.ts";
import { dumpOf } from "./program.ts";
import { served } from "./served.ts";

const program = served((folder) => [dumpOf("cache_service.py", folder)]);

const eventually = <T>(value: () => Promise<T>) => expect.poll(value);
const heading = (page: Page) => page.getByRole("heading", { level: 1 });

/** The list of all objects of the type whose name ends so. */
async function listOf(page: Page, type: string): Promise<void> {
  await page.getByRole("table").getByText("cache_service.pyheap").click();
  await page.getByRole("link", { name: /^Types/ }).click();
  await heading(page).filter({ hasText: "objects of" }).waitFor();
  await page.getByRole("searchbox", { name: "Filter by type name" }).fill(`main__.${type}`);
  await page
    .getByRole("status")
    .filter({ hasText: /^\s*\d+ of \d+ types/ })
    .waitFor();
  await page
    .getByRole("link", { name: new RegExp(`\\.${type}$`) })
    .first()
    .click();
  await heading(page).filter({ hasText: "of type" }).waitFor();
}

/** Why the first object in a list of a type is alive. */
async function askWhy(page: Page, type: string): Promise<void> {
  await listOf(page, type);
  await page.getByRole("row").nth(1).getByRole("link").click();
  await page.getByRole("link", { name: "Why alive?" }).click();
  await heading(page).filter({ hasText: "is alive because" }).waitFor();
}

it("says of each link what goes at once without it", async () => {
  const { page, problems } = await program.open();
  await askWhy(page, "Session");
  // The first step says what the module's variables keep, whoever else holds them.
  const start = page.getByRole("table").first().getByRole("row").nth(1);
  await eventually(() => start.textContent()).toMatch(/module __main__[\s\S]*\d{3}\.\d\sKiB\s*$/);
  await page.getByRole("button", { name: /^Cut this link: \['u-\d+'\]/ }).click();
  const answer = page.getByRole("status").filter({ hasText: "Cutting" });
  await eventually(() => answer.textContent()).toMatch(/Cutting \['u-\d+'\] frees 2\.\d\sKiB at once \(\d+\sobjects\)/);
  await page.locator('.screen[aria-busy="false"]').waitFor(); // sizes fill in; what is older than them is paler
  expect(await accessibilityProblems(page)).toEqual([]);

  await page.getByRole("button", { name: "Cut this link: ._SESSIONS" }).click();
  await eventually(() => answer.textContent()).toMatch(/Cutting \._SESSIONS frees \d{3}\.\d\sKiB at once/);
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await eventually(() => answer.count()).toBe(0);
  expect(problems).toEqual([]);
  await page.context().close();
});

it("says that a ring goes at the next collection", async () => {
  const { page } = await program.open();
  await askWhy(page, "Node");
  // The root of the tree is the biggest: its children refer back to it.
  await page.getByRole("button", { name: "Cut this link: .TREE" }).click();
  const answer = page.getByRole("status").filter({ hasText: "Cutting" });
  await eventually(() => answer.textContent()).toMatch(/frees nothing at once, .* at the next collection/);
  await page.context().close();
});

it("shows how all objects of a type are held, and what they keep together", async () => {
  const { page, problems } = await program.open();
  await listOf(page, "Session");
  await page.getByRole("link", { name: "How all of these are held" }).click();
  await eventually(() => heading(page).textContent()).toBe(
    "These 200 Session: all through module __main__ › _SESSIONS",
  );
  const directly = page.getByRole("table", { name: /^Who holds them directly/ }).getByRole("row");
  await directly.filter({ hasText: /^\s*dict\s*1\s*200/ }).waitFor();
  await page.getByRole("button", { name: "By module" }).click();
  await directly.filter({ hasText: /^\s*__main__\s*1\s*200/ }).waitFor();
  const rows = page.getByRole("table", { name: "How they are held" }).getByRole("row");
  expect(await rows.allTextContents()).toEqual([
    expect.stringContaining("How they are held"),
    expect.stringMatching(/module __main__[\s\S]*starting point[\s\S]*200/),
    expect.stringMatching(/\['_SESSIONS'\][\s\S]*dict, 200 entries[\s\S]*200/),
    expect.stringMatching(/\[…\][\s\S]*200 ×[\s\S]*Session[\s\S]*200/),
  ]);
  await page.getByText(/keep \d+\.\d\sKiB alive together: all of it is freed at once/).waitFor();
  await page.locator('.screen[aria-busy="false"]').waitFor(); // sizes fill in; what is older than them is paler
  expect(await accessibilityProblems(page)).toEqual([]);
  expect(problems).toEqual([]);
  await page.reload();
  await eventually(() => heading(page).textContent()).toMatch(/^These 200 Session/);
  await page.context().close();
});

it("leaves out frames, and shows how the weak references are held, dotted and never as holders", async () => {
  const { page } = await program.open();
  await askWhy(page, "Session");
  const before = await heading(page).textContent();
  const frames = page.getByRole("checkbox", { name: "Count frames as holders" });
  expect(await frames.isChecked()).toBe(true);
  await frames.uncheck();
  await eventually(() => heading(page).textContent()).toBe(before); // it is a module's variable that holds it
  await page.getByRole("checkbox", { name: "Show how the weak references themselves are held" }).check();
  const weak = page.getByRole("region", { name: /Weak references/ });
  await eventually(() => weak.textContent()).toMatch(/BY_USER.*weak reference/s);
  expect(await heading(page).textContent()).toBe(before);
  await page.context().close();
});
