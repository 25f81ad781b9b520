import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { parseRoute } from "../../shared/session/route.ts";
import { launch, openPage } from "./browser.ts";
import { runProgram, type Server, serveFiles, temporaryFolder } from "./program.ts";

/** The pictures of `docs/screens.md` are taken here: `SCREEN_IMAGES=docs/images/screens npm test -- e2e` takes them anew. */
const ROOT = join(import.meta.dirname, "../..");
const IMAGES = join(ROOT, process.env.SCREEN_IMAGES ?? "tests/output/screens");
const DOCUMENT = readFileSync(join(ROOT, "docs/screens.md"), "utf8");
const dumps = temporaryFolder();
let browser: Browser;

beforeAll(async () => {
  mkdirSync(IMAGES, { recursive: true });
  runProgram("tasks.py", dumps.path);
  runProgram("traced.py", dumps.path);
  renameSync(join(dumps.path, "after.pyheap"), join(dumps.path, "traced.pyheap"));
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  dumps.remove();
});

/** What is open is open for all pages of a server, so each pass has one of its own. */
async function serve(): Promise<Server> {
  const folder = temporaryFolder();
  onTestFinished(() => folder.remove());
  const samples = ["monday", "tuesday", "fixed"].map((day) => join(ROOT, `samples/shop-${day}.pyheap`));
  const server = await serveFiles(
    [...samples, ...["tasks", "traced"].map((name) => join(dumps.path, `${name}.pyheap`))],
    folder.path,
  );
  onTestFinished(() => server.stop());
  return server;
}

const heading = (page: Page, text: RegExp) => page.getByRole("heading", { level: 1 }).filter({ hasText: text });
const screens = (page: Page) => page.getByRole("navigation", { name: "Screens" });
const screen = (page: Page, name: RegExp) => screens(page).getByRole("link", { name }).click();
const row = (page: Page, text: string | RegExp) => page.getByRole("row").filter({ hasText: text }).first();

/** Opens a dump from the list of files, or goes to it where it is open. */
async function dump(page: Page, name: string): Promise<string> {
  await page.evaluate(() => location.assign("#/"));
  await page.getByRole("table").getByText(name, { exact: true }).first().click();
  await page.getByText(/^Analysed in/).waitFor();
  const route = parseRoute(new URL(page.url()).hash);
  return "capture" in route ? `#/${route.capture}` : "#/";
}

const goTo = (page: Page, hash: string) => page.evaluate((to) => location.assign(to), hash);

async function request(page: Page, link: RegExp): Promise<void> {
  await dump(page, "shop-tuesday.pyheap");
  await screen(page, /^Types/);
  await page.getByRole("searchbox").fill("=shop.http.Request");
  await page
    .getByRole("grid", { name: "Types" })
    .getByRole("row")
    .filter({ hasText: "Request" })
    .getByRole("link")
    .click();
  await heading(page, /objects of type .* keep .* alive/).waitFor(); // below it nothing moves any more
  await page.locator('[role="grid"][aria-busy="false"]').waitFor(); // in the order that it keeps
  await page.getByRole("grid", { name: "Objects" }).getByRole("row").nth(1).getByRole("link").click();
  await heading(page, /^Request uses/).waitFor();
  if (link.source !== "none") await page.getByRole("main").getByRole("link", { name: link }).first().click();
}

