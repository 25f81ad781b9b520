import { copyFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { Browser, BrowserContextOptions, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatRoute, parseRoute } from "../../shared/session/route.ts";
import { asCaptureId, asSetId, asTypeId, type CaptureId, type ObjectId } from "../../shared/types/ids.ts";
import { type Route, type Source, TYPE_GROUPS } from "../../shared/types/route.ts";
import { SITE_GROUPINGS } from "../../shared/types/sites.ts";
import { accessibilityProblems, launch, openPage } from "./browser.ts";
import { runProgram, type Server, serveFiles, temporaryFolder } from "./program.ts";

/*
 * All screens there are, on a dump in which every name is hostile: nothing of it may run, reorder the text around it,
 * or break the page; and each screen can be used by everybody. A view without a row in `ROUTES` does not compile.
 */

const MARKUP = "<img src=x onerror=alert(1)>";
const BIDI = "\u202egpj.exe\u2066";
/** A copy of the earlier dump under another id. */
const THIRD = asCaptureId("3".repeat(32));
const folder = temporaryFolder();
let server: Server;
let browser: Browser;

interface Subject {
  readonly capture: CaptureId;
  readonly before: CaptureId;
  /** An object of a hostile class with a hostile attribute. */
  readonly object: ObjectId;
}

const ROUTES: Record<Route["view"], (subject: Subject) => readonly Route[]> = {
  start: () => [{ view: "start" }],
  overview: ({ capture }) => [{ view: "overview", capture }],
  types: ({ capture }) => [
    { view: "types", capture, filter: "" },
    { view: "types", capture, filter: MARKUP + BIDI },
    { view: "types", capture, filter: "is:mine count>0" },
    ...TYPE_GROUPS.map((group) => ({ view: "types", capture, filter: MARKUP, group }) as const),
  ],
  objects: ({ capture, object, before }) =>
    (
      [
        { kind: "all" },
        { kind: "within", by: "size", type: null, from: 49, to: 64 },
        { kind: "types", types: [asTypeId(0), asTypeId(1)] },
        { kind: "dominated", object: null },
        { kind: "dominated", object },
        { kind: "kept", object },
        { kind: "referents", object },
        { kind: "referrers", object },
        { kind: "neighbours", object, direction: "referents", group: MARKUP + BIDI },
        { kind: "text", text: MARKUP },
        { kind: "text", text: BIDI },
        { kind: "pattern", pattern: "onerror=|\\n" },
        { kind: "pattern", pattern: `(${MARKUP}${BIDI}` },
        { kind: "address", address: "0x1" },
        { kind: "attribute", type: asTypeId(0), name: MARKUP + BIDI },
        { kind: "set", set: asSetId(1) },
        { kind: "set", set: asSetId(999_999) },
        { kind: "combined", how: "union", first: asSetId(1), second: asSetId(2) },
        { kind: "site", by: "line", site: 0, type: null },
        { kind: "site", by: "traceback", site: 999_999, type: asTypeId(0) },
        { kind: "held-outside" },
        { kind: "unreachable" },
        { kind: "cycle", cycle: 0 },
        { kind: "fate", fate: "new", other: before },
      ] satisfies Source[]
    ).map((source) => ({ view: "objects", capture, source })),
  holders: ({ capture, object }) => [
    { view: "holders", capture, object: null },
    { view: "holders", capture, object },
  ],
  held: ({ capture, object }) => [
    { view: "held", capture, source: { kind: "kept", object } },
    { view: "held", capture, source: { kind: "unreachable" } },
  ],
  object: ({ capture, object }) => [{ view: "object", capture, object }],
  graph: ({ capture, object }) => [{ view: "graph", capture, object }],
  why: ({ capture, object }) => [
    { view: "why", capture, object, ignore: [] },
    { view: "why", capture, object, ignore: [object] },
  ],
  cycles: ({ capture }) => [{ view: "cycles", capture }],
  notebook: ({ capture }) => [{ view: "notebook", capture }],
  advisor: ({ capture }) => [{ view: "advisor", capture }],
  threads: ({ capture, object }) => [
    { view: "threads", capture, stack: null },
    { view: "threads", capture, stack: { of: "thread", number: 0 } },
    { view: "threads", capture, stack: { of: "task", number: object } },
  ],
  allocations: ({ capture }) => SITE_GROUPINGS.map((by) => ({ view: "allocations", capture, by })),
  compare: ({ capture, before }) => [
    { view: "compare", capture, before },
    { view: "compare", capture: before, before: capture },
  ],
  series: ({ capture, before }) => [
    { view: "series", capture, earlier: [THIRD, before] },
    { view: "series", capture, earlier: [asCaptureId("f".repeat(32)), before] },
    { view: "series", capture, earlier: [before, before] },
  ],
};

beforeAll(async () => {
  runProgram("hostile_names.py", folder.path);
  const hostile = join(folder.path, `${MARKUP.replace("/", "")}${BIDI}\n.pyheap`);
  renameSync(join(folder.path, "after.pyheap"), hostile);
  const broken = join(folder.path, `broken ${MARKUP}${BIDI}.pyheap`);
  writeFileSync(broken, "no dump");
  copyFileSync(broken, join(folder.path, "empty.pyheap"));
  const third = join(folder.path, "third.pyheap");
  copyFileSync(join(folder.path, "before.pyheap"), third);
  const db = new Database(third);
  db.prepare("UPDATE meta SET value = ? WHERE key = 'capture_id'").run(JSON.stringify(THIRD));
  db.close();
  server = await serveFiles([hostile, join(folder.path, "before.pyheap"), third, broken], folder.path);
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  folder.remove();
});

const heading = (page: Page) => page.getByRole("heading", { level: 1 });

/** Opens both dumps, keeps a set and writes a note under hostile names, and says what there is to look at. */
async function prepare(page: Page): Promise<{ subject: Subject; routes: readonly Route[] }> {
  const open = async (name: RegExp): Promise<CaptureId> => {
    await page.evaluate(() => location.assign("#/"));
    await page.getByRole("table").getByText(name).first().click();
    await page.getByText(/^Analysed in/).waitFor();
    const route = parseRoute(new URL(page.url()).hash);
    return "capture" in route ? route.capture : ("" as CaptureId);
  };
  const before = await open(/^before/);
  const capture = await open(/^<img/);
  await page.evaluate((hash) => location.assign(hash), formatRoute({ view: "types", capture, filter: "onerror" }));
  await page.getByRole("row").filter({ hasText: "onerror" }).first().getByRole("link").click();
  for (const part of ["a", "b"]) {
    await page.getByRole("button", { name: "Keep as a set" }).click();
    await page.getByRole("textbox", { name: "Name of the set" }).fill(`${MARKUP}${BIDI}${part}${"x".repeat(120)}`);
    await page.keyboard.press("Enter");
    await page.getByText("Kept as").waitFor();
  }
  await page.getByRole("row").nth(1).getByRole("link").click();
  await page.getByRole("textbox", { name: "Note", exact: true }).fill(`${MARKUP}\n${"long ".repeat(400)}`);
  await page.getByText("kept", { exact: true }).waitFor();
  const route = parseRoute(new URL(page.url()).hash);
  if (route.view !== "object") throw new Error("No object of a hostile class");
  const subject = { capture, before, object: route.object };
  const links = page.getByRole("navigation", { name: "Screens" }).getByRole("link");
  const linked = await links.evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).hash));
  const addresses = new Set([
    ...Object.values(ROUTES).flatMap((routes) => routes(subject).map(formatRoute)),
    ...linked,
  ]);
  return { subject, routes: [...addresses].map(parseRoute) };
}

