import type { Advice } from "../types/advice.ts";
import type { Failure } from "../types/failure.ts";
import type { Bytes, ObjectId, SetId, SnapshotId } from "../types/ids.ts";
import type { Direction, Neighbours, Subgraph } from "../types/neighbour-rows.ts";
import type { Source } from "../types/route.ts";
import type {
  BigDrop,
  CompareTypeRow,
  Comparison,
  CutLink,
  CyclePage,
  DominatorGroup,
  DumpInfo,
  ExportFormat,
  Growth,
  HolderGroup,
  HowHeld,
  ListedObject,
  MemoryMapNode,
  ModuleRow,
  NameRow,
  NoteRow,
  ObjectDetail,
  Overview,
  Page,
  ReferenceRow,
  Series,
  SetRow,
  SetSizes,
  Spread,
  Summary,
  TextFinds,
  TypeRow,
  WayBetween,
  WhyAlive,
} from "../types/rows.ts";
import type { AllocationPage, CompareAllocationPage, ObjectSitePage } from "../types/site-rows.ts";
import type { SiteGrouping } from "../types/sites.ts";
import type { StackDetail, StackKind, StackPage } from "../types/stack-rows.ts";

export type { Advice, Confidence, Evidence, Suspect, SuspectKind, Unknown } from "../types/advice.ts";
export type { CacheInfo, TaskState } from "../types/heap.ts";
export type {
  CycleFacts,
  Direction,
  GraphFacts,
  GraphLink,
  GraphObject,
  NeighbourGroup,
  NeighbourRow,
  Neighbours,
  Subgraph,
} from "../types/neighbour-rows.ts";
export type {
  BigDrop,
  Buckets,
  ClassLayout,
  CollectorInfo,
  CompareTypeRow,
  Comparison,
  CutLink,
  CycleAlike,
  CyclePage,
  CycleRow,
  CycleStep,
  DominatorGroup,
  DumpInfo,
  DumpTotals,
  ExportFormat,
  Growth,
  GrowthRow,
  HolderGroup,
  HolderRow,
  HowHeld,
  Kept,
  ListedObject,
  MemoryMapNode,
  ModuleRow,
  NameRow,
  NoteRow,
  ObjectDetail,
  ObjectRow,
  Overview,
  Page,
  PathStep,
  Reach,
  ReferenceRow,
  RetainingPath,
  RootInfo,
  RootKind,
  SentencePart,
  Series,
  SeriesHolder,
  SetRow,
  SetSizes,
  SizeFigures,
  Spread,
  SpreadRow,
  Summary,
  TextFinds,
  Totals,
  Trend,
  TypeRow,
  UsedBy,
  WayBetween,
  WeakenAdvice,
  WhyAlive,
} from "../types/rows.ts";

export type {
  AllocationPage,
  AllocationRow,
  CompareAllocationPage,
  CompareAllocationRow,
  ObjectSitePage,
  ObjectSiteRow,
  Tracing,
} from "../types/site-rows.ts";
export type { ObjectSite, SiteFrame, SiteGrouping, TracingState } from "../types/sites.ts";
export type {
  Place,
  StackDetail,
  StackInfo,
  StackKind,
  StackObject,
  StackPage,
  StackRef,
  StackRow,
} from "../types/stack-rows.ts";

/**
 * Everything a user interface may ask: the only description of the protocol. Client, host and wire are derived from it.
 * One parameter object in, one plain value out. A value that this version can't compute is null and named in
 * `warnings`; it is never 0.
 */
