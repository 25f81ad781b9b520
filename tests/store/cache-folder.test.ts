import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, it, vi } from "vitest";
import { defaultCacheFolder, makeRoom } from "../../shared/store/cache-folder.ts";
import { type IndexKey, StoredIndex, storeIndex } from "../../shared/store/index-cache.ts";
import { temporaryFolder } from "../fixtures/drawn-heap.ts";

const key = (name: string): IndexKey => ({ captureId: name, digest: "d", engine: "e" });
const column = (value: number) => new Map([["numbers", new Int32Array(1000).fill(value)]]);

describe("the folder of indexes", () => {
  afterEach(() => vi.unstubAllEnvs());

  it("is the user's cache folder, another one, or none", () => {
    vi.stubEnv("PYHEAP_CACHE_DIR", undefined);
    vi.stubEnv("XDG_CACHE_HOME", "/somewhere");
    if (process.platform === "linux") expect(defaultCacheFolder()).toBe("/somewhere/pyheap-explorer");
    vi.stubEnv("PYHEAP_CACHE_DIR", "/elsewhere");
    expect(defaultCacheFolder()).toBe("/elsewhere");
    vi.stubEnv("PYHEAP_CACHE_DIR", "");
    expect(defaultCacheFolder()).toBeNull();
  });

  it("loses what was not used for longest when it is full", () => {
    const folder = join(temporaryFolder(), "cache");
    const most = 3 * 4500;
    for (const [age, name] of ["a", "b", "c"].entries()) {
      expect(storeIndex(folder, key(name), {}, column(age), most)).toBe(true);
      for (const file of readdirSync(folder).filter((file) => file.startsWith(`${name}-`)))
        utimesSync(join(folder, file), 1000 + age, 1000 + age);
    }
    StoredIndex.open(folder, key("a"))?.close(); // was used just now
    expect(storeIndex(folder, key("d"), {}, column(3), most)).toBe(true);
    const left = readdirSync(folder).map((name) => name.slice(0, 1));
    expect(left.sort()).toEqual(["a", "c", "d"]);
    const total = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    expect(total).toBeLessThanOrEqual(most);
  });

  it("takes no index that is larger than all may be together", () => {
    const folder = join(temporaryFolder(), "cache");
    expect(storeIndex(folder, key("a"), {}, column(1), 4000)).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("loses what a killed writer left, but not what is being written", () => {
    const folder = temporaryFolder();
    for (const name of ["old", "new", "else"])
      writeFileSync(join(folder, name === "else" ? name : `${name}.index.x.partial`), "");
    utimesSync(join(folder, "old.index.x.partial"), 1000, 1000);
    makeRoom(folder, 0, 10);
    expect(readdirSync(folder).sort()).toEqual(["else", "new.index.x.partial"]);
  });

  it("holds a whole index at every moment while several write it", async () => {
    const folder = join(temporaryFolder(), "cache");
    storeIndex(folder, key("a"), {}, column(0));
    const source = `
      const { workerData } = require("node:worker_threads");
      import(workerData.module).then(({ storeIndex }) => {
        for (let i = 0; i < 60; i++)
          storeIndex(workerData.folder, workerData.key, {}, new Map([["numbers", new Int32Array(100000).fill(i)]]));
      });
    `;
    const module = new URL("../../shared/store/index-cache.ts", import.meta.url).href;
    const workers = [1, 2].map(() => new Worker(source, { eval: true, workerData: { module, folder, key: key("a") } }));
    let running = workers.length;
    const ended = workers.map((worker) => new Promise<void>((resolve) => worker.once("exit", () => resolve())));
    for (const each of ended) void each.then(() => running--);
    let read = 0;
    while (running > 0) {
      const index = StoredIndex.open(folder, key("a"));
      const numbers = index?.int32("numbers", 1000, 100_000);
      expect(numbers?.every((number) => number === numbers[0])).toBe(true);
      index?.close();
      read++;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(read).toBeGreaterThan(1);
    expect(readdirSync(folder)).toHaveLength(1);
    expect(existsSync(folder)).toBe(true);
  });
});
