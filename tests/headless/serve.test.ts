import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Served, type ServeOptions, serve } from "../../electron/headless/serve.ts";
import { CONTENT_SECURITY_POLICY } from "../../electron/page-files.ts";
import type { FileId, Message, Reply, Transport } from "../../shared/session/contract.ts";
import type { Offer } from "../../shared/session/files.ts";

/** A host that answers nothing until it is told: what is shown here is the shell. The contract suite uses the real one. */
class FakeHost {
  readonly asked: Message[] = [];
  readonly cancelled: unknown[] = [];
  readonly #held = new Map<string, PromiseWithResolvers<Reply>>();

  readonly answer: Transport = (message) => {
    this.asked.push(message);
    const { id, method, params } = message;
    if (method === "cancel") {
      const { request } = params as { request: string };
      this.cancelled.push(request);
      this.#held.get(request)?.resolve({ id, ok: false, failure: { code: "cancelled" } });
    }
    if (method !== "watch") return Promise.resolve({ id, ok: true, value: { method, params } });
    const held = Promise.withResolvers<Reply>();
    this.#held.set(id, held);
    return held.promise;
  };
}

let folder: string;
let host: FakeHost;
let offered: Offer[];
let printed: string[];
let served: Served;

const start = async (change: Partial<ServeOptions> = {}): Promise<Served> => {
  const session = { offer: (offer: Offer) => `f${offered.push(offer)}` as FileId };
  const print = (line: string) => printed.push(line);
  const pageFolder = join(folder, "page");
  return serve({ session, host: host.answer, pageFolder, files: [], print, ...change });
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "pyheap-serve-test-"));
  mkdirSync(join(folder, "page/assets"), { recursive: true });
  writeFileSync(join(folder, "page/index.html"), "<title>The page</title>");
  writeFileSync(join(folder, "page/assets/a.js"), "1");
  writeFileSync(join(folder, "page/assets/.built-from"), "not for the world");
  writeFileSync(join(folder, "secret.html"), "outside of the page");
  host = new FakeHost();
  offered = [];
  printed = [];
  served = await start();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await served.close();
  rmSync(folder, { recursive: true });
});

const token = (): string => new URL(served.url).hash.slice("#token=".length);
const port = (): number => Number(new URL(served.url).port);

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

/** Over node:http, because `fetch` tidies paths and sets Host and Origin itself. */
async function ask(path: string, options: RequestOptions = {}, body: string | Buffer = ""): Promise<Answer> {
  const request = httpRequest({ host: "127.0.0.1", port: port(), path, ...options });
  request.end(body);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  let text = "";
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}

const post = (path: string, body: string | Buffer, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(path, { method: "POST", headers: { authorization: `Bearer ${token()}`, ...headers } }, body);

const message = (method: string, id = "m-1") => JSON.stringify({ id, method, params: {} });

/** The one folder in which the server keeps uploads. */
const uploadPath = (): string => offered.at(-1)?.path ?? "";

describe("the page", () => {
  it("is served under a strict policy", async () => {
    const { status, headers, text } = await ask("/");
    expect([status, text]).toEqual([200, "<title>The page</title>"]);
    expect(headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": CONTENT_SECURITY_POLICY,
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
    });
    expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|\*|http/);
  });

  it("comes with its other files", async () => {
    expect(await ask("/assets/a.js")).toMatchObject({ status: 200, text: "1" });
  });

  it("tells no other site anything, by no header", async () => {
    const { headers } = await ask("/");
    expect(Object.keys(headers).filter((name) => /access-control|cookie/.test(name))).toEqual([]);
  });

  it("refuses what is no address", async () => {
    expect((await ask("//[")).status).toBe(400);
  });

  it.each([
    "/../secret.html",
    "/%2e%2e/secret.html",
    "/..%2fsecret.html",
    "/assets/..%5c..%5csecret.html",
    "//etc/passwd",
  ])("does not lead outside by %s", async (path) => {
    expect((await ask(path)).status).toBe(404);
  });

  it.each(["/assets", "/assets/.built-from", "/nothing.js", "/%", "/a.js%00"])("has nothing at %s", async (path) => {
    expect((await ask(path)).status).toBe(404);
  });

  it.each(["POST", "PUT", "OPTIONS", "HEAD", "DELETE"])("can only be read, not be asked by %s", async (method) => {
    expect((await ask("/", { method })).status).toBe(405);
  });
});

