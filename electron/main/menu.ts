import { app, Menu, type MenuItemConstructorOptions, nativeTheme } from "electron";
import { changeSettings, readSettings } from "./settings.ts";

export interface MenuOptions {
  readonly settingsPath: string;
  onOpen(): void;
}

/** Sets the application's menu. Recent files are the page's: it shows what the session remembers. */
export function setMenu({ settingsPath, onOpen }: MenuOptions): void {
  const mac: MenuItemConstructorOptions[] = process.platform === "darwin" ? [{ role: "appMenu" }] : [];
  const menu = Menu.buildFromTemplate([
    ...mac,
    {
      label: "&File",
      submenu: [{ label: "Open…", accelerator: "CmdOrCtrl+O", click: onOpen }, { type: "separator" }, { role: "quit" }],
    },
    { role: "editMenu" },
    {
      label: "&View",
      submenu: [
        { role: "resetZoom" },
        { role: "zoomIn" },
        { role: "zoomOut" },
        { role: "togglefullscreen" },
        { type: "separator" },
        { role: "reload" },
        ...(app.isPackaged ? [] : [{ role: "toggleDevTools" } as const]),
        { type: "separator" },
        { label: "Theme", submenu: themes(settingsPath) },
      ],
    },
    { role: "help", submenu: [{ role: "about" }] },
  ]);
  Menu.setApplicationMenu(menu);
}

function themes(settingsPath: string): MenuItemConstructorOptions[] {
  nativeTheme.themeSource = readSettings(settingsPath).theme;
  return (["system", "light", "dark"] as const).map((theme) => ({
    label: { system: "As the system", light: "Light", dark: "Dark" }[theme],
    type: "radio",
    checked: nativeTheme.themeSource === theme,
    click() {
      nativeTheme.themeSource = theme;
      changeSettings(settingsPath, { theme });
    },
  }));
}
