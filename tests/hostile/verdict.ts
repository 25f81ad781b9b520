import { inflateSync } from "node:zlib";
import Database from "better-sqlite3";
import { cycleStage, dominatorStage, graphStage, typeTotals } from "../../shared/analyses/stages.ts";
import { loadDump, readExtent } from "../../shared/store/load.ts";
import { openDump } from "../../shared/store/open-file.ts";
import { readCode, readMeta, readTypes } from "../../shared/store/small-tables.ts";
import { Texts } from "../../shared/store/text.ts";
import { numberAt } from "../../shared/types/compact.ts";
import { HeapError } from "../../shared/types/failure.ts";
import { noTick } from "../../shared/types/graph.ts";
import { isReferenceKind, REFERENCE_KINDS } from "../../shared/types/reference-kinds.ts";

/** The addresses of the only page of references, eight bytes each, whatever way they are packed. */
function targetsOf(db: Database.Database): Buffer {
  const { target, codec, count } = db.prepare("SELECT target, codec, count FROM reference_page").get() as {
    target: Buffer;
    codec: string;
    count: number;
  };
  const bytes = codec === "raw" ? target : inflateSync(target);
  if (codec !== "planes+zlib") return bytes;
  return Buffer.from(Array.from(bytes, (_, i) => bytes[(i % 8) * count + Math.floor(i / 8)] ?? 0));
}

/** Numbers as the file has them, read the slow way. */
function slowTotals(path: string, whole: boolean) {
  const db = new Database(path, { readonly: true });
  try {
    const layouts = db.prepare("SELECT hidden_bytes, runs FROM layout ORDER BY id").all() as {
      hidden_bytes: number;
      runs: string;
    }[];
    const page = db.prepare("SELECT * FROM object_page").get() as
      | (Record<string, Buffer> & { count: number })
      | undefined;
    const targets = whole ? targetsOf(db) : undefined;
    const roots = db.prepare("SELECT kind, address FROM root").all() as { kind: string; address: number }[];
    if (page === undefined) return { bytes: 0, named: 0 };
    const at = (column: string, i: number, width: number): number => {
      let value = 0n;
      for (let k = width - 1; k >= 0; k--) value = value * 256n + BigInt((page[column] as Buffer)[width * i + k] ?? 0);
      return Number(value);
    };
    const number = new Map<number, number>();
    const held: number[][] = [];
    let bytes = 0;
    let reference = 0;
    for (let i = 0; i < page.count; i++) {
      number.set(at("address", i, 8), i);
      const layout = layouts[at("layout", i, 4)] ?? { hidden_bytes: 0, runs: "[]" };
      bytes += at("size", i, 8) + layout.hidden_bytes;
      const kinds: string[] = [];
      const runs = JSON.parse(layout.runs) as [string, null, number | string][];
      const count = at("reference_count", i, 4);
      for (const [kind, , repeat] of runs)
        for (let k = typeof repeat === "number" ? repeat : count; k > 0 && kinds.length < count; k--) kinds.push(kind);
      held.push([]);
      for (let k = 0; k < count; k++) {
        const kind = kinds[k] ?? "unnamed";
        const from = 8 * reference++;
        const target = Number(targets?.readBigUInt64LE(from) ?? 0n);
        if (isReferenceKind(kind) && REFERENCE_KINDS[kind].retains) held[i]?.push(target);
      }
    }
    const named = new Set<number>();
    const known = ["module", "modules", "thread", "builtin", "type", "frozen"];
    const todo = roots.filter(({ kind }) => known.includes(kind)).map(({ address }) => address);
    for (let address = todo.pop(); address !== undefined; address = todo.pop()) {
      const object = number.get(address);
      if (object === undefined || named.has(object)) continue;
      named.add(object);
      todo.push(...(held[object] ?? []));
    }
    return { bytes, named: named.size };
  } finally {
    db.close();
  }
}

/** Loads and analyses the file; what is wrong with the result, or "" for a sound view or a clear refusal. */
export function verdict(path: string): { refused: string | false; wrong: string } {
  try {
    const file = openDump(path);
    try {
      readMeta(file);
      const extent = readExtent(file);
      readTypes(file);
      const { heap, roots, warnings } = loadDump(file, extent, noTick);
      const { stage, parent } = graphStage(heap, roots, noTick);
      const dominators = dominatorStage(heap, stage, parent, noTick);
      cycleStage(heap, stage, dominators, noTick);
      readCode(file);
      const texts = new Texts(file);
      for (let object = 0; object < heap.objectCount; object++) texts.get(object);
      const { preordering, heldOutside } = stage.graph;
      const group = (first: number, end: number) => {
        const objects = [...preordering.node.subarray(first, end)].filter((object) => object >= 0);
        return {
          count: objects.length,
          bytes: objects.reduce((sum, object) => sum + numberAt(heap.shallow, object), 0),
        };
      };
      const named = group(1, heldOutside);
      const groups = [
        named,
        group(heldOutside, preordering.unreachable),
        group(preordering.unreachable, preordering.nodeCount),
      ];
      const count = groups.reduce((sum, { count }) => sum + count, 0);
      const bytes = groups.reduce((sum, { bytes }) => sum + bytes, 0);
      const { typeCount, typeBytes } = typeTotals(heap);
      const close = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * Math.max(a, b);
      const whole = warnings.length === 0 && extent.references > 0;
      const slow = slowTotals(path, whole);
      const checks: [string, boolean][] = [
        ["every object is in one of the three groups", count === heap.objectCount],
        ["the types have all objects", typeCount.reduce((sum, n) => sum + n, 0) === heap.objectCount],
        ["the groups have all bytes", close(bytes, slow.bytes)],
        [
          "the types have all bytes",
          close(
            typeBytes.reduce((sum, n) => sum + n, 0),
            slow.bytes,
          ),
        ],
        ["what is alive keeps its own bytes", close(numberAt(dominators.retained, 0), bytes - (groups[2]?.bytes ?? 0))],
        ["as much is named as a slow search finds", !whole || named.count === slow.named],
      ];
      return {
        refused: false,
        wrong: checks
          .filter(([, holds]) => !holds)
          .map(([name]) => `not true: ${name}`)
          .join("; "),
      };
    } finally {
      file.close();
    }
  } catch (thrown) {
    if (!(thrown instanceof HeapError)) return { refused: false, wrong: `thrown: ${(thrown as Error).stack}` };
    const sentence = thrown.message.replace(path, "FILE");
    return { refused: sentence, wrong: /^FILE .{10,}\.$/s.test(sentence) ? "" : `an unclear sentence: ${sentence}` };
  }
}
