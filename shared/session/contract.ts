import type { Failure } from "../types/failure.ts";
import type { Address, Bytes, CaptureId, ObjectId, SnapshotId, TypeId } from "../types/ids.ts";
import type { ReferenceKind } from "../types/reference-kinds.ts";
import type { Source } from "../types/route.ts";

/**
 * Everything a user interface may ask: the only description of the protocol. Client, host and wire are derived from it.
 * One parameter object in, one plain value out. A value that this version can't compute is null and named in
 * `warnings`; it is never 0.
 */
export interface SessionApi {
  /** Files that may be opened: named on the command line, dropped, or recently open. A page never names a path. */
  files(request: Record<string, never>): Promise<{ readonly rows: readonly OfferedFile[] }>;
  /** Checks the file and answers at once; its stages then run by themselves. The same dump is opened only once. */
  open(request: { readonly file: FileId }): Promise<SnapshotInfo>;
  close(request: { readonly snapshot: SnapshotId }): Promise<Record<string, never>>;
  /** The open snapshots, in the order in which they were opened. */
  snapshots(request: Record<string, never>): Promise<{ readonly rows: readonly SnapshotInfo[] }>;
  /** Answers when the snapshot's stages are no longer as in version `seen` (0: at once), or after 20 seconds. */
  watch(request: { readonly snapshot: SnapshotId; readonly seen: number }): Promise<Status>;
  summary(request: { readonly snapshot: SnapshotId }): Promise<Summary>;
  types(request: ListRequest<TypeSort>): Promise<Page<TypeRow>>;
  objects(request: ListRequest<ObjectSort>): Promise<Page<ObjectRow>>;
  /** One row per reference, not per object. `source` must be `referents` or `referrers`. */
  references(request: ListRequest<ReferenceSort>): Promise<Page<ReferenceRow>>;
  object(request: { readonly snapshot: SnapshotId; readonly object: ObjectId }): Promise<ObjectDetail>;
  /** Up to `paths` ways in which the object is held, the most telling first, none of them through `ignore`. */
  why(request: {
    readonly snapshot: SnapshotId;
    readonly object: ObjectId;
    readonly paths: number;
    readonly ignore: readonly ObjectId[];
  }): Promise<WhyAlive>;
  /** The type with this exact name, or with this unique bare name. */
  typeNamed(request: { readonly snapshot: SnapshotId; readonly name: string }): Promise<TypeRow>;
  /** Stops the request with this id, wherever it runs. Unknown ids are ignored. */
  cancel(request: { readonly request: RequestId }): Promise<Record<string, never>>;
}

/** A file that the host knows and the page may ask to open. */
export type FileId = string & { readonly __brand: "FileId" };
export type RequestId = string & { readonly __brand: "RequestId" };

export interface OfferedFile {
  readonly file: FileId;
  readonly name: string;
  /** The folder, for telling two files of one name apart; null for a dropped file. */
  readonly folder: string | null;
  readonly origin: "command-line" | "recent" | "picked" | "dropped";
  readonly bytes: Bytes;
  /** Read from the file itself; null where it could not be opened. */
  readonly dump: DumpInfo | null;
  readonly failure: Failure | null;
}

/** What a dump says about itself. All of it was written by the capture, so all of it is only text. */
export interface DumpInfo {
  readonly capture: CaptureId;
  readonly label: string | null;
  readonly createdAt: string | null;
  readonly python: string | null;
  readonly program: string | null;
  readonly pid: number | null;
}

export interface SnapshotInfo extends DumpInfo {
  readonly snapshot: SnapshotId;
  readonly name: string;
  readonly fileBytes: Bytes;
  readonly objects: number;
  readonly references: number;
  readonly types: number;
}

/** In this order; a request waits for the stage it needs and for no other. */
export const STAGES = ["types", "columns", "graph", "dominators", "cycles"] as const;
export type Stage = (typeof STAGES)[number];

export interface Status {
  /** Grows with each change; give it to `watch` as `seen`. */
  readonly version: number;
  readonly stages: readonly StageStatus[];
  /** Why the snapshot can't be analysed further; what is ready stays usable. */
  readonly failure: Failure | null;
}

export interface StageStatus {
  readonly stage: Stage;
  readonly state: "waiting" | "running" | "done";
  /** Share of the stage's work that is done, 0 to 1. */
  readonly fraction: number;
  /** Wall time the stage took, once it is done. */
  readonly milliseconds: number | null;
}

export interface ListRequest<SortBy extends string> {
  readonly snapshot: SnapshotId;
  readonly source: Source;
  readonly sort: { readonly by: SortBy; readonly descending: boolean };
  readonly filter: Filter;
  readonly offset: number;
  /** At most 1,000. */
  readonly limit: number;
}

/** Rows whose type name contains `text`, ignoring case. Empty: all rows. */
export interface Filter {
  readonly text: string;
}

export interface Page<Row> {
  /** Rows in the whole list, whatever the page. */
  readonly total: number;
  readonly rows: readonly Row[];
}

export type TypeSort = "retained" | "shallow" | "count" | "name";
export type ObjectSort = "retained" | "shallow" | "id";
/** `place`: as the holder stores them. */
export type ReferenceSort = "place" | "retained" | "shallow";

