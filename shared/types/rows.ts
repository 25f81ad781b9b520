import type { CacheInfo } from "./heap.ts";
import type { Address, Bytes, CaptureId, ObjectId, SetId, TypeId } from "./ids.ts";
import type { ReferenceKind } from "./reference-kinds.ts";
import type { ObjectSite } from "./sites.ts";

/*
 * What analyses answer: plain values, as they travel to a page or into a JSON document. A value that this version
 * can't compute is null and named in `warnings`; it is never 0.
 */

/** What a dump says about itself. All of it was written by the capture, so all of it is only text. */
export interface DumpInfo {
  readonly capture: CaptureId;
  readonly label: string | null;
  readonly createdAt: string | null;
  readonly python: string | null;
  readonly program: string | null;
  readonly pid: number | null;
}

export interface Page<Row> {
  /** Rows in the whole list, whatever the page. */
  readonly total: number;
  readonly rows: readonly Row[];
}

export interface TypeRow {
  readonly typeId: TypeId;
  /** `module.QualName`; the bare name for builtins. */
  readonly type: string;
  readonly module: string;
  readonly count: number;
  readonly shallowBytes: Bytes;
  /**
   * Kept alive by its instances, each byte once. A lower bound of what goes with all of them: what two instances share,
   * and nobody else holds, is kept by neither alone. Null until the dominators are there.
   */
  readonly retainedBytes: Bytes | null;
}

/** The types of one module together. */
export interface ModuleRow {
  readonly module: string;
  readonly types: number;
  readonly count: number;
  readonly shallowBytes: Bytes;
  /** Kept alive by all instances of all its types, each byte once, as in `TypeRow`. Null until that is known. */
  readonly retainedBytes: Bytes | null;
  /** The program's own code, not a library's or Python's. */
  readonly mine: boolean;
}

export interface ObjectRow {
  readonly id: ObjectId;
  readonly address: Address;
  readonly type: string;
  readonly typeId: TypeId;
  /** What a person calls it: `'u-17'`, `dict, 41,210 entries`, `module shop.sessions`. */
  readonly label: string;
  readonly shallowBytes: Bytes;
  readonly retainedBytes: Bytes | null;
  /** Of `retainedBytes`, what goes at once by reference counts alone; the rest waits for the collector. */
  readonly releasedByRefcountBytes: Bytes | null;
  /** Objects it dominates directly; null until the dominators are there. */
  readonly children: number | null;
}

/** An object in a list, with what tells it from others of its type. */
export interface ListedObject extends ObjectRow {
  /**
   * How its holder names it, `_PENDING['u-17'].request`, or what it calls itself, `number=17`; null where neither is known,
   * and before the dominators are there.
   */
  readonly heldAs: string | null;
}

export interface ReferenceRow extends ObjectRow {
  /**
   * How the holder names it, as Python text that can follow the holder: `.body`, `['u-17']`, `[3]`. Where Python has no
   * expression it is words, set off by a space: ` closure cache`, ` weak reference`.
   */
  readonly edge: string;
  readonly kind: ReferenceKind;
  /** False for weak references: they do not keep anything alive. */
  readonly retains: boolean;
}

/** A note that somebody has written about an object. */
export interface NoteRow extends ObjectRow {
  readonly text: string;
  /** ISO 8601, UTC. */
  readonly changedAt: string;
}

/** Objects of one dump that somebody has kept under a name. */
export interface SetRow {
  readonly set: SetId;
  readonly name: string;
  /** What somebody has written about it; empty where nothing is. */
  readonly note: string;
  readonly objects: number;
  readonly changedAt: string;
}

/** What all objects of a list come to. */
export interface SetSizes {
  readonly objects: number;
  readonly shallowBytes: Bytes;
  /** What would be gone without all of them together, each byte once: exact, with what several of them share. */
  readonly retainedBytes: Bytes | null;
  readonly retainedObjects: number | null;
  /** Of these, what goes at once by reference counts alone. */
  readonly releasedByRefcountBytes: Bytes | null;
  readonly warnings: readonly string[];
}

export type ExportFormat = "csv" | "json" | "markdown";

