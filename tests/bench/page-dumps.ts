import { existsSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DumpContent, writeDump } from "../fixtures/dump-file.ts";

/* Dumps for the bench of the page: the same in every run and on every machine. */

/** One dict of `objects` texts, and nothing else. */
export function bigDict(objects: number): string {
  const path = join(tmpdir(), `pyheap-bench-dict-${objects}.pyheap`);
  if (existsSync(path)) return path;
  const count = 2 * objects + 2;
  const column = (make: (object: number) => number) => Float64Array.from({ length: count }, (_, i) => make(i));
  const address = (object: number) => 0x7f00_0000_0000 + 64 * object;
  // 0: the module; 1: the dict; then keys and values in turn.
  const targets = Float64Array.from({ length: 2 * objects + 1 }, (_, i) => address(i + 1));
  const types = ["module", "dict", "str", "bytes"];
  const typeOf = (i: number) => (i === 0 ? 0 : i === 1 ? 1 : i % 2 === 0 ? 2 : 3);
  writeDump(`${path}.partial`, {
    address: column(address),
    type: column(typeOf),
    layout: column((i) => Math.min(i, 2)),
    size: column((i) => (i === 1 ? 100 * objects : 64)),
    refcount: column(() => 1),
    length: column((i) => (i === 1 ? objects : 0xffffffff)),
    referenceCount: column((i) => (i === 0 ? 1 : i === 1 ? 2 * objects : 0)),
    flags: column(() => 1),
    target: targets,
    texts: (i) => (i === 0 ? "big" : typeOf(i) === 2 ? `'key ${i / 2}'` : null),
    types: types.map((qualname, i) => ({
      module: "builtins",
      qualname,
      address: 16 * i,
      count: i < 2 ? 1 : objects,
      bytes: i === 1 ? 100 * objects : 64,
    })),
    layouts: [
      { hiddenBytes: 0, runs: [["attribute", "BIG", 1]] },
      { hiddenBytes: 0, runs: [["value", null, "pairs"]] },
      { hiddenBytes: 0, runs: [] },
    ],
    roots: [{ kind: "module", name: "big", address: address(0) }],
    meta: { capture_id: `d1c7${objects.toString(16).padStart(28, "0")}` },
  });
  renameSync(`${path}.partial`, path);
  return path;
}

/** Attributes of the root object, and of each object that one of them has. */
const BRANCHES = 8;
const LEAVES = 14;

/** An object whose reference graph, once all that it holds is shown, has 121 objects and the module. */
export function smallTree(): string {
  const path = join(tmpdir(), "pyheap-bench-tree.pyheap");
  if (existsSync(path)) return path;
  const count = 2 + BRANCHES * (1 + LEAVES);
  const column = (make: (object: number) => number) => Float64Array.from({ length: count }, (_, i) => make(i));
  const address = (object: number) => 0x7f00_0000_0000 + 64 * object;
  // 0: the module; 1: the root; then the branches; then their leaves.
  const kindOf = (i: number) => (i < 2 ? i : i < 2 + BRANCHES ? 2 : 3);
  const held = [1, BRANCHES, LEAVES, 0];
  const types = ["module", "Root", "Branch", "Leaf"];
  const names = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, i) => ["attribute", `${prefix}_${i}`, 1]);
  const content: DumpContent = {
    address: column(address),
    type: column(kindOf),
    layout: column(kindOf),
    size: column(() => 64),
    refcount: column(() => 1),
    length: column(() => 0xffffffff),
    referenceCount: column((i) => held[kindOf(i)] ?? 0),
    flags: column(() => 1),
    target: Float64Array.from({ length: count - 1 }, (_, i) => address(i + 1)),
    texts: (i) => (i === 0 ? "app" : null),
    types: types.map((qualname, i) => ({
      module: i === 0 ? "builtins" : "app",
      qualname,
      address: 16 * i,
      count: [1, 1, BRANCHES, BRANCHES * LEAVES][i] ?? 0,
      bytes: 64,
    })),
    layouts: [
      { hiddenBytes: 0, runs: [["attribute", "ROOT", 1]] },
      { hiddenBytes: 0, runs: names("branch", BRANCHES) },
      { hiddenBytes: 0, runs: names("leaf", LEAVES) },
      { hiddenBytes: 0, runs: [] },
    ],
    roots: [{ kind: "module", name: "app", address: address(0) }],
    meta: { capture_id: "7".repeat(32) },
  };
  writeDump(`${path}.partial`, content);
  renameSync(`${path}.partial`, path);
  return path;
}