export interface TypeRow {
  readonly typeId: TypeId;
  /** `module.QualName`; the bare name for builtins. */
  readonly type: string;
  readonly module: string;
  readonly count: number;
  readonly shallowBytes: Bytes;
  /** Kept alive by its instances together, each byte once; null until the dominators are there. */
  readonly retainedBytes: Bytes | null;
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
  readonly releasedByRefcountBytes: Bytes | null;
  /** Objects it dominates directly; null until the dominators are there. */
  readonly children: number | null;
}

export interface ReferenceRow extends ObjectRow {
  /** How the holder names it, as Python text: `.body`, `['u-17']`, `[3]`. */
  readonly edge: string;
  readonly kind: ReferenceKind;
  /** False for weak references: they do not keep anything alive. */
  readonly retains: boolean;
}

/** Where an object stands: reached from a starting point with a name, only from outside the graph, or not at all. */
export type Reach = "named" | "held-outside" | "unreachable";

export interface ObjectDetail extends ObjectRow {
  /** `sys.getsizeof` and what it leaves out. */
  readonly reportedBytes: Bytes;
  readonly hiddenBytes: Bytes;
  /** null: the count can't be trusted (immortal, free-threaded). */
  readonly refcount: number | null;
  readonly explainedReferences: number;
  readonly immortal: boolean;
  readonly tracked: boolean;
  readonly generation: number | null;
  readonly reach: Reach | null;
  readonly roots: readonly RootInfo[];
  /** The nearest object without which this one would be gone; null where no single object is. */
  readonly dominator: ObjectId | null;
  /** The chain of holders: dominators from the outermost in, without the object itself. */
  readonly holders: readonly ObjectRow[];
  /** True where the chain was cut after 100 steps. */
  readonly holdersCut: boolean;
  readonly referents: number;
  readonly referrers: number;
  readonly missingReferents: number;
  readonly warnings: readonly string[];
}

export type RootKind = "module" | "modules" | "thread" | "builtin" | "type" | "frozen" | "c_held" | "immortal";

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
  readonly paths: readonly RetainingPath[];
  /** False where the search was bounded and there may be more ways. */
  readonly complete: boolean;
  /** Weak references to the object: named, drawn dotted, never holders. At most 20. */
  readonly weak: readonly ReferenceRow[];
  readonly weakTotal: number;
  readonly ignored: readonly ObjectRow[];
  readonly warnings: readonly string[];
}

export interface SentencePart {
  readonly text: string;
  /** True for Python names and expressions. */
  readonly code: boolean;
}

export interface RetainingPath {
  /** Always false: weak references are in `WhyAlive.weak`. */
  readonly weak: false;
  /** The path as one Python expression: `module app.cache › _SESSIONS['u-17'].request`. */
  readonly text: string;
  readonly steps: readonly PathStep[];
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
  readonly capture_id: CaptureId;
  readonly label: string | null;
  readonly python: string | null;
  readonly pid: number | null;
  readonly createdAt: string | null;
  readonly objects: number;
  readonly references: number;
  readonly types: number;
  readonly shallowBytes: Bytes;
  readonly reachable: Totals;
  readonly heldOutside: Totals;
  readonly unreachable: Totals;
  readonly buckets: Buckets;
  readonly roots: readonly { readonly kind: RootKind; readonly count: number }[];
  /** The capture's own account, as it stands in the file. */
  readonly capture: Readonly<Record<string, unknown>>;
  readonly gc: Readonly<Record<string, unknown>>;
  readonly memory: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
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

export type Method = keyof SessionApi;
export type RequestOf<M extends Method> = Parameters<SessionApi[M]>[0];
export type ReplyOf<M extends Method> = Awaited<ReturnType<SessionApi[M]>>;

/** What travels. */
export interface Message {
  readonly id: RequestId;
  readonly method: string;
  readonly params: unknown;
}

/** `ok` tells the two apart on either side of any wire. */
export type Reply =
  | { readonly id: RequestId; readonly ok: true; readonly value: unknown }
  | { readonly id: RequestId; readonly ok: false; readonly failure: Failure };

/** All that a shell must supply: carry one message there and its reply back. Rejects only if the wire is broken. */
export type Transport = (message: Message) => Promise<Reply>;

/** The session as a page or a command sees it: `SessionApi`, each call with a signal that cancels it. */
export type Client = {
  readonly [M in Method]: (request: RequestOf<M>, options?: { readonly signal?: AbortSignal }) => Promise<ReplyOf<M>>;
};

/**
 * What a page gets from its shell besides the wire. Electron's preload exposes it as `window.heapShell`; in a browser
 * `renderer/app/browser-shell.ts` builds it over HTTP.
 */
export interface PageShell {
  readonly kind: "desktop" | "browser";
  readonly send: Transport;
  /** The system's file dialog; null where the user cancelled. In a browser: the page's own file input. */
  pickFile(): Promise<FileId | null>;
  /** Makes a dropped file openable: by its path on the desktop, by upload in a browser (fraction sent so far). */
  offerFile(file: File, onProgress: (fraction: number) => void): Promise<FileId>;
  /** The shell asks the page to show a file: a double click in the file manager, a second start, the menu. */
  onOpenFile(listener: (file: FileId) => void): void;
}
