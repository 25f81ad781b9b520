import { createWriteStream } from "node:fs";
import { mkdtemp, rm, statfs } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { HeapError } from "../../shared/types/failure.ts";
import { unread } from "./http.ts";

/** What must stay free on the disk for everybody else. */
const RESERVE = 256 * 2 ** 20;

/** Dumps that were dropped into a browser: a dump holds secrets, so only this user may read the copies. */
export interface UploadFolder {
  /** Streams the body to a file of its own and gives its path. Nothing is left of a body that fails or breaks off. */
  receive(request: IncomingMessage, name: string): Promise<string>;
  /** Removes whatever is still there. */
  remove(): Promise<void>;
}

export function createUploadFolder(options: { readonly maxBytes: number }): UploadFolder {
  let folder: Promise<string> | null = null;
  let received = 0;

  return {
    async receive(request, name) {
      folder ??= mkdtemp(join(tmpdir(), "pyheap-explorer-")); // mode 0700
      const inside = await folder;
      const limit = await roomFor(inside, request, name, options.maxBytes);
      const path = join(inside, `${++received}.pyheap`);
      try {
        await pipeline(unread(request), upTo(limit, name), createWriteStream(path, { flags: "wx", mode: 0o600 }));
      } catch (cause) {
        await rm(path, { force: true });
        if (cause instanceof HeapError) throw cause;
        if (request.destroyed && !request.complete) throw new HeapError({ code: "cancelled" }, { cause });
        throw new HeapError({ code: "cannot-write", path: name, why: (cause as Error).message }, { cause });
      }
      return path;
    },
    async remove() {
      if (folder !== null) await rm(await folder, { recursive: true, force: true });
    },
  };
}

/** How many bytes may be written, checked against what the sender announces: it is cheaper to refuse before than after. */
async function roomFor(folder: string, request: IncomingMessage, name: string, maxBytes: number): Promise<number> {
  const disk = await statfs(folder);
  const room = Math.max(0, Math.min(maxBytes, disk.bavail * disk.bsize - RESERVE));
  if (Number(request.headers["content-length"] ?? 0) > room) throw noRoom(name, room);
  return room;
}

function upTo(limit: number, name: string): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > limit) done(noRoom(name, limit));
      else done(null, chunk);
    },
  });
}

const noRoom = (name: string, room: number) =>
  new HeapError({
    code: "too-large",
    path: name,
    what: `there is room for a copy of ${Math.floor(room / 2 ** 20).toLocaleString("en")} MiB. Name the file on the command line instead, then nothing is copied`,
  });