/** A name that the program gives, and what it leads to. */
export interface NameRow {
  readonly name: string;
  /** `variable`: of a module. `attribute`: of a type's instances. */
  readonly kind: "variable" | "attribute";
  /** The module's or the type's name. */
  readonly owner: string;
  /** A variable's value. */
  readonly object: ObjectId | null;
  /** Whose instances have the attribute. */
  readonly typeId: TypeId | null;
  /** Objects that have the attribute; 1 for a variable. */
  readonly count: number;
  /** What a variable's value keeps alive; null for attributes, and until the dominators are there. */
  readonly retainedBytes: Bytes | null;
}

/** A search through texts, as far as it is. */
export interface TextFinds {
  /** The first objects found, in the order of their numbers. */
  readonly rows: readonly ObjectRow[];
  readonly found: number;
  /** Of all texts, 0 to 1. */
  readonly fraction: number;
  readonly done: boolean;
}

/** Where an object stands: reached from a starting point with a name, only from outside the graph, or not at all. */
export type Reach = "named" | "held-outside" | "unreachable";

export interface ObjectDetail extends ObjectRow {
  /** `sys.getsizeof` and what it leaves out. */
  readonly reportedBytes: Bytes;
  readonly hiddenBytes: Bytes;
  /** Objects in `releasedByRefcountBytes`, itself included. */
  readonly releasedObjects: number | null;
  /** null: the count can't be trusted (immortal, free-threaded). */
  readonly refcount: number | null;
  readonly explainedReferences: number;
  readonly immortal: boolean;
  readonly tracked: boolean;
  readonly generation: number | null;
  readonly reach: Reach | null;
  /**
   * References from the nearest starting point: 0 for a starting point itself. Null where none leads to it, and where none
   * was found among the 200,000 objects nearest to it on the way back.
   */
  readonly distance: number | null;
  readonly roots: readonly RootInfo[];
  /** The nearest object without which this one would be gone; null where no single object is. */
  readonly dominator: ObjectId | null;
  /** The chain of holders: dominators from the outermost in, without the object itself. */
  readonly holders: readonly ObjectRow[];
  /** True where the chain was cut after 100 steps. */
  readonly holdersCut: boolean;
  /** Objects in its reference cycle, itself included; 0 if it is in none. Null until that is known. */
  readonly cycleObjects: number | null;
  /** The smallest reference cycle through it, itself first; empty where there is none. Null until that is known. */
  readonly smallestCycle: readonly CycleStep[] | null;
  readonly referents: number;
  readonly referrers: number;
  readonly missingReferents: number;
  readonly layout: ClassLayout;
  /** Where it was allocated. */
  readonly allocated: ObjectSite;
  /** Functions that use it through a module's variable, at most 50. */
  readonly usedBy: readonly UsedBy[];
  /** What `cache_info()` said, for a cache of `functools`; null for any other object, or where the dump does not tell. */
  readonly cache: CacheInfo | null;
  readonly warnings: readonly string[];
}

/** How an object's class lays out its instances. */
export interface ClassLayout {
  /** `__basicsize__`: an instance without its collector's header and its items. */
  readonly basicBytes: Bytes;
  readonly hasDict: boolean;
  readonly hasWeakrefs: boolean;
  readonly hasDel: boolean;
  /** Names of slots that this object has filled. */
  readonly slots: readonly string[];
  /** Attributes stored in the object itself, without a dict. */
  readonly inline: number;
}

/** A way from one object to another: each step as its holder names it. Null: it does not lead there. */
export interface WayBetween {
  readonly from: ObjectRow;
  readonly steps: readonly ReferenceRow[] | null;
}

/**
 * Kinds of starting points. The file names the first six; the explorer finds the others: `c_held` by the reference
 * count, `immortal` and `uncounted` where the count can't tell, so that such objects are never called garbage.
 */
export type RootKind =
  | "module"
  | "modules"
  | "thread"
  | "builtin"
  | "type"
  | "frozen"
  | "c_held"
  | "immortal"
  | "uncounted";

