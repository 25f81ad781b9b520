import { TICK_MASK } from "../graph/ticking.ts";
import { addressAt } from "../types/addresses.ts";
import { NONE, noTick, type Tick } from "../types/graph.ts";
import type { CodeInfo } from "../types/heap.ts";
import type { PathStep, UsedBy } from "../types/rows.ts";
import { edgeAt } from "./edges.ts";
import { referrersOf } from "./referrers.ts";
import type { HeapView } from "./view.ts";

/** What `None` or `True` is called in a hundred modules tells nobody anything. */
const MOST_USERS = 50;

/** Functions by the dict of their globals, made once per dump. */
export type FunctionIndex = ReadonlyMap<number, readonly CodeInfo[]>;

/**
 * Groups the functions of a dump by the dict that holds their globals. `code` has the file's code objects by address.
 * Time O(n + references of functions).
 */
export function indexFunctions(
  { columns: { heap } }: HeapView,
  code: ReadonlyMap<number, CodeInfo>,
  tick: Tick = noTick,
): FunctionIndex {
  const byGlobals = new Map<number, CodeInfo[]>();
  const functionType = heap.types.findIndex((type) => type.name === "function");
  for (let object = 0; object < heap.objectCount; object++) {
    if ((object & TICK_MASK) === 0) tick(0);
    if (heap.type[object] !== functionType) continue;
    let globals = NONE;
    let info: CodeInfo | undefined;
    const { offsets, targets } = heap.references;
    for (let e = offsets[object]; e < offsets[object + 1]; e++) {
      if (targets[e] === heap.objectCount) continue;
      const { kind } = edgeAt(heap, object, e - offsets[object]);
      if (kind === "global") globals = targets[e];
      else if (kind === "code") info = code.get(addressAt(heap.address, targets[e]));
    }
    if (globals === NONE || info === undefined) continue;
    const known = byGlobals.get(globals);
    if (known === undefined) byGlobals.set(globals, [info]);
    else known.push(info);
  }
  return byGlobals;
}

/**
 * The functions that use an object through a module's variable, whatever the variable is called; those of one module
 * after those of another. Needs the graph. Time O(referrers + the modules' variables).
 */
export function usersOfObject(view: HeapView, index: FunctionIndex, object: number): UsedBy[] {
  if (view.graph === null || view.moduleOfDict === null) return [];
  const found: UsedBy[] = [];
  const dicts = new Set(referrersOf(view, object));
  for (const dict of dicts) {
    if (!view.moduleOfDict.has(dict)) continue;
    for (const name of variableNames(view, dict, object)) found.push(...functionsUsing(index, dict, name));
  }
  return eachOnce(found).slice(0, MOST_USERS);
}

/**
 * The functions that use a module's variable: their globals are that module's dict and their code names the variable.
 * In the order of their lines, each place once. Certain but for a function that only has a local or attribute of the
 * same name.
 */
export function functionsUsing(index: FunctionIndex, globals: number, name: string): UsedBy[] {
  const found = new Map<string, UsedBy>();
  for (const { qualname, file, firstLine, names } of index.get(globals) ?? []) {
    if (names.has(name)) found.set(`${file}:${firstLine}`, { function: qualname, file, line: firstLine });
  }
  return [...found.values()].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line));
}

/** Who uses the module's variable through which a path goes: its second object is then a module's dict. */
export function usersOf(
  view: HeapView,
  functions: FunctionIndex,
  [, second, third]: readonly Pick<PathStep, "id">[],
): UsedBy[] {
  const [dict, held] = [second?.id ?? null, third?.id ?? null];
  if (dict === null || held === null) return [];
  if (view.moduleOfDict?.has(dict) !== true) return [];
  return eachOnce(variableNames(view, dict, held).flatMap((name) => functionsUsing(functions, dict, name)));
}

/** A function that uses two names of one object is told once. */
const eachOnce = (users: readonly UsedBy[]): UsedBy[] => [
  ...new Map(users.map((user) => [`${user.file}:${user.line}`, user])).values(),
];

/** The names under which a namespace dict has the object. */
function variableNames({ columns: { heap }, texts }: HeapView, dict: number, held: number): string[] {
  const { offsets, targets } = heap.references;
  const names: string[] = [];
  for (let e = offsets[dict]; e + 1 < offsets[dict + 1]; e += 2) {
    const text = targets[e + 1] === held && targets[e] < heap.objectCount ? texts.get(targets[e]) : null;
    const name = text === null ? undefined : /^'(.*)'$/s.exec(text)?.[1];
    if (name !== undefined) names.push(name);
  }
  return names;
}
