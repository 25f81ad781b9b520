import { type BrowserWindow, dialog } from "electron";

/** Asks the user for a dump; null where they cancelled. */
export async function pickPath(window: BrowserWindow): Promise<string | null> {
  const { canceled, filePaths } = await dialog.showOpenDialog(window, {
    title: "Open a heap dump",
    properties: ["openFile"],
    filters: [
      { name: "Python heap dumps", extensions: ["pyheap"] },
      { name: "All files", extensions: ["*"] },
    ],
  });
  return canceled ? null : (filePaths[0] ?? null);
}
