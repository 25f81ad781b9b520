import { EventEmitter } from "node:events";
import { app, PreventableEvent } from "./app.ts";
import { harness } from "./control.ts";
import type { WindowState } from "./messages.ts";
import { WebContents } from "./web-contents.ts";

interface Options {
  readonly width: number;
  readonly height: number;
  readonly webPreferences: { readonly preload: string };
  readonly [name: string]: unknown;
}

/** A window that nobody sees. Its page is a real one. */
export class BrowserWindow extends EventEmitter {
  readonly webContents = new WebContents();
  readonly #options: Options;
  readonly #opened: Promise<void>;
  #bounds: WindowState["bounds"];
  #shown: boolean;
  #maximized = false;
  #destroyed = false;

  constructor(options: Options) {
    super();
    const { width, height, x = 0, y = 0, webPreferences } = options;
    this.#options = options;
    this.#bounds = { x: x as number, y: y as number, width, height };
    this.#shown = options.show !== false;
    harness.windows.add(this);
    this.#opened = this.webContents.open(width, height, webPreferences.preload);
  }

  get state(): WindowState {
    const { pages } = this.webContents;
    const url = this.webContents.getURL();
    return { options: this.#options, url, shown: this.#shown, pages, bounds: this.#bounds };
  }

  async loadURL(url: string): Promise<void> {
    await this.#opened;
    await this.webContents.go(url);
    this.emit("ready-to-show");
    harness.tell("loaded", url);
  }

  show(): void {
    this.#shown = true;
  }

  focus(): void {
    this.emit("focus");
  }

  maximize(): void {
    this.#maximized = true;
  }

  isMaximized(): boolean {
    return this.#maximized;
  }

  isMinimized(): boolean {
    return false;
  }

  restore(): void {}

  isDestroyed(): boolean {
    return this.#destroyed;
  }

  moveTo(bounds: WindowState["bounds"]): void {
    this.#bounds = bounds;
  }

  getNormalBounds(): WindowState["bounds"] {
    return this.#bounds;
  }

  close(): void {
    const event = new PreventableEvent();
    this.emit("close", event);
    if (event.prevented) return;
    this.#destroyed = true;
    harness.windows.delete(this);
    void this.webContents.close();
    this.emit("closed");
    if (harness.windows.size === 0) app.emit("window-all-closed");
  }
}
