#!/usr/bin/env node
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";

/**
 * The part of fpm (https://fpm.readthedocs.io) that electron-builder uses for a .deb, on top of Debian's dpkg-deb. So a
 * package can be built without fetching a program, and the test builds it the way a release does.
 */
const TEXT = { type: "string" } as const;
const LIST = { type: "string", multiple: true, default: [] as string[] } as const;
/** Strict on purpose: an option that a later electron-builder adds shall not be lost without a word. */
const { values: options, positionals: files } = parseArgs({
  allowPositionals: true,
  options: {
    "input-type": { ...TEXT, short: "s" },
    "output-type": { ...TEXT, short: "t" },
    force: { type: "boolean" },
    depends: { ...LIST, short: "d" },
    "deb-recommends": LIST,
    "deb-compression": TEXT,
    "deb-priority": TEXT,
    architecture: TEXT,
    "after-install": TEXT,
    "after-remove": TEXT,
    category: TEXT,
    description: TEXT,
    license: TEXT,
    log: TEXT,
    maintainer: TEXT,
    name: TEXT,
    package: TEXT,
    url: TEXT,
    vendor: TEXT,
    version: TEXT,
  },
});

type TextOption = "architecture" | "description" | "maintainer" | "name" | "package" | "version";

function required(name: TextOption): string {
  const value = options[name];
  if (!value) throw new Error(`--${name} is missing`);
  return value;
}

/** Copies `from=/to`, where a slash at the end of `from` means what is inside of it. */
async function place(root: string, file: string): Promise<void> {
  const at = file.lastIndexOf("=");
  const from = file.slice(0, at);
  const to = join(root, file.slice(at + 1));
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to, { recursive: true, verbatimSymlinks: true });
}

/** Installed files belong to everybody, whatever the mask of the person who builds. Gives the plain files. */
async function normalise(root: string): Promise<readonly string[]> {
  await chmod(root, 0o755);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const plain: string[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) plain.push(path);
    if (entry.isFile() || entry.isDirectory()) {
      const program = entry.isDirectory() || ((await stat(path)).mode & 0o111) !== 0;
      await chmod(path, program ? 0o755 : 0o644);
    }
  }
  return plain.sort();
}

/** https://www.debian.org/doc/debian-policy/ch-controlfields.html */
async function control(plain: readonly string[]): Promise<string> {
  const sizes = await Promise.all(plain.map(async (path) => (await stat(path)).size));
  const kilobytes = sizes.reduce((sum, size) => sum + Math.ceil(size / 1024), 0);
  const description = required("description")
    .split("\n")
    .map((line) => line.trim());
  const fields: readonly (readonly [name: string, value: string | undefined])[] = [
    ["Package", required("name")],
    ["Version", required("version")],
    ["Architecture", required("architecture")],
    ["Maintainer", required("maintainer")],
    ["Installed-Size", String(kilobytes)],
    ["Depends", options.depends.join(", ")],
    ["Recommends", options["deb-recommends"].join(", ")],
    ["Section", options.category],
    ["Priority", options["deb-priority"]],
    ["Homepage", options.url?.endsWith(".invalid") ? undefined : options.url],
    ["Description", description.filter(Boolean).join("\n ")],
  ];
  return fields.map(([name, value]) => (value ? `${name}: ${value}\n` : "")).join("");
}

async function checksums(root: string, plain: readonly string[]): Promise<string> {
  const lines = plain.map(async (path) => {
    const sum = createHash("md5")
      .update(await readFile(path))
      .digest("hex"); // dpkg's format; no question of security
    return `${sum}  ${relative(root, path)}\n`;
  });
  return (await Promise.all(lines)).join("");
}

async function main(): Promise<void> {
  if (options["input-type"] !== "dir" || options["output-type"] !== "deb") throw new Error("Only a .deb of folders");
  process.umask(0o022); // dpkg-deb refuses a folder DEBIAN that only its owner may read
  const target = required("package");
  const root = await mkdtemp(`${target}.`);
  try {
    for (const file of files) await place(root, file);
    const plain = await normalise(root);
    const debian = join(root, "DEBIAN");
    await mkdir(debian);
    await writeFile(join(debian, "control"), await control(plain));
    await writeFile(join(debian, "md5sums"), await checksums(root, plain));
    for (const [option, script] of [
      ["after-install", "postinst"],
      ["after-remove", "postrm"],
    ] as const) {
      const from = options[option];
      if (from) await writeFile(join(debian, script), await readFile(from), { mode: 0o755 });
    }
    const compression = `-Z${options["deb-compression"] ?? "xz"}`;
    execFileSync("dpkg-deb", ["--root-owner-group", compression, "--build", root, target], { stdio: "inherit" });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

await main();
