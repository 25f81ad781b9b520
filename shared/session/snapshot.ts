import { type MessagePort, Worker } from "node:worker_threads";
import { codeFolder } from "../store/cache-folder.ts";
import type { DumpPlace } from "../store/open-file.ts";
import { isSpool, removeTemporaryDatabase, temporaryDatabase } from "../store/spool.ts";
import { type Failure, HeapError, toFailure } from "../types/failure.ts";
import type { TypeInfo } from "../types/heap.ts";
import type { CaptureId, SetId } from "../types/ids.ts";
import { collectGarbage } from "./collect-garbage.ts";
import { type ReplyOf, STAGES, type StageStatus, type Status } from "./contract.ts";
import { end, newEnding } from "./ending.ts";
import { HELP, type HelperLine } from "./other-core.ts";
import type {
  AnswererApi,
  AnswererMethod,
  AnswererRequest,
  FromAnswerer,
  FromBuilder,
  Header,
  StageDone,
  ToAnswerer,
  WorkerTask,
} from "./worker-messages.ts";

/** Requests in flight at once for one dump; more wait for none and are refused, since no person asks for so many. */
const CANCEL_FLAGS = 256;
const WATCH_TIMEOUT_MS = 20_000;
/** How long a worker may take from one tick to the next. */
const PATIENCE_MS = 10_000;

type RoleOf<Task> = Task extends unknown ? Omit<Task, "ending"> : never;

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: HeapError) => void;
  readonly flag: number;
}

/**
 * A worker's environment, in which Node keeps the workers' compiled code for the next one: half the time of a start.
 * Whoever can write there can run code, so only this user's private folder will do.
 */
function withCompiledCode(cacheFolder: string | null): NodeJS.ProcessEnv {
  const { NODE_COMPILE_CACHE, NODE_DISABLE_COMPILE_CACHE } = process.env;
  if (cacheFolder === null || NODE_COMPILE_CACHE !== undefined || NODE_DISABLE_COMPILE_CACHE !== undefined)
    return process.env;
  const folder = codeFolder(cacheFolder);
  return folder === null ? process.env : { ...process.env, NODE_COMPILE_CACHE: folder };
}

