import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Builds what can't run from its source: the page, the preload script (a sandboxed preload must be one CommonJS file)
 * and, for what is installed, the processes (Node strips no types under node_modules).
 *
 *   node electron/build.ts [--page-only]
 */
const ROOT = join(import.meta.dirname, "..");
const DIST = join(ROOT, "dist");

export const PAGE_FOLDER = join(DIST, "renderer");
const PROCESS_FOLDER = join(DIST, "electron");

interface Part {
  readonly name: string;
  readonly folder: string;
  /** Everything the result depends on. */
  readonly sources: readonly string[];
  build(outDir: string): Promise<void>;
}

const PAGE: Part = {
  name: "the page",
  folder: PAGE_FOLDER,
  sources: ["renderer/**/*", "shared/{types,session}/*.ts", "package-lock.json", "electron/build.ts"],
  async build(outDir) {
    const vite = await import("vite");
    const root = join(ROOT, "renderer");
    // The page's compiler takes most of the time, which is no news to who waits for it.
    const rolldownOptions = { checks: { pluginTimings: false } };
    const build = { outDir, emptyOutDir: true, rolldownOptions };
    await vite.build({ root, configFile: join(root, "vite.config.ts"), build, logLevel: "warn" });
  },
};

const PROCESSES: Part = {
  name: "the desktop app",
  folder: PROCESS_FOLDER,
  sources: ["electron/**/*.ts", "shared/**/*.ts", "package-lock.json"],
  async build(outDir) {
    await buildProcesses(outDir);
    await buildPreload(outDir);
  },
};

/** The chunks lie beside the entries, because a session starts its worker from the file `worker.js` beside its own. */
export async function buildProcesses(outDir: string): Promise<void> {
  const vite = await import("vite");
  const input = {
    main: join(ROOT, "electron/main/main.ts"),
    engine: join(ROOT, "electron/engine/engine.ts"),
    worker: join(ROOT, "shared/session/worker.ts"),
    cli: join(ROOT, "electron/headless/cli.ts"),
  };
  const output = { entryFileNames: "[name].js", chunkFileNames: "chunk-[name]-[hash].js" };
  await vite.build({
    root: ROOT,
    configFile: false,
    publicDir: false,
    logLevel: "warn",
    ssr: { noExternal: true, external: ["electron", "better-sqlite3"] },
    build: {
      outDir,
      emptyOutDir: true,
      ssr: true,
      target: "node24",
      rolldownOptions: { input, output, external: ["electron", "better-sqlite3"] },
    },
  });
}

export async function buildPreload(outDir: string): Promise<void> {
  const vite = await import("vite");
  await vite.build({
    root: ROOT,
    configFile: false,
    publicDir: false,
    logLevel: "warn",
    build: {
      outDir,
      emptyOutDir: false,
      minify: false,
      lib: { entry: join(ROOT, "electron/preload/preload.ts"), formats: ["cjs"], fileName: () => "preload.cjs" },
      rolldownOptions: { external: ["electron"] },
    },
  });
}

/** Builds the parts whose sources are not those they were built from. Takes a fraction of a second if there are none. */
export async function buildIfStale({ pageOnly = false }: { readonly pageOnly?: boolean } = {}): Promise<void> {
  for (const part of pageOnly ? [PAGE] : [PAGE, PROCESSES]) {
    const stamp = fingerprint(part.sources);
    if (stampOf(part) === stamp) continue;
    console.error(`Building ${part.name} …`);
    await rebuild(part, stamp);
  }
}

/** Builds beside the old result and then swaps the two, so that who reads meanwhile never sees half of one. */
async function rebuild(part: Part, stamp: string): Promise<void> {
  const fresh = `${part.folder}.${process.pid}`;
  const old = `${fresh}.old`;
  try {
    await mkdir(DIST, { recursive: true });
    await part.build(fresh);
    await writeFile(join(fresh, STAMP), stamp);
    if (existsSync(part.folder)) await rename(part.folder, old);
    await rename(fresh, part.folder);
  } catch (thrown) {
    if (stampOf(part) !== stamp) throw thrown; // else another process has built the same meanwhile
  } finally {
    await Promise.all([fresh, old].map((folder) => rm(folder, { recursive: true, force: true })));
  }
}

const STAMP = ".built-from";

function stampOf(part: Part): string | null {
  const path = join(part.folder, STAMP);
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

/** Of names and contents, not of times: a fresh checkout with the same files is not stale. */
function fingerprint(patterns: readonly string[]): string {
  const hash = createHash("sha256");
  const files = globSync(patterns, { cwd: ROOT, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const path of files.map((entry) => join(entry.parentPath, entry.name)).sort()) {
    hash.update(`${path.slice(ROOT.length)}\0`).update(readFileSync(path));
  }
  return hash.digest("hex");
}

if (import.meta.main) await buildIfStale({ pageOnly: process.argv.includes("--page-only") });
