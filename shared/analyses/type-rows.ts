import type { TypeInfo } from "../types/heap.ts";
import { asTypeId } from "../types/ids.ts";
import type { ModuleRow, TypeRow } from "../types/rows.ts";
import type { TypeFilter } from "./type-filter.ts";

export type TypeOrder = "retained" | "shallow" | "count" | "name";

/** What is known of each type; `retained` is null until the dominators are there. */
export interface TypeColumns {
  readonly types: readonly TypeInfo[];
  readonly count: ArrayLike<number>;
  readonly bytes: ArrayLike<number>;
  readonly retained: ArrayLike<number> | null;
}

/** What the file says of its types, before its objects are counted. */
export const countsOfFile = (types: readonly TypeInfo[]): TypeColumns => ({
  types,
  count: types.map((type) => type.count),
  bytes: types.map((type) => type.bytes),
  retained: null,
});

export function typeRow({ types, count, bytes, retained }: TypeColumns, id: number): TypeRow {
  return {
    typeId: asTypeId(id),
    type: types[id].name,
    module: types[id].module,
    count: count[id],
    shallowBytes: bytes[id],
    retainedBytes: retained === null ? null : retained[id],
  };
}

/**
 * The types that have instances and that the filter lets through (`type-filter.ts`), in the wanted order; equal ones
 * by name. `isMine`: whether a type is of the program's own code.
 * Sorted by retained bytes before these are known, they come by own bytes. Time O(t log t) for t types.
 */
export function typeRows(
  columns: TypeColumns,
  filter: TypeFilter,
  order: { by: TypeOrder; descending: boolean },
  isMine: (type: number) => boolean = () => false,
): TypeRow[] {
  const byName = (a: TypeRow, b: TypeRow): number => (a.type < b.type ? -1 : a.type > b.type ? 1 : a.typeId - b.typeId);
  return columns.types
    .map((_, id) => typeRow(columns, id))
    .filter((row) => row.count > 0 && filter.matches(row, () => isMine(row.typeId)))
    .sort(bySums(order, byName));
}

interface Sums {
  readonly count: number;
  readonly shallowBytes: number;
  readonly retainedBytes: number | null;
}

/** The wanted order of rows that sum objects up; equal ones by name. */
export function bySums<Row extends Sums>(
  { by, descending }: { by: TypeOrder; descending: boolean },
  byName: (a: Row, b: Row) => number,
): (a: Row, b: Row) => number {
  const sign = descending ? -1 : 1;
  const key = (row: Row): number =>
    by === "count" ? row.count : by === "retained" ? (row.retainedBytes ?? row.shallowBytes) : row.shallowBytes;
  return (a, b) => (by === "name" ? sign * byName(a, b) : sign * (key(a) - key(b)) || byName(a, b));
}

/** The same types, summed up by module. `kept`: what a module's instances keep alive, each byte once. */
export function moduleRows(
  types: readonly TypeRow[],
  kept: (module: string) => number | null,
  isMine: (module: string) => boolean,
  order: { by: TypeOrder; descending: boolean },
): ModuleRow[] {
  const sums = new Map<string, { types: number; count: number; shallowBytes: number }>();
  for (const { module, count, shallowBytes } of types) {
    const sum = sums.get(module) ?? { types: 0, count: 0, shallowBytes: 0 };
    sum.types++;
    sum.count += count;
    sum.shallowBytes += shallowBytes;
    sums.set(module, sum);
  }
  const rows = [...sums].map(([module, sum]): ModuleRow => {
    return { module, ...sum, retainedBytes: kept(module), mine: isMine(module) };
  });
  const byName = (a: ModuleRow, b: ModuleRow): number => (a.module < b.module ? -1 : a.module > b.module ? 1 : 0);
  return rows.sort(bySums(order, byName));
}

/** Types called exactly so, or, where there is none, those whose bare name is this. */
export function typesNamed({ types, count }: TypeColumns, name: string): number[] {
  const where = (matches: (type: TypeInfo) => boolean): number[] =>
    [...types.keys()].filter((id) => count[id] > 0 && matches(types[id]));
  const exact = where((type) => type.name === name);
  return exact.length > 0 ? exact : where((type) => type.qualname === name || type.qualname.endsWith(`.${name}`));
}
