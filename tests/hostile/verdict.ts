import { inflateSync } from "node:zlib";
import Database from "better-sqlite3";
import { cycleStage, dominatorStage, graphStage, typeTotals, wrongTotals } from "../../shared/analyses/stages.ts";
import { loadDump, readExtent } from "../../shared/store/load.ts";
import { openDump } from "../../shared/store/open-file.ts";
import { readCode, readMeta, readTypes } from "../../shared/store/small-tables.ts";
import { Texts } from "../../shared/store/text.ts";
import { numberAt } from "../../shared/types/compact.ts";
import { HeapError } from "../../shared/types/failure.ts";
import { noTick } from "../../shared/types/graph.ts";
import { isReferenceKind, REFERENCE_KINDS } from "../../shared/types/reference-kinds.ts";

/** Entries of a page as they are before packing: little-endian, those of eight bytes in planes where the codec says so. */
function unpacked(blob: Buffer, codec: string, width: number): Buffer {
  const bytes = codec === "raw" ? blob : inflateSync(blob);
  if (codec !== "planes+zlib" || width !== 8) return bytes;
  const count = bytes.length / 8;
  return Buffer.from(Array.from(bytes, (_, i) => bytes[(i % 8) * count + Math.floor(i / 8)] ?? 0));
}

/** The addresses of the only page of references. */
function targetsOf(db: Database.Database): Buffer {
  const page = db.prepare("SELECT target, codec FROM reference_page").get() as { target: Buffer; codec: string };
  return unpacked(page.target, page.codec, 8);
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
      | (Record<string, Buffer> & { count: number; codec: string })
      | undefined;
    const targets = whole ? targetsOf(db) : undefined;
    const roots = db.prepare("SELECT kind, address FROM root").all() as { kind: string; address: number }[];
    if (page === undefined) return { bytes: 0, named: 0 };
    const columns = new Map<string, Buffer>();
    const at = (column: string, i: number, width: number): number => {
      const bytes = columns.get(column) ?? unpacked(page[column] as Buffer, page.codec, width);
      columns.set(column, bytes);
      let value = 0n;
      for (let k = width - 1; k >= 0; k--) value = value * 256n + BigInt(bytes[width * i + k] ?? 0);
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

/** What came of a file, in the words of a report. */
export type Outcome = "refused in a sentence" | "opens, with a warning" | "opens" | "something was thrown";

/** What a person would read off the file; the same of a changed one, unless it says that something is wrong. */
export interface Verdict {
  readonly outcome: Outcome;
  /** Objects and bytes that are named, held from outside and unreachable, as one line; "" where it was refused. */
  readonly totals: string;
  /** What is wrong with the answer; "" where nothing is. */
  readonly wrong: string;
}

/** Loads and analyses the file as it is, with the numbers compared to those of a slow reader. */
export function verdict(path: string): Verdict {
  try {
    const file = openDump(path);
    try {
      const meta = readMeta(file);
      const extent = readExtent(file);
      const types = readTypes(file);
      const { heap, roots, warnings, lost } = loadDump(file, extent, noTick);
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
      const ofTypes = typeTotals(heap);
      const { typeCount, typeBytes } = ofTypes;
      const close = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * Math.max(a, b);
      const whole = lost === 0 && extent.references > 0;
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
      const own: unknown = meta.capture.warnings;
      const said = [...warnings, ...wrongTotals(types, ofTypes), ...(Array.isArray(own) ? own : [])];
      return {
        outcome: said.length > 0 ? "opens, with a warning" : "opens",
        totals: JSON.stringify([groups, numberAt(dominators.retained, 0), dominators.retained.small.length]),
        wrong: checks
          .filter(([, holds]) => !holds)
          .map(([name]) => `not true: ${name}`)
          .join("; "),
      };
    } finally {
      file.close();
    }
  } catch (thrown) {
    if (!(thrown instanceof HeapError))
      return { outcome: "something was thrown", totals: "", wrong: String((thrown as Error).stack) };
    const outcome = "refused in a sentence";
    const sentence = thrown.message.replace(path, "FILE");
    const wrong = /^FILE .{10,}\.$/s.test(sentence) ? "" : `an unclear sentence: ${sentence}`;
    return { outcome, totals: "", wrong };
  }
}
