/**
 * Takes dumps in Pyodide, whose Pythons have no sqlite3 and whose system has no links, processes or /proc, and opens them:
 *
 *     npm run test:pyodide
 *
 * Fetches each version from npm into a folder that is removed again, so it needs the network; no other test does.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withDumps } from "../../electron/headless/open-dumps.ts";

const ROOT = join(import.meta.dirname, "../..");
/** The last Pyodide of each Python; see https://pyodide.org/en/stable/project/changelog.html. */
const VERSIONS: Readonly<Record<string, string>> = { "3.11": "0.25.1", "3.12": "0.27.7", "3.13": "0.29.4" };

const PROGRAM = `
import sys
sys.path.insert(0, "/dump")
import pyheap_dump
class Node:
    def __init__(self, number):
        self.number = number
kept = {"planted": [Node(number) for number in range(1000)]}
pyheap_dump.dump("/dump/out.pyheap", label="in a page")
`;
const RUN = `
import { readFileSync, writeFileSync } from "node:fs";
import { loadPyodide } from "pyodide";
const pyodide = await loadPyodide();
pyodide.FS.mkdir("/dump");
pyodide.FS.writeFile("/dump/pyheap_dump.py", readFileSync("pyheap_dump.py"));
pyodide.runPython(${JSON.stringify(PROGRAM)});
writeFileSync("out.pyheap", pyodide.FS.readFile("/dump/out.pyheap"));
`;

/** One line of what the dump says, once it is what was planted. */
async function dumpWith(folder: string, pyodide: string, python: string): Promise<string> {
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), "{}");
  writeFileSync(join(folder, "run.mjs"), RUN);
  copyFileSync(join(ROOT, "python-dump/pyheap_dump.py"), join(folder, "pyheap_dump.py"));
  const options = { cwd: folder, encoding: "utf8" } as const;
  execFileSync("npm", ["install", "--no-audit", "--no-fund", `pyodide@${pyodide}`], options);
  execFileSync(process.execPath, ["run.mjs"], options);
  return withDumps([join(folder, "out.pyheap")], async ({ client, snapshot }) => {
    const summary = await client.summary({ snapshot });
    const node = await client.typeNamed({ snapshot, name: "Node" });
    const source = { kind: "type", type: node.typeId } as const;
    const { through } = await client.howHeld({ snapshot, source, filter: { text: "" } });
    if (node.count !== 1000) throw new Error(`${node.count} of 1000 planted objects are there`);
    if (!summary.python?.startsWith(python)) throw new Error(`it says that it is Python ${summary.python}`);
    if (through?.members !== 1000) throw new Error("nobody knows what holds them");
    return `${summary.objects} objects, ${summary.references} references, 1000 held by ${through.text}`;
  });
}

const folder = mkdtempSync(join(tmpdir(), "pyheap-pyodide-"));
try {
  for (const [python, pyodide] of Object.entries(VERSIONS))
    console.log(`Python ${python}, Pyodide ${pyodide}: ${await dumpWith(join(folder, python), pyodide, python)}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
