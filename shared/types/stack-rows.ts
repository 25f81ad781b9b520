import type { TaskState } from "./heap.ts";
import type { Bytes, ObjectId } from "./ids.ts";
import type { Page, ReferenceRow } from "./rows.ts";

/*
 * What runs or waits: the stacks of threads, the await chains of tasks, and generators and coroutines that stand still
 * without a task. All of them are stacks of frames with local variables.
 */

export const STACK_KINDS = ["thread", "task", "suspended"] as const;
/** `suspended`: a generator, coroutine or asynchronous generator that no task runs and no other one awaits. */
export type StackKind = (typeof STACK_KINDS)[number];

/** Names a stack in its dump: a thread's number in the file, or the object's for the other kinds. */
export interface StackRef {
  readonly of: StackKind;
  readonly number: number;
}

export interface StackInfo extends StackRef {
  /** The task, generator or coroutine; null for a thread. */
  readonly id: ObjectId | null;
  /** A thread's or task's name; the function of a generator. */
  readonly name: string;
  /** `generator`, `coroutine`, `_asyncio.Task` … */
  readonly type: string;
  readonly daemon: boolean;
  /** The thread that took the dump. */
  readonly current: boolean;
  /** Where it stands: the innermost frame. Null where the dump does not say. */
  readonly place: Place | null;
  /** The frame that keeps most alive; the innermost one before that is known. */
  readonly heaviest: Place | null;
  readonly frames: number;
  /** Of a task; null for others, and where the dump does not say. */
  readonly state: TaskState | null;
  /** The event loop of a task. */
  readonly loop: StackObject | null;
  /** The future or task that a task waits for. */
  readonly waitsFor: StackObject | null;
  /**
   * What would be gone with it: for a thread what nothing but its frames holds, for the others what the object keeps alive.
   * Null until that is known.
   */
  readonly retainedBytes: Bytes | null;
}

/** An object that a task names: its loop, or what it waits for. */
export interface StackObject {
  readonly id: ObjectId;
  readonly type: string;
  readonly label: string;
  /** Its name, where it is a task itself. */
  readonly task: string | null;
}

export interface Place {
  readonly function: string;
  readonly file: string | null;
  readonly line: number | null;
  /** False: the line is the function's first one; the dump does not say where in it the frame stands. */
  readonly exact: boolean;
}

export interface StackPage extends Page<StackInfo> {
  /** All stacks of each kind, whatever is listed. */
  readonly counts: Readonly<Record<StackKind, number>>;
  /** Tasks among them that have finished or were cancelled: somebody still holds them. */
  readonly endedTasks: number;
  /** Of all stacks, whatever is listed, the one that keeps most alive. */
  readonly biggest: StackInfo | null;
}

/** One line of a stack: a frame, innermost first; what the innermost one of an await chain waits for; its variables. */
export type StackRow =
  | {
      readonly row: "frame";
      /** 0 is the innermost. */
      readonly depth: number;
      /** The frame, generator or coroutine; null where it is not in the file. */
      readonly id: ObjectId | null;
      readonly type: string | null;
      readonly place: Place;
      readonly locals: number;
      readonly retainedBytes: Bytes | null;
    }
  | ({ readonly row: "local" | "waits-for"; readonly depth: number } & ReferenceRow);

export interface StackDetail extends Page<StackRow> {
  readonly stack: StackInfo;
}
