/**
 * `npm start [-- FILE…]`: the explorer in a window of its own where Electron can run, else the same page in the browser,
 * from a server that only this machine and only this user can talk to.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { defaultStateFolder } from "../../shared/session/files.ts";
import { defaultCacheFolder } from "../../shared/store/cache-folder.ts";
import { buildIfStale } from "../build.ts";
import { downloadElectron, findElectron, windowObstacle } from "./electron-binary.ts";
import { runServe } from "./serve-command.ts";
import { printable } from "./table.ts";

const ROOT = join(import.meta.dirname, "../..");
const MODULES = join(ROOT, "node_modules");
/** A window that is gone sooner was never seen: a missing library, a sandbox that the system forbids. */
const SEEN_MS = 5_000;

/** Gives the exit code, or the reason why no window could be shown. */
async function openWindow(files: readonly string[]): Promise<number | string> {
  const obstacle = windowObstacle(process.platform, process.env, process.getuid?.() === 0);
  const program = findElectron(MODULES) ?? (obstacle ? null : downloadElectron(MODULES));
  if (obstacle) return obstacle;
  if (!program) return "No Electron binary here";
  await buildIfStale();
  const begin = Date.now();
  const code = await runToEnd(program, [ROOT, ...files]);
  return code !== 0 && Date.now() - begin < SEEN_MS ? `Electron ended at once (${code})` : code;
}

function runToEnd(program: string, args: readonly string[]): Promise<number> {
  return new Promise((done) => {
    const child = spawn(program, args, { stdio: "inherit" });
    // A terminal sends Ctrl+C to both of us; passing it on would make it two.
    process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"));
    process.on("SIGTERM", () => child.kill("SIGTERM"));
    child.once("error", () => done(1));
    child.once("exit", (code) => done(code ?? 1));
  });
}

async function main(args: readonly string[]): Promise<number> {
  const option = args.find((argument) => argument.startsWith("-"));
  if (option) {
    console.error(`npm start takes files only, not ${option}; \`npm run cli -- serve --help\` knows more.`);
    return 2;
  }
  const files = args.map((path) => resolve(path));
  // The page says it too, in its list of files; but who mistyped a name looks at the terminal.
  for (const path of files.filter((each) => !existsSync(each))) console.error(`There is no file ${printable(path)}.`);
  const result = await openWindow(files);
  if (typeof result === "number") return result;
  console.log(`${result}; the same page in a browser:`);
  return runServe({
    files,
    open: true,
    stateFolder: defaultStateFolder(),
    cacheFolder: defaultCacheFolder(),
    landOnFile: true,
  });
}

process.exitCode = await main(process.argv.slice(2));
