import { execFileSync, spawnSync } from "node:child_process";
import { globSync, readFileSync, statSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "../electron/harness/launch.ts";
import { NOT_ELECTRON } from "../electron/harness/page.ts";
import { writeSmallDump } from "../session/small-dump.ts";
import { extractAsar, readAsar } from "./asar.ts";
import { fusesOf, writeElectron } from "./stand-in.ts";

const ROOT = join(import.meta.dirname, "../..");
const SAMPLES = globSync("samples/*.pyheap", { cwd: ROOT }).sort();
const HAS_DPKG = spawnSync("dpkg-deb", ["--version"]).status === 0;
/** What a program for one platform needs of SQLite, without its sources, its build and the other platforms. */
const SQLITE_OF_THIS_PLATFORM = `node_modules/better-sqlite3/prebuilds/linux-${process.arch}.node`;

// dpkg-deb is part of every Debian; elsewhere electron-builder fetches a program of its own, and no test may fetch one.
describe.skipIf(!HAS_DPKG)("the packages for Linux, built offline round a stand-in for Electron (dpkg-deb)", () => {
  let folder: string;
  let unpacked: string;
  let deb: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pyheap-packages-"));
    await writeElectron(join(folder, "electron"));
    const NOWHERE = "http://127.0.0.1:9"; // the port that throws everything away: nothing can be fetched
    const dist = [process.execPath, "electron/packaging/dist.ts", "--out", join(folder, "out")];
    // Somebody whose files are private by default builds packages for everybody, too.
    execFileSync("sh", ["-c", 'umask 077; exec "$@"', "sh", ...dist], {
      cwd: ROOT,
      env: {
        ...process.env,
        ELECTRON_DIST: join(folder, "electron"),
        CUSTOM_FPM_PATH: "",
        HTTP_PROXY: NOWHERE,
        HTTPS_PROXY: NOWHERE,
        XDG_CACHE_HOME: join(folder, "cache"), // nor may it have been fetched before
      },
      stdio: "pipe",
    });
    unpacked = globSync(join(folder, "out/linux*-unpacked"))[0] ?? "";
    deb = globSync(join(folder, "out/*.deb"))[0] ?? "";
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** A text file of the .deb. */
  const inDeb = (path: string): string => {
    const tar = execFileSync("dpkg-deb", ["--fsys-tarfile", deb], { maxBuffer: 2 ** 28 });
    return execFileSync("tar", ["-xO", `./${path}`], { input: tar, encoding: "utf8", stdio: ["pipe", "pipe", "pipe"] });
  };

  it("holds the built program and SQLite, and nothing else of the project", async () => {
    const paths = (await readAsar(join(unpacked, "resources/app.asar"))).map(({ path }) => path);
    for (const path of ["main.js", "preload.cjs", "engine.js", "worker.js"])
      expect(paths).toContain(`dist/electron/${path}`);
    for (const path of ["package.json", "dist/renderer/index.html", SQLITE_OF_THIS_PLATFORM])
      expect(paths).toContain(path);
    const expected = /^(package\.json|dist\/(electron\/[\w.-]+\.c?js|renderer\/(index\.html|assets\/[\w.-]+))$)/;
    const sqlite = /^node_modules\/better-sqlite3\/(package\.json|LICENSE|lib\/[\w/-]+\.js)$/;
    const more = paths.filter((path) => !expected.test(path) && !sqlite.test(path) && path !== SQLITE_OF_THIS_PLATFORM);
    expect(more).toEqual([]);
  });

  it("has outside of its archive only what the system loads by itself, and files for people", () => {
    const resources = join(unpacked, "resources");
    const files = globSync("**/*", { cwd: resources, withFileTypes: true }).filter((entry) => entry.isFile());
    const paths = files.map((entry) => join(entry.parentPath, entry.name).slice(resources.length + 1));
    expect(paths.sort()).toEqual(
      [
        "LICENSE",
        "app.asar",
        `app.asar.unpacked/${SQLITE_OF_THIS_PLATFORM}`,
        "apparmor-profile",
        "python-dump/pyheap_dump.py",
        ...SAMPLES,
      ].sort(),
    );
  });

  it("runs its archive only, and is no Node for others", () => {
    // In this order: run as Node, cookie encryption, NODE_OPTIONS, --inspect, archive checked (not on Linux), only
    // the archive, own snapshot, rights for file:, WebAssembly's trap handlers.
    expect(fusesOf(readFileSync(join(unpacked, "pyheap-explorer")))).toBe("010001001");
  });

  it("works without the checkout: the packed command reads a dump", async () => {
    const app = await extracted("command");
    const dump = join(folder, "command.pyheap");
    writeSmallDump(dump);
    const args = [join(app, "dist/electron/cli.js"), "summary", dump, "--json"];
    const { objects } = JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8", cwd: folder }));
    expect(objects).toBeGreaterThan(0);
  });

  it(`works without the checkout: the packed window shows a dump (${NOT_ELECTRON})`, async () => {
    const appPath = await extracted("window");
    const dump = join(folder, "window.pyheap");
    const userData = join(folder, "user-data");
    writeSmallDump(dump);
    await mkdir(userData);
    const main = join(appPath, "dist/electron/main.js");
    const app = await launch({ appPath, userData, main, remove: async () => {} }, { files: [dump] });
    try {
      await app.until(() => document.body.textContent.includes("window.pyheap"));
    } finally {
      await app.kill();
    }
  });

  /** The program's own folder, as Electron shows it, far from the project's packages. */
  async function extracted(name: string): Promise<string> {
    const target = join(folder, name);
    await extractAsar(join(unpacked, "resources/app.asar"), target);
    return target;
  }

  it("installs the folder, the launcher, the icons and the kind of file", () => {
    const lines = execFileSync("dpkg-deb", ["-c", deb], { encoding: "utf8" }).trim().split("\n");
    const installed = lines.map((line) => /^(\S+) (\S+) .* \.\/(.*)$/.exec(line)?.slice(1) ?? [line]);
    const files = installed.filter(([mode]) => !mode?.startsWith("d")).map(([, , path]) => path);
    const size = (icon: number) => `usr/share/icons/hicolor/${icon}x${icon}/apps/pyheap-explorer.png`;
    const outside = files.filter((path) => !path?.startsWith("opt/PyHeap Explorer/"));
    expect(outside.sort()).toEqual(
      [
        "usr/share/applications/pyheap-explorer.desktop",
        "usr/share/doc/pyheap-explorer/copyright",
        "usr/share/mime/packages/pyheap-explorer.xml",
        ...[16, 24, 32, 48, 64, 128, 256, 512].map(size),
      ].sort(),
    );
    expect(new Set(installed.map(([, owner]) => owner))).toEqual(new Set(["root/root"]));
    const modes = new Set(installed.map(([mode]) => mode));
    expect(modes).toEqual(new Set(["drwxr-xr-x", "-rw-r--r--", "-rwxr-xr-x"]));
    expect(files.filter((path) => path?.startsWith("opt/")).length).toBe(filesIn(unpacked));
  });

  const filesIn = (root: string): number =>
    globSync("**/*", { cwd: root, withFileTypes: true }).filter((entry) => entry.isFile()).length;

  it("tells the package manager what it is and needs", async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
    const fields = execFileSync("dpkg-deb", ["-f", deb], { encoding: "utf8" });
    expect(fields).toContain(`Package: pyheap-explorer\nVersion: ${version}\nArchitecture: `);
    expect(fields).toMatch(/^Depends: libc6 \(>= 2\.34\), .*libgtk-3-0/m);
    expect(fields).toMatch(/^Description: Heap explorer for Python\n \S/m);
    expect(fields).not.toContain("invalid"); // the address that electron-builder insists on
    const scripts = execFileSync("dpkg-deb", ["-I", deb], { encoding: "utf8" });
    expect(scripts).toMatch(/postinst +#!\/bin\/bash[\s\S]*postrm +#!\/bin\/bash/);
  });

  it("opens dumps by a click: launcher and kind of file name each other", () => {
    const launcher = inDeb("usr/share/applications/pyheap-explorer.desktop").split("\n");
    expect(launcher).toContain('Exec="/opt/PyHeap Explorer/pyheap-explorer" %F');
    expect(launcher).toContain("MimeType=application/vnd.pyheap+sqlite3;");
    expect(launcher).toContain("Icon=pyheap-explorer");
    expect(launcher).toContain("StartupWMClass=pyheap-explorer"); // the name of this file: a desktop joins them by it
    const kind = inDeb("usr/share/mime/packages/pyheap-explorer.xml");
    expect(kind).toContain('<mime-type type="application/vnd.pyheap+sqlite3">');
    expect(kind).toContain('<glob pattern="*.pyheap"/>');
  });

  it("stays small beside Electron itself", async () => {
    const parts = await readAsar(join(unpacked, "resources/app.asar"));
    const own = statSync(join(unpacked, "resources/app.asar")).size;
    const native = statSync(join(unpacked, "resources/app.asar.unpacked", SQLITE_OF_THIS_PLATFORM)).size;
    const MB = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
    console.log(
      `Without Electron: app.asar ${MB(own)} (${parts.length} files), SQLite ${MB(native)}, .deb ${MB(statSync(deb).size)}`,
    );
    expect(own).toBeLessThan(10e6);
    expect(statSync(deb).size).toBeLessThan(20e6);
  });
});
