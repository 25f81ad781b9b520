import { assertNever } from "../types/failure.ts";
import type { ReferenceKind } from "../types/reference-kinds.ts";
import type { ObjectRow, Reach, RetainingPath, RootInfo, SentencePart } from "../types/rows.ts";
import type { Edge } from "./edges.ts";
import { ENTRIES, THREADS, VARIABLES } from "./insides.ts";

/** One step of a path: the reference, and how it is written. */
export interface NamedEdge {
  readonly edge: Edge;
  readonly text: string;
  /** For values of a `__dict__`: the name, if the key is a Python identifier. */
  readonly identifier: string | null;
}

/** A path with the names along it, and how little it says: the lower the cost, the more telling. */
export interface ToldPath {
  readonly path: RetainingPath;
  /** Where the path starts. */
  readonly root: RootInfo;
  /** The path from the starting point as one Python expression; empty if the object is the starting point itself. */
  readonly expression: string;
  /** The variable or attribute at the starting point that holds the rest. */
  readonly firstKind: ReferenceKind | null;
  readonly cost: number;
}

/**
 * The way from a starting point to an object as one Python expression: `_PENDING['u-17'].request`.
 *
 * `__dict__` is folded away, as a person would write it; a step that Python has no expression for (a closure variable,
 * a nameless reference) is said in words between `›`.
 */
export function pathExpression(root: RootInfo, edges: readonly NamedEdge[]): string {
  let expression = "";
  for (const [index, { edge, text, identifier }] of edges.entries()) {
    const next = edges[index + 1];
    const isFolded = edge.kind === "dict" && next?.edge.kind === "value" && next.identifier !== null;
    if (isFolded || isPartOfNext(edge, next?.edge) || isInside(edges, index)) continue;
    const isAttribute = edges[index - 1]?.edge.kind === "dict" || edges[index - 2]?.text === THREADS;
    const wasFolded = isAttribute && edge.kind === "value" && identifier !== null;
    const isGlobalsOfFrame = index === 1 && root.kind === "thread" && edge.kind === "value" && identifier !== null;
    const step = wasFolded || isGlobalsOfFrame ? `.${identifier}` : text;
    if (edge.kind === "local" && edge.name !== null && expression === "") expression = edge.name;
    else if (step.startsWith(" ")) expression += `${expression === "" ? "" : " ›"}${step}`;
    else expression += step;
  }
  // A module's variable, or an entry of `sys.modules`, starts without a dot or with what it is an entry of.
  if (expression.startsWith(".")) return expression.slice(1);
  if (expression.startsWith("[") && root.name !== "") return `${root.name}${expression}`;
  return expression.trimStart();
}

/** A path on one line: where it starts, then the expression. A starting point without a name goes by its label. */
export function pathText(root: RootInfo, label: string, expression: string): string {
  const start = startText(root, label);
  if (expression === "") return start;
  return expression.startsWith(start) ? expression : `${start} › ${expression}`;
}

function startText({ kind, name, place }: RootInfo, label: string): string {
  switch (kind) {
    case "module":
      return `module ${name}`;
    case "thread":
      return `frame ${place ?? name}`;
    case "type":
      return `class ${name}`;
    case "modules":
    case "builtin":
      return name;
    case "frozen":
      return `frozen › ${label}`;
    case "c_held":
      return `outside the graph › ${label}`;
    case "immortal":
    case "uncounted":
      return `the interpreter › ${label}`;
    default:
      return assertNever(kind);
  }
}

/** A closure is a tuple of cells, each of which has the variable; defaults are a tuple or dict: one step for a person. */
const isPartOfNext = (edge: Edge, next: Edge | undefined): boolean =>
  (next?.kind === "cell" && (edge.name === "__closure__" || (edge.kind === "cell" && edge.name === next.name))) ||
  (next?.kind === "default" && (edge.name === "__defaults__" || edge.name === "__kwdefaults__"));

/** Insides of thread-locals, contexts and queues, but for what is in them at last. */
const isInside = (edges: readonly NamedEdge[], index: number): boolean =>
  INSIDES.has(edges[index].text) || edges[index - 1]?.text === THREADS;

const INSIDES: ReadonlySet<string> = new Set([VARIABLES, THREADS, ENTRIES]);

