/** What one folder may import besides itself. */
export interface Layer {
  /** Rows of the table, or single files of a row that is not meant as a whole. */
  readonly imports: readonly string[];
  /** Folders of which only types may be used. */
  readonly types?: readonly string[];
  /** Packages of which only types may be used. */
  readonly typePackages?: readonly string[];
  /** Packages from npm; `node:` stands for all of Node. */
  readonly packages?: readonly string[];
}

/** The page's own folders; which of them builds on which is left to the check for circles. */
const PAGE = [
  "renderer/app",
  "renderer/views",
  "renderer/state",
  "renderer/components",
  "renderer/canvas",
  "renderer/messages.ts",
];
/** All that the page knows of the session. */
const PROTOCOL = ["shared/types", "shared/session/contract.ts", "shared/session/client.ts", "shared/session/route.ts"];

/**
 * The layers, bottom first: the table of the README and the design, as data. The longest name that fits a file's path
 * is the file's layer, so a file may have a row of its own. `tests` may import anything and has none.
 */
export const LAYERS: Readonly<Record<string, Layer>> = {
  "shared/types": { imports: [] },
  "shared/graph": { imports: ["shared/types"] },
  "shared/store": { imports: ["shared/types", "shared/graph"], packages: ["node:", "better-sqlite3", "valibot"] },
  "shared/analyses": { imports: ["shared/types", "shared/graph"], types: ["shared/store"] },
  // What the page shares with the session needs neither Node nor the engine.
  "shared/session/contract.ts": { imports: ["shared/types"], types: ["shared/session/route.ts"] },
  "shared/session/client.ts": { imports: ["shared/types", "shared/session/contract.ts"] },
  "shared/session/route.ts": {
    imports: ["shared/types"],
    types: ["shared/session/contract.ts"],
    packages: ["valibot"],
  },
  "shared/session": {
    imports: [...PROTOCOL, "shared/graph", "shared/store", "shared/analyses"],
    packages: ["node:", "valibot"],
  },
  "electron/preload": {
    imports: [],
    types: ["shared/types", "shared/session/contract.ts"],
    packages: ["electron"],
  },
  "electron/engine": {
    imports: [...PROTOCOL, "shared/store", "shared/session", "electron"],
    packages: ["node:", "valibot"],
    typePackages: ["electron"], // the ports that a window hands over
  },
  "electron/main": {
    imports: [...PROTOCOL, "shared/session/host.ts", "electron", "electron/preload/channels.ts"],
    types: ["electron/engine/protocol.ts"],
    packages: ["node:", "electron", "valibot"],
  },
  // Runs under plain Node: an import of electron would try to download it.
  "electron/headless": {
    imports: [...PROTOCOL, "shared/store", "shared/session", "electron/engine", "electron", "electron/build.ts"],
    packages: ["node:", "valibot"],
  },
  "electron/build.ts": { imports: ["electron"], packages: ["node:", "vite", "@sveltejs/vite-plugin-svelte"] },
  "electron/packaging": { imports: ["electron/build.ts"], packages: ["node:", "electron-builder", "playwright"] },
  // What the shells share: serving the page's files.
  electron: { imports: [], packages: ["node:"] },
  "renderer/canvas": { imports: [...PROTOCOL, ...PAGE], packages: ["svelte", "cytoscape", "@dagrejs/dagre"] },
  "renderer/components": { imports: [...PROTOCOL, ...PAGE], packages: ["svelte"] },
  "renderer/state": { imports: [...PROTOCOL, ...PAGE], packages: ["svelte"] },
  "renderer/views": { imports: [...PROTOCOL, ...PAGE], packages: ["svelte"] },
  "renderer/app": { imports: [...PROTOCOL, ...PAGE], packages: ["svelte"] },
  "renderer/messages.ts": { imports: [...PROTOCOL, ...PAGE] },
  "renderer/vite.config.ts": { imports: [], packages: ["node:", "vite", "@sveltejs/vite-plugin-svelte"] },
  renderer: { imports: [...PROTOCOL, ...PAGE], packages: ["svelte"] },
};

/** The row for a path, undefined where the table has none. */
export const layerOf = (path: string): string | undefined =>
  Object.keys(LAYERS)
    .filter((layer) => path === layer || path.startsWith(`${layer}/`))
    .sort((a, b) => b.length - a.length)[0];

/**
 * Circles of folders that we live with, as `from -> to`, each with its reason. The words on screen use the components'
 * plain functions for text (format, sentence, visible-text), and the components use the words.
 */
export const ACCEPTED_EDGES: readonly string[] = ["renderer -> renderer/components"];
