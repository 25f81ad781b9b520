import { EventEmitter } from "node:events";
import { harness } from "./control.ts";

export interface MenuEntry {
  readonly label?: string;
  readonly role?: string;
  readonly submenu?: readonly MenuEntry[];
  readonly click?: () => void;
}

/** A menu that nobody sees; the tests click its entries by their labels. */
export const Menu = {
  buildFromTemplate: (template: readonly MenuEntry[]) => template,
  setApplicationMenu(menu: readonly MenuEntry[]): void {
    harness.menu = menu;
  },
};

export const nativeTheme = Object.assign(new EventEmitter(), { themeSource: "system" });
