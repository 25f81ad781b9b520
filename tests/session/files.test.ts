import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { FileId } from "../../shared/session/contract.ts";
import { OfferedFiles } from "../../shared/session/files.ts";
import { drawHeap, temporaryFolder } from "../fixtures/drawn-heap.ts";
import { writeDump } from "../fixtures/dump-file.ts";

function dumpIn(folder: string, name: string): string {
  const path = join(folder, name);
  writeDump(path, drawHeap("@module app: m\nm module").content);
  return path;
}

describe("files that may be opened", () => {
  it("lists a sample that somebody names as a file of theirs, and still as a sample", () => {
    const files = new OfferedFiles(null);
    const path = dumpIn(temporaryFolder(), "shop.pyheap");
    const sample = files.offer({ path, origin: "sample" });
    const named = files.offer({ path, origin: "command-line" });
    expect(named).not.toBe(sample);
    expect(files.offer({ path, origin: "sample" })).toBe(sample);
    expect(files.list().map(({ origin }) => origin)).toEqual(["command-line", "sample"]);
  });

  it("have one handle each, also through a link", () => {
    const folder = temporaryFolder();
    const path = dumpIn(folder, "a.pyheap");
    symlinkSync(path, join(folder, "link.pyheap"));
    const files = new OfferedFiles(null);
    const handle = files.offer({ path, origin: "command-line" });
    expect(files.offer({ path: join(folder, "link.pyheap"), origin: "picked" })).toBe(handle);
    expect(files.list()).toHaveLength(1);
  });

  it("can't be named by a path", () => {
    expect(() => new OfferedFiles(null).get("/etc/passwd" as FileId)).toThrow("not on offer any more");
  });

  it("are described from what they say, or by why they can't be opened", () => {
    const folder = temporaryFolder();
    const files = new OfferedFiles(null);
    files.offer({ path: dumpIn(folder, "good.pyheap"), origin: "command-line" });
    writeFileSync(join(folder, "bad.pyheap"), "hello");
    files.offer({ path: join(folder, "bad.pyheap"), origin: "command-line" });
    expect(files.list()).toMatchObject([
      { name: "good.pyheap", folder, failure: null, dump: { capture: "0".repeat(32) } },
      { name: "bad.pyheap", dump: null, failure: { code: "not-a-snapshot", looksLike: "unknown" } },
    ]);
  });

  it("are remembered once opened, newest first, for their owner only", () => {
    const folder = temporaryFolder();
    const state = join(folder, "state");
    const files = new OfferedFiles(state);
    for (const name of ["old.pyheap", "new.pyheap"])
      files.opened(files.offer({ path: dumpIn(folder, name), origin: "command-line" }));
    expect(statSync(join(state, "recent.json")).mode & 0o777).toBe(0o600);
    expect(new OfferedFiles(state).list().map(({ name, origin }) => [name, origin])).toEqual([
      ["new.pyheap", "recent"],
      ["old.pyheap", "recent"],
    ]);
  });

  it("open all the same where no list of recent ones can be kept", () => {
    const folder = temporaryFolder();
    const path = dumpIn(folder, "a.pyheap");
    writeFileSync(join(folder, "a file"), "");
    for (const state of ["/proc/no/such", join(folder, "a file", "state")]) {
      const files = new OfferedFiles(state);
      files.opened(files.offer({ path, origin: "command-line" }));
      expect(new OfferedFiles(state).list()).toEqual([]);
    }
  });

  it("come from the command line first and the samples last, and recent ones that are gone say so", () => {
    const folder = temporaryFolder();
    const state = join(folder, "state");
    mkdirSync(state);
    const recent = dumpIn(folder, "recent.pyheap");
    writeFileSync(join(state, "recent.json"), JSON.stringify({ recent: [join(folder, "gone.pyheap"), recent] }));
    const files = new OfferedFiles(state);
    files.offer({ path: dumpIn(folder, "sample.pyheap"), origin: "sample" });
    files.offer({ path: dumpIn(folder, "named.pyheap"), origin: "command-line" });
    expect(files.list().map(({ name, failure }) => [name, failure?.code])).toEqual([
      ["named.pyheap", undefined],
      ["gone.pyheap", "no-such-file"],
      ["recent.pyheap", undefined],
      ["sample.pyheap", undefined],
    ]);
  });

  it("are taken off the recent ones on request, one or all, but for those that are open", () => {
    const folder = temporaryFolder();
    const state = join(folder, "state");
    const first = new OfferedFiles(state);
    const names = ["a.pyheap", "b.pyheap", "c.pyheap"];
    for (const name of names) first.opened(first.offer({ path: dumpIn(folder, name), origin: "command-line" }));
    const files = new OfferedFiles(state);
    const namesOf = (each: OfferedFiles) => each.list().map(({ name }) => name);
    const [newest, middle] = files.list().map(({ file }) => file);
    files.forget(newest as FileId, () => false);
    expect([namesOf(files), namesOf(new OfferedFiles(state))]).toEqual([
      ["b.pyheap", "a.pyheap"],
      ["b.pyheap", "a.pyheap"],
    ]);
    files.forget(null, (file) => file === middle);
    expect([namesOf(files), namesOf(new OfferedFiles(state))]).toEqual([["b.pyheap"], []]);
    expect(existsSync(join(folder, "a.pyheap"))).toBe(true);
  });

  it.each(["", "{", "[]", '{"recent": 7}', '{"recent": [1, null]}'])("start anew from a damaged list: %s", (text) => {
    const state = temporaryFolder();
    writeFileSync(join(state, "recent.json"), text);
    expect(new OfferedFiles(state).list()).toEqual([]);
  });

  it("that were uploaded are deleted when they are closed, and never remembered", () => {
    const folder = temporaryFolder();
    const path = dumpIn(folder, "upload.tmp");
    const files = new OfferedFiles(join(folder, "state"));
    const handle = files.offer({ path, origin: "dropped", name: "app.pyheap", temporary: true });
    expect(files.list()).toMatchObject([{ name: "app.pyheap", folder: null }]);
    files.opened(handle);
    files.closed(handle);
    expect([existsSync(path), existsSync(join(folder, "state", "recent.json"))]).toEqual([false, false]);
  });

  it("that were uploaded and can't be read fail by the name they had, not by that of their copy", () => {
    const path = join(temporaryFolder(), "copy.tmp");
    writeFileSync(path, "hello");
    const files = new OfferedFiles(null);
    files.offer({ path, origin: "dropped", name: "notes.txt", temporary: true });
    expect(files.list()[0]?.failure).toMatchObject({ path: "notes.txt" });
  });

  it("of a person are never deleted", () => {
    const path = dumpIn(temporaryFolder(), "mine.pyheap");
    const files = new OfferedFiles(null);
    files.closed(files.offer({ path, origin: "command-line" }));
    files.dispose();
    expect(readFileSync(path).length).toBeGreaterThan(0);
  });
});
