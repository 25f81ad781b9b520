/**
 * How long the page's main thread is busy at a time: scrolling a million rows, expanding a dict of a million, typing in a
 * filter, typing in the palette, over a real server and a real Chromium.
 *
 *   node tests/bench/page.ts [--objects 1000000] [--json FILE]
 *
 * From Chromium's own tracing (`RunTask` of the renderer's main thread): the longest task by the clock and by processor
 * time, and how many took more than 50 ms. The dump is a made-up heap and one dict of as many entries; the same in every
 * run and on every machine.
 */
import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { CDPSession, Page } from "playwright";
import { launch, openPage } from "../e2e/browser.ts";
import { serveFiles } from "../e2e/program.ts";
import { writeDump } from "../fixtures/dump-file.ts";
import { report } from "./report.ts";

const LONG_MS = 50;

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

interface Figure {
  readonly what: string;
  readonly tasks: number;
  readonly longestMs: number;
  readonly longestCpuMs: number;
  readonly over50: number;
}

/** One dict of `objects` texts, and nothing else. */
function bigDict(objects: number): string {
  const path = join(tmpdir(), `pyheap-bench-dict-${objects}.pyheap`);
  if (existsSync(path)) return path;
  const count = 2 * objects + 2;
  const column = (make: (object: number) => number) => Float64Array.from({ length: count }, (_, i) => make(i));
  const address = (object: number) => 0x7f00_0000_0000 + 64 * object;
  // 0: the module; 1: the dict; then keys and values in turn.
  const targets = Float64Array.from({ length: 2 * objects + 1 }, (_, i) => address(i + 1));
  const types = ["module", "dict", "str", "bytes"];
  const typeOf = (i: number) => (i === 0 ? 0 : i === 1 ? 1 : i % 2 === 0 ? 2 : 3);
  writeDump(`${path}.partial`, {
    address: column(address),
    type: column(typeOf),
    layout: column((i) => Math.min(i, 2)),
    size: column((i) => (i === 1 ? 100 * objects : 64)),
    refcount: column(() => 1),
    length: column((i) => (i === 1 ? objects : 0xffffffff)),
    referenceCount: column((i) => (i === 0 ? 1 : i === 1 ? 2 * objects : 0)),
    flags: column(() => 1),
    target: targets,
    texts: (i) => (i === 0 ? "big" : typeOf(i) === 2 ? `'key ${i / 2}'` : null),
    types: types.map((qualname, i) => ({
      module: "builtins",
      qualname,
      address: 16 * i,
      count: i < 2 ? 1 : objects,
      bytes: i === 1 ? 100 * objects : 64,
    })),
    layouts: [
      { hiddenBytes: 0, runs: [["attribute", "BIG", 1]] },
      { hiddenBytes: 0, runs: [["value", null, "pairs"]] },
      { hiddenBytes: 0, runs: [] },
    ],
    roots: [{ kind: "module", name: "big", address: address(0) }],
    meta: { capture_id: `d1c7${objects.toString(16).padStart(28, "0")}` },
  });
  renameSync(`${path}.partial`, path);
  return path;
}

/** Runs the steps under tracing, and reads the main thread's tasks. */
async function traced(page: Page, what: string, run: () => Promise<void>): Promise<Figure> {
  const session: CDPSession = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  await session.send("Tracing.start", {
    traceConfig: { includedCategories: ["toplevel", "__metadata"], recordMode: "recordAsMuchAsPossible" },
    transferMode: "ReportEvents",
  });
  await run();
  const complete = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
  await session.send("Tracing.end");
  await complete;
  await session.detach();
  const mains = new Set(
    events
      .filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain")
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = events.filter(
    ({ name, ph, pid, tid }) => ph === "X" && /RunTask$/.test(name) && mains.has(`${pid} ${tid}`),
  );
  const longest = (pick: (event: TraceEvent) => number) =>
    tasks.reduce((most, event) => Math.max(most, pick(event)), 0) / 1000;
  if (tasks.length === 0) throw new Error("The trace has no task of the main thread");
  return {
    what,
    tasks: tasks.length,
    longestMs: longest(({ dur = 0 }) => dur),
    longestCpuMs: longest(({ tdur = 0 }) => tdur),
    over50: tasks.filter(({ dur = 0 }) => dur > 1000 * LONG_MS).length,
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { objects: { type: "string", default: "1000000" }, json: { type: "string" } },
  });
  const objects = Number(values.objects);
  const folder = mkdtempSync(join(tmpdir(), "pyheap-bench-page-"));
  const server = await serveFiles([bigDict(objects)], folder);
  const browser = await launch();
  const figures: Figure[] = [];
  try {
    const { page } = await openPage(browser, server.url);
    page.setDefaultTimeout(300_000);
    await page.getByRole("table").getByText("pyheap-bench-dict").click();
    await page.getByText(/^Analysed in/).waitFor();
    const base = new URL(page.url()).hash.split("/").slice(0, 2).join("/");
    const go = (path: string) => page.evaluate((hash) => location.assign(hash), base + path);
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
  } finally {
    await browser.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  const machine = `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}`;
  process.stdout.write(`${machine}\n`);
  for (const { what, tasks, longestMs, longestCpuMs, over50 } of figures)
    process.stdout.write(
      `${what.padEnd(44)} ${String(tasks).padStart(6)} tasks, longest ${longestMs.toFixed(1)} ms (${longestCpuMs.toFixed(1)} ms of processor), ${over50} over ${LONG_MS} ms\n`,
    );
  report(
    values.json,
    figures.map(({ what, longestMs, longestCpuMs, over50 }) => ({
      name: what,
      figures: { longestMs, longestCpuMs, over50 },
    })),
  );
}

await main();
