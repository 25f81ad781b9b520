import { createHash } from "node:crypto";
import { existsSync, renameSync } from "node:fs";
import { basename } from "node:path";
import { loadDump, readExtent } from "../../shared/store/load.ts";
import { openDump } from "../../shared/store/open-file.ts";
import { addressesOf } from "../../shared/types/addresses.ts";
import { numberAt, UNKNOWN } from "../../shared/types/compact.ts";
import { noTick } from "../../shared/types/graph.ts";
import { UNKNOWN_IN_FILE } from "../../shared/types/heap.ts";
import { writeDump } from "../fixtures/dump-file.ts";
import { benchPath } from "./made-dump.ts";

const inFile = (value: number): number => (value === UNKNOWN ? UNKNOWN_IN_FILE : value);

/**
 * A real dump grown by repetition to `objects` at least: copies of all its objects at addresses further up, with the
 * layouts and references of the process it was taken from, so that a bench meets what programs are really made of.
 */
export function grownDump(path: string, objects: number): string {
  const name = `grown-${basename(path, ".pyheap")}-${objects}`;
  const out = benchPath(`${name}.pyheap`);
  if (existsSync(out)) return out;
  const file = openDump(path);
  try {
    const { heap } = loadDump(file, readExtent(file), noTick);
    const n = heap.objectCount;
    const address = addressesOf(heap.address);
    const { offsets, targets } = heap.references;
    const copies = Math.ceil(objects / n);
    const first = address[0] ?? 0;
    const span = (address[n - 1] ?? 0) - first + 4096;
    // Of the addresses up to 2^47 all must do; they are made dense where the process had its heap far apart.
    const isDense = first + copies * span < 2 ** 47;
    const at = (i: number): number => (isDense ? (address[i] ?? 0) : 0x1000_0000 + 64 * i);
    const step = isDense ? span : 64 * (n + 64);
    const column = (make: (object: number) => number) =>
      Float64Array.from({ length: n * copies }, (_, i) => make(i % n));
    const layouts = file.db
      .prepare<[], { hidden_bytes: number; runs: string }>("SELECT hidden_bytes, runs FROM layout ORDER BY id")
      .all();
    const roots = file.db.prepare<[], { kind: string; name: string; address: number }>("SELECT * FROM root").all();
    const number = new Map(Array.from(address, (each, i) => [each, i]));
    writeDump(`${out}.partial`, {
      address: Float64Array.from({ length: n * copies }, (_, i) => at(i % n) + Math.floor(i / n) * step),
      type: column((i) => heap.type[i]),
      layout: column((i) => heap.layout[i]),
      size: column((i) => numberAt(heap.shallow, i) - heap.layouts[heap.layout[i]].hiddenBytes),
      refcount: column((i) => inFile(numberAt(heap.refcount, i))),
      length: column((i) => inFile(numberAt(heap.length, i))),
      referenceCount: column((i) => offsets[i + 1] - offsets[i]),
      flags: column((i) => heap.flags[i]),
      target: Float64Array.from({ length: targets.length * copies }, (_, e) => {
        const target = targets[e % targets.length] ?? n;
        return target === n ? 16 : at(target) + Math.floor(e / targets.length) * step;
      }),
      types: heap.types.map(({ module, qualname, address, count, bytes }) => ({
        module,
        qualname,
        address,
        count: count * copies,
        bytes: bytes * copies,
      })),
      layouts: layouts.map(({ hidden_bytes, runs }) => ({ hiddenBytes: hidden_bytes, runs: JSON.parse(runs) })),
      roots: Array.from({ length: copies }, (_, copy) =>
        roots.flatMap(({ kind, name, address }) => {
          const object = number.get(address);
          return object === undefined ? [] : [{ kind, name, address: at(object) + copy * step }];
        }),
      ).flat(),
      meta: { capture_id: createHash("sha256").update(name).digest("hex").slice(0, 32) },
    });
    renameSync(`${out}.partial`, out);
    return out;
  } finally {
    file.close();
  }
}
