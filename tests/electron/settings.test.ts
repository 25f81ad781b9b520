import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { changeSettings, readSettings } from "../../electron/main/settings.ts";

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pyheap-settings-"));
  path = join(folder, "settings.json");
});

afterEach(() => rmSync(folder, { recursive: true }));

const DEFAULTS = { bounds: null, maximized: false, theme: "system" };

it("starts with the defaults", () => {
  expect(readSettings(path)).toEqual(DEFAULTS);
});

it("changes one thing and keeps the others", () => {
  const bounds = { x: 1, y: 2, width: 3, height: 4 };
  changeSettings(path, { theme: "dark" });
  changeSettings(path, { bounds });
  expect(readSettings(path)).toEqual({ bounds, maximized: false, theme: "dark" });
  expect(readdirSync(folder)).toEqual(["settings.json"]);
});

it.each(["", "{", "null", "[]", '{"theme":"pink"}', '{"bounds":{"x":"left"},"maximized":1,"theme":"dark"}'])(
  "starts anew where the file holds %j",
  (text) => {
    writeFileSync(path, text);
    expect(readSettings(path)).toEqual(DEFAULTS);
  },
);
