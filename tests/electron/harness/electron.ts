/** The module `electron`, as far as our main process uses it. `allow-list.test.ts` keeps it from growing beyond that. */
export { app } from "./app.ts";
export { dialog } from "./dialog.ts";
export { ipcMain } from "./ipc.ts";
export { Menu, nativeTheme } from "./menu.ts";
export { MessageChannelMain } from "./ports.ts";
export { protocol } from "./protocol.ts";
export { screen, session } from "./surroundings.ts";
export { utilityProcess } from "./utility.ts";
export { BrowserWindow } from "./window.ts";