export interface SessionApi {
  /** Files that may be opened: named on the command line, dropped, or recently open. A page never names a path. */
  files(request: Record<string, never>): Promise<{ readonly rows: readonly OfferedFile[] }>;
  /** Takes a file off the list of recent ones; all of them for null. The files themselves stay. */
  forgetFiles(request: { readonly file: FileId | null }): Promise<Record<string, never>>;
  /** Checks the file and answers at once; its stages then run by themselves. The same dump is opened only once. */
  open(request: { readonly file: FileId }): Promise<SnapshotInfo>;
  close(request: { readonly snapshot: SnapshotId }): Promise<Record<string, never>>;
  /** The open snapshots, in the order in which they were opened. */
  snapshots(request: Record<string, never>): Promise<{ readonly rows: readonly SnapshotInfo[] }>;
  /** Answers when the snapshot's stages are no longer as in version `seen` (0: at once), or after 20 seconds. */
  watch(request: { readonly snapshot: SnapshotId; readonly seen: number }): Promise<Status>;
  summary(request: { readonly snapshot: SnapshotId }): Promise<Summary>;
  overview(request: { readonly snapshot: SnapshotId }): Promise<Overview>;
  /** The tree of holders below an object, or of all for null, as rows for an icicle. */
  memoryMap(request: {
    readonly snapshot: SnapshotId;
    readonly object: ObjectId | null;
  }): Promise<{ readonly nodes: readonly MemoryMapNode[] }>;
  /** What one object holds alone (for null: all that nothing else holds), by type or by module. */
  holderGroups(request: {
    readonly snapshot: SnapshotId;
    readonly object: ObjectId | null;
    readonly by: "type" | "module";
  }): Promise<{ readonly rows: readonly HolderGroup[] }>;
  /** How the own sizes of the objects of a list are spread, or their generations. */
  spread(request: {
    readonly snapshot: SnapshotId;
    readonly source: Source;
    readonly by: "size" | "generation";
  }): Promise<Spread>;
  /** From a holder (all, for null) down to the first object whose bytes no single one below it has. */
  bigDrop(request: { readonly snapshot: SnapshotId; readonly object: ObjectId | null }): Promise<BigDrop>;
  /**
   * The filter may be words and conditions: `count>1000 size>64KB keeps>1MB module:shop is:mine` (also `average`, `name:`,
   * `is:library`).
   */
  types(request: ListRequest<TypeSort>): Promise<Page<TypeRow>>;
  /** All types, those that the filter lets through, by module. */
  modules(request: Omit<ListRequest<TypeSort>, "source">): Promise<Page<ModuleRow>>;
  objects(request: ListRequest<ObjectSort>): Promise<Page<ListedObject>>;
  /** One row per reference, not per object. `source` must be `referents` or `referrers`. */
  references(request: ListRequest<ReferenceSort>): Promise<Page<ReferenceRow>>;
  object(request: { readonly snapshot: SnapshotId; readonly object: ObjectId }): Promise<ObjectDetail>;
  /** Up to `paths` ways in which the object is held, the most telling first, none of them through `ignore`. */
  why(request: {
    readonly snapshot: SnapshotId;
    readonly object: ObjectId;
    readonly paths: number;
    readonly ignore: readonly ObjectId[];
    /** False: no way leads through a frame. True by default. */
    readonly frames?: boolean | undefined;
    /** Also ways that end in a weak reference, which hold nothing. False by default. */
    readonly weak?: boolean | undefined;
  }): Promise<WhyAlive>;
  /** What would go if the first retaining reference from one object to the other were cut. */
  cut(request: { readonly snapshot: SnapshotId; readonly from: ObjectId; readonly to: ObjectId }): Promise<CutLink>;
  /** How all objects of a list are held, merged into one tree. */
  howHeld(request: {
    readonly snapshot: SnapshotId;
    readonly source: Source;
    readonly filter: Filter;
  }): Promise<HowHeld>;
  /** Who holds the objects of a list directly: by the holder's type, or by the module whose variables lead to it. */
  dominatorsOf(request: {
    readonly snapshot: SnapshotId;
    readonly source: Source;
    readonly by: "type" | "module";
  }): Promise<{ readonly rows: readonly DominatorGroup[] }>;
  /**
   * What the object refers to, or what refers to it, in groups of alike neighbours; `limit` members of each are told, from
   * `offset` on. `group`: only the one with this key.
   */
  neighbours(request: {
    readonly snapshot: SnapshotId;
    readonly object: ObjectId;
    readonly direction: Direction;
    readonly group: string | null;
    readonly offset: number;
    readonly limit: number;
  }): Promise<Neighbours>;
  /** Some objects, at most 1,000, and the references among them. */
  subgraph(request: { readonly snapshot: SnapshotId; readonly objects: readonly ObjectId[] }): Promise<Subgraph>;
  /** Reference cycles: those that a person can act on, or those of which Python itself is built (`code`). */
  cycles(
    request: ListRequest<CycleSort> & {
      readonly of: "data" | "code";
      /** One row for all cycles of a shape. */
      readonly grouped: boolean;
    },
  ): Promise<CyclePage>;
  /**
   * What is wrong with the heap, in words, and what can't be told; waits for the cycles. With an earlier dump, best of the
   * same process, it says what grew since then and is surer of it.
   */
  advise(request: { readonly snapshot: SnapshotId; readonly before?: SnapshotId }): Promise<Advice>;
  /** The same as a document: Markdown, or one HTML file that needs nothing else. */
  adviceReport(request: {
    readonly snapshot: SnapshotId;
    readonly before?: SnapshotId;
    readonly format: "markdown" | "html";
  }): Promise<{ readonly text: string }>;
  /** What an object has, as a debugger shows it: attributes, those of its `__dict__` among them, entries and items. */
  attributes(request: {
    readonly snapshot: SnapshotId;
    readonly object: ObjectId;
    /** By the type of the value. */
    readonly filter: Filter;
    readonly offset: number;
    readonly limit: number;
  }): Promise<Page<ReferenceRow>>;
  /** A shortest way from one object to another. */
  between(request: {
    readonly snapshot: SnapshotId;
    readonly from: ObjectId;
    readonly to: ObjectId;
  }): Promise<WayBetween>;
  /** Threads, tasks, and generators and coroutines that stand still; of one kind, or all. */
  stacks(request: StackList): Promise<StackPage>;
  /** One stack: its frames and their variables, line by line. */
  stack(request: {
    readonly snapshot: SnapshotId;
    readonly of: StackKind;
    readonly number: number;
    readonly offset: number;
    readonly limit: number;
  }): Promise<StackDetail>;
  /**
   * Where memory was allocated that is in use, where `tracemalloc` traced: by line, by file, or by traceback. The filter is
   * for files; of a traceback, of any frame.
   */
  allocations(
    request: Omit<ListRequest<AllocationSort>, "source"> & { readonly by: SiteGrouping },
  ): Promise<AllocationPage>;
  /** The objects of a list by the place that allocated them; the filter is as for `allocations`. */
  objectSites(request: ListRequest<TypeSort> & { readonly by: SiteGrouping }): Promise<ObjectSitePage>;
  /** The places of two dumps side by side. */
  compareAllocations(
    request: PairList<CompareAllocationSort> & { readonly by: SiteGrouping },
  ): Promise<CompareAllocationPage>;
  /** Two dumps side by side; waits for both to be analysed. */
  compare(request: PairRequest): Promise<Comparison>;
  compareTypes(request: PairList<CompareTypeSort>): Promise<Page<CompareTypeRow>>;
  /** The containers that grew, deepest first; always by growth. */
  growth(request: PairList<"growth">): Promise<Growth>;
  /** Three to ten dumps in a row, the first one first; waits for all of them to be analysed. */
  series(request: { readonly snapshots: readonly SnapshotId[] }): Promise<Series>;
  /** The type with this exact name, or with this unique bare name. */
  typeNamed(request: { readonly snapshot: SnapshotId; readonly name: string }): Promise<TypeRow>;
  /** Variables of modules and attributes of instances whose name contains the text, the likeliest first. */
  names(request: {
    readonly snapshot: SnapshotId;
    readonly text: string;
    readonly offset: number;
    readonly limit: number;
  }): Promise<Page<NameRow>>;
  /**
   * Objects whose text contains `text` or, as a `pattern`, is matched by it. Searches for a moment and tells how far it
   * is; asked again, it goes on. `rows`: the first `limit` of those found so far.
   */
  findText(request: {
    readonly snapshot: SnapshotId;
    readonly text: string;
    readonly pattern: boolean;
    readonly limit: number;
  }): Promise<TextFinds>;
  /** What the objects of a list come to. */
  sizes(request: {
    readonly snapshot: SnapshotId;
    readonly source: Source;
    readonly filter: Filter;
  }): Promise<SetSizes>;
  /** A page of a list as a text to save; the pages one after the other are the file. At most 1,000 rows a page. */
  exportObjects(
    request: ListRequest<ObjectSort> & { readonly format: ExportFormat },
  ): Promise<{ readonly total: number; readonly text: string }>;
  /** The object sets that somebody has kept of this dump, oldest first. */
  sets(request: { readonly snapshot: SnapshotId }): Promise<{ readonly rows: readonly SetRow[] }>;
  /** Keeps the objects of a list under a name; the name gets a number where another set has it. */
  keepSet(request: {
    readonly snapshot: SnapshotId;
    readonly name: string;
    readonly source: Source;
    readonly filter: Filter;
  }): Promise<SetRow>;
  /** `base`: its note as the writer knew it, so that two windows lose nothing. What is `removed` can be brought back. */
  changeSet(request: {
    readonly snapshot: SnapshotId;
    readonly set: SetId;
    readonly name: string;
    readonly note: string;
    readonly base: string;
    readonly removed: boolean;
  }): Promise<SetRow>;
  /** The notes about objects of this dump, the latest first. */
  notes(request: { readonly snapshot: SnapshotId }): Promise<{ readonly rows: readonly NoteRow[] }>;
  /** `base`: the text as the writer knew it. Gives the text as it now is: joined with what another window wrote. */
  saveNote(request: {
    readonly snapshot: SnapshotId;
    readonly object: ObjectId;
    readonly text: string;
    readonly base: string;
  }): Promise<{ readonly text: string }>;
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
  /** `sample`: comes with the program. */
  readonly origin: "command-line" | "recent" | "picked" | "dropped" | "sample";
  /** Null where there is no such file. */
  readonly bytes: Bytes | null;
  /** Read from the file itself; null where it could not be opened. */
  readonly dump: DumpInfo | null;
  readonly failure: Failure | null;
}

