import { createHash } from "node:crypto";
import { orDamaged } from "./damage.ts";
import type { DumpFile } from "./open-file.ts";

/** What an index depends on: the checksums stand for the pages. */
const DEPENDED_ON = {
  object_page: "SELECT first, count, crc FROM object_page ORDER BY first",
  reference_page: "SELECT first, count, crc FROM reference_page ORDER BY first",
  layout: "SELECT id, hidden_bytes, runs FROM layout ORDER BY id",
  type: "SELECT id, module, qualname, count, bytes FROM type ORDER BY id",
  root: "SELECT kind, name, address FROM root ORDER BY rowid",
  frame: "SELECT address, file, line, function FROM frame ORDER BY rowid",
};

/** A digest of everything in the dump that computed indexes depend on, and of its size. Time O(pages + small tables). */
export function contentDigest(file: DumpFile): string {
  const digest = createHash("sha256").update(`${file.bytes}\n`);
  for (const [table, sql] of Object.entries(DEPENDED_ON)) {
    if (!file.tables.has(table)) continue;
    orDamaged(file.path, `\`${table}\``, () => {
      for (const row of file.db.prepare<[], unknown[]>(sql).raw().iterate()) digest.update(`${JSON.stringify(row)}\n`);
    });
  }
  return digest.digest("hex");
}
