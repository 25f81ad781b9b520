import * as v from "valibot";
import {
  type CodeInfo,
  FILE_ROOT_KINDS,
  type FileRootKind,
  type Layout,
  type Meta,
  type Run,
  type TypeInfo,
} from "../types/heap.ts";
import { asCaptureId } from "../types/ids.ts";
import { isReferenceKind, REFERENCE_KINDS } from "../types/reference-kinds.ts";
import { damaged, orDamaged } from "./damage.ts";
import type { DumpFile } from "./open-file.ts";

const DEEPEST_JSON = 64;

const record = v.record(v.string(), v.unknown());
const text = v.nullish(v.string(), null);

/** The `meta` table. Only what the reader needs is required; everything else is shown as it stands. */
export function readMeta(file: DumpFile): Meta {
  return metaFrom(
    file.path,
    orDamaged(file.path, "`meta`", () =>
      file.db.prepare<[], [unknown, unknown]>("SELECT key, value FROM meta").raw().all(),
    ),
  );
}

/** The same from rows that were read elsewhere: keys and their JSON. */
export function metaFrom(path: string, rows: Iterable<readonly [unknown, unknown]>): Meta {
  const values = new Map(Array.from(rows, ([key, json]) => [String(key), parseJson(json)]));
  const get = <T>(key: string, schema: v.GenericSchema<unknown, T>): T => {
    const result = v.safeParse(schema, values.get(key));
    if (!result.success) throw damaged(path, `\`meta\` has no usable \`${key}\``);
    return result.output;
  };
  return {
    captureId: asCaptureId(get("capture_id", v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)))),
    label: get("label", text),
    createdAt: dateIn(get("created_at", text)),
    process: get("process", v.nullish(record, {})),
    python: get("python", v.nullish(record, {})),
    capture: get("capture", v.nullish(record, {})),
    gc: get("gc", v.nullish(record, {})),
    memory: get("memory", v.nullish(record, {})),
    tracemalloc: get("tracemalloc", v.nullish(record, {})),
  };
}

/** What is no date is nothing that a screen could show as one. */
const dateIn = (text: string | null): string | null =>
  text !== null && text.length <= 40 && !Number.isNaN(Date.parse(text)) ? text : null;

/** `Py_TPFLAGS_MANAGED_DICT` and `Py_TPFLAGS_MANAGED_WEAKREF`: such types have no offset of their own. */
const MANAGED_DICT = 1 << 4;
const MANAGED_WEAKREF = 1 << 3;
/** `Py_TPFLAGS_INLINE_VALUES`, new in 3.13. */
const INLINE_VALUES = 1 << 2;

/** Types in the order of their numbers, which are dense from 0. */
export function readTypes(file: DumpFile): TypeInfo[] {
  type Row = [number, number, string, string, number, number, number, number, number, number, number, number];
  const rows = readAll<Row>(
    file,
    "type",
    "SELECT id, address, module, qualname, opaque, count, bytes, basicsize, dictoffset, weakrefoffset, flags, has_del FROM type ORDER BY id",
  );
  return rows.map((row, index) => {
    const [id, address, module, qualname, opaque, count, bytes, basicsize, dictoffset, weakrefoffset, flags, hasDel] =
      row;
    if (id !== index || !isCount(address) || !isCount(count) || !isCount(bytes))
      throw damaged(file.path, "`type` does not hold types numbered from 0");
    return {
      address,
      module: String(module),
      qualname: String(qualname),
      name: module === "builtins" ? String(qualname) : `${module}.${qualname}`,
      count,
      bytes,
      opaque: opaque !== 0,
      basicsize: isCount(basicsize) ? basicsize : 0,
      hasDict: dictoffset !== 0 || (Number(flags) & MANAGED_DICT) !== 0,
      hasWeakrefs: weakrefoffset !== 0 || (Number(flags) & MANAGED_WEAKREF) !== 0,
      inlineValues: (Number(flags) & INLINE_VALUES) !== 0,
      hasDel: hasDel !== 0,
    };
  });
}

/** An object with more named references than this has no layout of its own for them; runs up to the end are for that. */
const MOST_FIXED = 65_536;

