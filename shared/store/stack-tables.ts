import {
  type CacheInfo,
  type FrameInfo,
  TASK_STATES,
  type TaskFrameInfo,
  type TaskInfo,
  type ThreadInfo,
} from "../types/heap.ts";
import type { DumpFile } from "./open-file.ts";
import { isCount, readAll } from "./small-tables.ts";

/** Everything that the file says of running and waiting code. */
export const readStackTables = (file: DumpFile) => ({
  threads: readThreads(file),
  frames: readFrames(file),
  tasks: readTasks(file),
  taskFrames: readTaskFrames(file),
});

/** The threads that the file names, in its order. */
function readThreads(file: DumpFile): ThreadInfo[] {
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
function readFrames(file: DumpFile): FrameInfo[] {
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

/** The tasks of all event loops, in the order of their numbers; none in files of earlier captures. */
export function readTasks(file: DumpFile): TaskInfo[] {
  if (!file.tables.has("task")) return [];
  type Row = [unknown, unknown, unknown, unknown, unknown, unknown, unknown];
  const rows = readAll<Row>(
    file,
    "task",
    "SELECT id, address, loop, name, state, coroutine, waits_for FROM task ORDER BY id",
  );
  return rows.flatMap(([id, address, loop, name, state, coroutine, waitsFor]) =>
    isCount(id) && isCount(address)
      ? [
          {
            id,
            address,
            loop: countOrNull(loop),
            coroutine: countOrNull(coroutine),
            waitsFor: countOrNull(waitsFor),
            name: String(name ?? ""),
            state: TASK_STATES.find((known) => known === state) ?? "unknown",
          },
        ]
      : [],
  );
}

/** Where the coroutines and generators of tasks stood, the innermost of each task first. */
function readTaskFrames(file: DumpFile): TaskFrameInfo[] {
  if (!file.tables.has("task_frame")) return [];
  type Row = [unknown, unknown, unknown, unknown, unknown];
  const rows = readAll<Row>(
    file,
    "task_frame",
    "SELECT task, file, line, function, address FROM task_frame ORDER BY task, depth",
  );
  return rows.flatMap(([task, path, line, name, address]) =>
    isCount(task) && isCount(address)
      ? [
          {
            task,
            file: String(path ?? ""),
            line: isCount(line) && line > 0 ? line : null,
            function: String(name ?? ""),
            address,
          },
        ]
      : [],
  );
}

/** What caches of `functools` say of themselves, by their address; a row with a number that is none is left out. */
export function readCaches(file: DumpFile): Map<number, CacheInfo> {
  if (!file.tables.has("cache")) return new Map();
  type Row = [unknown, unknown, unknown, unknown, unknown, unknown];
  const rows = readAll<Row>(file, "cache", "SELECT address, function, hits, misses, maxsize, currsize FROM cache");
  const caches = new Map<number, CacheInfo>();
  for (const [address, name, hits, misses, maxsize, currsize] of rows) {
    if (!isCount(address) || !isCount(hits) || !isCount(misses) || !isCount(currsize)) continue;
    if (maxsize !== null && !isCount(maxsize)) continue;
    caches.set(address, { function: String(name ?? ""), hits, misses, maxsize, currsize });
  }
  return caches;
}

const countOrNull = (value: unknown): number | null => (isCount(value) ? value : null);
