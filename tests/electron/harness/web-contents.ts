import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { type BrowserContext, type CDPSession, chromium, type Page } from "playwright";
import { findChromium } from "../../setup/chromium.ts";
import { PreventableEvent } from "./app.ts";
import { harness } from "./control.ts";
import { ipcMain } from "./ipc.ts";
import type { Attempt } from "./messages.ts";
import type { PortMain } from "./ports.ts";
import { answerRequest, fromChromium, toChromium } from "./protocol.ts";
import { bridgeEnd, type FromPreload, pageWorld, preloadWorld, type ToPreload } from "./worlds.ts";

const PRELOAD_WORLD = "preload";

/** An event of Electron's that carries an address. */
class NavigationEvent extends PreventableEvent {
  readonly url: string;

  constructor(url: string) {
    super();
    this.url = url;
  }
}

interface RequestPaused {
  readonly requestId: string;
  readonly resourceType: string;
  readonly frameId: string;
  readonly request: { readonly url: string; readonly method: string };
}

/** The page in a window: messages to and from its preload script, and what it may load and where it may go. */
export class WebContents extends EventEmitter {
  readonly strayRequests: string[] = [];
  readonly errors: string[] = [];
  readonly #ports = new Map<number, PortMain>();
  #openHandler: (details: { url: string }) => { action: string } = () => ({ action: "allow" });
  #opened: { page: Page; cdp: CDPSession; context: BrowserContext; frame: string } | null = null;
  #preloadContext: number | null = null;
  #lastPort = 0;
  #goingTo = "";

  // What Electron offers.

  get mainFrame() {
    return { url: this.getURL(), parent: null };
  }

  getURL(): string {
    return fromChromium(this.#opened?.page.url() ?? "");
  }

  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.#openHandler = handler;
  }

  send(channel: string, ...args: unknown[]): void {
    this.#toPreload({ kind: "message", channel, args, ports: [] });
  }

  postMessage(channel: string, message: unknown, ports: readonly PortMain[]): void {
    this.#toPreload({ kind: "message", channel, args: [message], ports: ports.map((port) => this.#adopt(port)) });
  }

  reload(): void {
    void this.#load(this.#goingTo).then(() => harness.tell("reloaded"));
  }

  // What the harness needs.

  get #cdp(): CDPSession {
    if (this.#opened === null) throw new Error("The window has no page yet");
    return this.#opened.cdp;
  }

  get pages(): number {
    return this.#opened?.context.pages().length ?? 0;
  }

