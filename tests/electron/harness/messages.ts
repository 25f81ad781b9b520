/** How the tests start an app. */
export interface HarnessOptions {
  readonly appPath: string;
  readonly userData: string;
  /** The app becomes ready only when it is told. */
  readonly holdReady: boolean;
}

/** What the app's process tells the tests without being asked. */
export interface Told {
  readonly event:
    | "dialog"
    | "engine-start"
    | "engine-exit"
    | "engine-error"
    | "loaded"
    | "navigation"
    | "popup"
    | "reloaded"
    | "quit";
  readonly data: unknown;
}

/** The data of the events `navigation` and `popup`: where the page wanted to go, and whether the app let it. */
export interface Attempt {
  readonly url: string;
  readonly denied: boolean;
}

export interface WindowState {
  /** As the app gave them to its window. */
  readonly options: { readonly webPreferences: unknown };
  readonly url: string;
  readonly shown: boolean;
  /** Pages in the window's browser context: more than one means that a second window came up. */
  readonly pages: number;
  readonly bounds: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

export interface AppState {
  readonly windows: readonly WindowState[];
  readonly engines: number;
  readonly sandboxEnabled: boolean;
  /** Requests that no handler of the app answered; the harness lets none of them out. */
  readonly strayRequests: readonly string[];
  /** Errors on the page's console, among them whatever its policy has blocked. */
  readonly pageErrors: readonly string[];
  readonly theme: string;
}

/** What the tests may ask of the app's process. */
export interface Commands {
  state(): AppState;
  ready(): void;
  evaluate(source: string): unknown;
  answerDialog(path: string | null): void;
  clickMenu(...labels: string[]): void;
  /** The app's event `open-file`; says whether it was prevented, as the app must. */
  openFile(path: string): boolean;
  drop(path: string): void;
  permission(name: string): { check: boolean; request: boolean };
  /** An IPC message as a frame at this address would send it, sub-frame or not; gives the refusal, or null. */
  sendFrom(frame: { url: string; top: boolean } | null, channel: string): string | null;
  killEngine(): void;
  crashPage(): void;
  reloadPage(): void;
  moveWindow(bounds: WindowState["bounds"]): void;
  closeWindow(): void;
}

export type CommandName = keyof Commands;

export interface Asked {
  readonly id: number;
  readonly command: CommandName;
  readonly args: readonly unknown[];
}

export interface Answered {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}
