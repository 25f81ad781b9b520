import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { joined, Notebook } from "../../shared/store/notebook.ts";
import { asCaptureId, asObjectId } from "../../shared/types/ids.ts";
import { temporaryFolder } from "../fixtures/drawn-heap.ts";

const CAPTURE = asCaptureId("a".repeat(32));
const OTHER = asCaptureId("b".repeat(32));
const OBJECT = asObjectId(7);

function notebook(folder = temporaryFolder()): { notebook: Notebook; path: string } {
  const path = join(folder, "state", "notebook.sqlite");
  const made = new Notebook(path);
  onTestFinished(() => made.close());
  return { notebook: made, path };
}

const texts = (of: Notebook, capture = CAPTURE) => of.notes(capture).map(({ text }) => text);

describe("a notebook", () => {
  it("keeps notes by capture and object, for their owner only, over a restart", () => {
    const folder = temporaryFolder();
    const { notebook: first, path } = notebook(folder);
    first.saveNote(CAPTURE, OBJECT, { text: "grows", base: "" });
    first.saveNote(OTHER, OBJECT, { text: "another dump", base: "" });
    first.close();
    expect([statSync(path).mode & 0o777, statSync(join(folder, "state")).mode & 0o777]).toEqual([0o600, 0o700]);
    const { notebook: second } = notebook(folder);
    expect(second.notes(CAPTURE)).toMatchObject([{ object: 7, text: "grows" }]);
    second.saveNote(CAPTURE, OBJECT, { text: "", base: "grows" });
    expect([texts(second), texts(second, OTHER)]).toEqual([[], ["another dump"]]);
  });

  it("is closed to others even where the file was open to all", () => {
    const { notebook: first, path } = notebook();
    first.sets(CAPTURE);
    first.close();
    chmodSync(path, 0o644);
    new Notebook(path).sets(CAPTURE);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("loses nothing of what two windows write about one object", () => {
    const folder = temporaryFolder();
    const { notebook: one } = notebook(folder);
    const { notebook: two } = notebook(folder);
    expect(one.saveNote(CAPTURE, OBJECT, { text: "leaks", base: "" })).toBe("leaks");
    expect(two.saveNote(CAPTURE, OBJECT, { text: "see sessions.py", base: "" })).toBe("leaks\nsee sessions.py");
    expect(one.saveNote(CAPTURE, OBJECT, { text: "leaks badly", base: "leaks" })).toBe(
      "leaks\nsee sessions.py\n badly",
    );
    expect(texts(one)).toEqual(["leaks\nsee sessions.py\n badly"]);
  });

  it("takes what many processes write at once", () => {
    const { notebook: mine, path } = notebook();
    mine.sets(CAPTURE);
    const program = `
      import { Notebook } from ${JSON.stringify(join(import.meta.dirname, "../../shared/store/notebook.ts"))};
      const notebook = new Notebook(${JSON.stringify(path)});
      for (let i = 0; i < 20; i++) notebook.saveNote("${CAPTURE}", 7, { text: process.argv[1] + i, base: "" });
    `;
    const script = `${["a", "b", "c"].map((who) => `"$NODE" --input-type=module -e "$PROGRAM" ${who} &`).join(" ")} wait`;
    const env = { ...process.env, NODE: process.execPath, PROGRAM: program };
    expect(spawnSync("sh", ["-c", script], { env, encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
    const lines = texts(mine)[0]?.split("\n") ?? [];
    for (const who of ["a", "b", "c"]) for (let i = 0; i < 20; i++) expect(lines).toContain(`${who}${i}`);
  });

  it("keeps object sets, and gives a name that is taken a number", () => {
    const { notebook: of } = notebook();
    const first = of.keepSet(CAPTURE, "leak", Int32Array.of(1, 5, 9));
    const second = of.keepSet(CAPTURE, "leak", new Int32Array(0));
    expect([first, second]).toMatchObject([
      { name: "leak", objects: 3, note: "" },
      { name: "leak (2)", objects: 0 },
    ]);
    expect([...(of.members(CAPTURE, first.set) ?? [])]).toEqual([1, 5, 9]);
    expect(of.members(OTHER, first.set)).toBeNull();
    expect(of.sets(OTHER)).toEqual([]);
  });

  it("changes a set's name and note, and brings back what was removed", () => {
    const { notebook: of } = notebook();
    const { set } = of.keepSet(CAPTURE, "leak", Int32Array.of(1));
    const change = { name: "sessions", note: "ask Ada", base: "", removed: false };
    expect(of.changeSet(CAPTURE, set, change)).toMatchObject({ set, name: "sessions", note: "ask Ada" });
    of.changeSet(CAPTURE, set, { ...change, base: "ask Ada", removed: true });
    expect(of.sets(CAPTURE)).toEqual([]);
    of.changeSet(CAPTURE, set, { ...change, base: "ask Ada" });
    expect(of.sets(CAPTURE)).toMatchObject([{ set, objects: 1 }]);
    expect(() => of.changeSet(OTHER, set, change)).toThrow("no object set");
  });

  it("says which file is broken, and leaves it as it is", () => {
    const path = join(temporaryFolder(), "notebook.sqlite");
    writeFileSync(path, "this is no database, but it may be somebody's only copy".repeat(20));
    const before = readFileSync(path);
    expect(() => new Notebook(path).notes(CAPTURE)).toThrow(`can't be kept in ${path}`);
    expect(readFileSync(path)).toEqual(before);
  });

  it("works in memory where nothing is to be remembered", () => {
    const of = new Notebook(null);
    of.saveNote(CAPTURE, OBJECT, { text: "for now", base: "" });
    expect(texts(of)).toEqual(["for now"]);
  });
});

describe("a text that two have changed", () => {
  it.each([
    ["", "", "mine", "mine"],
    ["base", "base", "mine", "mine"],
    ["theirs", "base", "mine", "theirs\nmine"],
    ["base theirs", "base", "base mine", "base theirs\n mine"],
    ["mine", "base", "mine", "mine"],
    ["theirs", "base", "base", "theirs"],
    ["theirs", "base", "", "theirs"],
    ["", "base", "base mine", "base mine"],
    ["theirs\nmine", "base", "mine", "theirs\nmine"],
  ])("%j, from %j to %j, becomes %j", (stored, base, mine, result) => {
    expect(joined(stored, base, mine)).toBe(result);
  });
});
