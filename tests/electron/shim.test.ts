import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const ours = (folder: string): string[] => globSync(`electron/${folder}/*.ts`, { cwd: ROOT }).sort();
const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();

/** What these files take from the module `electron`, types left out. */
const imported = (files: readonly string[]): string[] =>
  sorted(
    files
      .flatMap((file) => [...read(file).matchAll(/^import \{([^}]*)\} from "electron";/gm)])
      .flatMap(([, names = ""]) => names.split(","))
      .map((name) => name.trim())
      .filter((name) => name !== "" && !name.startsWith("type ")),
  );

/** Members of these objects that the files name: `app.quit` and the like. */
const used = (files: readonly string[], objects: readonly string[]): string[] =>
  sorted(
    files.flatMap((file) =>
      [...read(file).matchAll(/(?<![./\w"])(\w+)\.(\w+)/g)]
        .filter(([, object = ""]) => objects.includes(object))
        .map(([text]) => text),
    ),
  );

describe("the harness's module electron", () => {
  it("exports exactly what the main process imports", () => {
    const exported = [...read("tests/electron/harness/electron.ts").matchAll(/^export \{([^}]*)\}/gm)];
    const names = exported.flatMap(([, list = ""]) => list.split(",")).map((name) => name.trim());
    expect(sorted(names)).toEqual(imported(ours("main")));
  });

  it("gives the preload script exactly what it imports", () => {
    const given =
      /if \(name === "electron"\) return \{([^}]*)\}/.exec(read("tests/electron/harness/worlds.ts"))?.[1] ?? "";
    expect(sorted(given.split(",").map((name) => name.trim()))).toEqual(imported(ours("preload")));
  });

  it("is asked for no more members of it than these", () => {
    // Each of them is written down in the harness by hand. Who adds one here adds it there, and looks at Electron's
    // documentation while doing so.
    expect(used(ours("main"), imported(ours("main")))).toEqual([
      "Menu.buildFromTemplate",
      "Menu.setApplicationMenu",
      "app.enableSandbox",
      "app.getAppPath",
      "app.getPath",
      "app.isPackaged",
      "app.on",
      "app.quit",
      "app.requestSingleInstanceLock",
      "app.whenReady",
      "dialog.showOpenDialog",
      "ipcMain.handle",
      "ipcMain.on",
      "nativeTheme.themeSource",
      "protocol.handle",
      "protocol.registerSchemesAsPrivileged",
      "screen.getAllDisplays",
      "session.defaultSession",
      "utilityProcess.fork",
    ]);
  });
});

describe("main, preload and engine, by Electron's own types", () => {
  const files = ["main/main.ts", "preload/preload.ts", "engine/engine.ts"].map((file) => join(ROOT, "electron", file));
  const config = ts.parseJsonConfigFileContent(JSON.parse(read("tsconfig.json")), ts.sys, ROOT).options;

  /** The compiler's complaints, with `change` made to one of the files on the way. */
  const complaints = (file = "", change = (text: string) => text): string[] => {
    const host = ts.createCompilerHost(config);
    const { readFile } = host;
    host.readFile = (path) => {
      const text = readFile(path);
      return text !== undefined && path.endsWith(file) && file !== "" ? change(text) : text;
    };
    const program = ts.createProgram(files, config, host);
    expect(program.getSourceFiles().some(({ fileName }) => fileName.endsWith("electron/electron.d.ts"))).toBe(true);
    return ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
  };

  it("are right", () => {
    expect(complaints()).toEqual([]);
  });

  it("would not be, with a setting that Electron does not have", () => {
    const change = (text: string) => text.replace("contextIsolation: true", "contextIsolated: true");
    expect(complaints("main/window.ts", change)).toEqual([expect.stringContaining("contextIsolated")]);
  });
});