export interface RootInfo {
  readonly kind: RootKind;
  /** A module's name, a thread's name, a type … */
  readonly name: string;
  /** For threads: `handle app.py:41`. */
  readonly place: string | null;
}

export interface WhyAlive {
  /** The answer as one plain sentence. */
  readonly sentence: string;
  /** The same sentence in pieces, so that a page can set Python text in another face. */
  readonly parts: readonly SentencePart[];
  readonly reach: Reach;
  /**
   * Ways in which it is held, the most telling first; no two of them have an object in common but the object itself, the
   * starting points and the variables of a module.
   */
  readonly paths: readonly RetainingPath[];
  /** True where there are no more ways than these that have nothing in common. */
  readonly complete: boolean;
  /** Ways to it that end in a weak reference, where they were asked for: they do not keep it alive. */
  readonly weakPaths: readonly RetainingPath[];
  /** Weak references to the object: named, drawn dotted, never holders. At most 20. */
  readonly weak: readonly ReferenceRow[];
  readonly weakTotal: number;
  readonly ignored: readonly ObjectRow[];
  readonly warnings: readonly string[];
}

/** How all objects of a set are held: one way to each, merged into a tree of holders. */
export interface HowHeld {
  readonly total: number;
  /** Of these, what nothing holds: garbage that waits for the collector. */
  readonly garbage: number;
  /** The tree, each row after the one above it, those with most members first; holders of few members are left out. */
  readonly rows: readonly HowHeldRow[];
  /** The innermost single object through which at least half of the others are held. */
  readonly through: { readonly id: ObjectId; readonly text: string; readonly members: number } | null;
}

/** One object, or several of one type that the row above holds in the same way. */
export interface HowHeldRow {
  /** Position of the row above in the list; -1 at a starting point. */
  readonly parent: number;
  readonly depth: number;
  /** Null for several objects. */
  readonly id: ObjectId | null;
  readonly type: string;
  readonly label: string;
  /** How the row above refers to these; null at a starting point. */
  readonly edge: string | null;
  readonly holders: number;
  /** Members of the set that are held through these, themselves included. */
  readonly members: number;
  /** Of these, members in this row itself. */
  readonly ending: number;
}

/** Which objects hold a set directly, in groups: those without which a member would be gone. */
export interface DominatorGroup {
  /** A type's name, or a module's; null for members that no single object holds. */
  readonly name: string | null;
  readonly dominators: number;
  readonly members: number;
  readonly shallowBytes: Bytes;
  readonly retainedBytes: Bytes;
}

/** Objects whose own size, or generation, lies between two bounds, both included. */
export interface SpreadRow {
  readonly from: number;
  readonly to: number;
  readonly objects: number;
  readonly shallowBytes: Bytes;
}

/** Own sizes at which that share of the objects is no larger: the smallest such size; and the largest object. */
export interface SizeFigures {
  readonly median: Bytes;
  readonly p90: Bytes;
  readonly p99: Bytes;
  readonly largest: Bytes;
  /** One of the largest: the first in the dump. */
  readonly largestObject: ObjectId;
}

/** How the sizes or generations of some objects are spread. */
export interface Spread {
  readonly rows: readonly SpreadRow[];
  /** Null for generations, and where there is no object. */
  readonly figures: SizeFigures | null;
}

/** What one object holds alone, or all that nothing else holds, in groups by type or by module. */
export interface HolderGroup {
  /** A type's name, or a module's; null for what belongs to no module. */
  readonly name: string | null;
  readonly holders: number;
  readonly shallowBytes: Bytes;
  /** None of the holders is held by another: the bytes are each counted once. */
  readonly retainedBytes: Bytes;
  /** The one that keeps most alive. */
  readonly biggest: ObjectId;
}

/** The first object below a holder where what is kept alive is spread. */
export interface BigDrop {
  /** Null where the holder holds nothing alone. */
  readonly to: ObjectRow | null;
  /** How many levels below the holder it is. */
  readonly levels: number;
}

