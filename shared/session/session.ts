import { basename, dirname, join } from "node:path";
import { typeFilter } from "../analyses/type-filter.ts";
import { countsOfFile, typeRows } from "../analyses/type-rows.ts";
import { Notebook } from "../store/notebook.ts";
import { isSpool } from "../store/spool.ts";
import { HeapError, toFailure, withPath } from "../types/failure.ts";
import { asSnapshotId, type CaptureId, type SnapshotId } from "../types/ids.ts";
import type { Source } from "../types/route.ts";
import type { FileId, ReplyOf, RequestOf, SessionApi, SnapshotInfo } from "./contract.ts";
import { dumpInfo, fileVersion, isOverwritten, type Offer, OfferedFiles } from "./files.ts";
import { notebookMethods, setsIn } from "./notebook-methods.ts";
import { Snapshot } from "./snapshot.ts";
import type { AnswererApi, AnswererRequest } from "./worker-messages.ts";

/** `SessionApi` as the host calls it: each method with a signal that stops it. `cancel` is the host's own. */
export type SessionMethods = {
  readonly [M in Exclude<keyof SessionApi, "cancel">]: (
    request: RequestOf<M>,
    signal?: AbortSignal,
  ) => ReturnType<SessionApi[M]>;
};

/** All open dumps of one engine, and the files that may be opened. Knows no shell. */
export interface Session {
  readonly api: SessionMethods;
  /** Makes a file of this machine openable, for a shell that got its path from a person. */
  offer(file: Offer): FileId;
  /** Writes the dump as plain SQLite tables to `path`, which must not exist yet. For shells on this machine. */
  exportTables(snapshot: SnapshotId, path: string): ReturnType<AnswererApi["exportTables"]>;
  /** Resolves when all open dumps are analysed, and kept for the next time where that is wanted. */
  built(): Promise<void>;
  /** Closes everything and deletes temporary files. */
  dispose(): Promise<void>;
}

interface OpenSnapshot {
  /** Requests to open it that have no answer yet. */
  openers: number;
  readonly file: FileId;
  /** What stood under its name when it was opened. */
  readonly version: string;
  /** What was last seen to stand there, and to be the same dump. */
  seen: string;
  readonly snapshot: Snapshot;
  readonly info: Promise<SnapshotInfo>;
}

export interface SessionOptions {
  /** Where recent files, notes and object sets are remembered (`defaultStateFolder()`); null to remember nothing. */
  readonly stateFolder: string | null;
  /** False: files are neither listed nor remembered. */
  readonly recent?: boolean;
  /** Where computed indexes are kept (`defaultCacheFolder()`); null or left out to keep none. */
  readonly cacheFolder?: string | null;
}