interface Facts {
  readonly target: ObjectRow;
  readonly reach: Reach;
  readonly first: ToldPath | null;
  /** How many holders were ignored. */
  readonly ignored: number;
  /** Whether ways through frames count. */
  readonly frames: boolean;
  /** Whether the search looked at everything that leads to the object. */
  readonly complete: boolean;
}

const say = (text: string): SentencePart => ({ text, code: false });
const code = (text: string): SentencePart => ({ text, code: true });

/** One sentence that answers "why is this object alive?", in pieces. */
export function sentenceFor({ target, reach, first, ignored, frames, complete }: Facts): SentencePart[] {
  const thisObject = [say("This "), code(bareName(target.type))];
  if (first === null) return withoutPath(thisObject, reach, { ignored, frames, complete });
  if (first.path.steps.length === 1)
    return [...thisObject, say(" is a starting point itself: "), ...rootItself(first.root)];
  return [...thisObject, say(" is alive because "), ...because(first)];
}

export const plainText = (parts: readonly SentencePart[]): string => parts.map((part) => part.text).join("");

function withoutPath(
  thisObject: SentencePart[],
  reach: Reach,
  { ignored, frames, complete }: Pick<Facts, "ignored" | "frames" | "complete">,
): SentencePart[] {
  if (!complete)
    return [
      say("No way to a starting point was found for this "),
      ...thisObject.slice(1),
      say(" within the bounds of the search"),
    ];
  if (reach === "unreachable")
    return [
      say("Nothing keeps this "),
      ...thisObject.slice(1),
      say(" alive: it is garbage that waits for the collector"),
    ];
  const ignoredHolders = ignored === 1 ? "the ignored holder" : `the ${ignored} ignored holders`;
  const holders = [...(ignored > 0 ? [ignoredHolders] : []), ...(frames ? [] : ["frames"])].join(" and ");
  return [say(`Without ${holders} nothing would keep this `), ...thisObject.slice(1), say(" alive")];
}

function because({ root, expression, firstKind, path }: ToldPath): SentencePart[] {
  switch (root.kind) {
    case "module":
      return [say("the module "), code(root.name), say(" keeps it in "), code(expression)];
    case "modules":
      return [code(expression), say(" refers to it")];
    case "thread":
      return firstKind === "local"
        ? [say("the local variable "), code(expression), say(" of "), ...frame(root), say(" refers to it")]
        : [say("the running frame "), ...frame(root), say(" keeps it in "), code(expression)];
    case "type":
      return [say("the type "), code(root.name), say(" keeps it in "), code(expression)];
    case "builtin":
      return [say("the interpreter’s "), code(root.name), say(" keeps it in "), code(expression)];
    case "frozen":
      return [say("a frozen "), code(bareName(path.steps[0]?.type ?? "")), say(" keeps it in "), code(expression)];
    case "c_held":
      return [
        say("something outside the graph holds a "),
        code(bareName(path.steps[0]?.type ?? "")),
        say(" that keeps it in "),
        code(expression),
      ];
    case "immortal":
    case "uncounted":
      return [
        say("the interpreter keeps a "),
        code(bareName(path.steps[0]?.type ?? "")),
        say(" for good, which keeps it in "),
        code(expression),
      ];
    default:
      return assertNever(root.kind);
  }
}

function rootItself(root: RootInfo): SentencePart[] {
  switch (root.kind) {
    case "module":
      return [say("the module "), code(root.name)];
    case "modules":
      return [code("sys.modules")];
    case "thread":
      return [say("the running frame "), ...frame(root)];
    case "type":
      return [say("the type "), code(root.name)];
    case "builtin":
      return [say("the interpreter’s "), code(root.name)];
    case "frozen":
      return [say("it was frozen by "), code("gc.freeze()")];
    case "c_held":
      return [say("something outside the graph holds it")];
    case "immortal":
      return [say("it is immortal, the interpreter never frees it")];
    case "uncounted":
      return [say("its reference count can’t be trusted, so nobody knows who holds it")];
    default:
      return assertNever(root.kind);
  }
}

/** `handle app.py:41 (thread MainThread)`. */
function frame({ place, name }: RootInfo): SentencePart[] {
  return place === null ? [say(`a frame of thread ${name}`)] : [code(place), say(` (thread ${name})`)];
}

const bareName = (type: string): string => type.split(".").at(-1) ?? type;
