/**
 * How long the page's main thread is busy at a time: scrolling a million rows, expanding a dict of a million, typing in a
 * filter, typing in the palette; and how many pictures a second the page draws while the reference graph of 120 nodes,
 * all of them with their texts, is moved and zoomed; over a real server and a real Chromium.
 *
 *   node tests/bench/page.ts [--objects 1000000] [--json FILE]
 *
 * From Chromium's own tracing: `RunTask` of the renderer's main thread, the longest one by the clock and by processor
 * time, and how many took more than 50 ms; `DrawFrame`, how many a second and the longest time without one. The dumps are
 * one dict of as many entries, and a tree of 121 objects; the same in every run and on every machine.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Page } from "playwright";
import { launch, openPage } from "../e2e/browser.ts";
import { serveFiles } from "../e2e/program.ts";
import { bigDict, smallTree } from "./page-dumps.ts";
import { type Figure, LONG_MS, traced } from "./page-trace.ts";
import { report } from "./report.ts";

/** Shows what every object of the tree holds, all of it in view, and gives how many nodes that is. */
async function drawAll(page: Page): Promise<number> {
  const drawn = page.getByRole("img", { name: /drawn: \d+ nodes/ });
  const branches = page.getByRole("treeitem", { name: /branch_\d+,/ });
  await branches.first().waitFor();
  for (const branch of await branches.all()) {
    await branch.click();
    await page.getByRole("button", { name: /^Show what it holds/ }).click();
    await page.getByRole("button", { name: "What it holds is shown" }).waitFor();
  }
  await page.getByRole("button", { name: "Arrange again" }).click();
  await page.waitForTimeout(2000); // placed in a worker, then moved there
  await page.getByRole("button", { name: "Show all" }).click();
  return Number(/\d+/.exec((await drawn.getAttribute("aria-label")) ?? "")?.[0]);
}

/** Moves or zooms the picture a little in each frame, for four seconds, as a mouse does. */
const eachFrame = (page: Page, how: "move" | "zoom"): Promise<void> =>
  page.evaluate(async (how) => {
    const canvas = document.querySelector('[role="img"] canvas:last-of-type');
    if (canvas === null) throw new Error("The graph is not drawn");
    const { x, y } = canvas.getBoundingClientRect();
    const all = { bubbles: true, cancelable: true, button: 0, view: window };
    const mouse = (type: string, dx: number, dy: number) =>
      canvas.dispatchEvent(new MouseEvent(type, { ...all, clientX: x + 30 + dx, clientY: y + 30 + dy, buttons: 1 }));
    const begin = performance.now();
    if (how === "move") mouse("mousedown", 0, 0);
    for (let frame = 1; performance.now() - begin < 4000; frame++) {
      await new Promise(requestAnimationFrame);
      if (how === "move") mouse("mousemove", 150 * Math.sin(frame / 20), 100 * (1 - Math.cos(frame / 20)));
      else {
        const deltaY = frame % 80 < 40 ? -20 : 20;
        canvas.dispatchEvent(new WheelEvent("wheel", { ...all, clientX: x + 200, clientY: y + 200, deltaY }));
      }
    }
    if (how === "move") mouse("mouseup", 0, 0);
  }, how);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { objects: { type: "string", default: "1000000" }, json: { type: "string" } },
  });
  const objects = Number(values.objects);
  const folder = mkdtempSync(join(tmpdir(), "pyheap-bench-page-"));
  const server = await serveFiles([bigDict(objects), smallTree()], folder);
  const browser = await launch();
  const figures: Figure[] = [];
  try {
    const { page } = await openPage(browser, server.url);
    page.setDefaultTimeout(120_000);
    let base = "";
    const open = async (name: string) => {
      await page.getByRole("table").getByText(name).click();
      await page.getByText(/^Analysed in/).waitFor();
      base = new URL(page.url()).hash.split("/").slice(0, 2).join("/");
    };
    const go = (path: string) => page.evaluate((hash) => location.assign(hash), base + path);
    await open("pyheap-bench-dict");
    const grid = page.getByRole("grid").first();
    const idle = () => page.locator('[role="grid"][aria-busy="false"]').first().waitFor();

    figures.push(
      await traced(page, `open all ${2 * objects + 2} objects`, async () => {
        await go("/objects/all");
        await idle();
      }),
    );
    await grid.hover();
    figures.push(
      await traced(page, "scroll them, the wheel and the keys", async () => {
        for (let notch = 0; notch < 60; notch++) await page.mouse.wheel(0, 400);
        await grid.focus();
        for (const key of ["End", "Home"]) await page.keyboard.press(key);
        for (let press = 0; press < 40; press++) await page.keyboard.press("PageDown");
      }),
    );
    figures.push(
      await traced(page, "drag the scrollbar", async () => {
        for (let step = 0; step < 60; step++)
          await grid.evaluate(
            (element, share) => {
              element.scrollTop = element.scrollHeight * share;
            },
            (step * 0.618) % 1,
          );
        await idle();
      }),
    );
    figures.push(
      await traced(page, "type in a filter", async () => {
        await page.getByRole("searchbox").first().pressSequentially("bytes", { delay: 60 });
        await idle();
      }),
    );
    figures.push(
      await traced(page, `expand the dict of ${objects} entries`, async () => {
        await go("/object/1");
        await page.getByText("'key 1'").first().waitFor();
      }),
    );
    figures.push(
      await traced(page, "type in the palette, search all texts", async () => {
        await page.keyboard.press("Control+k");
        await page.keyboard.type("/key .*9.*9.*9$/", { delay: 60 });
        await page.getByRole("option", { name: /matches.*\d$/ }).waitFor();
      }),
    );

    await page.evaluate(() => location.assign("#/"));
    await open("pyheap-bench-tree");
    await go("/graph/1");
    const nodes = await drawAll(page);
    for (const how of ["move", "zoom"] as const)
      figures.push(await traced(page, `${how} the reference graph of ${nodes} nodes`, () => eachFrame(page, how)));
  } finally {
    await browser.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  const machine = `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}`;
  process.stdout.write(`${machine}\n`);
  for (const { what, tasks, longestMs, longestCpuMs, over50, framesPerSecond, longestPauseMs } of figures) {
    const pictures = `${framesPerSecond.toFixed(0)} frames/s, longest pause ${longestPauseMs.toFixed(0)} ms`;
    process.stdout.write(
      `${what.padEnd(44)} ${String(tasks).padStart(6)} tasks, longest ${longestMs.toFixed(1)} ms (${longestCpuMs.toFixed(1)} ms of processor), ${over50} over ${LONG_MS} ms${what.includes("graph") ? `; ${pictures}` : ""}\n`,
    );
  }
  report(
    values.json,
    figures.map(({ what, tasks, ...measured }) => ({ name: what, figures: measured })),
  );
}

await main();
