import { type ChildProcess, fork } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPreload, buildProcesses } from "../../../electron/build.ts";
import type { Answered, CommandName, Commands, HarnessOptions, Told } from "./messages.ts";

const ROOT = join(import.meta.dirname, "../../..");
const REGISTER = new URL("./register.ts", import.meta.url).href;
const TEST_PAGE = join(import.meta.dirname, "../page");

/** A folder as an installed app has it (page and preload script built), and one for the user's data. */
export interface Installation {
  readonly appPath: string;
  readonly userData: string;
  /** The file that Electron would start. */
  readonly main: string;
  remove(): Promise<void>;
}

export interface InstallOptions {
  /** A built page; the one for tests where none is given. */
  readonly page?: string;
  /** Run what the build makes of the main process and the engine, instead of their sources. */
  readonly built?: boolean;
}

export async function install({ page = TEST_PAGE, built = false }: InstallOptions = {}): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), "pyheap-harness-"));
  const [appPath, userData] = [join(folder, "app"), join(folder, "user-data")];
  const processes = join(appPath, "dist/electron");
  await mkdir(userData, { recursive: true });
  await cp(page, join(appPath, "dist/renderer"), { recursive: true });
  if (built) {
    await symlink(join(ROOT, "node_modules"), join(appPath, "node_modules"));
    await buildProcesses(processes);
  }
  await buildPreload(processes);
  const main = built ? join(processes, "main.js") : join(ROOT, "electron/main/main.ts");
  return { appPath, userData, main, remove: () => rm(folder, { recursive: true, force: true }) };
}

export interface LaunchOptions {
  readonly files?: readonly string[];
  readonly holdReady?: boolean;
}

/** Compile error here when a command is added and forgotten below, or the reverse. */
const COMMANDS = {
  state: true,
  ready: true,
  evaluate: true,
  answerDialog: true,
  clickMenu: true,
  openFile: true,
  drop: true,
  permission: true,
  sendFrom: true,
  killEngine: true,
  crashPage: true,
  reloadPage: true,
  moveWindow: true,
  closeWindow: true,
} as const satisfies Record<CommandName, true>;

type Remote = {
  readonly [Name in CommandName]: (...args: Parameters<Commands[Name]>) => Promise<ReturnType<Commands[Name]>>;
};

/** The app while it runs, as the tests handle it. */
export interface App extends Omit<Remote, "evaluate"> {
  /** Runs a function in the page. It sees only the page and its argument. */
  evaluate<A, T>(run: (argument: A) => T | Promise<T>, argument?: A): Promise<T>;
  /** Resolves when this becomes true in the page. */
  until<A>(condition: (argument: A) => boolean, argument?: A): Promise<void>;
  /** The next of these events, or the first of those that nobody has taken yet. */
  event(name: Told["event"]): Promise<unknown>;
  /** The exit code. */
  readonly ended: Promise<number | null>;
  /** What the app's processes have written; for the message of a test that fails. */
  output(): string;
  /** Ends the app without asking it, if it still runs. */
  kill(): Promise<void>;
}

/** Starts the app, and returns when its page is loaded, unless it is told to wait before it becomes ready. */
export async function launch(installation: Installation, options: LaunchOptions = {}): Promise<App> {
  const app = start(installation, options);
  if (options.holdReady !== true) await app.event("loaded");
  return app;
}

/** Starts the app and returns at once: a second start never loads a page. */
export function start(installation: Installation, { files = [], holdReady = false }: LaunchOptions = {}): App {
  const { appPath, userData, main } = installation;
  const harness: HarnessOptions = { appPath, userData, holdReady };
  const child = fork(main, files, {
    execArgv: ["--import", REGISTER],
    env: { ...process.env, PYHEAP_HARNESS: JSON.stringify(harness) },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const output = collect(child);
  const ended = once(child, "exit").then(([code]) => code as number | null);
  const ask = asker(child, ended, output);
  const inPage = (run: unknown, argument: unknown) => `(${run})(${JSON.stringify(argument)})`;
  const commands = Object.keys(COMMANDS).map((name) => [
    name,
    (...args: readonly unknown[]) => ask(name as CommandName, args),
  ]);
  return {
    ...(Object.fromEntries(commands) as Remote), // sound: COMMANDS lists exactly the names
    evaluate: <A, T>(run: (argument: A) => T | Promise<T>, argument?: A) =>
      ask("evaluate", [inPage(run, argument)]) as Promise<T>,
    until: async (condition, argument) => {
      await ask("evaluate", [untilTrue(inPage(condition, argument))]);
    },
    event: eventsOf(child, ended, output),
    ended,
    output,
    async kill() {
      if (child.connected) child.disconnect(); // then it ends by itself, and its browser with it
      await ended;
    },
  };
}

/** Looks in the page itself, so that nothing has to travel while it waits. */
const untilTrue = (condition: string) => `new Promise((resolve, reject) => {
  const end = performance.now() + 20_000;
  const look = () => {
    if (${condition}) resolve();
    else if (performance.now() > end) reject(new Error(${JSON.stringify(`Not true in time: ${condition}`)}));
    else setTimeout(look, 20);
  };
  look();
})`;

function collect(child: ChildProcess): () => string {
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => chunks.push(String(chunk)));
  return () => chunks.join("");
}

function asker(child: ChildProcess, ended: Promise<unknown>, output: () => string) {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let asked = 0;
  child.on("message", ({ id, value, error }: Answered) => {
    if (error === undefined) waiting.get(id)?.resolve(value);
    else waiting.get(id)?.reject(new Error(error));
    waiting.delete(id);
  });
  void ended.then(() => {
    for (const { reject } of waiting.values()) reject(new Error(`The app has ended.\n${output()}`));
  });
  return (command: CommandName, args: readonly unknown[]): Promise<unknown> => {
    const answer = Promise.withResolvers<unknown>();
    waiting.set(++asked, answer);
    child.send({ id: asked, command, args });
    return answer.promise;
  };
}

/** Keeps each event until it is taken, so that none is missed that comes before somebody waits for it. */
function eventsOf(child: ChildProcess, ended: Promise<unknown>, output: () => string): App["event"] {
  const told: Told[] = [];
  const more = new EventEmitter();
  child.on("message", (message: Told) => {
    if (message.event === undefined) return;
    told.push(message);
    more.emit("more");
  });
  void ended.then(() => more.emit("more"));
  return async (name) => {
    for (;;) {
      const at = told.findIndex(({ event }) => event === name);
      const [found] = at >= 0 ? told.splice(at, 1) : [];
      if (found !== undefined) return found.data;
      if (child.exitCode !== null) throw new Error(`The app ended before "${name}".\n${output()}`);
      await once(more, "more");
    }
  };
}
