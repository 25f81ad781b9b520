/**
 * What a person waits for: the overview of a dump that was opened before, and two open dumps compared, over a real server
 * and a real Chromium.
 *
 *   node tests/bench/reach.ts [--objects 1000000] [--runs 3] [--json]
 *
 * By the page's clock, medians: from the click on the file until the overview's sentence and its biggest holders are on
 * screen, the first time and from the kept index; from the click on *Compare with* until the comparison's sentence, and
 * until its holders are listed. Each run is a fresh server and a fresh profile. The dumps are two made-up heaps of one
 * process, the same in every run and on every machine.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { Browser, Locator, Page } from "playwright";
import { launch, openPage } from "../e2e/browser.ts";
import { serveFiles } from "../e2e/program.ts";
import { madeDump } from "./made-dump.ts";

/** Milliseconds from the click until all of these are on screen; looked for in every frame of the page. */
async function untilShown(page: Page, click: Locator, selectors: readonly string[]): Promise<number> {
  await click.waitFor();
  const shown = page.evaluate(
    (wanted) =>
      new Promise<number>((resolve) => {
        addEventListener(
          "click",
          () => {
            const start = performance.now();
            const look = (): void => {
              if (wanted.every((selector) => document.querySelector(selector) !== null))
                resolve(performance.now() - start);
              else requestAnimationFrame(look);
            };
            requestAnimationFrame(look);
          },
          { once: true, capture: true },
        );
      }),
    selectors,
  );
  await click.click();
  return shown;
}

const OVERVIEW = [".screen h1", "#holders", ".screen canvas"];
const COMPARISON = [".screen h1", "#totals", "#holders", "#types"];

interface Run {
  readonly overviewMs: number;
  readonly compareMs: number;
}

async function run(browser: Browser, files: readonly [string, string], folder: string, indexes: string): Promise<Run> {
  const server = await serveFiles(files, folder);
  try {
    const { page } = await openPage(browser, server.url);
    page.setDefaultTimeout(60_000);
    const [before, after] = files.map((file) => basename(file).replace(/\.pyheap$/, ""));
    const open = (name: string) => untilShown(page, page.getByRole("table").getByText(name), OVERVIEW);
    const analysed = () => page.getByText(/^Analysed in/).waitFor();
    const overviewMs = await open(before);
    await analysed();
    await page.evaluate(() => location.assign("#/"));
    await open(after);
    await analysed();
    const other = page.getByRole("region", { name: "Compare with" }).getByTitle(before, { exact: true });
    const compareMs = await untilShown(page, other, COMPARISON);
    await page.context().close();
    await untilKept(indexes, files.length);
    return { overviewMs, compareMs };
  } finally {
    await server.stop();
  }
}

/** Waits until the index of each file is kept: it is written after the analysis, under another name first. */
async function untilKept(folder: string, count: number): Promise<void> {
  const kept = () => (existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".index")).length : 0);
  for (let tries = 0; kept() < count; tries++) {
    if (tries === 300) throw new Error(`Only ${kept()} of ${count} indexes were kept within a minute`);
    await setTimeout(200);
  }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      objects: { type: "string", default: "1000000" },
      runs: { type: "string", default: "3" },
      json: { type: "boolean", default: false },
    },
  });
  const objects = Number(values.objects);
  const files = [madeDump({ objects, seed: 1 }), madeDump({ objects, seed: 2 })] as const;
  const folder = mkdtempSync(join(tmpdir(), "pyheap-bench-reach-"));
  const indexes = join(folder, "indexes");
  process.env.PYHEAP_CACHE_DIR = indexes;
  const browser = await launch();
  const first = await run(browser, files, folder, indexes);
  const later: Run[] = [];
  for (let left = Number(values.runs); left > 0; left--) later.push(await run(browser, files, folder, indexes));
  await browser.close();
  rmSync(folder, { recursive: true, force: true });

  const machine = `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}`;
  const results = {
    "overview, opened for the first time": first.overviewMs,
    "overview, from the kept index": median(later.map((each) => each.overviewMs)),
    "two open dumps compared": median(later.map((each) => each.compareMs)),
  };
  if (values.json) process.stdout.write(`${JSON.stringify({ machine, objects, results }, null, 2)}\n`);
  else {
    process.stdout.write(`${machine}, 2 × ${objects.toLocaleString("en-US")} objects\n`);
    for (const [name, ms] of Object.entries(results)) process.stdout.write(`${name.padEnd(38)} ${ms.toFixed(0)} ms\n`);
  }
}

await main();
