import { join, resolve } from "node:path";
import { app, type BrowserWindow } from "electron";
import * as v from "valibot";
import { sampleFiles } from "../samples.ts";
import { createBridge } from "./bridge.ts";
import { startEngine } from "./engine.ts";
import { setMenu } from "./menu.ts";
import { createOpenQueue } from "./open-queue.ts";
import { declareScheme, servePage } from "./protocol.ts";
import { denyPermissions, openWindow } from "./window.ts";

/** What a second start hands to the first, because Chromium may reorder the arguments it passes on itself. */
const SECOND_START = v.object({ files: v.array(v.string()) });

const queue = createOpenQueue();
// Switches are Chromium's, and may stand anywhere. In a checkout the first of the others is the app itself.
const files = process.argv
  .slice(1)
  .filter((argument) => !argument.startsWith("-"))
  .slice(app.isPackaged ? 0 : 1)
  .map((path) => resolve(path));

app.enableSandbox();
if (app.requestSingleInstanceLock({ files })) {
  declareScheme();
  queue.add(...files);
  app.on("open-file", (event, path) => {
    event.preventDefault();
    queue.add(path); // macOS sends this even before the app is ready
  });
  void app.whenReady().then(start);
} else {
  app.quit();
}

function start(): void {
  const root = app.getAppPath();
  const settingsPath = join(app.getPath("userData"), "settings.json");
  servePage(join(root, "dist", "renderer"));
  denyPermissions();

  const engine = startEngine({
    stateFolder: join(app.getPath("userData"), "state"),
    onLost: (replaced) => bridge.engineLost(replaced),
  });
  const window = openWindow({ preload: join(root, "dist", "electron", "preload.cjs"), settingsPath });
  const samples = join(app.isPackaged ? process.resourcesPath : root, "samples");
  for (const path of sampleFiles(samples)) engine.offer(path, "sample").catch(() => {}); // an engine that is down says so
  const bridge = createBridge(window, engine, queue);
  setMenu({ settingsPath, onOpen: () => void bridge.openByDialog() });

  app.on("second-instance", (_event, _arguments, _folder, data) => {
    if (v.is(SECOND_START, data)) queue.add(...data.files);
    bringToFront(window);
  });
  app.on("window-all-closed", () => app.quit());
  stopBeforeQuit(() => engine.stop());
}

/** Holds the end back until `stop` is done: copies of dumps are deleted and the index is written there. */
function stopBeforeQuit(stop: () => Promise<void>): void {
  let stopped = false;
  app.on("will-quit", (event) => {
    if (stopped) return;
    event.preventDefault();
    void stop().finally(() => {
      stopped = true;
      app.quit();
    });
  });
}

function bringToFront(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.focus();
}