/** What would go if one reference were cut. */
export interface CutLink {
  readonly from: ObjectRow;
  readonly to: ObjectRow;
  readonly edge: string;
  /**
   * Why nothing goes; null where something does. `path`: it is held in another way, too. `outside`: its reference count
   * tells of a holder that the dump does not have. `is-garbage`: it waits for the collector already.
   */
  readonly stillHeld: "path" | "outside" | "immortal" | "is-garbage" | null;
  /** By reference counts alone; null where the counts can't be trusted. */
  readonly atOnce: Totals | null;
  /** More of it, at the next collection. With null above: all of it, one way or the other. */
  readonly later: Totals;
  /** For `path`: the next way in which the object is held. */
  readonly also: RetainingPath | null;
}

export interface SentencePart {
  readonly text: string;
  /** True for Python names and expressions. */
  readonly code: boolean;
}

export interface RetainingPath {
  /** True where the last reference is a weak one, so that the path holds nothing: see `WhyAlive.weakPaths`. */
  readonly weak: boolean;
  /** The path as one Python expression: `module app.cache › _SESSIONS['u-17'].request`. */
  readonly text: string;
  /** Of a path of more than 200 objects the first 100 and the last 100. */
  readonly steps: readonly PathStep[];
  /** Objects left out behind the first 100 steps; 0 where all are there. */
  readonly skipped: number;
}

export interface PathStep {
  /** Null only for a starting point that is no object. */
  readonly id: ObjectId | null;
  /** The first step carries the starting point. */
  readonly root: RootInfo | null;
  readonly address: Address | null;
  readonly type: string | null;
  readonly label: string;
  /** How the previous step refers to this one; null on the first. */
  readonly edge: string | null;
  readonly kind: ReferenceKind | null;
  readonly shallowBytes: Bytes | null;
  readonly retainedBytes: Bytes | null;
}

export interface Summary {
  readonly file: string;
  readonly format: number;
  readonly captureId: CaptureId;
  readonly label: string | null;
  readonly python: string | null;
  readonly pid: number | null;
  readonly host: string | null;
  /** How long the process had been running. */
  readonly uptimeSeconds: number | null;
  readonly createdAt: string | null;
  readonly objects: number;
  readonly references: number;
  readonly types: number;
  readonly shallowBytes: Bytes;
  readonly reachable: Totals;
  readonly heldOutside: Totals;
  /** Null where nobody can tell: references or counts are lost. */
  readonly unreachable: Totals | null;
  readonly buckets: Buckets;
  readonly roots: readonly { readonly kind: RootKind; readonly count: number }[];
  /** The capture's own account, as it stands in the file, with keys in camel case: `pauseSeconds`, `rssBytes` … */
  readonly capture: Readonly<Record<string, unknown>>;
  readonly gc: Readonly<Record<string, unknown>>;
  readonly memory: Readonly<Record<string, unknown>>;
  /** Null for a file of an earlier capture. */
  readonly unnamed: UnnamedReferences | null;
  readonly warnings: readonly string[];
}

/** References that nobody could name, by the type of what has them, the most first. */
export interface UnnamedReferences {
  readonly references: number;
  /** At most 200. */
  readonly types: readonly { readonly type: string; readonly references: number }[];
}

export interface Totals {
  readonly objects: number;
  readonly bytes: Bytes;
}

export interface Buckets {
  readonly yourData: Bytes | null;
  readonly loadedCode: Bytes | null;
  readonly garbage: Bytes | null;
  readonly allocatorFree: Bytes | null;
  readonly outsidePython: Bytes | null;
}

export interface CyclePage extends Page<CycleRow> {
  /** How many cycles there are; more than rows where like ones share a row. */
  readonly cycles: number;
  /** All of this kind: the garbage that waits for the collector, and what is held. */
  readonly waiting: Totals;
  readonly held: Totals;
}

export interface CycleRow {
  /** The cycle's number in its dump. */
  readonly cycle: number;
  readonly objects: number;
  readonly shallowBytes: Bytes;
  /** What would go with all members together. */
  readonly retainedBytes: Bytes;
  readonly reach: Reach;
  /** False: garbage that waits for the collector. */
  readonly reachable: boolean;
  /** A class, a function or a module is a member: how Python is built, not a leak. */
  readonly isCode: boolean;
  /** The most frequent types of its members, at most five. */
  readonly types: readonly { readonly typeId: TypeId; readonly type: string; readonly count: number }[];
  /**
   * The shortest ring in it, nearest to the starting points first; empty where the cycle is too large to look for one, or
   * the ring longer than 100 steps.
   */
  readonly smallestCycle: readonly CycleStep[];
  readonly weaken: WeakenAdvice | null;
  readonly alike: CycleAlike;
}

