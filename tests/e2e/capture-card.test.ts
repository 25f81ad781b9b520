import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright";
import { expect, it } from "vitest";
import { accessibilityProblems } from "./browser.ts";
import { served } from "./served.ts";

const program = served(() => []);

const card = (page: Page) => page.getByRole("region", { name: "Capture a process" });
const titles = (page: Page) => card(page).getByRole("heading", { level: 3 }).allTextContents();

it("leads by questions to the line to copy", async () => {
  const { page, problems } = await program.open();
  await card(page).waitFor();
  expect(await card(page).getByRole("combobox").count()).toBe(1);
  expect((await titles(page)).length).toBe(3);

  await page.getByLabel("The program").selectOption({ label: "runs, and has called listen()" });
  expect(await titles(page)).toEqual(["Ask it for a dump", "Ask it and its workers, one after the other"]);
  await page.getByLabel("Where it runs").selectOption({ label: "in a container" });
  expect(await card(page).locator("pre").textContent()).toContain("ask 1 -o - > app.pyheap");

  await page.getByLabel("The program").selectOption({ label: "runs, and nothing was prepared" });
  expect(await card(page).textContent()).toContain("Not possible without a restart; add this line now");
  expect(await card(page).locator("pre").textContent()).toContain("pyheap_dump.listen()");
  await page.getByLabel("Its Python").selectOption({ label: "3.14 or later" });
  expect(await card(page).locator("pre").textContent()).toContain("attach 1 -o -");
  await page.getByLabel("Where it runs").selectOption({ label: "as my user, on this machine" });
  expect(await titles(page)).toEqual(["Attach to it, with the same Python"]);
  expect(problems).toEqual([]);
});

it("copies the line", async () => {
  const { page } = await program.open({ permissions: ["clipboard-read", "clipboard-write"] });
  await card(page)
    .getByRole("button", { name: /Run it under/ })
    .click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("python3 pyheap_dump.py run app.py");
});

it.each(["light", "dark"] as const)("fits a narrow window and everybody can read it (%s)", async (colorScheme) => {
  const { page } = await program.open({ colorScheme, viewport: { width: 700, height: 900 } });
  await page.getByLabel("The program").selectOption({ label: "runs, and nothing was prepared" });
  expect(await accessibilityProblems(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(700);
  const shots = process.env.SCREENSHOTS;
  if (shots) {
    mkdirSync(shots, { recursive: true });
    await card(page).screenshot({ path: join(shots, `card-${colorScheme}.png`) });
    await page.setViewportSize({ width: 1440, height: 1000 });
    await page.getByLabel("The program").selectOption({ label: "can be started anew" });
    await card(page).screenshot({ path: join(shots, `card-wide-${colorScheme}.png`) });
  }
});
