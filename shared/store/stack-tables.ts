import type { FrameInfo, ThreadInfo } from "../types/heap.ts";
import type { DumpFile } from "./open-file.ts";
import { readAll } from "./small-tables.ts";

/** The threads that the file names, in its order. */
export function readThreads(file: DumpFile): ThreadInfo[] {
  if (!file.tables.has("thread")) return [];
  type Row = [number, string, number, number];
  const rows = readAll<Row>(file, "thread", "SELECT id, name, daemon, current FROM thread ORDER BY id");
  return rows
    .filter(([id]) => Number.isSafeInteger(id))
    .map(([id, name, daemon, current]) => ({
      id,
      name: String(name),
      daemon: daemon === 1,
      current: current === 1,
    }));
}

/** The frames of running threads, innermost first. */
export function readFrames(file: DumpFile): FrameInfo[] {
  if (!file.tables.has("frame")) return [];
  type Row = [number, string, number, string, number];
  const rows = readAll<Row>(
    file,
    "frame",
    "SELECT thread, file, line, function, address FROM frame ORDER BY thread, depth",
  );
  return rows.map(([thread, path, line, name, address]) => ({
    thread,
    file: String(path),
    line: Number.isSafeInteger(line) ? line : null,
    function: String(name),
    address,
  }));
}
