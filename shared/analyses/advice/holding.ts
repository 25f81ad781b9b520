import { addressAt } from "../../types/addresses.ts";
import { NONE, type Tick } from "../../types/graph.ts";
import { type CodeInfo, FLAGS } from "../../types/heap.ts";
import type { PathStep, RetainingPath, UsedBy } from "../../types/rows.ts";
import { placeOf } from "../edges.ts";
import { DEFAULT, THREADS, variableOf } from "../insides.ts";
import { type HeapView, objectRow } from "../view.ts";
import { mostTellingPath } from "../why-alive.ts";
import type { HeapFacts } from "./facts.ts";
import { isContainer } from "./groups.ts";

/** In what a program keeps a container: the line to change differs with it. */
export type HeldAs =
  | "module variable"
  | "class attribute"
  | "attribute"
  | "default argument"
  | "closure variable"
  | "local variable"
  | "thread-local"
  | "context variable"
  | "other";

/** How an object is held, told to the object and not to the root. */
export interface Holding {
  /** As one would write it: `shop.sessions._PENDING`. */
  readonly name: string;
  readonly as: HeldAs;
  /** The last name before the object: `_PENDING`; null where it has none. */
  readonly variable: string | null;
  /** What gives it that name: a module's dict, a class, an instance, a function. */
  readonly owner: PathStep | null;
  /** The very last name, of a library's too: `loggerDict`, and the `Manager` that has it; null where it has none. */
  readonly itself: Named | null;
  /** Whether the module, class or function that names it is the program's own. */
  readonly own: boolean;
  readonly usedBy: readonly UsedBy[];
  /** Whether a function that uses it names a method that adds or removes, such as `append` or `pop`. */
  readonly adds: boolean;
  readonly removes: boolean;
  /**
   * False where functions name it and none of them can add to it: it is as code that runs once left it. Null where no
   * function names it, or where the file does not say which code stores.
   */
  readonly canAdd: boolean | null;
  /** Whether such a function removes and asks for the length: a container with a bound. */
  readonly bounds: boolean;
  readonly steps: readonly PathStep[];
}

/** Time as for `whyAlive`; each object once per dump. */
export function holdingOf(facts: HeapFacts, object: number, tick: Tick): Holding {
  const known = facts.holdings.get(object);
  if (known !== undefined) return known;
  const { view } = facts;
  const path = pathTo(view, object, tick);
  const row = objectRow(view, object);
  const steps = path?.steps ?? [];
  const { as, variable, owner } = nameIn(facts, steps);
  const inContext = as === "context variable" ? variableHolding(facts, steps, tick) : null;
  if (inContext !== null) {
    facts.holdings.set(object, { ...inContext, steps });
    return { ...inContext, steps };
  }
  const users = usersOf(facts, steps, { as, variable, owner });
  // What a module does while it is loaded, it does once, and to many names: that says nothing of one of them.
  const called = users.filter(({ qualname }) => qualname !== "<module>");
  const names = (wanted: readonly string[]) => called.some((user) => wanted.some((name) => user.names.has(name)));
  const holding: Holding = {
    name: path === null ? row.label : pythonName(path.text),
    as,
    variable,
    owner,
    itself: nameAt(facts, steps, steps.length - 1),
    own: isOwn(facts, steps),
    usedBy: placesOf(users),
    adds: names(ADDERS),
    removes: names(REMOVERS),
    canAdd: isNamedItself(facts, object, { as, variable }, steps)
      ? (facts.canAddTo?.get(variable ?? "") ?? null)
      : null,
    bounds: called.some((user) => user.names.has("len") && REMOVERS.some((name) => user.names.has(name))),
    steps,
  };
  facts.holdings.set(object, holding);
  return holding;
}

/** A way from a name of the program's where there is one: a frame that uses the object at the moment says less. */
function pathTo(view: HeapView, object: number, tick: Tick): RetainingPath | null {
  const path = mostTellingPath(view, object, tick);
  if (path?.steps[0]?.root?.kind !== "thread") return path;
  const named = mostTellingPath(view, object, tick, { frames: false });
  const kind = named?.steps[0]?.root?.kind;
  return kind === "module" || kind === "type" ? named : path;
}

/**
 * What a context holds is known by the context variable, wherever that is: `shop.TRAIL.get()`. Null where the way does not
 * say which one it is.
 */
function variableHolding(facts: HeapFacts, steps: readonly PathStep[], tick: Tick): Holding | null {
  const { heap } = facts.view.columns;
  for (let i = steps.length - 1; i > 0; i--) {
    const [source, target] = [steps[i - 1]?.id ?? null, steps[i]?.id ?? null];
    if (source === null || target === null) return null;
    const variable = steps[i]?.edge === DEFAULT ? source : variableOf(heap, source, placeOf(heap, source, target));
    if (variable === null) continue;
    const holding = holdingOf(facts, variable, tick);
    return { ...holding, name: `${holding.name}.get()`, as: "context variable" };
  }
  return null;
}

