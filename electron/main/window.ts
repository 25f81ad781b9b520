import { BrowserWindow, type Rectangle, screen, session } from "electron";
import { PAGE_ORIGIN, PAGE_URL } from "./protocol.ts";
import { changeSettings, readSettings } from "./settings.ts";

const SIZE = { width: 1280, height: 800 };
/** A page that crashes again within this time is not reloaded again. */
const CRASH_LOOP_MS = 10_000;

export interface WindowOptions {
  readonly preload: string;
  readonly settingsPath: string;
}

/** Opens the window on the page. The page shows text out of hostile files, so it gets a sandbox and no way out of it. */
export function openWindow({ preload, settingsPath }: WindowOptions): BrowserWindow {
  const { bounds, maximized } = readSettings(settingsPath);
  const window = new BrowserWindow({
    ...SIZE,
    ...(bounds !== null && isOnScreen(bounds) ? bounds : {}),
    minWidth: 640,
    minHeight: 480,
    show: false,
    title: "PyHeap Explorer",
    webPreferences: { preload, sandbox: true, contextIsolation: true, nodeIntegration: false, webviewTag: false },
  });
  if (maximized) window.maximize();
  confine(window);
  reloadAfterCrash(window);
  window.once("ready-to-show", () => window.show());
  window.on("close", () => {
    changeSettings(settingsPath, { bounds: window.getNormalBounds(), maximized: window.isMaximized() });
  });
  void window.loadURL(PAGE_URL);
  return window;
}

/** Denies all pages every permission except putting text on the clipboard, which Copy needs. */
export function denyPermissions(): void {
  const allowed = (permission: string) => permission === "clipboard-sanitized-write";
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => allowed(permission));
  session.defaultSession.setPermissionRequestHandler((_contents, permission, decide) => decide(allowed(permission)));
}

/** The page stays the page: no other address, no second window, no page inside the page. */
function confine({ webContents }: BrowserWindow): void {
  webContents.setWindowOpenHandler(() => ({ action: "deny" }));
  webContents.on("will-attach-webview", (event) => event.preventDefault());
  for (const name of ["will-navigate", "will-redirect"] as const) {
    webContents.on(name as "will-navigate", (event) => {
      if (!event.url.startsWith(PAGE_ORIGIN)) event.preventDefault();
    });
  }
}

function reloadAfterCrash({ webContents }: BrowserWindow): void {
  let last = Number.NEGATIVE_INFINITY;
  webContents.on("render-process-gone", () => {
    const now = performance.now();
    if (now - last > CRASH_LOOP_MS) webContents.reload();
    last = now;
  });
}

/** False where the screen that showed the window is gone: at least a handle of the title bar must be within reach. */
function isOnScreen({ x, y, width }: Rectangle): boolean {
  return screen.getAllDisplays().some(({ workArea: area }) => {
    const overlap = Math.min(x + width, area.x + area.width) - Math.max(x, area.x);
    return overlap >= 100 && y >= area.y && y <= area.y + area.height - 50;
  });
}
