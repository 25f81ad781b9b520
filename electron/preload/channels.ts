/** Names of the messages between a page's preload script and the main process. */
export const CHANNELS = {
  /** Preload: this page wants a port to the engine. */
  connect: "connect",
  /** Main: the port, at the start and again after the engine was restarted. */
  port: "port",
  /** Main: the engine died; `true`: another one is being started. */
  engineLost: "engine-lost",
  pickFile: "pick-file",
  offerPath: "offer-path",
  /** Preload: the page listens for files from now on. */
  pageReady: "page-ready",
  /** Main: show this file. */
  openFile: "open-file",
} as const;
