import type { ObjectId } from "../../shared/types/ids.ts";
import { drawHeap } from "../fixtures/drawn-heap.ts";
import { writeDump } from "../fixtures/dump-file.ts";

export interface SmallDump {
  readonly objects: number;
  readonly references: number;
  readonly captureId: string;
  /** The numbers of what the picture below shows. */
  readonly ids: {
    readonly module: ObjectId;
    readonly dict: ObjectId;
    readonly list: ObjectId;
    readonly firstText: ObjectId;
  };
}

/**
 * Writes a dump of a module whose variable `cache` is a list of `texts` strings, and of a list that only knows itself:
 *
 *     module app -> dict -> 'cache', list -> 'text 0', 'text 1' …          loop -> loop
 */
export function writeSmallDump(path: string, { texts = 1_500, captureId = "0".repeat(32) } = {}): SmallDump {
  const numbers = Array.from({ length: texts }, (_, i) => i);
  const { content, id } = drawHeap(`
    @module app: module
    module  module "app" size=72 -> dict=__dict__ dict
    dict    dict size=232 -> ['cache'] list
    list    list size=${56 + 8 * texts} -> ${numbers.map((i) => `[] t${i}`).join(" ")}
    ${numbers.map((i) => `t${i} str "'text ${i}'" size=57`).join("\n")}
    loop    list size=72 -> [] loop
  `);
  writeDump(path, { ...content, meta: { capture_id: captureId, label: "small" } }, { codec: "raw" });
  const named = (name: string) => id[name] as ObjectId;
  return {
    objects: content.address.length,
    references: content.target.length,
    captureId,
    ids: { module: named("module"), dict: named("dict"), list: named("list"), firstText: named("t0") },
  };
}
