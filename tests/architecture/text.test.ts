import { globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const NOT_OURS = /(^|\/)(node_modules|\.git|dist|output|\.svelte-check|\.cache|__pycache__)(\/|$)/;
/** The folders that programs on somebody's machine live in, written so that this file doesn't name one itself. */
const MACHINE_PATH = new RegExp(`(?<![\\w.-])/(${["root", "work"].join("|")})/`);

/** The first machine path in a text, with what is round it; null if there is none. */
const machinePath = (text: string): string | null => {
  const at = text.search(MACHINE_PATH);
  return at < 0 ? null : text.slice(Math.max(0, at - 20), at + 60);
};

it("names no folder of the machine that it was written on", () => {
  const files = globSync("**/*", { cwd: ROOT, exclude: (path) => NOT_OURS.test(path) }).filter((path) =>
    statSync(join(ROOT, path)).isFile(),
  );
  expect(files.length).toBeGreaterThan(20);
  const found = files.flatMap((path) => {
    const place = machinePath(readFileSync(join(ROOT, path), "latin1")); // dumps name files too
    return place === null ? [] : [`${path}: ${place}`];
  });
  expect(found).toEqual([]);
});

it("would find one", () => {
  expect(machinePath(`open("${["", "work", "main"].join("/")}")`)).not.toBeNull();
  expect(machinePath("a framework/work/x, net.work/root/y")).toBeNull();
});