/** All cycles of one shape together, the row's own included: as many of each type, referring to each other by the same names. */
export interface CycleAlike {
  readonly cycles: number;
  readonly objects: number;
  readonly shallowBytes: Bytes;
  /** What one cycle keeps alive through another one is counted for both. */
  readonly retainedBytes: Bytes;
}

export interface CycleStep {
  readonly id: ObjectId;
  readonly type: string;
  readonly label: string;
  /** How this one refers to the next one of the ring. */
  readonly edge: string;
}

/** The reference to make weak, in every object of its type: then reference counts alone free the cycle. */
export interface WeakenAdvice {
  readonly from: ObjectId;
  readonly to: ObjectId;
  readonly edge: string;
  readonly fromType: string;
  /** What no longer waits for the collector. */
  readonly freesBytes: Bytes;
}

/** Two dumps side by side: `A` and `before` are the earlier one, `B` and `after` the later. */
export interface Comparison {
  readonly before: DumpTotals;
  readonly after: DumpTotals;
  /** Negative where the dumps are the wrong way round; null where one does not say when it was taken. */
  readonly secondsBetween: number | null;
  /** Null where objects can't be matched: dumps of different processes. */
  readonly objects: { readonly new: Totals; readonly gone: Totals; readonly survived: Totals } | null;
  readonly matching: { readonly how: string; readonly confidence: "likely" | "none" };
  readonly warnings: readonly string[];
}

export interface DumpTotals {
  readonly captureId: CaptureId;
  readonly label: string | null;
  readonly createdAt: string | null;
  readonly objects: number;
  readonly bytes: Bytes;
  /** Of these, what waits for the collector: no holder has it, so its growth is in no holder's. Null where nobody can tell. */
  readonly garbageBytes: Bytes | null;
  readonly rssBytes: Bytes | null;
  /** What the control group of the process (a pod, a container) may use at most; null where there is none or it is not known. */
  readonly limitBytes: Bytes | null;
}

export interface CompareTypeRow {
  readonly type: string;
  readonly countA: number;
  readonly countB: number;
  readonly deltaCount: number;
  readonly bytesA: Bytes;
  readonly bytesB: Bytes;
  readonly deltaBytes: Bytes;
  readonly retainedA: Bytes | null;
  readonly retainedB: Bytes | null;
  readonly deltaRetained: Bytes | null;
}

/** A holder that keeps more alive than before. */
export interface GrowthRow {
  readonly idA: ObjectId | null;
  readonly idB: ObjectId;
  readonly type: string;
  readonly label: string;
  /** How it is held in the later dump, on one line. */
  readonly path: string;
  readonly steps: readonly PathStep[];
  /** `len()` of the container, where it has one. */
  readonly entriesA: number | null;
  readonly entriesB: number | null;
  readonly retainedA: Bytes;
  readonly retainedB: Bytes;
  readonly deltaRetainedBytes: Bytes;
  /** The earlier dump has nothing like it. */
  readonly isNew: boolean;
  /** Others hold what grew as well, so that no `retained` has it: gone only with all of them. */
  readonly isShared: boolean;
  /** The functions that use the module's variable by which it is held. */
  readonly usedBy: readonly UsedBy[];
}

/** The holders that grew; `leastBytes`: those that grew by less are left out, for as much comes and goes at any time. */
export interface Growth extends Page<GrowthRow> {
  readonly leastBytes: Bytes;
}