describe("who may ask", () => {
  it.each(["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example"])(
    "nobody who calls the server %j, as a rebound name would",
    async (name) => {
      expect((await ask("/", { headers: { host: name } })).status).toBe(403);
    },
  );

  it("nobody who names no server at all", async () => {
    expect((await ask("/", { setHost: false })).status).toBe(400);
  });

  it("everybody on this machine, for the page", async () => {
    expect((await ask("/", { headers: { host: `localhost:${port()}` } })).status).toBe(200);
  });

  it.each(["http://evil.example", "null", "https://127.0.0.1", "http://localhost:1"])(
    "no page from %s, even with the token",
    async (origin) => {
      expect((await post("/rpc", message("files"), { origin })).status).toBe(403);
      expect(host.asked).toEqual([]);
    },
  );

  it("our own page", async () => {
    const { status } = await post("/rpc", message("files"), { origin: `http://127.0.0.1:${port()}` });
    expect(status).toBe(200);
  });

  it.each([
    ["nothing", {}],
    ["another token", { authorization: `Bearer ${"0".repeat(64)}` }],
    ["half of one", { authorization: "Bearer 0" }],
    ["another scheme", { authorization: "Basic 0" }],
  ])("nobody with %s", async (_, headers) => {
    for (const path of ["/rpc", "/files?name=a"]) {
      const { status } = await ask(
        path,
        { method: "POST", headers: headers as Record<string, string> },
        message("files"),
      );
      expect(status).toBe(401);
    }
    expect([host.asked, offered]).toEqual([[], []]);
  });

  it("only this machine", () => {
    expect(new URL(served.url).hostname).toBe("127.0.0.1");
    expect(token()).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe("a message", () => {
  it("gets its reply", async () => {
    const { status, headers, text } = await post("/rpc", message("files"));
    expect([status, headers["content-type"]]).toEqual([200, "application/json"]);
    expect(JSON.parse(text)).toEqual({ id: "m-1", ok: true, value: { method: "files", params: {} } });
  });

  it.each(["", "{", "null", "[]", '"files"', '{"id":1,"method":"files","params":{}}', '{"id":"1"}'])(
    "that is none is refused: %j",
    async (body) => {
      const { status, text } = await post("/rpc", body);
      expect(status).toBe(400);
      expect(JSON.parse(text)).toMatchObject({ ok: false, failure: { code: "bad-request" } });
      expect(host.asked).toEqual([]);
    },
  );

  it("of more than 1 MB is refused, announced or not", async () => {
    const body = Buffer.alloc(2 ** 20 + 1, " ");
    expect((await post("/rpc", body)).status).toBe(413);
    expect((await post("/rpc", body, { "transfer-encoding": "chunked" })).status).toBe(413);
  });

  it("is cancelled when its sender goes away", async () => {
    const sender = new AbortController();
    const options = { method: "POST", headers: { authorization: `Bearer ${token()}` }, signal: sender.signal };
    const request = ask("/rpc", options, message("watch", "long-poll"));
    await vi.waitFor(() => expect(host.asked.length).toBe(1));
    sender.abort();
    await expect(request).rejects.toThrow();
    await vi.waitFor(() => expect(host.cancelled).toEqual(["long-poll"]));
  });

  it("is answered, not cut off, when the server stops", async () => {
    const request = post("/rpc", message("watch", "long-poll"));
    await vi.waitFor(() => expect(host.asked.length).toBe(1));
    await served.close();
    expect(JSON.parse((await request).text)).toMatchObject({ ok: false, failure: { code: "cancelled" } });
    await expect(ask("/")).rejects.toThrow(/ECONNREFUSED|ECONNRESET|hang up/);
  });
});

describe("a dropped file", () => {
  it("becomes a private copy that the session may delete", async () => {
    const { text } = await post("/files?name=app.pyheap", Buffer.from("dump"));
    expect(JSON.parse(text)).toEqual({ file: "f1" });
    expect(offered).toEqual([{ path: uploadPath(), origin: "dropped", name: "app.pyheap", temporary: true }]);
    expect(readFileSync(uploadPath(), "utf8")).toBe("dump");
    expect(statSync(uploadPath()).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(uploadPath())).mode & 0o777).toBe(0o700);
  });

  it("is gone when the server stops", async () => {
    await post("/files?name=app.pyheap", "dump");
    await served.close();
    expect(existsSync(dirname(uploadPath()))).toBe(false);
  });

  it.each([
    ["../../etc/passwd", "passwd"],
    ["C:\\dumps\\a.pyheap", "a.pyheap"],
    ["a\u0000\u001b[31m.pyheap", "a[31m.pyheap"],
    ["", "dropped file"],
    ["x".repeat(500), "x".repeat(200)],
  ])("is called by its bare name: %j", async (name, shown) => {
    await post(`/files?name=${encodeURIComponent(name)}`, "dump");
    expect(offered[0]?.name).toBe(shown);
  });

  it.each([
    ["announced", {}],
    ["not announced", { "transfer-encoding": "chunked" }],
  ])("that is too large is refused and leaves nothing, its size %s", async (_, headers) => {
    await served.close();
    served = await start({ maxUploadBytes: 1_000 });
    await post("/files?name=small", "small");
    const { status, text } = await post("/files?name=large", Buffer.alloc(100_000), headers as Record<string, string>);
    expect(status).toBe(413);
    expect(JSON.parse(text)).toMatchObject({ failure: { code: "too-large", path: "large" } });
    expect(offered.length).toBe(1);
    expect(existsSync(uploadPath().replace("1.pyheap", "2.pyheap"))).toBe(false);
  });

  it("that breaks off leaves nothing", async () => {
    await post("/files?name=first", "dump");
    const broken = uploadPath().replace("1.pyheap", "2.pyheap");
    const headers = { authorization: `Bearer ${token()}`, "content-length": "1000" };
    const request = httpRequest({ host: "127.0.0.1", port: port(), path: "/files?name=b", method: "POST", headers });
    request.on("error", () => {}); // it is we who break it off
    request.write("half");
    await vi.waitFor(() => expect(existsSync(broken)).toBe(true));
    request.destroy();
    await vi.waitFor(() => expect(existsSync(broken)).toBe(false));
    expect(offered.length).toBe(1);
  });
});

describe("where the page is", () => {
  it("is printed where no browser is opened, with the way from another machine", () => {
    expect(printed).toEqual([
      `PyHeap Explorer is at ${served.url}`,
      expect.stringContaining(`ssh -L ${port()}:127.0.0.1:${port()} `),
    ]);
  });

  it("offers the files of the command line", async () => {
    await served.close();
    served = await start({ files: ["/a.pyheap", "/b.pyheap"] });
    expect(offered).toEqual([
      { path: "/a.pyheap", origin: "command-line" },
      { path: "/b.pyheap", origin: "command-line" },
    ]);
  });

  it("may be another screen than the first", async () => {
    await served.close();
    served = await start({ route: "#/0123/overview" });
    expect(served.url).toMatch(/#token=[0-9a-f]{64}&route=%23%2F0123%2Foverview$/);
  });

  describe.runIf(process.platform === "linux")("in a browser", () => {
    /** Stands in for xdg-open: notes its command line and keeps a copy of the file it is given. */
    const useBrowser = (script: string) => {
      const bin = join(folder, "bin");
      mkdirSync(bin);
      writeFileSync(join(bin, "xdg-open"), `#!/bin/sh\n${script}\n`);
      chmodSync(join(bin, "xdg-open"), 0o755);
      vi.stubEnv("PATH", `${bin}${delimiter}${process.env.PATH}`);
      vi.stubEnv("DISPLAY", ":0");
    };

    it("never puts the token on a command line: a private file leads to the page, until it is used", async () => {
      useBrowser(
        `cp "$1" "${folder}/seen.html"; stat -c %a "$1" > "${folder}/mode"; echo "$@" > "${folder}/arguments"`,
      );
      await served.close();
      printed = [];
      served = await start({ open: true });
      await vi.waitFor(() => expect(existsSync(join(folder, "arguments"))).toBe(true));
      await vi.waitFor(() => expect(readFileSync(join(folder, "arguments"), "utf8")).toMatch(/open\.html\n$/));
      const path = readFileSync(join(folder, "arguments"), "utf8").trim();
      expect(path).not.toContain(token());
      expect(readFileSync(join(folder, "mode"), "utf8")).toBe("600\n");
      expect(readFileSync(join(folder, "seen.html"), "utf8")).toContain(`url=${served.url}"`);
      expect(printed.join()).not.toContain(token());

      await post("/rpc", message("files"));
      await vi.waitFor(() => expect(existsSync(dirname(path))).toBe(false));
    });

    it("is printed where no browser can be opened after all", async () => {
      useBrowser("exit 3");
      await served.close();
      printed = [];
      served = await start({ open: true });
      await vi.waitFor(() => expect(printed).toContain(`PyHeap Explorer is at ${served.url}`));
    });

    it("is printed where there is no browser", async () => {
      vi.stubEnv("DISPLAY", "");
      vi.stubEnv("WAYLAND_DISPLAY", "");
      await served.close();
      printed = [];
      served = await start({ open: true });
      expect(printed[0]).toBe(`PyHeap Explorer is at ${served.url}`);
    });
  });
});

describe("the whole command", () => {
  const RUN = `
    import { runServe } from ${JSON.stringify(new URL("../../electron/headless/serve-command.ts", import.meta.url).href)};
    process.exitCode = await runServe({ files: [], open: false, stateFolder: null, cacheFolder: null, ...JSON.parse(process.argv[1]) });
  `;
  const run = (options: object) =>
    spawn(process.execPath, ["--input-type=module", "-e", RUN, JSON.stringify(options)], { stdio: "pipe" });

  it.each(["SIGINT", "SIGTERM"] as const)("ends with code 0 at %s", async (signal) => {
    const child = run({});
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    expect(line).toMatch(/^PyHeap Explorer is at http:\/\/127\.0\.0\.1:\d+\/#token=[0-9a-f]{64}$/);
    child.kill(signal);
    expect(await once(child, "exit")).toEqual([0, null]);
  });

  it("says so where its port is taken", async () => {
    const child = run({ port: port() });
    const [line] = (await once(createInterface(child.stderr), "line")) as [string];
    expect(line).toBe(`Port ${port()} is taken by another program. Choose another with --port, or leave it out.`);
    expect(await once(child, "exit")).toEqual([2, null]);
  });
});
