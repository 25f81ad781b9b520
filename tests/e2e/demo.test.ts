import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dropFile, launch, openPage } from "./browser.ts";
import { runCommand, type Server, serveFiles, temporaryFolder } from "./program.ts";

/** The README's pictures are taken here: `DEMO_IMAGES=docs/images npm test -- e2e` takes them anew. */
const IMAGES = join(import.meta.dirname, "../..", process.env.DEMO_IMAGES ?? "tests/output/demo");
const folder = temporaryFolder();
let server: Server;
let browser: Browser;

beforeAll(async () => {
  mkdirSync(IMAGES, { recursive: true });
  server = await serveFiles([], folder.path);
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  folder.remove();
});

const sample = (day: string) => join(import.meta.dirname, `../../samples/shop-${day}.pyheap`);
const heading = (page: Page, text: RegExp) => page.getByRole("heading", { level: 1 }).filter({ hasText: text });
const screens = (page: Page) => page.getByRole("navigation", { name: "Screens" });

// The story of docs/tutorial.md's shop: where the bytes are, who keeps one request, which cycle waits, what grew.
it("tells the shop's leak from the first look to the line of code", async () => {
  const { page, problems } = await openPage(browser, server.url, {
    deviceScaleFactor: 2,
    viewport: { width: 1280, height: 760 },
  });
  const picture = (name: string) => page.screenshot({ path: join(IMAGES, `${name}.png`), animations: "disabled" });

  await page.getByRole("link", { name: "Look at the shop on Tuesday" }).click();
  await heading(page, /^shop\.sessions\._PENDING \(dict, [\d,]+ entries\) keeps 24\.\d\sMiB alive/).waitFor();
  await page.getByText("sessions.py:25").first().waitFor();
  await page.getByText(/now would free/).waitFor();
  await page.getByText("First suspect").waitFor();
  await picture("overview");

  await screens(page)
    .getByRole("link", { name: /^Types/ })
    .click();
  await page.getByRole("searchbox", { name: "Filter by type name" }).fill("shop.http.Request");
  await page
    .getByText(/^1\s(of|type)/)
    .first()
    .waitFor();
  await page.getByRole("row").filter({ hasText: "Request" }).getByRole("link").click();
  await heading(page, /objects of type/).waitFor();
  await page.getByRole("row").nth(3).getByRole("link").click();
  await page.getByRole("link", { name: "Why alive?" }).click();
  await heading(
    page,
    /^This Request is alive because the module shop\.sessions keeps it in _\w+\['u-\d+'\]\.request/,
  ).waitFor();
  await page.getByText("does not keep it alive").first().waitFor();
  await page
    .getByRole("img", { name: /drawn: \d+ objects/ })
    .locator("canvas")
    .first()
    .waitFor();
  await picture("why-alive");

  // One more click says what one request costs; another, what the whole container does.
  const cut = page.getByRole("status").filter({ hasText: "Cutting" });
  await page
    .getByRole("button", { name: /^Cut this link: .*\.request/ })
    .first()
    .click();
  await expect.poll(() => cut.textContent()).toMatch(/Cutting \.request frees/);
  await page
    .getByRole("button", { name: /^Cut this link: .*_PENDING/ })
    .first()
    .click();
  await expect.poll(() => cut.textContent()).toMatch(/Cutting \._PENDING frees/);
  await picture("cut");

  await screens(page)
    .getByRole("link", { name: /^(Reference c|C)ycles/ })
    .click();
  await page
    .getByText(/garbage/)
    .first()
    .waitFor();
  await page
    .getByText(/reference counts alone free/)
    .first()
    .waitFor();
  await page
    .getByRole("grid", { name: "Reference cycles" })
    .getByRole("row")
    .filter({ hasText: "⇄" })
    .filter({ hasText: /4,\d{3}/ })
    .waitFor();
  await picture("cycles");

  await page.goto(page.url().replace(/#.*/, "#/"));
  await page.getByRole("link", { name: "Compare Monday with Tuesday" }).click();
  await heading(page, /^shop\.sessions\._PENDING grew by 23\.\d\sMiB, 200 → 3,950 entries/).waitFor();
  await page.getByRole("link", { name: "Still there" }).waitFor();
  await picture("compare");

  // The third dump, after the fix, joins the comparison by being dropped on it.
  await dropFile(page, "shop-fixed.pyheap", readFileSync(sample("fixed")));
  await page.getByRole("dialog").getByRole("button", { name: "Compare all 3" }).click();
  await heading(page, /^shop\.sessions\._PENDING no longer grows: 1\.2\sMiB → 24\.\d\sMiB → 1\.2\sMiB/).waitFor();
  await page.getByText("remember").first().waitFor();
  await page.getByText(/are still there in shop-fixed/).waitFor();
  await picture("compare-three");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Copy as Markdown" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^\*\*.*_PENDING.* no longer grows/);

  expect(problems).toEqual([]);
  await page.context().close();

  const gate = (...days: string[]) => runCommand(["compare", ...days.map(sample), "--fail-if-grew", "10MB"]);
  expect(gate("monday", "tuesday")).toEqual({
    status: 1,
    error: expect.stringMatching(/_PENDING grew by 23\.\d MiB, more than 10\.0 MiB\.\n$/),
  });
  expect(gate("monday", "fixed")).toEqual({ status: 0, error: "" });
}, 120_000);