/**
 * By what functions of any module name: whether one of these stores under a key or in place, or names what adds. What gets
 * a container as an argument is not seen. Null where the file does not say which code stores. Time O(names).
 */
export function canAddTo(code: ReadonlyMap<number, CodeInfo>, tick: Tick): ReadonlyMap<string, boolean> | null {
  const found = new Map<string, boolean>();
  let seen = 0;
  for (const { names, qualname } of code.values()) {
    if ((++seen & 0x3ff) === 0) tick(0);
    if (qualname === "<module>") continue;
    const adds = CAN_ADD.some((name) => names.has(name));
    for (const name of names) if (adds || !found.has(name)) found.set(name, adds);
  }
  return found.get(STORES) === true ? found : null;
}

/** Whether the variable is the container, and that one of Python's own: others have methods of their own that add. */
function isNamedItself(
  { view: { columns } }: HeapFacts,
  object: number,
  { as, variable }: Pick<Holding, "as" | "variable">,
  steps: readonly PathStep[],
): boolean {
  const { module } = columns.heap.types[columns.heap.type[object]];
  const isPlain = module === "builtins" || module === "collections";
  return isPlain && BY_NAME.has(as) && variable !== null && identifierOf(steps.at(-1)) === variable;
}

const BY_NAME: ReadonlySet<HeldAs> = new Set(["module variable", "class attribute", "attribute"]);

/** What the file says of code that stores under a key or in place (docs/format.md). */
const STORES = "[]=";

/** Methods of containers, as code names them. */
const ADDERS = ["append", "appendleft", "add", "extend", "insert", "setdefault", "update", "put", "put_nowait", "push"];
/** And what fills a container in other ways. */
const CAN_ADD = [
  ...ADDERS,
  STORES,
  "extendleft",
  "__setitem__",
  "__iadd__",
  "__ior__",
  "heappush",
  "heappushpop",
  "insort",
  "insort_left",
  "insort_right",
  "setattr",
];
const REMOVERS = ["pop", "popitem", "popleft", "remove", "discard", "clear", "get_nowait", "task_done"];

/** `module shop.sessions › _PENDING` -> `shop.sessions._PENDING`; other paths stay as they are. */
export function pythonName(path: string): string {
  const [, module, rest] = /^module ([\p{L}_][\p{L}\p{N}_.]*) › ([\p{L}_].*)$/su.exec(path) ?? [];
  return module === undefined || rest === undefined ? path : `${module}.${rest}`;
}

interface Named {
  readonly as: HeldAs;
  readonly variable: string | null;
  /** The step that names it: a class, a function, an instance, a module's dict. */
  readonly owner: PathStep | null;
}

/**
 * The last name on the path, and what gives it. What the standard library's containers call their insides (`queue`,
 * `data`) is left for the name outside of them.
 */
function nameIn(facts: HeapFacts, steps: readonly PathStep[]): Named {
  let inside: Named | null = null;
  for (let i = steps.length - 1; i > 0; i--) {
    const found = nameAt(facts, steps, i);
    if (found === null) continue;
    const id = found.owner?.id ?? null;
    const isOfLibrary =
      found.as === "attribute" && id !== null && !facts.ownership.type(facts.view.columns.heap.type[id]);
    if (!isOfLibrary) return found;
    inside ??= found;
  }
  return inside ?? { as: "other", variable: null, owner: null };
}

/** What the step is called by the one before it, where that is a name in the program. */
function nameAt({ view }: HeapFacts, steps: readonly PathStep[], i: number): Named | null {
  const step = steps[i];
  const owner = steps[i - 1] ?? null;
  const above = steps[i - 2] ?? null;
  const variable = identifierOf(step);
  const wordAfter = (kind: string) => step?.edge?.replace(` ${kind} `, "") ?? null;
  if (steps[i - 2]?.edge === THREADS) {
    const local = identifierOf(steps[i - 3]);
    return {
      as: "thread-local",
      variable: variable === null || local === null ? variable : `${local}.${variable}`,
      owner,
    };
  }
  switch (step?.kind) {
    case "default":
      return { as: "default argument", variable: wordAfter("default"), owner: functionIn(steps, i) };
    case "cell":
      return { as: "closure variable", variable: wordAfter("closure"), owner: functionIn(steps, i) };
    case "local":
      return { as: "local variable", variable: wordAfter("local"), owner };
    case "attribute":
    case "slot":
    case "member":
      return variable === null ? null : { as: "attribute", variable, owner };
    case "value": {
      if (variable === null || owner === null || owner.id === null) return null;
      if (view.moduleOfDict?.has(owner.id) === true) return { as: "module variable", variable, owner };
      if (owner.edge === ".__kwdefaults__") return { as: "default argument", variable, owner: functionIn(steps, i) };
      if (owner.kind !== "dict" || above === null || above.id === null) return null;
      const isClass = (view.columns.heap.flags[above.id] & FLAGS.isClass) !== 0;
      return { as: isClass ? "class attribute" : "attribute", variable, owner: above };
    }
    default:
      return step?.edge === DEFAULT || step?.edge?.startsWith("[<ContextVar") === true
        ? { as: "context variable", variable: null, owner }
        : null;
  }
}