export interface SnapshotInfo extends DumpInfo {
  readonly snapshot: SnapshotId;
  /** What it was opened from. */
  readonly file: FileId;
  readonly name: string;
  /** As in `OfferedFile`. */
  readonly folder: string | null;
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
  /** Read from the index that an earlier opening left, not computed. */
  readonly fromCache: boolean;
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

/** `snapshot` is the later dump. */
export interface PairRequest {
  readonly snapshot: SnapshotId;
  readonly before: SnapshotId;
}

export interface PairList<SortBy extends string> extends PairRequest {
  readonly sort: { readonly by: SortBy; readonly descending: boolean };
  readonly filter: Filter;
  readonly offset: number;
  readonly limit: number;
}

export interface StackList {
  readonly snapshot: SnapshotId;
  readonly of: StackKind | null;
  readonly sort: { readonly by: StackSort; readonly descending: boolean };
  /** In the name, the function or the file. */
  readonly filter: Filter;
  readonly offset: number;
  readonly limit: number;
}

export type CompareTypeSort = "change" | "deltaBytes" | "deltaCount" | "deltaRetained" | "bytes" | "name";

/** Rows whose type name contains `text`, ignoring case. Empty: all rows. */
export interface Filter {
  readonly text: string;
}

export type TypeSort = "retained" | "shallow" | "count" | "name";
export type ObjectSort = "retained" | "released" | "shallow" | "id";
export type StackSort = "retained" | "name" | "frames";
export type AllocationSort = "bytes" | "blocks" | "objects" | "name";
export type CompareAllocationSort = "deltaBytes" | "deltaBlocks" | "name";
export type CycleSort = "retained" | "shallow" | "objects";
/** `place`: as the holder stores them. */
export type ReferenceSort = "place" | "retained" | "shallow";

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