  async open(width: number, height: number, preload: string): Promise<void> {
    const context = await (await browser()).newContext({ viewport: { width, height } });
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    const { frameTree } = await cdp.send("Page.getFrameTree");
    this.#opened = { page, cdp, context, frame: frameTree.frame.id };
    page.on("crash", () => this.emit("render-process-gone", {}, { reason: "crashed" }));
    page.on("console", (message) => {
      if (message.type() === "error") this.errors.push(message.text());
    });
    page.on("pageerror", (error) => this.errors.push(String(error)));
    this.#watchPopups(page, cdp);
    await this.#installWorlds(cdp, preload);
    cdp.on("Fetch.requestPaused", (paused) => void this.#answer(cdp, paused));
    await cdp.send("Fetch.enable", { patterns: [{ urlPattern: "*" }] });
  }

  async go(url: string): Promise<void> {
    this.#goingTo = url;
    await this.#load(url);
  }

  /** Evaluates in the page's own world, as its own scripts are; waits for a promise. */
  async evaluate(expression: string): Promise<unknown> {
    const how = { awaitPromise: true, returnByValue: true, userGesture: true };
    const { result, exceptionDetails: thrown } = await this.#cdp.send("Runtime.evaluate", { expression, ...how });
    if (thrown) throw new Error(thrown.exception?.description ?? thrown.text);
    return result.value;
  }

  /** Ends the page's process. The promise never settles: nobody is left to answer. */
  crash(): void {
    void this.#cdp.send("Page.crash").catch(() => {});
  }

  /** Drops a real file. Where it lies is known only by its name: see the README. */
  async drop(path: string): Promise<void> {
    this.#toPreload({ kind: "path", name: basename(path), path });
    const data = { items: [], files: [path], dragOperationsMask: 1 };
    for (const type of ["dragEnter", "dragOver", "drop"] as const) {
      await this.#cdp.send("Input.dispatchDragEvent", { type, x: 50, y: 50, data });
    }
  }

  /** Over the DevTools protocol, because Playwright's own page is dead for good after a crash. */
  async #load(url: string): Promise<void> {
    const loaded = new Promise((resolve) => this.#cdp.once("Page.loadEventFired", resolve));
    await this.#cdp.send("Page.navigate", { url: toChromium(url) });
    await loaded;
  }

  async close(): Promise<void> {
    this.#closePorts();
    await this.#opened?.context.close();
  }

  #watchPopups(page: Page, cdp: CDPSession): void {
    const attempts: Attempt[] = [];
    cdp.on("Page.windowOpen", ({ url }) => {
      attempts.push({ url, denied: this.#openHandler({ url: fromChromium(url) }).action === "deny" });
    });
    page.on("popup", async (popup) => {
      const attempt = attempts.shift();
      if (attempt?.denied) await popup.close(); // Chromium has opened it already
      harness.tell("popup", attempt);
    });
  }

  async #installWorlds(cdp: CDPSession, preload: string): Promise<void> {
    const key = crypto.randomUUID();
    const onPage = `(${pageWorld})(${bridgeEnd}, ${JSON.stringify(key)})`;
    const toApp = "(message) => toApp(JSON.stringify(message))";
    const body = `(require) => {${readFileSync(preload, "utf8")}\n}`;
    const inPreload = `(${preloadWorld})(${bridgeEnd}, ${JSON.stringify(key)}, ${toApp}, ${body})`;
    cdp.on("Runtime.executionContextCreated", ({ context }) => {
      if (context.name === PRELOAD_WORLD && context.auxData?.frameId === this.#opened?.frame) {
        this.#closePorts(); // they belonged to the page before
        this.#preloadContext = context.id;
      }
    });
    cdp.on("Runtime.bindingCalled", ({ name, payload }) => {
      if (name === "toApp") void this.#fromPreload(JSON.parse(payload) as FromPreload);
    });
    await cdp.send("Runtime.enable");
    await cdp.send("Page.enable");
    await cdp.send("Runtime.addBinding", { name: "toApp", executionContextName: PRELOAD_WORLD });
    await cdp.send("Page.addScriptToEvaluateOnNewDocument", { source: onPage });
    await cdp.send("Page.addScriptToEvaluateOnNewDocument", { source: inPreload, worldName: PRELOAD_WORLD });
  }

  /** Every request of the page: the app's handlers answer theirs; nothing ever leaves this machine. */
  async #answer(cdp: CDPSession, { requestId, resourceType, frameId, request }: RequestPaused): Promise<void> {
    const url = fromChromium(request.url);
    if (resourceType === "Document" && frameId === this.#opened?.frame && url !== this.#goingTo) {
      const event = new NavigationEvent(url);
      this.emit("will-navigate", event, url);
      harness.tell("navigation", { url, denied: event.prevented } satisfies Attempt);
      if (event.prevented) {
        await cdp.send("Fetch.failRequest", { requestId, errorReason: "Aborted" });
        return;
      }
      this.#goingTo = url;
    }
    const response = await answerRequest(url, request.method);
    if (response === null) {
      this.strayRequests.push(url);
      await cdp.send("Fetch.failRequest", { requestId, errorReason: "BlockedByClient" });
      return;
    }
    await cdp.send("Fetch.fulfillRequest", {
      requestId,
      responseCode: response.status,
      responseHeaders: [...response.headers].map(([name, value]) => ({ name, value })),
      body: Buffer.from(await response.arrayBuffer()).toString("base64"),
    });
  }

  #adopt(port: PortMain): number {
    const id = ++this.#lastPort;
    this.#ports.set(id, port);
    port.on("message", ({ data }) => this.#toPreload({ kind: "port", port: id, data }));
    port.start();
    return id;
  }

  #closePorts(): void {
    for (const port of this.#ports.values()) port.close();
    this.#ports.clear();
  }

  #toPreload(message: ToPreload): void {
    if (this.#preloadContext === null) return;
    const expression = `fromApp(${JSON.stringify(message)})`;
    // Fails where the page is gone meanwhile, and then nobody waits for it.
    this.#opened?.cdp.send("Runtime.evaluate", { contextId: this.#preloadContext, expression }).catch(() => {});
  }

  async #fromPreload(message: FromPreload): Promise<void> {
    if (message.kind === "port") return this.#ports.get(message.port)?.postMessage(message.data);
    const event = { sender: this, senderFrame: this.mainFrame };
    if (message.kind === "send") {
      ipcMain.emit(message.channel, event, ...message.args);
      return;
    }
    const { id, channel } = message;
    try {
      this.#toPreload({ kind: "answer", id, value: await ipcMain.answer(channel, event, message.args) });
    } catch (thrown) {
      this.#toPreload({ kind: "answer", id, error: `Error invoking remote method '${channel}': ${thrown}` });
    }
  }
}

function browser() {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"];
  harness.browser ??= chromium.launch({ executablePath: findChromium() ?? "chromium", args });
  return harness.browser;
}