export function createSession({ stateFolder, recent = true, cacheFolder = null }: SessionOptions): Session {
  const files = new OfferedFiles(recent ? stateFolder : null);
  const notebook = new Notebook(stateFolder === null ? null : join(stateFolder, "notebook.sqlite"));
  const open = new Map<SnapshotId, OpenSnapshot>();
  /** Dumps that are closed, and whose workers have not ended yet. */
  const closing = new Set<Promise<void>>();
  let opened = 0;

  const get = (id: SnapshotId): Snapshot => {
    const entry = open.get(id);
    if (entry === undefined) throw new HeapError({ code: "no-such-snapshot" });
    return entry.snapshot;
  };

  /** Nobody waits until its workers have ended, but whoever ends the session: a loop is heard within some 100 ms. */
  const close = (id: SnapshotId): void => {
    const entry = open.get(id);
    if (entry === undefined) return;
    open.delete(id);
    const closed = entry.snapshot.close().then(() => {
      files.closed(entry.file);
      closing.delete(closed);
    });
    closing.add(closed);
  };

  /** Starts a snapshot of the file; its entry is there at once, so that a second request finds it. */
  const start = (file: FileId): SnapshotId => {
    const { path, name = basename(path), temporary = false } = files.get(file);
    const id = asSnapshotId(`s${++opened}`);
    const snapshot = new Snapshot(path, cacheFolder);
    const info = snapshot.header.then(
      ({ meta, extent, fileBytes, types }): SnapshotInfo => ({
        ...dumpInfo(meta),
        snapshot: id,
        file,
        name,
        folder: temporary ? null : dirname(path),
        fileBytes,
        objects: extent.objects,
        references: extent.references,
        types: types.filter((type) => type.count > 0).length,
      }),
    );
    info.catch(() => {}); // whoever opens it awaits it; all may have given up
    open.set(id, { openers: 0, file, version: fileVersion(path), seen: fileVersion(path), snapshot, info });
    return id;
  };

  const infoOf = async (id: SnapshotId): Promise<SnapshotInfo> => {
    const entry = open.get(id);
    if (entry === undefined) throw new HeapError({ code: "no-such-snapshot" });
    return entry.info;
  };

  const openFile = async (file: FileId, signal?: AbortSignal): Promise<SnapshotInfo> => {
    const offer = files.get(file);
    const version = fileVersion(offer.path);
    // A dump that was taken anew under the same name is another one.
    const id = [...open].find(([, entry]) => entry.file === file && entry.version === version)?.[0] ?? start(file);
    const entry = open.get(id);
    if (entry === undefined) throw new HeapError({ code: "no-such-snapshot" });
    entry.openers++;
    // Who gives up stops the opening only if nobody else waits for it.
    const stop = () => {
      if (entry.openers === 1) close(id);
    };
    signal?.addEventListener("abort", stop, { once: true });
    try {
      const info = await unlessAborted(entry.info, signal);
      const twin = await earlierWithCapture(info);
      if (twin !== null) {
        close(id); // a copy of a dump that is open already: its links could not be told apart
        return twin;
      }
      files.opened(file);
      return info;
    } catch (thrown) {
      if (signal?.aborted) throw new HeapError({ code: "cancelled" });
      close(id);
      const { name, temporary } = offer;
      throw temporary && name !== undefined ? new HeapError(withPath(toFailure(thrown), name)) : thrown;
    } finally {
      entry.openers--;
      signal?.removeEventListener("abort", stop);
    }
  };

  const earlierWithCapture = async ({ snapshot, capture }: SnapshotInfo): Promise<SnapshotInfo | null> => {
    for (const id of open.keys()) {
      if (id === snapshot) return null;
      const other = await infoOf(id).catch(() => null);
      if (other?.capture === capture) return other;
    }
    return null;
  };

  /** The snapshot, if its file still is the dump that was opened: texts are read of it when somebody asks for them. */
  const unchanged = async (id: SnapshotId): Promise<Snapshot> => {
    const entry = open.get(id);
    if (entry === undefined) throw new HeapError({ code: "no-such-snapshot" });
    const { path } = files.get(entry.file);
    const now = fileVersion(path);
    if (now !== entry.seen) {
      const { capture } = await entry.info;
      if (!isSpool(path) && isOverwritten(path, entry.version, capture))
        throw new HeapError({ code: "file-changed", path });
      entry.seen = now;
    }
    return entry.snapshot;
  };

  /** The methods that the snapshot's own worker answers, passed on as they are. */
  const ask =
    <
      M extends Exclude<
        keyof AnswererApi & keyof SessionMethods,
        | "compare"
        | "compareTypes"
        | "compareAllocations"
        | "growth"
        | "series"
        | "exportObjects"
        | "advise"
        | "adviceReport"
      >,
    >(
      method: M,
    ) =>
    async (request: RequestOf<M> & { snapshot: SnapshotId }, signal?: AbortSignal): Promise<ReplyOf<M>> => {
      const snapshot = await unchanged(request.snapshot);
      if ("source" in request) await prepare(request.snapshot, request.source);
      const answer = snapshot.ask(method, request as unknown as AnswererRequest<M>, signal);
      return answer as Promise<ReplyOf<M>>; // sound: the answerer's methods are the contract's
    };

  /** Tells the snapshot's worker what the list needs from outside its dump: another dump, kept sets. */
  const prepare = async (id: SnapshotId, source: Source): Promise<void> => {
    const snapshot = get(id);
    if (source.kind === "fate") {
      const other = await withCapture(source.other);
      snapshot.meet(get(other.snapshot), other.capture);
    }
    for (const set of setsIn(source)) {
      const { capture } = await infoOf(id);
      snapshot.learnSet(set, () => {
        const objects = notebook.members(capture, set);
        if (objects === null) throw new HeapError({ code: "no-such-set", set: String(set) });
        return objects;
      });
    }
  };

  /** The methods about two dumps, or one: the later one's worker answers, after it has met the earlier one. */
  const askBoth =
    <M extends "compare" | "compareTypes" | "compareAllocations" | "growth" | "advise" | "adviceReport">(method: M) =>
    async (request: RequestOf<M>, signal?: AbortSignal): Promise<ReplyOf<M>> => {
      const later = await unchanged(request.snapshot);
      const before = request.before === undefined ? undefined : await infoOf(request.before);
      if (before !== undefined) later.meet(await unchanged(before.snapshot), before.capture);
      const answer = later.ask(
        method,
        { ...request, before: before?.capture } as unknown as AnswererRequest<M>,
        signal,
      );
      return answer as Promise<ReplyOf<M>>; // sound, as above
    };

  /** The last dump's worker answers, after it has met the others. */
  const askSeries = async ({ snapshots }: RequestOf<"series">, signal?: AbortSignal): Promise<ReplyOf<"series">> => {
    const infos = await Promise.all(snapshots.map(infoOf));
    const captures = infos.map(({ capture }) => capture);
    if (new Set(captures).size < captures.length)
      throw new HeapError({ code: "bad-request", what: "a dump stands twice in the row" });
    const last = await unchanged(infos[infos.length - 1].snapshot);
    const before = infos.slice(0, -1);
    for (const { snapshot, capture } of before) last.meet(get(snapshot), capture);
    return last.ask("series", { before: before.map(({ capture }) => capture) }, signal);
  };

  const withCapture = async (capture: CaptureId): Promise<SnapshotInfo> => {
    for (const id of open.keys()) {
      const info = await infoOf(id).catch(() => null);
      if (info?.capture === capture) return info;
    }
    throw new HeapError({ code: "no-such-snapshot" });
  };

  const api: SessionMethods = {
    files: async () => ({ rows: files.list() }),
    forgetFiles: async ({ file }) => {
      files.forget(file, (known) => [...open.values()].some((entry) => entry.file === known));
      return {};
    },
    open: ({ file }, signal) => openFile(file, signal),
    close: async ({ snapshot }) => {
      get(snapshot);
      close(snapshot);
      return {};
    },
    snapshots: async () => {
      const infos = await Promise.all([...open.keys()].map((id) => infoOf(id).catch(() => null)));
      return { rows: infos.filter((info) => info !== null) };
    },
    watch: async ({ snapshot, seen }, signal) => get(snapshot).watch(seen, signal),
    summary: ask("summary"),
    overview: ask("overview"),
    memoryMap: ask("memoryMap"),
    holderGroups: ask("holderGroups"),
    bigDrop: ask("bigDrop"),
    spread: ask("spread"),
    types: async (request, signal) => {
      const rows = firstTypes(get(request.snapshot), request);
      return rows ?? ask("types")(request, signal);
    },
    typeNamed: ask("typeNamed"),
    modules: ask("modules"),
    objects: ask("objects"),
    references: ask("references"),
    object: ask("object"),
    why: ask("why"),
    cut: ask("cut"),
    howHeld: ask("howHeld"),
    dominatorsOf: ask("dominatorsOf"),
    neighbours: ask("neighbours"),
    subgraph: ask("subgraph"),
    cycles: ask("cycles"),
    advise: askBoth("advise"),
    adviceReport: askBoth("adviceReport"),
    attributes: ask("attributes"),
    between: ask("between"),
    stacks: ask("stacks"),
    stack: ask("stack"),
    allocations: ask("allocations"),
    objectSites: ask("objectSites"),
    compareAllocations: askBoth("compareAllocations"),
    compare: askBoth("compare"),
    compareTypes: askBoth("compareTypes"),
    growth: askBoth("growth"),
    names: ask("names"),
    findText: ask("findText"),
    sizes: ask("sizes"),
    exportObjects: async (request, signal) => {
      await prepare(request.snapshot, request.source);
      const { capture } = await infoOf(request.snapshot);
      const notes = new Map(notebook.notes(capture).map(({ object, text }) => [object, text]));
      return (await unchanged(request.snapshot)).ask("exportObjects", { ...request, notes }, signal);
    },
    ...notebookMethods(notebook, {
      get,
      captureOf: async (id) => (await infoOf(id)).capture,
      members: async ({ snapshot, ...list }, signal) => {
        await prepare(snapshot, list.source);
        return (await unchanged(snapshot)).ask("members", list, signal);
      },
    }),
    series: askSeries,
  };

  return {
    api,
    offer: (offer) => files.offer(offer),
    exportTables: async (snapshot, path) => get(snapshot).ask("exportTables", { path }),
    built: async () => {
      await Promise.all([...open.values()].map(({ snapshot }) => snapshot.built));
    },
    dispose: async () => {
      for (const id of open.keys()) close(id);
      await Promise.all(closing);
      files.dispose();
      notebook.close();
    },
  };
}

/** As many types are put into order here, in a few milliseconds. */
const MOST_FIRST_TYPES = 5000;

/**
 * The list of types from the file's own counts, while no object has been read: the answerer, which would say the same, is
 * still loading its code then. Null where it takes more than that.
 */
function firstTypes(
  { firstTypes: types }: Snapshot,
  { source, sort, filter, offset, limit }: RequestOf<"types">,
): ReplyOf<"types"> | null {
  const test = typeFilter(filter.text);
  if (types === null || types.length > MOST_FIRST_TYPES || source.kind !== "all" || test.usesOwnership) return null;
  const rows = typeRows(countsOfFile(types), test, sort);
  return { total: rows.length, rows: rows.slice(offset, offset + limit) };
}

/** The value, or a rejection as soon as the signal aborts. */
async function unlessAborted<T>(value: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return value;
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(new HeapError({ code: "cancelled" }));
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([value, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
