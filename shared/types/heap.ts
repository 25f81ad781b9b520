import type { AddressColumn } from "./addresses.ts";
import type { CodeColumn, CompactColumn } from "./compact.ts";
import type { Csr } from "./graph.ts";
import type { CaptureId } from "./ids.ts";
import type { ReferenceKind } from "./reference-kinds.ts";

/**
 * One loaded dump as a struct of arrays. Row `i` of every column describes object `i`; columns live in shared memory
 * and are never changed after loading.
 */
export interface Heap {
  readonly objectCount: number;
  /** `id(object)`, strictly increasing. */
  readonly address: AddressColumn;
  /** Index into `types`. */
  readonly type: CodeColumn;
  /** Index into `layouts`. */
  readonly layout: CodeColumn;
  /** Own size in bytes: what `sys.getsizeof` reports and what it leaves out. */
  readonly shallow: CompactColumn;
  /** Less the dumper's own references; `UNKNOWN` where it means nothing. */
  readonly refcount: CompactColumn;
  /** `len()`; `UNKNOWN` for objects without one. */
  readonly length: CompactColumn;
  /** Bits of `FLAGS`. */
  readonly flags: Uint16Array;
  /**
   * All references, weak ones included, in the order of each object's layout. The last node, number `objectCount`,
   * stands for every object that is not in the file: references to it are *missing*, and it has none itself.
   */
  readonly references: Csr;
  readonly types: readonly TypeInfo[];
  readonly layouts: readonly Layout[];
}

/** "Not known" in the unsigned columns of a file; in a heap that is loaded, `UNKNOWN`. */
export const UNKNOWN_IN_FILE = 0xffffffff;

/** Bits of `Heap.flags` (docs/format.md). */
export const FLAGS = {
  tracked: 1 << 0,
  generationShift: 1,
  generationMask: 3,
  generationUnknown: 1 << 3,
  frozen: 1 << 4,
  immortal: 1 << 5,
  deferred: 1 << 6,
  finalized: 1 << 7,
  uncollectable: 1 << 8,
  isClass: 1 << 9,
  sizeUnknown: 1 << 10,
} as const;

export interface TypeInfo {
  readonly address: number;
  readonly module: string;
  /** `module.QualName`; the bare name for builtins. */
  readonly name: string;
  readonly qualname: string;
  readonly count: number;
  /** Own sizes of all instances. */
  readonly bytes: number;
  /** Its instances' references could not be seen or named. */
  readonly opaque: boolean;
  /** `__basicsize__`: bytes of an instance without its collector's header and without what it takes in items. */
  readonly basicsize: number;
  /** Instances may have a `__dict__`, or weak references to them. */
  readonly hasDict: boolean;
  readonly hasWeakrefs: boolean;
  /** Attribute values lie behind the object, in its own block (3.13 and later). */
  readonly inlineValues: boolean;
  /** A class in its MRO has a `__del__` in Python. */
  readonly hasDel: boolean;
}

/** How the references of many alike objects are named: a run says it for `repeat` references. */
export interface Layout {
  readonly hiddenBytes: number;
  readonly runs: readonly Run[];
  /** References announced by runs of fixed length. */
  readonly fixed: number;
  /** Whether the last run takes all that are left. */
  readonly open: boolean;
  /** Whether every run's kind keeps its target alive. */
  readonly allRetain: boolean;
}

export interface Run {
  readonly kind: ReferenceKind;
  readonly name: string | null;
  readonly repeat: number | "rest" | "pairs";
}

/** A starting point that the file names. Those whose object is not in the file are left out. */
export interface Root {
  readonly kind: FileRootKind;
  readonly name: string;
  readonly object: number;
  /** For a frame: where it stood. */
  readonly place: string | null;
}

/** Strongest first: the first kind that reaches an object names it. */
export const FILE_ROOT_KINDS = ["module", "modules", "thread", "builtin", "type", "frozen"] as const;
export type FileRootKind = (typeof FILE_ROOT_KINDS)[number];

/** One row of the `code` table: a code object, for finding who uses a name. */
export interface CodeInfo {
  readonly qualname: string;
  readonly file: string;
  readonly firstLine: number;
  /** `co_names`: globals and attributes that the code uses; and `[]=` where it may store under a key or in place. */
  readonly names: ReadonlySet<string>;
}

/** One row of the `thread` table. */
export interface ThreadInfo {
  readonly id: number;
  readonly name: string;
  readonly daemon: boolean;
  /** The thread that took the dump. */
  readonly current: boolean;
}

/** One row of the `frame` table: where a frame of a running thread stood. */
export interface FrameInfo {
  readonly thread: number;
  readonly file: string;
  readonly line: number | null;
  readonly function: string;
  readonly address: number;
}

/** Where a task stands; `unknown` where the capture could not say, or says what this version does not know. */
export const TASK_STATES = ["running", "ready", "waiting", "finished", "cancelled", "unknown"] as const;
export type TaskState = (typeof TASK_STATES)[number];

/** One row of the `task` table; files of earlier captures have none. */
export interface TaskInfo {
  readonly id: number;
  readonly address: number;
  /** Addresses; null where there is none. */
  readonly loop: number | null;
  readonly coroutine: number | null;
  readonly waitsFor: number | null;
  readonly name: string;
  readonly state: TaskState;
}

/** One row of the `task_frame` table: where a coroutine or generator of a task stood. */
export interface TaskFrameInfo {
  readonly task: number;
  readonly file: string;
  readonly line: number | null;
  readonly function: string;
  readonly address: number;
}

/** One row of the `cache` table: how well a `functools.lru_cache` does. */
export interface CacheInfo {
  readonly function: string;
  readonly hits: number;
  readonly misses: number;
  /** Null: without a limit. */
  readonly maxsize: number | null;
  readonly currsize: number;
}

/** The `meta` table, its values as the capture wrote them. */
export interface Meta {
  readonly captureId: CaptureId;
  readonly label: string | null;
  readonly createdAt: string | null;
  readonly process: Readonly<Record<string, unknown>>;
  readonly python: Readonly<Record<string, unknown>>;
  readonly capture: Readonly<Record<string, unknown>>;
  readonly gc: Readonly<Record<string, unknown>>;
  readonly memory: Readonly<Record<string, unknown>>;
  readonly tracemalloc: Readonly<Record<string, unknown>>;
}