/** Several dumps in a row, the first one first. */
export interface Series {
  readonly dumps: readonly DumpTotals[];
  /** From each dump to the next; null where one does not say when it was taken. */
  readonly secondsBetween: readonly (number | null)[];
  /** What grew in every step first, then what grew in the last one, then what no longer grows. */
  readonly holders: readonly SeriesHolder[];
  /** Null where objects can't be matched: dumps of different processes. */
  readonly kept: Kept | null;
  readonly matching: Comparison["matching"];
  readonly warnings: readonly string[];
}

export type Trend = "every-step" | "lately" | "no-longer";

/** A container that grew between some of the dumps. Lists have one value per dump; null where it is not there. */
export interface SeriesHolder {
  readonly type: string;
  readonly label: string;
  /** How it is held in the last dump that has it, on one line. */
  readonly path: string;
  readonly ids: readonly (ObjectId | null)[];
  readonly retained: readonly (Bytes | null)[];
  /** `len()` of the container, where it has one. */
  readonly entries: readonly (number | null)[];
  readonly trend: Trend;
  /** From the first dump to the last. */
  readonly deltaRetainedBytes: Bytes;
  readonly usedBy: readonly UsedBy[];
}

/** Of the last three dumps: what was new in the second one, and what of that the third one still has. */
export interface Kept {
  readonly new: Totals;
  readonly stillThere: Totals;
  /** At most 50, what is kept most first. */
  readonly types: readonly { readonly type: string; readonly new: Totals; readonly stillThere: Totals }[];
}

/** The first screen of a dump. */
export interface Overview {
  /**
   * `unexplained`: resident memory that no bucket explains; null where the resident size is not known; 0
   * where the other buckets explain it all.
   */
  readonly buckets: Buckets & { readonly unexplained: Bytes | null };
  readonly rssBytes: Bytes | null;
  readonly liveBytes: Bytes;
  readonly holders: readonly HolderRow[];
  readonly collector: CollectorInfo;
  /** What this dump can't tell, each a sentence. */
  readonly unseen: readonly string[];
}

/** A container of *your data* that keeps much alive. */
export interface HolderRow {
  readonly id: ObjectId;
  readonly type: string;
  readonly typeId: TypeId;
  readonly label: string;
  /** How it is held, on one line. */
  readonly path: string;
  readonly entries: number | null;
  readonly retainedBytes: Bytes;
  readonly releasedByRefcountBytes: Bytes | null;
  /** Of all that is alive, 0 to 1. */
  readonly share: number;
  readonly usedBy: readonly UsedBy[];
}

/** A function that uses a module's variable. */
export interface UsedBy {
  readonly function: string;
  readonly file: string;
  readonly line: number;
}

/** The cyclic collector, as that exact release of Python has it. Null: the dump does not say. */
export interface CollectorInfo {
  readonly design: "generational" | "incremental" | "free-threaded" | null;
  readonly enabled: boolean | null;
  readonly thresholds: readonly number[];
  readonly counts: readonly number[];
  readonly stats: readonly {
    readonly collections: number | null;
    readonly collected: number | null;
    readonly uncollectable: number | null;
  }[];
  /** `gc.get_debug()`. */
  readonly debug: number | null;
  /** `len(gc.garbage)`. */
  readonly garbage: number | null;
  readonly freezeCount: number | null;
  /** Frozen objects in this dump. */
  readonly frozen: number;
  /** Tracked objects by generation, youngest first. */
  readonly generations: readonly number[];
  /** Objects that the collector does not look at: they can't be part of a cycle. */
  readonly untracked: number;
  /** What `gc.collect()` would free now; null where nobody can tell: references or counts are lost. */
  readonly wouldFree: Totals | null;
  /** Of these, objects in `gc.garbage`, which it would not free. */
  readonly uncollectable: number;
}

/** One rectangle of the memory map. */
export interface MemoryMapNode {
  /** Null for the whole. */
  readonly id: ObjectId | null;
  readonly label: string;
  readonly type: string;
  /** The module that has it: the nearest one above it, or its class's; null where there is none. */
  readonly module: string | null;
  /** Position of the parent in the list; -1 for the first. */
  readonly parent: number;
  readonly depth: number;
  readonly retainedBytes: Bytes;
  readonly shallowBytes: Bytes;
  /** Loaded code rather than data. */
  readonly isCode: boolean;
}