/** Layouts in the order of their numbers, which are dense from 0. */
export function readLayouts(file: DumpFile): Layout[] {
  const rows = readAll<[number, number, string]>(
    file,
    "layout",
    "SELECT id, hidden_bytes, runs FROM layout ORDER BY id",
  );
  return rows.map(([id, hiddenBytes, json], index) => {
    const runs = parseRuns(parseJson(json));
    if (id !== index || !isCount(hiddenBytes) || runs === null)
      throw damaged(file.path, `\`layout\` ${index} can't be understood`);
    let fixed = 0;
    for (const { repeat } of runs) if (typeof repeat === "number") fixed += repeat;
    if (fixed > MOST_FIXED) throw damaged(file.path, `\`layout\` ${index} names ${fixed} references`);
    return {
      hiddenBytes,
      runs,
      fixed,
      open: typeof runs.at(-1)?.repeat === "string",
      allRetain: runs.every((run) => REFERENCE_KINDS[run.kind].retains),
    };
  });
}

function parseRuns(json: unknown): Run[] | null {
  if (!Array.isArray(json)) return null;
  const runs: Run[] = [];
  for (const [index, entry] of json.entries()) {
    if (!Array.isArray(entry) || entry.length !== 3) return null;
    const [kind, name, repeat] = entry as unknown[];
    if (typeof kind !== "string" || !isReferenceKind(kind)) return null;
    if (name !== null && typeof name !== "string") return null;
    if (repeat === "rest" || repeat === "pairs") {
      if (index !== json.length - 1) return null;
    } else if (!isCount(repeat) || repeat > 0x7fffffff) return null;
    runs.push({ kind, name, repeat });
  }
  return runs;
}

/** A root as the file has it: by address. */
export interface RootRow {
  readonly kind: FileRootKind;
  readonly name: string;
  readonly address: number;
}

/**
 * Root rows in the file's order, strongest kind first. Those of no kind that this version knows are left out and counted;
 * one whose address is none is damage, since what it holds would look lost.
 */
export function readRoots(file: DumpFile): { rows: RootRow[]; unknown: number } {
  const rows = readAll<[string, string, number]>(file, "root", "SELECT kind, name, address FROM root ORDER BY rowid");
  if (!rows.every(([, , address]) => isCount(address))) throw damaged(file.path, "`root` has an address that is none");
  const known = FILE_ROOT_KINDS.flatMap((wanted) =>
    rows
      .filter(([kind]) => kind === wanted)
      .map(([, name, address]) => ({ kind: wanted, name: String(name), address })),
  );
  return { rows: known, unknown: rows.length - known.length };
}

/** Where each running frame stood, by the frame's address: `handle app.py:41`. */
export function readFramePlaces(file: DumpFile): Map<number, string> {
  if (!file.tables.has("frame")) return new Map();
  type Row = [number, string, number, string];
  const rows = readAll<Row>(file, "frame", "SELECT address, file, line, function FROM frame");
  return new Map(rows.map(([address, path, line, name]) => [address, `${name} ${baseName(String(path))}:${line}`]));
}

/** Files of the modules by name; null for those that have none. */
export function readModules(file: DumpFile): Map<string, string | null> {
  if (!file.tables.has("module")) return new Map();
  const rows = readAll<[string, string | null]>(file, "module", "SELECT name, file FROM module");
  return new Map(rows.map(([name, path]) => [String(name), path === null ? null : String(path)]));
}

/** Code objects by address. A damaged list of names reads as none. */
export function readCode(file: DumpFile): Map<number, CodeInfo> {
  if (!file.tables.has("code")) return new Map();
  type Row = [number, string, number, string, string];
  const rows = readAll<Row>(file, "code", "SELECT address, file, first_line, qualname, names FROM code");
  return new Map(
    rows.map(([address, path, firstLine, qualname, json]) => {
      const names = parseJson(json);
      const known = new Set(Array.isArray(names) ? names.filter((name) => typeof name === "string") : []);
      return [address, { qualname: String(qualname), file: String(path), firstLine: Number(firstLine), names: known }];
    }),
  );
}

const baseName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

/** All rows of a table, whose number was looked at when the file was opened; damage is told as such. */
export function readAll<Row extends unknown[]>(file: DumpFile, table: string, sql: string): Row[] {
  return orDamaged(file.path, `\`${table}\``, () => file.db.prepare<[], Row>(sql).raw().all() as Row[]);
}

export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Undefined for what is not JSON, and for what is nested deeper than a capture writes: such values overflow stacks. */
export function parseJson(json: unknown): unknown {
  const text = String(json);
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    // Brackets inside strings count too: a capture's own values come nowhere near the bound either way.
    if (c === 0x5b || c === 0x7b) depth++;
    else if (c === 0x5d || c === 0x7d) depth--;
    if (depth > DEEPEST_JSON) return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
