import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Says which code computed an index: a digest of that code itself, so that nobody has to remember to raise a number.
 * From a checkout that is all of `shared`; what is built lies in one folder. Time: some milliseconds.
 */
export function engineVersion(): string {
  const digest = createHash("sha256");
  const isSource = import.meta.url.endsWith(".ts");
  const folders = isSource
    ? ["types", "graph", "store", "analyses", "session"].map((name) => join(import.meta.dirname, "..", name))
    : [import.meta.dirname];
  for (const folder of folders) {
    const names = readdirSync(folder).filter((name) => name.endsWith(isSource ? ".ts" : ".js"));
    for (const name of names.sort()) digest.update(`${name}\n`).update(readFileSync(join(folder, name)));
  }
  return digest.digest("hex");
}
