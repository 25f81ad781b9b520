import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findElectron, windowObstacle } from "../../electron/headless/electron-binary.ts";

let modules: string;

beforeEach(() => {
  modules = mkdtempSync(join(tmpdir(), "modules-"));
  mkdirSync(join(modules, "electron/dist"), { recursive: true });
});
afterEach(() => rmSync(modules, { recursive: true }));

it("knows Electron's package from Electron", () => {
  expect(findElectron(modules, {})).toBeNull();
});

it("does not take a broken-off download for Electron", () => {
  writeFileSync(join(modules, "electron/path.txt"), "electron");
  expect(findElectron(modules, {})).toBeNull();
});

it("finds Electron where its installer put it", () => {
  writeFileSync(join(modules, "electron/path.txt"), "electron");
  writeFileSync(join(modules, "electron/dist/electron"), "");
  expect(findElectron(modules, {})).toBe(join(modules, "electron/dist/electron"));
});

it("finds Electron where the user put it", () => {
  const own = join(modules, "own");
  mkdirSync(own);
  writeFileSync(join(modules, "electron/path.txt"), "electron");
  writeFileSync(join(own, "electron"), "");
  expect(findElectron(modules, { ELECTRON_OVERRIDE_DIST_PATH: own })).toBe(join(own, "electron"));
});

it.each([
  ["a desktop", "linux", { DISPLAY: ":0" }, false, null],
  ["Wayland", "linux", { WAYLAND_DISPLAY: "wayland-0" }, false, null],
  ["a Mac", "darwin", {}, false, null],
  ["a server", "linux", {}, false, "There is no display for a window here"],
  ["root", "linux", { DISPLAY: ":0" }, true, "Electron does not run as root"],
  ["who wants none", "darwin", { PYHEAP_EXPLORER_NO_ELECTRON: "1" }, false, "PYHEAP_EXPLORER_NO_ELECTRON is set"],
])("knows whether %s can have a window", (_, platform, env, root, obstacle) => {
  expect(windowObstacle(platform, env, root)).toBe(obstacle);
});
