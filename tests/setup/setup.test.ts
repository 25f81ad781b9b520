import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";

const SETUP = join(import.meta.dirname, "../../electron/headless/setup.mjs");
const LOCK = {
  packages: {
    "": {},
    "node_modules/a": { version: "1.0.0" },
    "node_modules/other-os": { version: "1.0.0", optional: true },
  },
};

let root: string;

/** A project with the real setup.mjs, programs that say how they were called, and an npm that does as it is told. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "a project "));
  mkdirSync(join(root, "electron/headless"), { recursive: true });
  copyFileSync(SETUP, join(root, "electron/headless/setup.mjs"));
  write("package-lock.json", JSON.stringify(LOCK));
  write(
    "electron/headless/cli.ts",
    "console.log(JSON.stringify(process.argv.slice(2)), process.cwd()); process.exit(3);",
  );
  write("npm-cli.js", NPM);
});
afterEach(() => rmSync(root, { recursive: true }));

const NPM = `
const { appendFileSync, mkdirSync, symlinkSync, writeFileSync } = require("node:fs");
const [command] = process.argv.slice(2);
appendFileSync("npm.log", command + "\\n");
if (command === "--version") console.log(process.env.NPM_VERSION ?? "10.8.2");
if (command === "ci" && process.env.NPM_FAILS) { console.error("npm error code " + process.env.NPM_FAILS); process.exit(1); }
if (command === "ci") {
  mkdirSync("node_modules/node/bin", { recursive: true });
  writeFileSync("node_modules/.package-lock.json", JSON.stringify({ packages: { "node_modules/a": { version: "1.0.0" } } }));
}
const scripts = process.env.SCRIPTS_OFF !== "1" && (command === "ci" || process.argv.includes("--ignore-scripts=false"));
if (scripts && process.env.SCRIPTS_OFF !== "for ci" || command === "rebuild" && process.env.SCRIPTS_OFF === "for ci") {
  symlinkSync(process.execPath, "node_modules/node/bin/node");
}
`;

const write = (path: string, content: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
};

function setup(args: readonly string[], env: Record<string, string> = {}) {
  const { INIT_CWD: _, ...rest } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "electron/headless/setup.mjs"), ...args], {
    cwd: root,
    encoding: "utf8",
    env: { ...rest, npm_execpath: join(root, "npm-cli.js"), ...env },
  });
  return { status, stdout, stderr, lastWords: stderr.trimEnd().split("\n").at(-1) };
}

it("installs once and hands over arguments and exit code", () => {
  const first = setup(["cli", "two words", "--json"]);
  expect(first).toMatchObject({ status: 3, stdout: `["two words","--json"] ${root}\n` });
  expect(first.stderr).toContain("Installing");
  expect(setup(["cli"])).toMatchObject({ status: 3, stderr: "" });
});

it("leaves alone what npm installed before", () => {
  write("node_modules/.package-lock.json", JSON.stringify({ packages: { "node_modules/a": { version: "1.0.0" } } }));
  mkdirSync(join(root, "node_modules/node/bin"), { recursive: true });
  symlinkSync(process.execPath, join(root, "node_modules/node/bin/node"));
  expect(setup(["cli"])).toMatchObject({ status: 3, stderr: "" });
  expect(existsSync(join(root, "npm.log"))).toBe(false);
});

it("installs again when the lock file asks for another version", () => {
  write("node_modules/.package-lock.json", JSON.stringify({ packages: { "node_modules/a": { version: "0.9.0" } } }));
  expect(setup(["cli"]).stderr).toContain("Installing");
});

it("starts programs where the person typed the command", () => {
  expect(setup(["cli"], { INIT_CWD: tmpdir() }).stdout).toBe(`[] ${tmpdir()}\n`);
});

it.each([
  ["no network", { NPM_FAILS: "EAI_AGAIN" }, /registry can't be reached/],
  ["a full disk", { NPM_FAILS: "ENOSPC" }, /disk is full/],
  ["an old npm", { NPM_VERSION: "9.9.4" }, /npm 9\.9\.4 is too old/],
])("explains %s in one sentence", (_, env, sentence) => {
  const { status, lastWords } = setup(["cli"], env);
  expect(status).toBe(1);
  expect(lastWords).toMatch(sentence);
});

it("puts Node 24 in place where npm's scripts were off", () => {
  expect(setup(["cli"], { SCRIPTS_OFF: "for ci" })).toMatchObject({ status: 3 });
});

it("goes on with the Node that is there, and says so, where no script may run", () => {
  const { status, lastWords } = setup(["cli"], { SCRIPTS_OFF: "1" });
  expect(status).toBe(3);
  expect(lastWords).toMatch(/going on with your Node v2/);
});

it("names the programs that there are", () => {
  expect(setup(["stop"])).toMatchObject({ status: 1, lastWords: "Say one of: start, cli, test." });
});