/** The screen, once nothing on it is on its way any more. */
async function visit(page: Page, route: Route): Promise<void> {
  await page.evaluate((hash) => location.assign(hash), formatRoute(route));
  await heading(page).first().waitFor();
  await page.waitForFunction(
    () => document.querySelector('[aria-busy="true"], [role="progressbar"]') === null,
    undefined,
    { timeout: 20_000 },
  );
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** What the inspector shows beside a screen, once it is there; nothing on screens whose lists are empty. */
async function inspectedOn(page: Page): Promise<string> {
  const inspector = page.getByRole("complementary", { name: "Object inspector" });
  const rows = page.locator('main [role="grid"] [aria-selected], main [role="treegrid"] [aria-selected]');
  if ((await inspector.count()) === 0 || (await rows.count()) === 0) return "";
  await rows.first().click({ position: { x: 3, y: 12 } });
  const title = inspector.getByRole("heading").first();
  if (
    !(await title.waitFor({ timeout: 3000 }).then(
      () => true,
      () => false,
    ))
  )
    return "";
  await inspector.locator("p[role=status]").waitFor({ state: "detached" });
  return (await title.textContent()) ?? "";
}

/** What is wrong with the screen as it stands, one line each. */
async function wrongs(page: Page): Promise<string[]> {
  const found = await page.evaluate(() => {
    const problems: string[] = [];
    // Format characters that reorder or hide, and controls but for the line breaks of what a person wrote.
    const hidden = /[\u202a-\u202e\u2066-\u2069]|[^\P{Cc}\n\r\t]/u;
    const text = document.body.innerText;
    if (hidden.test(text)) problems.push("text that reorders or hides is on screen");
    if (hidden.test(document.title)) problems.push("the title has it too");
    if (text.length > 150_000) problems.push(`${text.length} characters at once`);
    for (const element of document.querySelectorAll("*")) {
      if (element.matches("img, iframe, script:not([src]), object, embed"))
        problems.push(`made of a name: ${element.outerHTML}`);
      for (const { name, value } of element.attributes) {
        if (/^on|^srcdoc$/.test(name)) problems.push(`an attribute ${name}`);
        if (/^\s*javascript:/i.test(value)) problems.push(`an address ${value.slice(0, 40)}`);
        if (["title", "aria-label", "placeholder"].includes(name) && hidden.test(value))
          problems.push(`hidden text in ${name}`);
        if (value.length > 20_000) problems.push(`${value.length} characters in ${name}`);
      }
    }
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) problems.push(`the page is ${scrollWidth - clientWidth} px too wide`);
    return problems;
  });
  return [...found, ...(await accessibilityProblems(page))];
}

