import { app, PreventableEvent } from "./app.ts";
import { harness } from "./control.ts";
import { ipcMain } from "./ipc.ts";
import { type MenuEntry, nativeTheme } from "./menu.ts";
import type { Answered, Asked, Commands } from "./messages.ts";
import type { BrowserWindow } from "./window.ts";

type Async<T> = {
  [Name in keyof T]: T[Name] extends (...args: infer A) => infer R ? (...args: A) => R | Promise<R> : never;
};

const window = (): BrowserWindow => {
  const [first] = harness.windows;
  if (first === undefined) throw new Error("The app has no window");
  return first;
};

const COMMANDS: Async<Commands> = {
  state: () => ({
    windows: [...harness.windows].map(({ state }) => state),
    engines: harness.engines.size,
    sandboxEnabled: harness.sandboxEnabled,
    strayRequests: [...harness.windows].flatMap(({ webContents }) => webContents.strayRequests),
    pageErrors: [...harness.windows].flatMap(({ webContents }) => webContents.errors),
    theme: nativeTheme.themeSource,
  }),
  ready: () => harness.becomeReady(),
  evaluate: (source) => window().webContents.evaluate(source),
  answerDialog(path) {
    harness.dialogAnswers.push(path);
  },
  clickMenu(...labels) {
    let entries = harness.menu;
    let entry: MenuEntry | undefined;
    for (const label of labels) {
      entry = entries.find((candidate) => candidate.label?.replace("&", "") === label);
      entries = entry?.submenu ?? [];
    }
    if (entry?.click === undefined) throw new Error(`The menu has no entry ${labels.join(" › ")}`);
    entry.click();
  },
  openFile(path) {
    const event = new PreventableEvent();
    app.emit("open-file", event, path);
    return event.prevented;
  },
  drop: (path) => window().webContents.drop(path),
  permission: (name) => ({ check: harness.permissionCheck(name), request: harness.permissionRequest(name) }),
  async sendFrom(frame, channel) {
    const senderFrame = frame && { url: frame.url, parent: frame.top ? null : {} };
    const event = { senderFrame };
    try {
      if (!ipcMain.emit(channel, event)) await ipcMain.answer(channel, event, ["/etc/passwd"]);
      return null;
    } catch (thrown) {
      return (thrown as Error).message;
    }
  },
  killEngine() {
    for (const engine of harness.engines) engine.kill();
  },
  crashPage: () => window().webContents.crash(),
  reloadPage: () => window().webContents.reload(),
  moveWindow: (bounds) => window().moveTo(bounds),
  closeWindow: () => window().close(),
};

/** Answers the tests from inside the app's process. */
process.on("message", async ({ id, command, args }: Asked) => {
  const run = COMMANDS[command] as (...args: readonly unknown[]) => unknown;
  let answer: Answered;
  try {
    answer = { id, value: await run(...args) };
  } catch (thrown) {
    answer = { id, error: String((thrown as Error).stack) };
  }
  process.send?.(answer);
});