/** One open dump: a builder that runs the stages, its helper, an answerer that answers, and what they have said so far. */
export class Snapshot {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #builder: Worker;
  readonly #answerer: Worker;
  /** Workers that have not ended yet. */
  readonly #running = new Set<Worker>();
  /** Asks the builder and its helper to end. */
  readonly #ending = newEnding();
  readonly #cancelFlags = new Int32Array(new SharedArrayBuffer(4 * CANCEL_FLAGS));
  readonly #freeFlags = Array.from({ length: CANCEL_FLAGS }, (_, flag) => flag);
  readonly #pending = new Map<number, Pending>();
  readonly #watchers = new Set<() => void>();
  readonly #header = Promise.withResolvers<Header>();
  readonly #built = Promise.withResolvers<void>();
  /** Stages done so far, kept to introduce this dump to others; their columns are shared memory. */
  readonly #done: StageDone[] = [];
  /** Dumps that are compared with this one: they get its stages under this name. */
  readonly #friends = new Map<Snapshot, CaptureId>();
  /** Dumps whose stages this one gets. */
  readonly #met = new Set<Snapshot>();
  /** Kept sets that the answerer knows. */
  readonly #sets = new Set<SetId>();
  readonly #place: DumpPlace;
  #lastId = 0;
  #status: Status = {
    version: 1,
    stages: STAGES.map((stage) => ({ stage, state: "waiting", fraction: 0, milliseconds: null, fromCache: false })),
    failure: null,
  };

  /** Throws `HeapError` where a spool's database would have no place. */
  constructor(path: string, cacheFolder: string | null) {
    this.#place = { path, database: isSpool(path) ? temporaryDatabase() : path };
    this.#header.promise.catch(() => {}); // whoever opens the snapshot awaits it; a closed one may have nobody
    this.#environment = withCompiledCode(cacheFolder);
    this.#builder = this.#start({ role: "builder", place: this.#place, cacheFolder });
    this.#answerer = this.#start({ role: "answerer", place: this.#place, cancelFlags: this.#cancelFlags });
    this.#builder.on("message", (message: FromBuilder) => this.#fromBuilder(message));
    this.#builder.once("exit", () => this.#built.resolve()); // its helper ends as well: their line does
    this.#answerer.on("message", (message: FromAnswerer) => this.#fromAnswerer(message));
  }

  /** Rejects with the reason when the file can't be opened. */
  get header(): Promise<Header> {
    return this.#header.promise;
  }

  /** The types as the file counts them, as long as that is all that is known of the dump; null before and after. */
  get firstTypes(): readonly TypeInfo[] | null {
    const [first, ...others] = this.#done;
    return first?.stage === "types" && others.length === 0 ? first.value.types : null;
  }

  /** Resolves when the builder has ended: all stages are done, and kept for the next time. */
  get built(): Promise<void> {
    return this.#built.promise;
  }

  /** Asks the answerer; `signal` stops it wherever it is. */
  ask<M extends AnswererMethod>(
    method: M,
    request: AnswererRequest<M>,
    signal?: AbortSignal,
  ): ReturnType<AnswererApi[M]> {
    return this.#ask(method, request, signal) as ReturnType<AnswererApi[M]>;
  }

  async #ask(method: AnswererMethod, request: unknown, signal: AbortSignal | undefined): Promise<unknown> {
    if (signal?.aborted) throw new HeapError({ code: "cancelled" });
    if (this.#status.failure !== null) throw new HeapError(this.#status.failure);
    const flag = this.#freeFlags.pop();
    if (flag === undefined) throw new HeapError({ code: "bad-request", what: "too many requests at once" });
    const id = ++this.#lastId;
    Atomics.store(this.#cancelFlags, flag, 0);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#pending.set(id, { resolve, reject, flag });
    // Answered at once, even while the request only waits for a stage; the flag stays taken until the loop has seen it.
    const cancel = () => {
      Atomics.store(this.#cancelFlags, flag, 1);
      reject(new HeapError({ code: "cancelled" }));
    };
    signal?.addEventListener("abort", cancel, { once: true });
    this.#tellAnswerer({ kind: "ask", id, method, request, flag });
    try {
      return await promise;
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  }

  /** Lets this dump's answerer compare with `other`, an open dump, whose stages it gets now and as they come. */
  meet(other: Snapshot, capture: CaptureId): void {
    if (this.#met.has(other)) return;
    this.#met.add(other);
    other.#friends.set(this, capture);
    this.#tellAnswerer({ kind: "introduce", capture, place: other.#place });
    for (const done of other.#done) this.#tellAnswerer({ kind: "stage", done, of: capture });
  }

  /** Tells the answerer what is in a kept set, once. */
  learnSet(set: SetId, objects: () => Int32Array): void {
    if (this.#sets.has(set)) return;
    this.#tellAnswerer({ kind: "set", set, objects: objects() });
    this.#sets.add(set);
  }

  /** Answers when the status is no longer version `seen`, or after a while with the same one. */
  async watch(seen: number, signal?: AbortSignal): Promise<ReplyOf<"watch">> {
    if (this.#status.version !== seen) return this.#status;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#watchers.delete(done);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, WATCH_TIMEOUT_MS);
      timer.unref();
      this.#watchers.add(done);
      signal?.addEventListener("abort", done, { once: true });
    });
    if (signal?.aborted) throw new HeapError({ code: "cancelled" });
    return this.#status;
  }

  /** Ends the workers wherever they are and gives their memory back. Requests in flight end as cancelled. */
  async close(): Promise<void> {
    for (const other of this.#met) other.#friends.delete(this);
    for (const [friend, capture] of this.#friends) {
      friend.#met.delete(this);
      friend.#tellAnswerer({ kind: "forget", capture });
    }
    this.#fail({ code: "no-such-snapshot" });
    end(this.#ending);
    this.#cancelFlags.fill(1);
    this.#tellAnswerer({ kind: "close" });
    await this.#ended();
    if (this.#place.database !== this.#place.path) removeTemporaryDatabase(this.#place.database);
    this.#done.length = 0;
    collectGarbage(); // this thread knows the columns as well, and they weigh nothing in its accounts
  }

  /** Workers end by themselves, at the next tick of what they do. One that does not is stuck, and is stopped. */
  async #ended(): Promise<void> {
    const stop = setTimeout(() => {
      for (const worker of this.#running) void worker.terminate();
    }, PATIENCE_MS);
    await Promise.all([...this.#running].map((worker) => new Promise((resolve) => worker.once("exit", resolve))));
    clearTimeout(stop);
  }

  #start(role: RoleOf<WorkerTask>, transferList: MessagePort[] = []): Worker {
    const file = import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js";
    const task = { ...role, ending: this.#ending } satisfies WorkerTask;
    const options = { workerData: task, env: this.#environment, transferList };
    const worker = new Worker(new URL(file, import.meta.url), options);
    this.#running.add(worker);
    worker.once("exit", () => this.#running.delete(worker));
    // What can be known of a worker that died is its last error; everything a file can cause is caught inside.
    worker.on("error", (error) => this.#fail(toFailure(error)));
    worker.on("messageerror", (error) => this.#fail(toFailure(error)));
    return worker;
  }

  #fromBuilder(message: FromBuilder): void {
    switch (message.kind) {
      case "progress":
        this.#update(message.stage, { state: "running", fraction: message.fraction });
        break;
      case "done":
        this.#stageDone(message.done);
        break;
      case "help":
        this.#help(message.line);
        break;
      case "failed":
        this.#fail(message.failure);
        break;
    }
  }

  #help(line: HelperLine): void {
    if (this.#status.failure !== null) return; // it was closed meanwhile
    const helper = this.#start({ role: "helper", line }, [line.port]);
    // The builder sleeps while it waits for an answer, so somebody else must tell it that there will be none.
    helper.once("exit", () => {
      Atomics.store(line.signal, HELP.died, 1);
      Atomics.notify(line.signal, HELP.answered);
    });
  }

  #stageDone(done: StageDone): void {
    this.#done.push(done);
    this.#tellAnswerer({ kind: "stage", done });
    for (const [friend, capture] of this.#friends) friend.#tellAnswerer({ kind: "stage", done, of: capture });
    this.#update(done.stage, {
      state: "done",
      fraction: 1,
      milliseconds: done.milliseconds,
      fromCache: done.fromCache,
    });
    if (done.stage === "types") this.#header.resolve(done.value);
  }

  #tellAnswerer(message: ToAnswerer): void {
    this.#answerer.postMessage(message);
  }

  #fromAnswerer(message: FromAnswerer): void {
    const pending = this.#pending.get(message.id);
    if (pending === undefined) return;
    this.#pending.delete(message.id);
    this.#freeFlags.push(pending.flag);
    if (message.ok) pending.resolve(message.value);
    else pending.reject(new HeapError(message.failure));
  }

  #update(stage: StageStatus["stage"], change: Partial<StageStatus>): void {
    const stages = this.#status.stages.map((status) => (status.stage === stage ? { ...status, ...change } : status));
    this.#publish({ ...this.#status, stages });
  }

  #fail(failure: Failure): void {
    if (this.#status.failure !== null) return;
    this.#publish({ ...this.#status, failure });
    const error = new HeapError(failure);
    this.#header.reject(error);
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  #publish(status: Status): void {
    this.#status = { ...status, version: this.#status.version + 1 };
    for (const wake of [...this.#watchers]) wake();
  }
}
