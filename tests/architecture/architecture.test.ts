import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { LAYERS } from "./layers.ts";
import { circle, type Files, violations } from "./violations.ts";

const ROOT = join(import.meta.dirname, "../..");
const SOURCES = "{shared,electron,renderer}/**/*.{ts,mjs,js,svelte}";
const project: Files = Object.fromEntries(
  globSync(SOURCES, { cwd: ROOT }).map((file) => [file.replaceAll("\\", "/"), readFileSync(join(ROOT, file), "utf8")]),
);

it("looks at the project", () => {
  expect(Object.keys(project).length).toBeGreaterThan(10);
});

it("imports only downwards, and packages only where they belong", () => {
  expect(violations(project)).toEqual([]);
});

it("has no circle of folders", () => {
  expect(circle(project)).toBeNull();
});

it("is the table that the README shows", () => {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const folders = Object.keys(LAYERS).filter((layer) => layer.includes("/") && !layer.endsWith(".ts"));
  expect(folders.filter((folder) => !readme.includes(`\`${folder}\``))).toEqual([]);
});

// The proof that the tests above can fail: each of these files breaks one rule.
it.each<[rule: string, file: string, content: string, complaint: string]>([
  ["an upward import", "shared/graph/a.ts", 'import { x } from "../store/b.ts";', "shared/store/b.ts"],
  ["types of a layer above", "shared/types/a.ts", 'import type { X } from "../graph/b.ts";', "shared/graph/b.ts"],
  ["a re-export", "shared/graph/a.ts", 'export * from "../session/b.ts";', "shared/session/b.ts"],
  ["an import for its effect", "shared/graph/a.ts", 'import "../session/b.ts";', "shared/session/b.ts"],
  ["a dynamic import", "renderer/app/a.ts", 'const x = await import("../../shared/store/b.ts");', "shared/store/b.ts"],
  ["a computed import", "shared/session/a.ts", "await import(name);", "a name that is computed"],
  ["a type import", "renderer/app/a.ts", 'let x: import("../../shared/store/b.ts").X;', "shared/store/b.ts"],
  ["a worker", "renderer/app/a.ts", 'new URL("../../electron/main/b.ts", import.meta.url)', "electron/main/b.ts"],
  [
    "a dynamic import by address",
    "renderer/app/a.ts",
    'await import(new URL("../../shared/store/b.ts", import.meta.url).href)',
    "shared/store/b.ts",
  ],
  ["Vite's workers", "renderer/app/a.ts", 'import W from "../../shared/graph/b.ts?worker";', "shared/graph/b.ts"],
  ["a glob", "renderer/app/a.ts", 'import.meta.glob("../../shared/store/*.ts")', "shared/store/*.ts"],
  [
    "a Svelte file",
    "renderer/views/A.svelte",
    '<script lang="ts">import "../../shared/store/b.ts";</script>',
    "shared/",
  ],
  ["a Svelte module", "renderer/state/a.svelte.ts", 'import "../../shared/session/host.ts";', "shared/session/host.ts"],
  [
    "more than types of the store",
    "shared/analyses/a.ts",
    'import { open } from "../store/b.ts";',
    "shared/store/b.ts",
  ],
  ["the engine in the client", "shared/session/client.ts", 'import "./session.ts";', "shared/session/session.ts"],
  [
    "the session in main",
    "electron/main/a.ts",
    'import "../../shared/session/session.ts";',
    "shared/session/session.ts",
  ],
  [
    "a value in the preload",
    "electron/preload/a.ts",
    'import { X } from "../../shared/session/contract.ts";',
    "contract",
  ],
  ["Electron in a headless program", "electron/headless/a.ts", 'import { app } from "electron";', "-> electron"],
  ["Electron in the session", "shared/session/a.ts", 'import { app } from "electron";', "-> electron"],
  ["SQLite outside of the store", "shared/session/a.ts", 'import Database from "better-sqlite3";', "better-sqlite3"],
  ["Cytoscape outside of the canvas", "renderer/views/a.ts", 'import cytoscape from "cytoscape";', "-> cytoscape"],
  ["Node in the page", "renderer/state/a.ts", 'import { join } from "node:path";', "-> node:"],
  ["Node in an analysis", "shared/analyses/a.ts", 'import { join } from "node:path";', "-> node:"],
  ["Node in an algorithm", "shared/graph/a.ts", 'const fs = require("node:fs");', "-> node:"],
  ["Node without its prefix", "shared/store/a.ts", 'import fs from "fs";', "-> fs"],
  ["a package nobody spoke of", "shared/session/a.ts", 'import _ from "lodash/map.js";', "-> lodash"],
  ["tests in the program", "shared/store/a.ts", 'import "../../tests/fixtures/b.ts";', "tests/fixtures/b.ts"],
  ["a folder without a row", "shared/utils/a.ts", "", "no row in the table"],
])("finds %s", (_, file, content, complaint) => {
  expect(violations({ [file]: content })).toEqual([expect.stringContaining(complaint)]);
});

it("allows what the table allows", () => {
  const files = {
    "shared/analyses/a.ts": 'import type { Opened } from "../store/b.ts"; import { reverse } from "../graph/c.ts";',
    "shared/store/b.ts": 'import Database from "better-sqlite3"; import { readFileSync } from "node:fs";',
    "renderer/canvas/a.ts": 'import cytoscape from "cytoscape"; import { type X } from "../../shared/types/x.ts";',
    "renderer/views/A.svelte": '<script lang="ts">import { x } from "../state/x.svelte.ts";</script>',
    "electron/headless/a.ts": '// import { app } from "electron"\nconst x = \'import "electron"\';',
  };
  expect(violations(files)).toEqual([]);
});

it("finds a circle of folders", () => {
  const files = {
    "renderer/views/a.ts": 'import "../state/b.ts";',
    "renderer/state/b.ts": 'import type { C } from "../components/C.svelte";',
    "renderer/components/C.svelte": '<script>import "../views/a.ts";</script>',
  };
  expect(circle(files)).toEqual(["renderer/views", "renderer/state", "renderer/components", "renderer/views"]);
});
