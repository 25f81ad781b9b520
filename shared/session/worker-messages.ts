import type { ColumnsStage, CycleStage, DominatorStage, GraphStage } from "../analyses/stages.ts";
import type { Extent } from "../store/load.ts";
import type { DumpPlace } from "../store/open-file.ts";
import type { Failure } from "../types/failure.ts";
import type { Meta, TypeInfo } from "../types/heap.ts";
import type { CaptureId, ObjectId, SetId } from "../types/ids.ts";
import type { ObjectRow } from "../types/rows.ts";
import type { RequestOf, SessionApi, Stage } from "./contract.ts";
import type { Ending } from "./ending.ts";
import type { HelperLine } from "./other-core.ts";

/*
 * What the session and its workers for each snapshot say to each other. The *builder* runs the stages and ends, with it a
 * *helper* on another core where the dump is large; the *answerer* gets each stage's columns, in shared memory, and answers
 * requests while the next stage still runs.
 */

export type WorkerTask = { readonly ending: Ending } & (
  | {
      readonly role: "builder";
      readonly place: DumpPlace;
      /** Where computed stages are kept for the next opening; null for nowhere. */
      readonly cacheFolder: string | null;
    }
  | { readonly role: "helper"; readonly line: HelperLine }
  | {
      readonly role: "answerer";
      readonly place: DumpPlace;
      /** One flag per request in flight; 1 asks its loop to stop. */
      readonly cancelFlags: Int32Array<SharedArrayBuffer>;
    }
);

/** What is known as soon as the file's header and small tables are read. */
export interface Header {
  readonly meta: Meta;
  readonly format: number;
  readonly fileBytes: number;
  readonly extent: Extent;
  readonly types: readonly TypeInfo[];
}

export interface StageValues {
  types: Header;
  columns: ColumnsStage;
  graph: GraphStage;
  dominators: DominatorStage;
  cycles: CycleStage;
}

export type StageDone = {
  readonly [S in Stage]: {
    readonly stage: S;
    readonly value: StageValues[S];
    readonly milliseconds: number;
    readonly fromCache: boolean;
  };
}[Stage];

export type FromBuilder =
  | { readonly kind: "progress"; readonly stage: Stage; readonly fraction: number }
  | { readonly kind: "done"; readonly done: StageDone }
  /** There is work for another core. */
  | { readonly kind: "help"; readonly line: HelperLine }
  | { readonly kind: "failed"; readonly failure: Failure };

/** What the answerer can do: methods of the contract about one snapshot, and what only a shell on this machine may ask. */
export type AnswererApi = Pick<
  SessionApi,
  | "summary"
  | "overview"
  | "memoryMap"
  | "holderGroups"
  | "bigDrop"
  | "spread"
  | "types"
  | "modules"
  | "objects"
  | "references"
  | "object"
  | "why"
  | "cut"
  | "howHeld"
  | "dominatorsOf"
  | "neighbours"
  | "subgraph"
  | "cycles"
  | "attributes"
  | "allocations"
  | "objectSites"
  | "between"
  | "stacks"
  | "stack"
  | "typeNamed"
  | "names"
  | "findText"
  | "sizes"
> & {
  readonly [M in "compare" | "compareTypes" | "compareAllocations" | "growth"]: (
    request: Omit<RequestOf<M>, "before"> & { readonly before: CaptureId },
  ) => ReturnType<SessionApi[M]>;
} & {
  readonly [M in "advise" | "adviceReport"]: (
    request: Omit<RequestOf<M>, "before"> & { readonly before?: CaptureId },
  ) => ReturnType<SessionApi[M]>;
} & {
  /** With what somebody has written about objects of the list, by object. */
  exportObjects(
    request: RequestOf<"exportObjects"> & { readonly notes: ReadonlyMap<ObjectId, string> },
  ): ReturnType<SessionApi["exportObjects"]>;
  /** All dumps of the row but the last one, which is asked. */
  series(request: { readonly before: readonly CaptureId[] }): ReturnType<SessionApi["series"]>;
  /** Writes the plain relational form of the dump; see `shared/store/export-tables.ts`. */
  exportTables(request: { readonly path: string }): Promise<{ readonly objects: number; readonly references: number }>;
  /** The objects of a list, increasing. */
  members(request: Pick<RequestOf<"keepSet">, "source" | "filter">): Promise<Int32Array>;
  /** Those of the objects that the dump has, in their order. */
  rowsOf(request: { readonly objects: readonly ObjectId[] }): Promise<{ readonly rows: readonly ObjectRow[] }>;
};
export type AnswererMethod = keyof AnswererApi;

export type ToAnswerer =
  /** A stage of this dump, or, with `of`, of another one that was introduced. */
  | { readonly kind: "stage"; readonly done: StageDone; readonly of?: CaptureId }
  /** Another dump, for comparing; its stages follow. */
  | { readonly kind: "introduce"; readonly capture: CaptureId; readonly place: DumpPlace }
  /** A kept set, before the first question about it. It never changes. */
  | { readonly kind: "set"; readonly set: SetId; readonly objects: Int32Array }
  /** The other dump was closed. */
  | { readonly kind: "forget"; readonly capture: CaptureId }
  /** This dump is closed: the answerer ends. Its requests in flight are cancelled by their flags. */
  | { readonly kind: "close" }
  | {
      readonly kind: "ask";
      readonly id: number;
      readonly method: AnswererMethod;
      readonly request: unknown;
      readonly flag: number;
    };

export type FromAnswerer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly failure: Failure };

export type AnswererRequest<M extends AnswererMethod> = Parameters<AnswererApi[M]>[0];