/** How a person gets to each screen, in the order of the document. */
const SCREENS: readonly { readonly name: string; readonly show: (page: Page) => Promise<unknown> }[] = [
  { name: "start", show: (page) => heading(page, /memory alive/).waitFor() },
  {
    name: "overview",
    async show(page) {
      await dump(page, "shop-tuesday.pyheap");
      await page.getByText(/now would free/).waitFor();
      await page.getByText("First suspect").waitFor();
    },
  },
  {
    name: "advisor",
    async show(page) {
      await dump(page, "shop-tuesday.pyheap");
      await screen(page, /^Advisor/);
      await heading(page, /\S/).waitFor();
    },
  },
  {
    name: "types",
    async show(page) {
      await dump(page, "shop-tuesday.pyheap");
      await screen(page, /^Types/);
      await row(page, "shop.http.Request").waitFor();
    },
  },
  {
    name: "sizes",
    async show(page) {
      await dump(page, "shop-tuesday.pyheap");
      await screen(page, /^Types/);
      await page.getByRole("button", { name: "By size" }).click();
      await page.getByText("99 % up to").waitFor();
    },
  },
  {
    name: "inspector",
    async show(page) {
      await dump(page, "shop-tuesday.pyheap");
      await screen(page, /^Types/);
      await page.getByRole("button", { name: "Mine" }).click();
      await page.getByRole("button", { name: "Inspector" }).click();
      const inspector = page.getByRole("complementary", { name: "Object inspector" });
      await page
        .getByRole("grid", { name: "Types" })
        .getByRole("row")
        .filter({ hasText: "shop.http.Request" })
        .click({ position: { x: 330, y: 10 } });
      await inspector.getByRole("heading", { name: /^Request uses/ }).waitFor();
      await inspector.getByRole("row").filter({ hasText: ".body" }).waitFor();
      return () => page.getByRole("button", { name: "Inspector" }).click();
    },
  },
  {
    name: "holders",
    async show(page) {
      await dump(page, "shop-tuesday.pyheap");
      await screen(page, /^Biggest holders/);
      await row(page, /shop\.sessions/).waitFor();
    },
  },
  { name: "object", show: (page) => request(page, /none/) },
  {
    name: "why-alive",
    async show(page) {
      await request(page, /^Why alive/);
      await page
        .getByRole("img", { name: /drawn: \d+ objects/ })
        .locator("canvas")
        .first()
        .waitFor();
    },
  },
  {
    name: "how-held",
    async show(page) {
      await dump(page, "shop-tuesday.pyheap");
      await screen(page, /^Types/);
      await page.getByRole("searchbox").fill("=shop.http.Request");
      await page
        .getByRole("grid", { name: "Types" })
        .getByRole("row")
        .filter({ hasText: "Request" })
        .getByRole("link")
        .click();
      await page.getByRole("link", { name: "How all of these are held" }).click();
      await heading(page, /^These/).waitFor();
    },
  },
  {
    name: "reference-graph",
    async show(page) {
      await request(page, /^Reference graph/);
      await page.getByRole("tree").waitFor();
      await page.getByRole("img").locator("canvas").first().waitFor();
    },
  },
  {
    name: "cycles",
    async show(page) {
      await dump(page, "shop-tuesday.pyheap");
      await screen(page, /^Cycles/);
      await row(page, "⇄").waitFor();
    },
  },
  {
    name: "threads",
    async show(page) {
      await dump(page, "tasks.pyheap");
      await screen(page, /^Threads/);
      await row(page, "big").waitFor();
    },
  },
  {
    name: "allocations",
    async show(page) {
      await dump(page, "traced.pyheap");
      await screen(page, /^Where allocated/);
      await row(page, "traced.py:21").waitFor();
    },
  },
  {
    name: "compare",
    async show(page) {
      const monday = await dump(page, "shop-monday.pyheap");
      const tuesday = await dump(page, "shop-tuesday.pyheap");
      await goTo(page, `${tuesday}/compare/${monday.slice(2)}`);
      await page.getByText("Still there").first().waitFor();
      await row(page, "shop.http.Request").waitFor();
    },
  },
  {
    name: "series",
    async show(page) {
      const [monday, tuesday, fixed] = [
        await dump(page, "shop-monday.pyheap"),
        await dump(page, "shop-tuesday.pyheap"),
        await dump(page, "shop-fixed.pyheap"),
      ];
      await goTo(page, `${fixed}/compare/${monday.slice(2)}/${tuesday.slice(2)}`);
      await heading(page, /no longer grows/).waitFor();
    },
  },
  {
    name: "sets-and-notes",
    async show(page) {
      await request(page, /none/);
      const note = page.getByRole("textbox", { name: "Note", exact: true });
      await note.fill("The first one that never went: what did the client do after it?");
      await page.getByText("kept", { exact: true }).waitFor();
      await page.goBack();
      await heading(page, /objects of type/).waitFor();
      await page.getByRole("button", { name: "Keep as a set" }).click();
      await page.getByRole("textbox", { name: "Name of the set" }).fill("requests on Tuesday");
      await page.keyboard.press("Enter");
      await page.getByText("Kept as").waitFor();
      await screen(page, /^Sets and notes/);
      await row(page, "requests on Tuesday").waitFor();
    },
  },
  {
    name: "find",
    async show(page) {
      await dump(page, "shop-tuesday.pyheap");
      await page.keyboard.press("Control+k");
      await page.keyboard.type("session");
      await page
        .getByRole("option", { name: /^SESSIONS|_ACTIVE|session/i })
        .first()
        .waitFor();
      await page.getByRole("option", { name: /^Objects whose text contains .*\d$/ }).waitFor();
      return () => page.keyboard.press("Escape");
    },
  },
];

/** As WebP, which is a third of the PNG: text stays sharp at this quality. */
async function picture(page: Page, painter: Page, name: string): Promise<void> {
  await page.waitForFunction(() => document.querySelector('[aria-busy="true"], [role="progressbar"]') === null);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const png = (await page.screenshot({ animations: "disabled", caret: "hide" })).toString("base64");
  const webp = await painter.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = document.createElement("canvas");
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
    return canvas.toDataURL("image/webp", 0.75).split(",")[1] ?? "";
  }, png);
  const content = Buffer.from(webp, "base64");
  expect(content.length, `${name} is too large for a repository`).toBeLessThan(90_000);
  writeFileSync(join(IMAGES, `${name}.webp`), content);
}

describe.each(["light", "dark"] as const)("in %s colours", (colorScheme) => {
  it("there is a picture of every screen", { timeout: 300_000 }, async () => {
    const { url } = await serve();
    const { page, problems } = await openPage(browser, url, {
      colorScheme,
      viewport: { width: 1200, height: 720 },
    });
    const painter = await browser.newPage();
    for (const { name, show } of SCREENS) {
      const after = await show(page);
      await picture(page, painter, `${name}-${colorScheme}`);
      if (typeof after === "function") await after();
    }
    expect(problems).toEqual([]);
    await page.context().close();
    await painter.close();
  });
});

it("each is shown in the document, light and dark", () => {
  const shown = [...DOCUMENT.matchAll(/images\/screens\/([\w-]+)\.webp/g)].map(([, name]) => name);
  const wanted = SCREENS.flatMap(({ name }) => [`${name}-light`, `${name}-dark`]);
  expect(shown.toSorted()).toEqual(wanted.toSorted());
  for (const name of wanted) expect(existsSync(join(ROOT, `docs/images/screens/${name}.webp`)), name).toBe(true);
});
