import { type BrowserWindow, ipcMain, MessageChannelMain } from "electron";
import { CHANNELS } from "../preload/channels.ts";
import type { Engine } from "./engine.ts";
import { pickPath } from "./files.ts";
import type { OpenQueue } from "./open-queue.ts";
import { assertFromPage } from "./trusted.ts";

/** The main process's side of the preload script: a port to the engine, files by the user's hand, and nothing else. */
export interface Bridge {
  /** Asks for a file as the page's own button does, and shows it. */
  openByDialog(): Promise<void>;
  /** Tells the page that its requests are lost, and gives it a port to the next engine if there is one. */
  engineLost(replaced: boolean): void;
}

export function createBridge(window: BrowserWindow, engine: Engine, queue: OpenQueue): Bridge {
  const { webContents } = window;

  const givePort = () => {
    const { port1, port2 } = new MessageChannelMain();
    engine.connect(port1);
    webContents.postMessage(CHANNELS.port, null, [port2]);
  };

  const show = async (path: string) => {
    const file = await engine.offer(path, "command-line");
    if (!window.isDestroyed()) webContents.send(CHANNELS.openFile, file);
  };

  ipcMain.on(CHANNELS.connect, (event) => {
    assertFromPage(event);
    queue.pause(); // the page has just begun to load
    givePort();
  });
  ipcMain.on(CHANNELS.pageReady, (event) => {
    assertFromPage(event);
    queue.resume((path) => void show(path));
  });
  ipcMain.handle(CHANNELS.pickFile, async (event) => {
    assertFromPage(event);
    const path = await pickPath(window);
    return path === null ? null : engine.offer(path, "picked");
  });
  ipcMain.handle(CHANNELS.offerPath, (event, path: unknown) => {
    assertFromPage(event);
    if (typeof path !== "string") throw new Error("A path is a string");
    return engine.offer(path, "dropped");
  });

  return {
    async openByDialog() {
      const path = await pickPath(window);
      if (path !== null) queue.add(path);
    },
    engineLost(replaced) {
      if (window.isDestroyed()) return;
      webContents.send(CHANNELS.engineLost, replaced);
      if (replaced) givePort();
    },
  };
}
