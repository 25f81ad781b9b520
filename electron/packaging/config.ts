import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Configuration } from "electron-builder";

const HERE = import.meta.dirname;
/** The program, its package and its .desktop file: one name, or a desktop does not match windows with launchers. */
const NAME = "pyheap-explorer";
/** electron-builder insists on an address; `.invalid` is the one that can't be anybody's. It stays out of the package. */
const NO_HOMEPAGE = "https://pyheap-explorer.invalid";

export interface Sources {
  readonly outDir: string;
  /** A folder with an unpacked Electron; fetched where there is none. */
  readonly electronDist: string | null;
}

/** What goes into a package and how it presents itself to the system. */
export function configuration({ outDir, electronDist }: Sources): Configuration {
  return {
    appId: NAME,
    productName: "PyHeap Explorer",
    copyright: "The PyHeap Explorer authors",
    extraMetadata: { desktopName: `${NAME}.desktop`, homepage: NO_HOMEPAGE },
    directories: { output: outDir, buildResources: HERE },
    ...(electronDist === null ? {} : { electronDist }),
    afterExtract: removeDemo,
    npmRebuild: false, // the prebuilt SQLite runs in every Electron (N-API); a rebuild ignores it and needs a compiler
    asar: { smartUnpack: false },
    // A library is loaded by the system, which can't look into an archive.
    asarUnpack: ["**/*.node"],
    files: FILES,
    extraResources: [
      { from: "samples", to: "samples", filter: ["*.pyheap"] },
      { from: "python-dump", to: "python-dump", filter: ["pyheap_dump.py"] },
      { from: "LICENSE", to: "LICENSE" },
    ],
    electronFuses: FUSES,
    linux: {
      executableName: NAME,
      syncDesktopName: true,
      maintainer: "The PyHeap Explorer authors",
      executableArgs: ["%F"], // paths; by default a desktop hands over file: addresses, which the program does not read
      category: "Development;Debugger;Profiling;",
      synopsis: "Heap explorer for Python",
      icon: join(HERE, "icons"),
      mimeTypes: ["application/vnd.pyheap+sqlite3"], // declared in mime.xml, which knows a dump by its contents too
      desktop: { entry: { GenericName: "Heap explorer", Keywords: "python;memory;heap;leak;dump;" } },
    },
    deb: {
      packageName: NAME,
      packageCategory: "devel",
      depends: DEBIAN_PACKAGES,
      recommends: [],
      fpm: [
        `${join(HERE, "mime.xml")}=/usr/share/mime/packages/${NAME}.xml`,
        `${join(HERE, "../../LICENSE")}=/usr/share/doc/${NAME}/copyright`,
      ],
    },
  };
}

/** Production packages join these by themselves, so what the bundles contain already has to be taken out again. */
const FILES = [
  "dist/electron/**",
  "dist/renderer/**",
  "!**/.built-from",
  "!node_modules/{valibot,node-addon-api}/**", // bundled; needed for compiling only
  "!node_modules/better-sqlite3/{build,deps,src}/**",
  "!node_modules/better-sqlite3/{binding.gyp,README.md}",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: electron-builder puts it in
  "!node_modules/better-sqlite3/prebuilds/!(linux-${arch}.node)",
  "!node_modules/better-sqlite3/lib/{darwin,linux,linuxmusl,win32}-*.js", // doors to one platform; nobody uses them
];

/** The program is no Node for others: it runs its own archive and takes no orders from the environment. */
const FUSES = {
  runAsNode: false,
  enableCookieEncryption: true,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  onlyLoadAppFromAsar: true,
  grantFileProtocolExtraPrivileges: false, // the page comes through app://
};

/** What Electron links against, by today's names and those before the 64-bit time of 2024; libc as SQLite needs it. */
const DEBIAN_PACKAGES = [
  "libc6 (>= 2.34)",
  "libasound2t64 | libasound2",
  "libatspi2.0-0t64 | libatspi2.0-0",
  "libgbm1",
  "libgtk-3-0t64 | libgtk-3-0",
  "libnotify4",
  "libnss3",
  "libsecret-1-0",
  "libuuid1",
  "libxtst6",
  "xdg-utils",
];

/** A folder given by hand still has Electron's own demo in it, which a downloaded one loses by itself. */
async function removeDemo({ appOutDir }: { readonly appOutDir: string }): Promise<void> {
  const files = ["resources/default_app.asar", "version"];
  await Promise.all(files.map((file) => rm(join(appOutDir, file), { force: true })));
}
