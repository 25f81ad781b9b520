import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { basename } from "node:path";
import type { Transport } from "../../shared/session/contract.ts";
import type { Session } from "../../shared/session/session.ts";
import { toFailure } from "../../shared/types/failure.ts";
import { createConnection, NO_ID } from "../engine/connection.ts";
import { readPageFile } from "../page-files.ts";
import { openInBrowser } from "./browser.ts";
import { hasToken, isOurs, readBody, refuse, send, sendJson } from "./http.ts";
import { createUploadFolder } from "./upload.ts";

const MAX_MESSAGE_BYTES = 2 ** 20;
const MAX_UPLOAD_BYTES = 256 * 2 ** 30;
/** How long a browser gets before the address is printed after all: it may be unable to read the file it was given. */
const BROWSER_PATIENCE_MS = 10_000;

export interface ServeOptions {
  readonly session: Pick<Session, "offer">;
  readonly host: Transport;
  /** The built page. */
  readonly pageFolder: string;
  /** 0, the default: any free one. */
  readonly port?: number;
  /** Shows the page in the user's browser. */
  readonly open?: boolean;
  /** Paths of dumps that the page may open. */
  readonly files: readonly string[];
  /** Where the page begins, as `formatRoute` writes it; at the start screen by default. */
  readonly route?: string;
  readonly print?: (line: string) => void;
  readonly maxUploadBytes?: number;
}

export interface Served {
  /** Where the page is, with the token in the fragment: fragments are never sent, so they are in no log. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the page and the session to this machine only: on the loopback address, to who knows a random token. There are
 * no cookies and no CORS, so that a page of another site can neither read nor cause anything.
 */
export async function serve(options: ServeOptions): Promise<Served> {
  const { session, print = console.log } = options;
  const token = randomBytes(32).toString("hex");
  const connection = createConnection(options.host);
  const uploads = createUploadFolder({ maxBytes: options.maxUploadBytes ?? MAX_UPLOAD_BYTES });
  let onFirstCall = () => {};

  const server = createServer((request, response) => {
    route(request, response).catch((thrown: unknown) => {
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { failure: toFailure(thrown) });
    });
  });
  server.requestTimeout = 0; // a large dump over ssh takes as long as it takes

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isOurs(request, portOf(server))) return refuse(response, 403, "Only this machine's own page may ask.");
    const url = URL.parse(request.url ?? "/", "http://localhost");
    if (url === null) return refuse(response, 400, "This is no address.");
    const call = CALLS[url.pathname];
    if (call === undefined) return page(request, response, url.pathname);
    if (request.method !== "POST") return refuse(response, 405, "Use POST.", { allow: "POST" });
    if (!hasToken(request, token)) return refuse(response, 401, "The token is missing or wrong.");
    onFirstCall();
    return call(request, response, url);
  }

  async function page(request: IncomingMessage, response: ServerResponse, pathname: string): Promise<void> {
    if (request.method !== "GET") return refuse(response, 405, "Use GET.", { allow: "GET" });
    const file = await readPageFile(options.pageFolder, pathname);
    if (file === null) return refuse(response, 404, "There is nothing here.");
    return send(response, 200, file.type, file.body);
  }

  async function rpc(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request, MAX_MESSAGE_BYTES);
    if (body === null) return refuse(response, 413, "The message is too long.");
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const reply = await connection.answer(parsed(body), gone.signal);
    sendJson(response, reply.id === NO_ID ? 400 : 200, reply);
  }

  async function files(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const name = displayName(url.searchParams.get("name"));
    try {
      const path = await uploads.receive(request, name);
      sendJson(response, 200, { file: session.offer({ path, origin: "dropped", name, temporary: true }) });
    } catch (thrown) {
      request.resume(); // the sender reads the answer only after it has sent everything
      const failure = toFailure(thrown);
      sendJson(response, failure.code === "too-large" ? 413 : 500, { failure });
    }
  }

  const CALLS: Readonly<Record<string, typeof files>> = { "/rpc": rpc, "/files": files };

  for (const path of options.files) session.offer({ path, origin: "command-line" });
  await listen(server, options.port ?? 0);
  const port = portOf(server);
  const landing = options.route === undefined ? "" : `&route=${encodeURIComponent(options.route)}`;
  const url = `http://127.0.0.1:${port}/#token=${token}${landing}`;
  const stopAnnouncing = await announce({ url, port, open: options.open ?? false, print }, (used) => {
    onFirstCall = used;
  });

  return {
    url,
    async close() {
      await stopAnnouncing();
      const closed = new Promise((resolve) => server.close(resolve));
      await connection.close(); // long polls are answered, not cut
      server.closeIdleConnections();
      const impatience = setTimeout(() => server.closeAllConnections(), 500); // uploads, and clients that do not read
      await closed;
      clearTimeout(impatience);
      await uploads.remove();
    },
  };
}

interface Announcement {
  readonly url: string;
  readonly port: number;
  readonly open: boolean;
  readonly print: (line: string) => void;
}

/** Tells the user where the page is: by opening it or, where that can't work or does not, by printing the address. */
async function announce(
  { url, port, open, print }: Announcement,
  onFirstUse: (listener: () => void) => void,
): Promise<() => Promise<void>> {
  let told = false;
  const printAddress = () => {
    if (told) return;
    told = true;
    print(`PyHeap Explorer is at ${url}`);
    print(`From another machine: ssh -L ${port}:127.0.0.1:${port} THIS-MACHINE, then open the same address there.`);
  };
  const browser = open ? await openInBrowser(url, printAddress) : null;
  if (browser === null) {
    printAddress();
    return async () => {};
  }
  const patience = setTimeout(printAddress, BROWSER_PATIENCE_MS);
  const stop = async () => {
    clearTimeout(patience);
    await browser.forget();
  };
  onFirstUse(() => void stop());
  print("PyHeap Explorer is open in your browser. Ctrl+C ends it.");
  return stop;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/** A dropped file's name is only ever shown; the copy gets a name of our own. */
const displayName = (given: string | null): string =>
  basename((given ?? "").replaceAll("\\", "/"))
    .replace(/\p{Cc}/gu, "")
    .slice(0, 200) || "dropped file";
