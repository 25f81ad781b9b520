import { spawnSync } from "node:child_process";

const CANDIDATES = [
  "python3",
  "python3.14",
  "python3.13",
  "python3.12",
  "python3.11",
  "python3.10",
  "python3.9",
  "python",
];

const SUPPORTED = "import sys; sys.exit(sys.version_info < (3, 9) or sys.implementation.name != 'cpython')";

/** A Python that the capture supports (3.9 or later): $PYTHON, else the first on PATH; null if there is none. */
export function findPython(): string | null {
  const named = process.env.PYTHON;
  return (named ? [named] : CANDIDATES).find((name) => spawnSync(name, ["-c", SUPPORTED]).status === 0) ?? null;
}

/** One that has the package, perhaps that of the system beside a newer one; null if there is none. */
export function findPythonWith(module: string): string | null {
  const asked = [findPython(), "/usr/bin/python3"].filter((name) => name !== null);
  return asked.find((name) => spawnSync(name, ["-c", `import ${module}; ${SUPPORTED}`]).status === 0) ?? null;
}
