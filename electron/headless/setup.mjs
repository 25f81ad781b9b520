#!/usr/bin/env node
/**
 * The door to the project: `npm start`, `npm test` and `npm run cli` all come through here, on a fresh clone too.
 *
 * Plain JavaScript, because the Node that runs it is whatever the system has (20 or later). It installs what the lock
 * file asks for, finds the Node 24 that comes with it, and hands over to the TypeScript program of that name. No npm
 * "pre" script is used: npm leaves those out where `ignore-scripts` is set.
 *
 *     node electron/headless/setup.mjs start|test|cli [arguments]
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PROGRAMS = {
  start: "electron/headless/start.ts",
  cli: "electron/headless/cli.ts",
  test: "tests/run.ts",
};
const WINDOWS = process.platform === "win32";

/** npm's own patience is over a minute of silence before it says that there is no network. */
const SOON = ["--fetch-retry-mintimeout=2000", "--fetch-retry-maxtimeout=8000"];

/** What a person can change; printed as one sentence, without a stack. */
class SetupError extends Error {}

/** The version in `text` as numbers, so that `[24, 1]` and `[22, 18]` compare with `atLeast`. */
const versionIn = (text) => /(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number) ?? [0, 0];
const atLeast = ([major, minor], [wantedMajor, wantedMinor]) =>
  major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);

const readJson = (path) => {
  try {
    return JSON.parse(readFileSync(join(ROOT, path), "utf8"));
  } catch {
    return undefined;
  }
};

/**
 * True when `node_modules` holds what `package-lock.json` asks for. npm writes its own record at the very end of an
 * installation, so a broken-off one has none. Optional packages may be missing: most are for other platforms.
 */
function installed() {
  const wanted = readJson("package-lock.json")?.packages;
  const present = readJson("node_modules/.package-lock.json")?.packages;
  if (!wanted)
    throw new SetupError("package-lock.json is missing or damaged; `git checkout package-lock.json` restores it.");
  if (!present) return false;
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === "") return true;
    const found = present[path];
    return found ? found.version === version : optional === true;
  });
}

/** Runs npm without a terminal and returns what it said. The npm that started us is preferred to the one on PATH. */
function npm(...words) {
  const own = process.env.npm_execpath;
  const isNpm = own?.endsWith("npm-cli.js") && existsSync(own);
  const [command, args] = isNpm ? [process.execPath, [own, ...words]] : ["npm", words];
  const env = { ...process.env, npm_config_progress: "false" };
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: ROOT,
    env,
    encoding: "utf8",
    shell: WINDOWS && !isNpm,
    maxBuffer: 2 ** 28,
  });
  if (error)
    throw new SetupError(`npm could not be started (${error.message}); it comes with Node: https://nodejs.org`);
  return { ok: status === 0, stdout, said: `${stdout}${stderr}` };
}

/** npm's many lines as the one sentence that helps. */
function reasonIn(said) {
  const reasons = [
    [/ENOSPC/, "The disk is full: about 700 MB are needed."],
    [/EUSAGE|can only install packages when/, "package.json and package-lock.json disagree; run `npm install` once."],
    [/EACCES|EPERM|EROFS/, "npm may not write to node_modules or to its cache; look at who owns these folders."],
    [/EINTEGRITY/, "A package arrived damaged; `npm cache clean --force` and try again."],
    [
      /EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ERR_SOCKET_TIMEOUT|network/i,
      "The npm registry can't be reached; the first start needs a network.",
    ],
    [/E404|ETARGET/, "The npm registry in use lacks a package of package-lock.json."],
  ];
  return reasons.find(([pattern]) => pattern.test(said))?.[1] ?? "npm ci failed; its own words are above.";
}

function install() {
  const version = npm("--version").stdout.trim();
  if (!atLeast(versionIn(version), [10, 0])) {
    throw new SetupError(`npm ${version} is too old; npm 10 or later is needed: npm install -g npm@11`);
  }
  const begin = Date.now();
  console.error("Installing the packages (once; a minute or two) …");
  // Without `include`, NODE_ENV=production would leave out half of what is needed.
  const { ok, said } = npm("ci", "--include=dev", "--no-audit", "--no-fund", ...SOON);
  if (!ok || !installed()) {
    const lines = said.split("\n").filter((line) => /^npm err/i.test(line));
    console.error((lines.length > 0 ? lines.slice(0, 15) : [said.trimEnd()]).join("\n"));
    throw new SetupError(reasonIn(said));
  }
  console.error(`Installed in ${Math.round((Date.now() - begin) / 1000)} s.`);
}

/** The Node 24 that npm installed, or null: it is put there by a package's script, and scripts may be off. */
function installedNode() {
  for (const path of ["node_modules/node/bin/node", "node_modules/node/bin/node.exe"]) {
    const node = join(ROOT, path);
    if (existsSync(node) && versionOf(node)[0] === 24) return node;
  }
  return null;
}

const versionOf = (node) => versionIn(spawnSync(node, ["--version"], { encoding: "utf8" }).stdout ?? "");

/** A Node that runs TypeScript and loads better-sqlite3: the installed one, else this one if it is new enough. */
function chooseNode() {
  const found = installedNode();
  if (found) return found;
  npm("rebuild", "node", "--ignore-scripts=false", "--foreground-scripts");
  const rebuilt = installedNode();
  if (rebuilt) return rebuilt;
  if (atLeast(versionIn(process.versions.node), [22, 18])) {
    console.error(
      `Node 24 was not installed (are npm's scripts turned off?); going on with your Node ${process.version}.`,
    );
    return process.execPath;
  }
  throw new SetupError(
    `Node 24 was not installed (are npm's scripts turned off?) and your Node ${process.version} can't run TypeScript; ` +
      "install Node 24, or allow the script of the package `node`.",
  );
}

/** Hands over: same terminal, same signals, same exit code; paths mean what they mean where the person typed them. */
function run(node, name, args) {
  const cwd = name === "test" ? ROOT : (process.env.INIT_CWD ?? process.cwd());
  const child = spawn(node, [join(ROOT, PROGRAMS[name]), ...args], { cwd, env: environment(node), stdio: "inherit" });
  // A terminal sends Ctrl+C to both of us; passing it on would make it two.
  process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"));
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  // npm's shell dies of a signal without a word to what it runs; then nobody would be left to end the server.
  const parent = process.ppid;
  const orphaned = () => process.ppid !== parent && child.kill("SIGTERM");
  if (process.env.npm_lifecycle_event && !WINDOWS) setInterval(orphaned, 500).unref();
  child.on("error", (error) => fail(new SetupError(`${node} could not be started: ${error.message}`)));
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

/** Programs started from there find the tools of node_modules, and the same Node first of all. */
function environment(node) {
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === "PATH") ?? "PATH"; // "Path" on Windows
  const path = [join(node, ".."), join(ROOT, "node_modules/.bin"), process.env[name]].filter(Boolean).join(delimiter);
  return { ...process.env, [name]: path };
}

function fail(error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exit(1);
}

const [name = "", ...args] = process.argv.slice(2);
try {
  if (!Object.hasOwn(PROGRAMS, name)) throw new SetupError(`Say one of: ${Object.keys(PROGRAMS).join(", ")}.`);
  if (!atLeast(versionIn(process.versions.node), [20, 0])) {
    throw new SetupError(`Node ${process.version} is too old; Node 20 or later is needed: https://nodejs.org`);
  }
  if (!installed()) install();
  run(chooseNode(), name, args);
} catch (error) {
  fail(error);
}