/** A screen may grow while Tab is on its way, so it is pressed until all is reached; longer screens are not judged. */
const MOST_STOPS = 250;

/** What can have the focus and does not get it by Tab alone. */
async function unreachedByTab(page: Page): Promise<string[]> {
  const most = await page.evaluate(() => {
    (document.activeElement as HTMLElement | null)?.blur();
    const can = 'a[href], button:not(:disabled), input, select, textarea, summary, [tabindex="0"]';
    const all = [...document.querySelectorAll<HTMLElement>(can)].filter(
      (element) => element.tabIndex >= 0 && element.checkVisibility({ visibilityProperty: true }),
    );
    for (const element of all) element.dataset.unreached = "";
    addEventListener("focusin", (event) => delete (event.target as HTMLElement).dataset.unreached);
    return all.length;
  });
  // Groups of radio buttons have one stop; lists fetch rows on the way. A screen of many links takes many presses.
  for (let presses = 0; presses < MOST_STOPS + 50; presses++) {
    await page.keyboard.press("Tab");
    if (presses % 20 === 0 && (await page.locator("[data-unreached]").count()) === 0) break;
  }
  if (most > MOST_STOPS) return [];
  return page
    .locator("[data-unreached]")
    .evaluateAll((left) =>
      left
        .filter((element) => !(element instanceof HTMLInputElement && element.type === "radio"))
        .map((element) => `not by Tab: ${element.outerHTML.slice(0, 160)}`),
    );
}

const WAYS: readonly (BrowserContextOptions & { readonly name: string; readonly docked?: boolean })[] = [
  { name: "wide and light", colorScheme: "light" },
  // What is beside a screen is of the same dump, and as hostile.
  { name: "dark, with the inspector docked", colorScheme: "dark", docked: true },
  // 1280 × 900 at 200 % is a page of 640 × 450.
  {
    name: "dark, at 200 %, with reduced motion",
    colorScheme: "dark",
    viewport: { width: 640, height: 450 },
    deviceScaleFactor: 2,
    reducedMotion: "reduce",
  },
];

describe.each(WAYS)("every screen, $name", ({ name: _, docked = false, ...options }) => {
  it("shows hostile names as text, and axe finds nothing wrong", { timeout: 240_000 }, async () => {
    const { page, problems } = await openPage(browser, server.url, options);
    const { routes } = await prepare(page);
    const found: Record<string, string[]> = {};
    const inspected = new Set<string>();
    if (docked) await page.getByRole("button", { name: "Inspector" }).click();
    for (const route of routes) {
      await visit(page, route);
      if (docked) inspected.add(await inspectedOn(page));
      const wrong = [...(await wrongs(page)), ...problems.splice(0)];
      if (options.reducedMotion === "reduce") {
        const moving = await page.evaluate(
          () => document.getAnimations().filter((each) => each.playState === "running").length,
        );
        if (moving > 0) wrong.push(`${moving} things move`);
      }
      if (wrong.length > 0) found[formatRoute(route)] = wrong;
    }
    expect(found).toEqual({});
    if (docked) expect([...inspected].filter((title) => title.includes("onerror")).length).toBeGreaterThan(1);
    expect(routes.length).toBeGreaterThan(Object.keys(ROUTES).length);
    await page.context().close();
  });
});

it("can be used by Tab alone on every screen", { timeout: 240_000 }, async () => {
  const { page } = await openPage(browser, server.url);
  const { subject } = await prepare(page);
  const found: Record<string, string[]> = {};
  for (const routes of Object.values(ROUTES)) {
    const [route] = routes(subject);
    if (route === undefined) continue;
    await visit(page, route);
    const left = await unreachedByTab(page);
    if (left.length > 0) found[formatRoute(route)] = left;
  }
  expect(found).toEqual({});
  await page.context().close();
});
