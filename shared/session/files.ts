import { readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { numberOf, textOf } from "../analyses/summary.ts";
import { makeFolder } from "../store/make-folder.ts";
import { openDump } from "../store/open-file.ts";
import { readMeta } from "../store/small-tables.ts";
import { isSpool, readSpoolMeta } from "../store/spool.ts";
import { type Failure, HeapError, toFailure, withPath } from "../types/failure.ts";
import type { Meta } from "../types/heap.ts";
import type { Bytes, CaptureId } from "../types/ids.ts";
import type { DumpInfo } from "../types/rows.ts";
import type { FileId, OfferedFile } from "./contract.ts";

const MOST_RECENT = 20;

/** A file that may be opened, as a shell on this machine names it. */
export interface Offer {
  readonly path: string;
  readonly origin: OfferedFile["origin"];
  /** What to call it where the path says nothing, as for an upload. */
  readonly name?: string;
  /** Delete the file when its snapshot is closed or the session ends. */
  readonly temporary?: boolean;
}

/** Where this user's recent files are remembered between sessions. */
export function defaultStateFolder(): string {
  const { XDG_STATE_HOME, LOCALAPPDATA } = process.env;
  if (process.platform === "darwin") return join(homedir(), "Library", "Application Support", "PyHeap Explorer");
  if (process.platform === "win32" && LOCALAPPDATA) return join(LOCALAPPDATA, "PyHeap Explorer");
  return join(XDG_STATE_HOME || join(homedir(), ".local", "state"), "pyheap-explorer");
}

/**
 * The files that a page may ask for, by handle: a page never names a path, so a hostile one can't read the disk.
 * Recently opened files are remembered in `stateFolder`; with null nothing is.
 */
export class OfferedFiles {
  readonly #offers = new Map<FileId, Offer>();
  readonly #recentFile: string | null;

  constructor(stateFolder: string | null) {
    this.#recentFile = stateFolder === null ? null : join(stateFolder, "recent.json");
    for (const path of this.#readRecent()) this.offer({ path, origin: "recent" });
  }

  /** The handle of the file; the same one for the same path, but a sample that somebody names himself is a file too. */
  offer(offer: Offer): FileId {
    const path = realPath(offer.path);
    for (const [file, known] of this.#offers) {
      if (known.path !== path || (known.origin === "sample") !== (offer.origin === "sample")) continue;
      if (known.origin === "recent") this.#offers.set(file, { ...offer, path });
      return file;
    }
    const file = crypto.randomUUID() as FileId;
    this.#offers.set(file, { ...offer, path });
    return file;
  }

  /** Throws `HeapError` for a handle that was never given out. */
  get(file: FileId): Offer {
    const offer = this.#offers.get(file);
    if (offer === undefined) throw new HeapError({ code: "no-such-offer" });
    return offer;
  }

  /** Command line first, then what was opened last, then the samples. Recent files that are gone say so. */
  list(): OfferedFile[] {
    return [...this.#offers].map(([file, offer]) => describeOffer(file, offer)).sort((a, b) => rank(a) - rank(b));
  }

  /** Remembers the file as opened just now. */
  opened(file: FileId): void {
    const { path, temporary, origin } = this.get(file);
    if (this.#recentFile === null || temporary || origin === "sample") return;
    try {
      this.#writeRecent([path, ...this.#readRecent().filter((known) => known !== path)].slice(0, MOST_RECENT));
    } catch {
      // A list of recent files is a convenience: a read-only home must not keep anybody from opening a dump.
    }
  }

  /** Takes a file off the list of recent ones, or all for null; those that `stays` holds on to keep their handle. */
  forget(file: FileId | null, stays: (file: FileId) => boolean): void {
    const path = file === null ? null : this.get(file).path;
    try {
      this.#writeRecent(path === null ? [] : this.#readRecent().filter((known) => known !== path));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new HeapError(
        { code: "cannot-write", path: this.#recentFile ?? "the list of recent files", why },
        { cause },
      );
    }
    for (const [known, { origin }] of this.#offers)
      if (origin === "recent" && (file === null || known === file) && !stays(known)) this.#offers.delete(known);
  }

  /** Deletes the file if it was an upload, and forgets its handle. */
  closed(file: FileId): void {
    const offer = this.#offers.get(file);
    if (offer?.temporary !== true) return;
    this.#offers.delete(file);
    rmSync(offer.path, { force: true });
  }

  dispose(): void {
    for (const file of [...this.#offers.keys()]) this.closed(file);
  }

  #writeRecent(paths: readonly string[]): void {
    if (this.#recentFile === null) return;
    makeFolder(dirname(this.#recentFile));
    const partial = `${this.#recentFile}.${process.pid}`;
    writeFileSync(partial, JSON.stringify({ recent: paths }), { mode: 0o600 });
    renameSync(partial, this.#recentFile);
  }

  #readRecent(): string[] {
    if (this.#recentFile === null) return [];
    try {
      const { recent } = JSON.parse(readFileSync(this.#recentFile, "utf8")) as { recent?: unknown };
      return Array.isArray(recent) ? recent.filter((path) => typeof path === "string").slice(0, MOST_RECENT) : [];
    } catch {
      return []; // never written yet, or damaged: start anew
    }
  }
}

const LAST: readonly OfferedFile["origin"][] = ["recent", "sample"];
const rank = ({ origin }: OfferedFile): number => LAST.indexOf(origin);

/** What a dump says about itself. */
export const dumpInfo = (meta: Meta): DumpInfo => ({
  capture: meta.captureId,
  label: meta.label,
  createdAt: meta.createdAt,
  python: textOf(meta.python.version)?.split(" ")[0] ?? null,
  program: textOf(meta.process.program),
  pid: numberOf(meta.process.pid),
});

function describeOffer(file: FileId, { path, origin, name, temporary }: Offer): OfferedFile {
  let dump: DumpInfo | null = null;
  let failure: Failure | null = null;
  let bytes: Bytes | null = null;
  try {
    bytes = statSync(path, { throwIfNoEntry: false })?.size ?? null;
    dump = dumpInfo(metaOf(path));
  } catch (thrown) {
    failure = temporary && name !== undefined ? withPath(toFailure(thrown), name) : toFailure(thrown);
  }
  return { file, name: name ?? basename(path), folder: temporary ? null : dirname(path), origin, bytes, dump, failure };
}

/** Differs when another file stands under the path, or the file was written again; empty where there is none. */
export function fileVersion(path: string): string {
  try {
    const { dev, ino, size, mtimeNs } = statSync(path, { bigint: true });
    return [dev, ino, size, mtimeNs].join(" ");
  } catch {
    return ""; // whoever opens it says why
  }
}

/**
 * Whether another dump stands where an open one was read from, written over it or renamed to it: what is read from now on
 * would be that one's. A file that is gone, or was only touched, is not another dump. `version`: as it was when it was opened.
 */
export function isOverwritten(path: string, version: string, capture: CaptureId): boolean {
  const now = fileVersion(path);
  if (now === "" || now === version) return false;
  try {
    return dumpInfo(metaOf(path)).capture !== capture;
  } catch {
    return true;
  }
}

function metaOf(path: string): Meta {
  if (isSpool(path)) return readSpoolMeta(path);
  const opened = openDump(path);
  try {
    return readMeta(opened);
  } finally {
    opened.close();
  }
}

/** One path per file, so that a link and its target are one; a path that can't be resolved stays as it is. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}
