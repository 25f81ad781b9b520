import { build } from "../../shared/session/build.ts";

/**
 * Bytes of shared memory that the stages of a dump hold, by column (`columns.heap.type`, `dominators.idom`, …). Where
 * two columns are one piece of memory it is counted once, and all of it, also where a column shows only a part.
 */
export function heldBytes(path: string): Map<string, number> {
  const held = new Map<string, number>();
  const seen = new Set<ArrayBufferLike>();
  const count = (name: string, value: unknown): void => {
    if (ArrayBuffer.isView(value)) {
      if (seen.has(value.buffer)) return;
      seen.add(value.buffer);
      held.set(name, value.buffer.byteLength);
      return;
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) return;
    for (const [key, inner] of Object.entries(value)) count(`${name}.${key}`, inner);
  };
  build({ path, database: path }, { folder: null }, (message) => {
    if (message.kind === "failed") throw new Error(JSON.stringify(message.failure));
    if (message.kind === "done") count(message.done.stage, message.done.value);
  });
  return held;
}
