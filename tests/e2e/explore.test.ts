import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dropFile, launch, openPage } from "./browser.ts";
import { dumpOf, type Server, serveFiles, temporaryFolder } from "./program.ts";

const folder = temporaryFolder();
let dump: string;
let server: Server;
let browser: Browser;

beforeAll(async () => {
  dump = dumpOf("cache_service.py", folder.path);
  server = await serveFiles([dump], folder.path);
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  folder.remove();
});

/** Polls for longer than vitest does by itself: a dump is opened in between. */
const eventually = <T>(value: () => Promise<T>) => expect.poll(value);

const heading = (page: Page) => page.getByRole("heading", { level: 1 });

/** From the start screen to the answer for the session of the user `u-7`, as a person goes. */
async function askWhy(page: Page): Promise<void> {
  // A button, or a link where another page has opened it already.
  await page.getByRole("table").getByText("cache_service.pyheap").click();
  await page.getByRole("link", { name: /^Types/ }).click();
  await heading(page).filter({ hasText: "objects of" }).waitFor();
  await page.getByRole("searchbox", { name: "Filter by type name" }).fill("Session");
  await page
    .getByRole("status")
    .filter({ hasText: /^\s*\d+ of \d+ types/ })
    .waitFor();
  await page
    .getByRole("link", { name: /Session$/ })
    .first()
    .click();
  await heading(page).filter({ hasText: "200 objects of type" }).waitFor();
  await page.getByRole("row").nth(8).getByRole("link").click();
  await page.getByRole("link", { name: "Why alive?" }).click();
  await heading(page).filter({ hasText: "is alive because" }).waitFor();
}

it("leads from the file to the reason why a session is alive", async () => {
  const { page, problems } = await openPage(browser, server.url);
  await page
    .getByRole("row", { name: "cache_service.pyheap" })
    .filter({ hasText: /3\.\d+\.\d+/ })
    .waitFor();
  expect(page.url()).not.toContain("token");
  await askWhy(page);

  await eventually(() => heading(page).textContent()).toMatch(/^This Session is alive because .*_SESSIONS\['u-\d+'\]/);
  const chain = page.getByRole("table").first();
  expect(await chain.getByRole("row").allTextContents()).toEqual([
    expect.stringContaining("How it is held"),
    expect.stringMatching(/module[\s\S]*starting point/),
    expect.stringMatching(/\._SESSIONS[\s\S]*dict, 200 entries/),
    expect.stringMatching(/\['u-\d+'\][\s\S]*Session[\s\S]*this object/),
  ]);
  await page.getByText("they do not keep it alive").waitFor();
  await page
    .getByRole("img", { name: /drawn: \d+ objects/ })
    .locator("canvas")
    .first()
    .waitFor();
  expect(problems).toEqual([]);
  await page.context().close();
});

it("leaves a holder out on request, says so in the address, and finds back", async () => {
  const { page } = await openPage(browser, server.url);
  await askWhy(page);
  const before = await heading(page).textContent();
  await page.getByRole("button", { name: /^Ignore this holder: dict, 200 entries/ }).click();
  await page.getByText("Ignored holders").waitFor();
  await eventually(() => heading(page).textContent()).not.toBe(before);
  expect(page.url()).toMatch(/\/why\/\d+\?ignore=\d+$/);

  await page.getByRole("button", { name: "Back", exact: true }).click();
  await eventually(() => heading(page).textContent()).toBe(before);
  await page.getByRole("button", { name: "Forward" }).click();
  await page.getByRole("button", { name: "Bring back" }).click();
  await eventually(() => heading(page).textContent()).toBe(before);
  await page.context().close();
});

it("finds the list as it was on the way back", async () => {
  const { page } = await openPage(browser, server.url);
  await askWhy(page);
  await page.goBack();
  await heading(page).filter({ hasText: "uses" }).waitFor();
  await page.goBack();
  await heading(page).filter({ hasText: "200 objects of type" }).waitFor();
  await page.goBack();
  await eventually(() => page.getByRole("searchbox").inputValue()).toBe("Session");
  await page.goForward();
  await heading(page).filter({ hasText: "200 objects of type" }).waitFor();
  await page.context().close();
});

it("opens the dump that a link names, in a page that has nothing open", async () => {
  const first = await openPage(browser, server.url);
  await askWhy(first.page);
  const sentence = await heading(first.page).textContent();
  const route = new URL(first.page.url()).hash;
  await first.page.getByRole("button", { name: /^Close cache_service/ }).click();
  await first.page.getByRole("button", { name: "cache_service.pyheap" }).waitFor();
  await first.page.context().close();

  const { page } = await openPage(browser, `${server.url}&route=${encodeURIComponent(route)}`);
  await eventually(() => heading(page).textContent()).toBe(sentence);
  expect(new URL(page.url()).hash).toBe(route);
  await page.reload();
  await eventually(() => heading(page).textContent()).toBe(sentence);
  await page.context().close();
});

it("opens a link in a second tab, which gets its token from the first", async () => {
  const { page } = await openPage(browser, server.url);
  await askWhy(page);
  const second = await page.context().newPage();
  await second.goto(page.url());
  await eventually(() => heading(second).textContent()).toBe(await heading(page).textContent());
  await page.context().close();
});

it("opens a dump again that another tab has closed", async () => {
  const { page } = await openPage(browser, server.url);
  await askWhy(page);
  const second = await page.context().newPage();
  await second.goto(page.url());
  await second.getByRole("button", { name: /^Close cache_service/ }).click();
  await second.getByRole("button", { name: "cache_service.pyheap" }).waitFor();
  await page.getByRole("link", { name: "Biggest holders", exact: true }).click();
  await heading(page)
    .filter({ hasText: /keeps .* alive/ })
    .waitFor();
  await page.context().close();
});

