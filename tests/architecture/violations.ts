import { builtinModules } from "node:module";
import { type Import, importsOf } from "./imports.ts";
import { ACCEPTED_EDGES, LAYERS, layerOf } from "./layers.ts";

/** Paths from the project's folder, with their contents. */
export type Files = Readonly<Record<string, string>>;

/** Every import that the table of layers does not allow, as a sentence. */
export const violations = (files: Files): string[] =>
  Object.entries(files).flatMap(([file, content]) =>
    layerOf(file) ? importsOf(file, content).flatMap(complaint) : [`${file}: its folder has no row in the table`],
  );

function complaint(found: Import): string[] {
  const { file, target, isPackage } = found;
  if (target === null) return [`${file} -> a name that is computed: nobody can see where it leads`];
  const allowed = isPackage ? mayUsePackage(found, target) : mayImport(found, target);
  return allowed ? [] : [`${file} -> ${target}`];
}

function mayUsePackage({ file, typeOnly }: Import, name: string): boolean {
  if (builtinModules.includes(name)) return false; // Node's own are written with `node:`
  const { packages = [], typePackages = [] } = LAYERS[layerOf(file) ?? ""] ?? {};
  return packages.includes(name) || (typeOnly && typePackages.includes(name));
}

function mayImport({ file, typeOnly }: Import, target: string): boolean {
  const from = layerOf(file);
  const to = layerOf(target);
  if (!from || !to) return false;
  const { imports = [], types = [] } = LAYERS[from] ?? {};
  const names = (rows: readonly string[]) => rows.includes(to) || rows.includes(target);
  return from === to || names(imports) || (typeOnly && names(types));
}

/** A circle of folders, each importing from the next, or null; types count, for they tie folders together just as well. */
export function circle(files: Files): string[] | null {
  const edges = new Map<string, Set<string>>();
  for (const [file, content] of Object.entries(files)) {
    const from = folderOf(file);
    if (!from) continue;
    for (const { target, isPackage } of importsOf(file, content)) {
      const to = target !== null && !isPackage ? folderOf(target) : undefined;
      if (to && to !== from && !ACCEPTED_EDGES.includes(`${from} -> ${to}`))
        edges.set(from, (edges.get(from) ?? new Set()).add(to));
    }
  }
  const done = new Set<string>();
  const search = (folder: string, path: readonly string[]): string[] | null => {
    if (path.includes(folder)) return [...path.slice(path.indexOf(folder)), folder];
    if (done.has(folder)) return null;
    for (const next of edges.get(folder) ?? []) {
      const found = search(next, [...path, folder]);
      if (found) return found;
    }
    done.add(folder);
    return null;
  };
  for (const folder of edges.keys()) {
    const found = search(folder, []);
    if (found) return found;
  }
  return null;
}

/** The folder with a row that a file is in: rows for single files only say what these may import. */
function folderOf(path: string): string | undefined {
  const layer = layerOf(path);
  return layer?.endsWith(".ts") ? layerOf(layer.slice(0, layer.lastIndexOf("/"))) : layer;
}
