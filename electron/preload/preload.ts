import { contextBridge, ipcRenderer, webUtils } from "electron";
import type { FileId, PageShell } from "../../shared/session/contract.ts";
import { CHANNELS } from "./channels.ts";
import { createWire, type WirePort } from "./wire.ts";

/**
 * The whole bridge between the page and the desktop. The page gets four functions and no path: what it may ask of the
 * engine is decided by the contract, what it may open by the user.
 */
const wire = createWire();
ipcRenderer.on(CHANNELS.port, ({ ports: [port] }) => wire.connect(port as WirePort));
ipcRenderer.on(CHANNELS.engineLost, (_event, replaced: boolean) => wire.lose(replaced));
ipcRenderer.send(CHANNELS.connect);

const shell: PageShell = {
  kind: "desktop",
  send: wire.send,
  pickFile: () => ipcRenderer.invoke(CHANNELS.pickFile),
  async offerFile(file) {
    const path = webUtils.getPathForFile(file);
    if (path === "") throw new Error("What was dropped is no file on this computer.");
    return ipcRenderer.invoke(CHANNELS.offerPath, path);
  },
  onOpenFile(listener) {
    ipcRenderer.on(CHANNELS.openFile, (_event, file: FileId) => listener(file));
    ipcRenderer.send(CHANNELS.pageReady);
  },
};

contextBridge.exposeInMainWorld("heapShell", shell);
