import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CONTENT_SECURITY_POLICY } from "../../electron/page-files.ts";
import { type App, type Installation, install, launch } from "./harness/launch.ts";
import { NOT_ELECTRON } from "./harness/page.ts";

describe(`what a hostile page gets of the desktop (${NOT_ELECTRON})`, () => {
  let installation: Installation;
  let app: App;

  beforeAll(async () => {
    installation = await install();
    app = await launch(installation);
  });

  afterAll(async () => {
    await app?.kill();
    await installation?.remove();
  });

  it("asks Electron for a sandbox and an isolated preload script, and for nothing that weakens them", async () => {
    const { sandboxEnabled, windows } = await app.state();
    expect(sandboxEnabled).toBe(true);
    expect(windows.map(({ options }) => options.webPreferences)).toEqual([
      {
        preload: expect.stringMatching(/preload\.cjs$/),
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
      },
    ]);
  });

  it("exposes the shell's functions and nothing else", async () => {
    const shell = await app.evaluate(() =>
      Object.entries(window.heapShell ?? {}).map(([name, value]) => `${name}: ${typeof value}`),
    );
    expect(shell.sort()).toEqual([
      "kind: string",
      "offerFile: function",
      "onOpenFile: function",
      "pickFile: function",
      "send: function",
    ]);
    expect(await app.evaluate(() => window.heapShell?.kind)).toBe("desktop");
  });

  it("has nothing of Node or Electron", async () => {
    const names = ["require", "process", "module", "Buffer", "global", "electron", "ipcRenderer", "contextBridge"];
    const found = (all: readonly string[]) => all.filter((name) => name in globalThis);
    expect(await app.evaluate(found, names)).toEqual([]);
  });

  it("can't put another shell in the place of ours", async () => {
    const replaced = () => {
      try {
        Object.assign(window, { heapShell: { kind: "evil" } });
      } catch {}
      try {
        Object.assign(window.heapShell as object, { kind: "evil" });
      } catch {}
      return window.heapShell?.kind;
    };
    expect(await app.evaluate(replaced)).toBe("desktop");
  });

  it("comes with the policy of the local server", async () => {
    const policy = async () => (await fetch("./index.html")).headers.get("content-security-policy");
    expect(await app.evaluate(policy)).toBe(CONTENT_SECURITY_POLICY);
  });

  it("can't run inline scripts, its own included", async () => {
    const violation = () =>
      new Promise<string>((resolve) => {
        document.addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective), {
          once: true,
        });
        const script = document.createElement("script");
        script.textContent = "window.inlineScriptRan = true";
        document.body.append(script);
        setTimeout(() => resolve("no violation"), 1_000);
      });
    expect(await app.evaluate(violation)).toBe("script-src-elem");
    expect(await app.evaluate(() => window.inlineScriptRan)).toBeUndefined();
  });

  it("can't make code from text", async () => {
    // In a task of its own: DevTools itself may evaluate, and so may what it calls.
    const made = () =>
      new Promise<string>((resolve) =>
        setTimeout(() => {
          try {
            resolve(`made ${new Function("return 1")()}`);
          } catch (thrown) {
            resolve((thrown as Error).name);
          }
        }),
      );
    expect(await app.evaluate(made)).toBe("EvalError");
  });

  it("uses its own styles, and no inline ones", async () => {
    const colours = () => {
      const inline = document.createElement("p");
      inline.setAttribute("style", "color: rgb(9, 9, 9)");
      document.body.append(inline);
      return [getComputedStyle(document.body).color, getComputedStyle(inline).color];
    };
    expect(await app.evaluate(colours)).toEqual(["rgb(1, 2, 3)", "rgb(1, 2, 3)"]);
  });

  it("can't ask or load anything from elsewhere", async () => {
    const attempts = async () => {
      const violationBy = (act: () => void) =>
        new Promise<string>((resolve) => {
          const listener = (event: SecurityPolicyViolationEvent) => resolve(event.effectiveDirective);
          document.addEventListener("securitypolicyviolation", listener, { once: true });
          act();
        });
      const load = (tag: "img" | "script" | "iframe") =>
        violationBy(() => {
          const element = document.createElement(tag);
          element.src = `https://example.com/${tag}`;
          document.body.append(element);
        });
      const ask = () => void fetch("https://example.com/").catch(() => {});
      return [await violationBy(ask), await load("img"), await load("script"), await load("iframe")];
    };
    expect(await app.evaluate(attempts)).toEqual(["connect-src", "img-src", "script-src-elem", "frame-src"]);
    expect((await app.state()).strayRequests).toEqual([]);
  });

  it("finds only the built page at app://, whatever the path", async () => {
    const statuses = (paths: readonly string[]) => Promise.all(paths.map(async (path) => (await fetch(path)).status));
    const paths = [
      "/index.html",
      "/",
      "/..%2f..%2felectron%2fpreload.cjs",
      "/%2e%2e/electron/preload.cjs",
      "/nothing.js",
    ];
    expect(await app.evaluate(statuses, paths)).toEqual([200, 200, 404, 404, 404]);
  });

  it("can't leave for another address", async () => {
    await app.evaluate(() => {
      location.href = "https://example.com/";
    });
    expect(await app.event("navigation")).toEqual({ url: "https://example.com/", denied: true });
    const { windows, strayRequests } = await app.state();
    expect(windows[0]?.url).toBe("app://explorer/index.html");
    expect(strayRequests).toEqual([]);
  });

  it("can't open a second window", async () => {
    await app.evaluate(() => {
      window.open("https://example.com/");
    });
    expect(await app.event("popup")).toEqual({ url: "https://example.com/", denied: true });
    expect((await app.state()).windows.map(({ pages }) => pages)).toEqual([1]);
  });

  it.each(["media", "geolocation", "notifications", "clipboard-read", "fileSystem", "openExternal", "hid", "unknown"])(
    "gets no permission for %s",
    async (name) => {
      expect(await app.permission(name)).toEqual({ check: false, request: false });
    },
  );

  it("may put text on the clipboard, which Copy needs", async () => {
    expect(await app.permission("clipboard-sanitized-write")).toEqual({ check: true, request: true });
  });

  it.each(["connect", "page-ready", "pick-file", "offer-path"])(
    "is heard on %s only as the page itself",
    async (channel) => {
      const refusal = "Message from an untrusted frame";
      expect(await app.sendFrom({ url: "https://example.com/", top: true }, channel)).toBe(refusal);
      expect(await app.sendFrom({ url: "app://explorer.example.com/", top: true }, channel)).toBe(refusal);
      expect(await app.sendFrom({ url: "app://explorer/index.html", top: false }, channel)).toBe(refusal);
      expect(await app.sendFrom(null, channel)).toBe(refusal);
    },
  );

  it("can't name a path: a file that was not dropped or picked has none", async () => {
    const offer = () =>
      window.heapShell
        ?.offerFile(new File(["x"], "/etc/passwd"), () => {})
        .then(String, (thrown: Error) => thrown.message);
    expect(await app.evaluate(offer)).toBe("What was dropped is no file on this computer.");
  });
});