it("says how to get on when it has no token", async () => {
  const { page } = await openPage(browser, server.url.split("#")[0] ?? "");
  await page.getByRole("alert").filter({ hasText: "its address lacks the token" }).waitFor();
  await page.context().close();
});

it("says so when a link names a dump that is nowhere", async () => {
  const { page } = await openPage(browser, `${server.url}&route=${encodeURIComponent(`#/${"0".repeat(32)}/types`)}`);
  await page.getByText("This link leads to a dump that isn't open here.").waitFor();
  await page.getByRole("link", { name: "Show the files" }).click();
  await page.getByRole("button", { name: "Open a file…" }).waitFor();
  await page.context().close();
});

it("says what is wrong with a dropped file, and keeps the others open", async () => {
  const { page } = await openPage(browser, server.url);
  await askWhy(page);
  const sentence = await heading(page).textContent();
  await dropFile(page, "notes.pyheap", Buffer.from("not a dump"));
  await page
    .getByRole("alert")
    .filter({ hasText: /^\s*notes.pyheap is not a heap dump/ })
    .waitFor();
  expect(await heading(page).textContent()).toBe(sentence);
  await page.getByRole("button", { name: "Dismiss" }).click();
  await eventually(() => page.getByRole("alert").count()).toBe(0);
  await page.context().close();
});

it("opens a dropped dump beside the others, once", async () => {
  const { page } = await openPage(browser, server.url);
  await page.getByRole("button", { name: "Open a file…" }).waitFor();
  await dropFile(page, "copied.pyheap", readFileSync(dump));
  await heading(page).filter({ hasText: "keeps" }).waitFor();
  await dropFile(page, "copied.pyheap", readFileSync(dump));
  await eventually(() => page.getByText(/^(Opening|Sending)/).count()).toBe(0);
  expect(
    await page
      .getByRole("navigation", { name: "Open dumps" })
      .getByRole("button", { name: /^Close/ })
      .count(),
  ).toBe(1);
  await page.context().close();
});

it("follows the system's colours until it is told otherwise, and remembers that", async () => {
  const { page } = await openPage(browser, server.url, { colorScheme: "dark" });
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const dark = await background();
  await page.getByRole("button", { name: "Colours: as the system" }).click();
  await eventually(background).not.toBe(dark);
  await page.reload();
  await page.getByRole("button", { name: "Colours: light" }).click();
  await eventually(background).toBe(dark);
  await page.context().close();
});

it("selects in the picture what is clicked, and leads on from there", async () => {
  const { page } = await openPage(browser, server.url);
  await askWhy(page);
  const picture = page.getByRole("img", { name: /drawn: \d+ objects/ });
  await picture.locator("canvas").first().waitFor();
  const box = await picture.boundingBox();
  if (box === null) throw new Error("The picture has no place");
  // Where the object stands is the layout's business, so the picture is searched from below: it is drawn last.
  const chosen = page.locator(".chosen").getByRole("link").first();
  for (let y = box.height - 12; y > 0 && (await chosen.count()) === 0; y -= 12)
    for (let x = 0.2; x < 0.8 && (await chosen.count()) === 0; x += 0.06)
      await page.mouse.click(box.x + x * box.width, box.y + y);
  expect(await chosen.textContent()).toBe("Session");
  await chosen.click();
  await heading(page).filter({ hasText: "Session uses" }).waitFor();
  await page.context().close();
});

it("copies the answer as Markdown", async () => {
  const { page } = await openPage(browser, server.url, { permissions: ["clipboard-read", "clipboard-write"] });
  await askWhy(page);
  await page.getByRole("button", { name: "Copy as Markdown" }).click();
  await page.getByText("Copied").first().waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toMatch(/^\*\*This Session is alive because .*\*\*\n/);
  expect(copied).toMatch(/\| `\._SESSIONS` `dict, 200 entries` \| [\d.]+ KiB \| [\d.]+ KiB \|/);
  expect(copied).toContain("Weak references (they do not keep it alive):");
  await page.context().close();
});

it("finds a type, an address and a text from one field", async () => {
  const { page } = await openPage(browser, server.url);
  await askWhy(page);
  const address = /0x[0-9a-f]+/.exec((await page.locator(".trail").textContent()) ?? "")?.[0] ?? "";
  expect(address).not.toBe("");
  const find = async (text: string) => {
    await page.keyboard.press("Control+k");
    await page.keyboard.type(text);
    await page.getByRole("option").first().waitFor();
    await page.keyboard.press("Enter");
  };
  await find(address);
  await heading(page).filter({ hasText: "Session uses" }).waitFor();
  await find("Request");
  await eventually(() => page.getByRole("searchbox").inputValue()).toBe("Request");
  await page.keyboard.press("Control+k");
  await page.keyboard.type("onerror");
  await page.getByRole("option", { name: /^Objects whose text/ }).click();
  await heading(page).filter({ hasText: "whose text contains onerror" }).waitFor();
  await page.context().close();
});

it("shows hostile text as text", async () => {
  const { page, problems } = await openPage(browser, server.url);
  await askWhy(page);
  const capture = new URL(page.url()).hash.split("/")[1];
  await page.evaluate((hash) => location.assign(hash), `#/${capture}/objects/text/onerror`);
  const row = page.getByRole("row").filter({ hasText: "<img src=x onerror=alert(1)>" }).first();
  await row.getByRole("link").click();
  await heading(page).filter({ hasText: "onerror" }).waitFor();
  expect(await heading(page).textContent()).toContain("\\u202egpj.exe\\n\\x1b[31mred\\x00");
  expect(await page.locator("img").count()).toBe(0);
  expect(problems).toEqual([]);
  await page.context().close();
});
