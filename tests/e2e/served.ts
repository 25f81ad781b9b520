import type { Browser, BrowserContextOptions, Page } from "playwright";
import { afterAll, beforeAll } from "vitest";
import { launch, openPage } from "./browser.ts";
import { type Server, serveFiles, temporaryFolder } from "./program.ts";

/** The program and a browser, for all tests of a file. */
export interface Served {
  /** Where the page is, token and all. */
  readonly url: string;
  open(options?: BrowserContextOptions, url?: string): Promise<{ page: Page; problems: string[] }>;
}

/** Serves the dumps that `make` leaves in a folder of the test file's own. */
export function served(make: (folder: string) => readonly string[]): Served {
  const folder = temporaryFolder();
  let server: Server;
  let browser: Browser;

  beforeAll(async () => {
    server = await serveFiles(make(folder.path), folder.path);
    browser = await launch();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    folder.remove();
  });

  return {
    get url() {
      return server.url;
    },
    open: (options = {}, url = server.url) => openPage(browser, url, options),
  };
}
