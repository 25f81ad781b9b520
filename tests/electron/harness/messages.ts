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
    | "navigation-denied"
    | "popup-denied"
    | "page-console"
    | "quit";
  readonly data: unknown;
}

export interface WindowState {
  readonly options: unknown;
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
  readonly theme: string;
}

/** What the tests may ask of the app's process. */
export interface Commands {
  state(): AppState;
  ready(): void;
  evaluate(source: string): unknown;
  /** Resolves when the expression becomes true in the page. */
  until(source: string): void;
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