function functionIn(steps: readonly PathStep[], before: number): PathStep | null {
  for (let i = before - 1; i >= 0; i--) if (steps[i]?.type === "function") return steps[i] ?? null;
  return null;
}

/** `.name` or `['name']`, where that is an identifier. */
function identifierOf(step: PathStep | undefined): string | null {
  return /^(?:\.|\[')([\p{XIDS}_][\p{XIDC}]*)(?:'\])?$/u.exec(step?.edge ?? "")?.[1] ?? null;
}

/** Of what gives names along the path, the nearest to the object decides. */
function isOwn({ view, ownership, codeOf, typeAt }: HeapFacts, steps: readonly PathStep[]): boolean {
  const { heap } = view.columns;
  const itself = steps.at(-1)?.id ?? null;
  for (const { id, root } of [...steps].reverse()) {
    if (id === null) continue;
    // A library's task or exception is what is held; a library's container is a holder itself.
    if (id === itself && !isContainer(view, id) && !ownership.type(heap.type[id])) continue;
    const module = view.moduleOfDict?.get(id);
    if (module !== undefined) return ownership.module(module);
    const type = heap.type[id];
    const { name } = heap.types[type];
    if ((heap.flags[id] & FLAGS.isClass) !== 0) return ownership.type(typeAt.get(addressAt(heap.address, id)) ?? NONE);
    if (name === "function" || name === "frame" || name === "generator" || name === "coroutine") {
      const code = codeOf(id);
      if (code !== null) return ownership.file(code.file);
    }
    if (heap.types[type].module !== "builtins" && !CONTAINER_MODULES.has(heap.types[type].module))
      return ownership.type(type);
    if (root?.kind === "module") return ownership.module(root.name);
  }
  return false;
}

/** Containers of the standard library say nothing of whose data is in them. */
const CONTAINER_MODULES = new Set([
  "collections",
  "queue",
  "_queue",
  "weakref",
  "functools",
  "types",
  "_thread",
  "_threading_local",
  "threading",
  "_contextvars",
  "contextvars",
  "asyncio.queues",
  "itertools",
  "array",
  "re",
]);

/** Functions that name the variable: of its module, of its class, or the function itself. */
function usersOf(
  { functions, codeOf, view }: HeapFacts,
  steps: readonly PathStep[],
  { as, variable, owner }: Named,
): CodeInfo[] {
  if (variable === null || owner === null || owner.id === null) return [];
  const inModule = (dict: number, name: string) => (functions.get(dict) ?? []).filter(({ names }) => names.has(name));
  switch (as) {
    case "default argument":
    case "closure variable":
    case "local variable": {
      const self = codeOf(owner.id);
      return self === null ? [] : [self];
    }
    case "module variable":
      return inModule(owner.id, variable);
    case "attribute":
    case "class attribute": {
      // Of functions of that class, those whose code names the attribute.
      const name = as === "class attribute" ? owner.label.replace(/^class /, "") : (owner.type ?? "");
      const prefix = `${name.split(".").at(-1)}.`;
      return [...functions.values()]
        .flat()
        .filter(({ qualname, names }) => names.has(variable) && qualname.includes(prefix));
    }
    default: {
      const at = steps.findIndex((step) => step.id !== null && view.moduleOfDict?.has(step.id) === true);
      const dict = steps[at]?.id ?? null;
      const name = identifierOf(steps[at + 1]);
      return dict === null || name === null ? [] : inModule(dict, name);
    }
  }
}

/** Each place once, in the order of files and lines. */
function placesOf(users: readonly CodeInfo[]): UsedBy[] {
  const places = new Map<string, UsedBy>();
  for (const { qualname, file, firstLine } of users)
    places.set(`${file}:${firstLine}`, { function: qualname, file, line: firstLine });
  return [...places.values()].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line));
}

/** The function's or frame's code object, by its reference; `NONE` where it has none in the file. */
export function codeObjectOf(view: HeapView, object: number): number {
  const { heap } = view.columns;
  const { offsets, targets } = heap.references;
  let place = 0;
  for (const { kind, repeat } of heap.layouts[heap.layout[object]].runs) {
    if (typeof repeat === "string") return NONE;
    if (kind === "code") {
      const target = targets[offsets[object] + place];
      return target < heap.objectCount ? target : NONE;
    }
    place += repeat;
  }
  return NONE;
}
