import type { HeapView } from "../view.ts";

/** Which modules and types are the program's own, as opposed to Python's and those of installed packages. */
export interface Ownership {
  module(name: string): boolean;
  /** By a type's number. */
  type(type: number): boolean;
  /** By the name of a class with its module, as `shop.orders.Order.Line`. */
  className(name: string): boolean;
  file(path: string): boolean;
  /** False where no module says where it came from, as in a dump without names: then everything counts as own. */
  readonly known: boolean;
}

const INSTALLED = /[\\/](site|dist)-packages[\\/]|\.(egg|zip|pyz)[\\/]/;

/**
 * Tells own code by the files of modules: neither where `os` lies, which is Python's own library, nor where packages are
 * installed. A module without a file is built in; but `__main__`, which is what somebody typed.
 */
export function ownership({ columns }: HeapView, modules: ReadonlyMap<string, string | null>): Ownership {
  const standard = folderOf(modules.get("os") ?? null);
  const known = [...modules.values()].some((file) => file !== null);
  const file = (path: string): boolean =>
    !path.startsWith("<frozen") && !INSTALLED.test(path) && (standard === null || !path.startsWith(standard));
  const module = (name: string): boolean => {
    if (name === "pyheap_dump") return false;
    const path = modules.get(name);
    if (path === undefined || path === null) return name === "__main__" || (!known && !modules.has(name));
    return file(path);
  };
  const types = columns.heap.types.map((type) => type.module !== "builtins" && module(type.module));
  /** A class may lie in another one or in a function: its module is the longest beginning that is one. */
  const className = (name: string): boolean => {
    const last = name.lastIndexOf(".");
    for (let dot = last; dot > 0; dot = name.lastIndexOf(".", dot - 1))
      if (modules.has(name.slice(0, dot))) return module(name.slice(0, dot));
    return last > 0 && module(name.slice(0, last));
  };
  return { module, file, known, className, type: (type) => types[type] };
}

/** With the separator, so that `/usr/lib/python3.11` is not the folder of `/usr/lib/python3.11-extra/x.py`. */
function folderOf(path: string | null): string | null {
  const end = path === null ? -1 : Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  return path === null || end <= 0 ? null : path.slice(0, end + 1);
}
