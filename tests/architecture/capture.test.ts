import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findPython } from "../setup/python.ts";

const FOLDER = join(import.meta.dirname, "../../python-dump");

/** Prints the modules that the source on standard input imports and that Python does not bring along. */
const FOREIGN = `
import ast, sys
nodes = list(ast.walk(ast.parse(sys.stdin.buffer.read())))
names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
names += ["." * node.level + (node.module or "") for node in nodes if isinstance(node, ast.ImportFrom)]
print("\\n".join(name for name in names if name.split(".")[0] not in sys.stdlib_module_names))
`;

const ask = (script: string, input = "") =>
  spawnSync(findPython() ?? "python3", ["-c", script], { input, encoding: "utf8" });
const knowsItsLibrary = ask("import sys; sys.stdlib_module_names").status === 0;

function foreignImports(source: string): string[] {
  const { stdout, stderr, status } = ask(FOREIGN, source);
  if (status !== 0) throw new Error(stderr);
  return stdout.split("\n").filter((line) => line !== "");
}

it("is a single file, so that it can be copied to where the program runs", () => {
  expect(globSync("**/*.py", { cwd: FOLDER })).toEqual(["pyheap_dump.py"]);
});

it.skipIf(!knowsItsLibrary)("imports the standard library only (needs Python 3.10)", () => {
  expect(foreignImports(readFileSync(join(FOLDER, "pyheap_dump.py"), "utf8"))).toEqual([]);
});

it.skipIf(!knowsItsLibrary)("would notice anything else (needs Python 3.10)", () => {
  const source = "import os.path, numpy.linalg\ndef f():\n    from .helpers import g\n    from psutil import Process";
  expect(foreignImports(source)).toEqual(["numpy.linalg", ".helpers", "psutil"]);
});
