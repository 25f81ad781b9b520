import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Client, FileId, ListRequest, SnapshotInfo, Status } from "../../shared/session/contract.ts";
import { asObjectId, asSnapshotId, asTypeId } from "../../shared/types/ids.ts";
import { spoolOf } from "../fixtures/spool-file.ts";
import { BAD_FILES, showable } from "./bad-files.ts";
import { type SmallDump, writeSmallDump } from "./small-dump.ts";

/** A shell, from its far end: a client whose requests go through all of it. */
export interface Connected {
  readonly client: Client;
  /** As the user names a file to this shell. */
  offer(path: string): Promise<FileId>;
  close(): Promise<void>;
}

export interface Shell {
  readonly name: string;
  connect(): Promise<Connected>;
}

/** What the contract promises, whatever carries it. Each shell runs the same tests. */
export function contractSuite({ name, connect }: Shell): void {
  describe(`the contract over ${name}`, () => {
    let folder: string;
    let shell: Connected;
    let client: Client;
    let dump: SmallDump;
    let info: SnapshotInfo;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "pyheap-contract-"));
      dump = writeSmallDump(join(folder, "small.pyheap"));
      shell = await connect();
      client = shell.client;
      info = await client.open({ file: await shell.offer(join(folder, "small.pyheap")) });
    });

    afterAll(async () => {
      await shell?.close();
      rmSync(folder, { recursive: true });
    });

    const list = <S extends string>(by: S, change: Partial<ListRequest<S>> = {}): ListRequest<S> => ({
      snapshot: info.snapshot,
      source: { kind: "all" },
      sort: { by, descending: true },
      filter: { text: "" },
      offset: 0,
      limit: 1_000,
      ...change,
    });

    /** Follows the snapshot until all of its stages are done. */
    const finished = async (snapshot = info.snapshot): Promise<Status[]> => {
      const seen: Status[] = [];
      for (let version = 0; ; version = seen.at(-1)?.version ?? 0) {
        const status = await client.watch({ snapshot, seen: version });
        seen.push(status);
        if (status.failure !== null || status.stages.every(({ state }) => state === "done")) return seen;
      }
    };

    it("opens a dump and says at once what it is", () => {
      expect(info).toMatchObject({
        name: "small.pyheap",
        capture: dump.captureId,
        label: "small",
        objects: dump.objects,
        references: dump.references,
        types: 4,
      });
    });

    it("opens the same dump only once", async () => {
      const again = await client.open({ file: await shell.offer(join(folder, "small.pyheap")) });
      expect(again.snapshot).toBe(info.snapshot);
      expect((await client.snapshots({})).rows).toEqual([info]);
    });

    it("opens what a Python without sqlite3 wrote as any other dump, and says what it is before that", async () => {
      const path = join(folder, "spool.pyheap");
      const { captureId, objects, references } = writeSmallDump(path, { texts: 700, captureId: "5".repeat(32) });
      writeFileSync(path, spoolOf(path));
      const file = await shell.offer(path);
      const listed = (await client.files({})).rows.find((row) => row.file === file);
      expect(listed).toMatchObject({ name: "spool.pyheap", failure: null, dump: { capture: captureId } });
      const spool = await client.open({ file });
      expect(spool).toMatchObject({ name: "spool.pyheap", objects, references, fileBytes: statSync(path).size });
      expect((await client.summary({ snapshot: spool.snapshot })).objects).toBe(objects);
      await client.close({ snapshot: spool.snapshot });
    });

    it("names the dump among the files that may be opened", async () => {
      const { rows } = await client.files({});
      expect(rows.find(({ name }) => name === "small.pyheap")).toMatchObject({ folder, failure: null });
    });

    it("tells of the stages until all are done, each version newer than the one before", async () => {
      const seen = await finished();
      const versions = seen.map(({ version }) => version);
      expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
      const last = seen.at(-1);
      expect(last).toMatchObject({ failure: null });
      expect(last?.stages.map(({ state, fraction }) => ({ state, fraction }))).toEqual(
        last?.stages.map(() => ({ state: "done", fraction: 1 })),
      );
    });

    it("counts instances by type", async () => {
      await finished();
      const { total, rows } = await client.types(list("count"));
      expect(total).toBe(4);
      expect(rows[0]).toMatchObject({ type: "str", module: "builtins", count: 1_501 });
    });

    it("gives a list page by page, and its whole length with each page", async () => {
      const source = { kind: "type", type: (await client.typeNamed({ ...info, name: "str" })).typeId } as const;
      const first = await client.objects(list("id", { source, limit: 1_000 }));
      const second = await client.objects(list("id", { source, limit: 1_000, offset: 1_000 }));
      expect([first.total, second.total]).toEqual([1_501, 1_501]);
      const ids = [...first.rows, ...second.rows].map(({ id }) => id);
      expect(ids.length).toBe(1_501);
      expect(ids).toEqual(ids.toSorted((a, b) => b - a));
      expect(await client.objects(list("id", { source, offset: 5_000 }))).toEqual({ total: 1_501, rows: [] });
    });

    it("groups an object's neighbours, and names the references among some objects", async () => {
      const which = { snapshot: info.snapshot, object: asObjectId(dump.ids.list), offset: 0 };
      const held = await client.neighbours({ ...which, direction: "referents", group: null, limit: 3 });
      const [group] = held.rows;
      expect(group).toMatchObject({ type: "str", edge: "[…]", objects: 1_500, retains: true });
      expect(group?.rows).toHaveLength(3);
      const key = group?.key ?? "";
      const rest = await client.neighbours({ ...which, direction: "referents", group: key, offset: 1_495, limit: 10 });
      expect(rest.rows[0]?.rows).toHaveLength(5);
      const { links } = await client.subgraph({ ...which, objects: [dump.ids.dict, dump.ids.list].map(asObjectId) });
      expect(links).toMatchObject([{ from: dump.ids.dict, to: dump.ids.list, edge: "['cache']", kind: "value" }]);
    });

    it("gives one row per reference, named as the holder names it", async () => {
      const source = { kind: "referents", object: asObjectId(dump.ids.list) } as const;
      const { total, rows } = await client.references(
        list("place", { source, sort: { by: "place", descending: false }, limit: 2 }),
      );
      expect(total).toBe(1_500);
      expect(rows).toMatchObject([
        { edge: "[0]", label: "'text 0'", kind: "item", retains: true },
        { edge: "[1]", label: "'text 1'", kind: "item", retains: true },
      ]);
    });

    it("describes an object and what it keeps alive", async () => {
      await finished();
      const detail = await client.object({ snapshot: info.snapshot, object: asObjectId(dump.ids.list) });
      expect(detail).toMatchObject({
        type: "list",
        referents: 1_500,
        referrers: 1,
        dominator: dump.ids.dict,
        retainedBytes: 56 + 8 * 1_500 + 57 * 1_500,
      });
    });

    it("says why an object is alive", async () => {
      const object = asObjectId(dump.ids.firstText);
      const why = await client.why({ snapshot: info.snapshot, object, paths: 3, ignore: [] });
      expect(why.reach).toBe("named");
      expect(why.paths[0]?.steps.map(({ id }) => id)).toEqual([
        dump.ids.module,
        dump.ids.dict,
        dump.ids.list,
        dump.ids.firstText,
      ]);
      expect(why.paths[0]?.steps[0]?.root).toMatchObject({ kind: "module", name: "app" });
      expect(why.sentence).toContain("app");
    });

    it("says what would go if a link were cut, and refuses a link that is not there", async () => {
      const [from, to] = [asObjectId(dump.ids.list), asObjectId(dump.ids.firstText)];
      const cut = await client.cut({ snapshot: info.snapshot, from, to });
      expect(cut).toMatchObject({ edge: "[0]", stillHeld: null, atOnce: { objects: 1, bytes: 57 } });
      await expect(client.cut({ snapshot: info.snapshot, from: to, to: from })).rejects.toMatchObject({
        failure: { code: "bad-request" },
      });
    });

    it("says how all objects of a list are held, and by whom", async () => {
      const source = { kind: "kept", object: asObjectId(dump.ids.list) } as const;
      const held = await client.howHeld({ snapshot: info.snapshot, source, filter: { text: "" } });
      expect(held).toMatchObject({ total: 1_501, garbage: 0 });
      expect(held.rows.map(({ label }) => label)).toEqual(["module app", "list, 1,500 items"]);
      const { rows } = await client.dominatorsOf({ snapshot: info.snapshot, source, by: "type" });
      expect(rows.map(({ name, members }) => [name, members])).toEqual([
        ["dict", 1],
        ["list", 1_500],
      ]);
    });

    it("finds no holder where one of the path's is ignored", async () => {
      const object = asObjectId(dump.ids.firstText);
      const ignore = [asObjectId(dump.ids.list)];
      const why = await client.why({ snapshot: info.snapshot, object, paths: 3, ignore });
      expect(why.paths).toEqual([]);
    });

    it("gives an overview: where the bytes are, the biggest holders, the collector", async () => {
      const { buckets, holders, collector, liveBytes } = await client.overview({ snapshot: info.snapshot });
      expect(holders[0]).toMatchObject({ id: dump.ids.list, path: "module app › cache" });
      expect((buckets.yourData ?? 0) + (buckets.loadedCode ?? 0)).toBe(liveBytes);
      expect(collector.wouldFree).toEqual({ objects: 1, bytes: 72 });
    });

    it("draws the tree of holders, parents before their children", async () => {
      const { nodes } = await client.memoryMap({ snapshot: info.snapshot, object: null });
      expect(nodes[0]).toMatchObject({ id: null, parent: -1 });
      expect(nodes.slice(1).every((node, i) => node.parent <= i)).toBe(true);
      const below = await client.memoryMap({ snapshot: info.snapshot, object: dump.ids.list });
      expect(below.nodes[0]).toMatchObject({ id: dump.ids.list, depth: 0 });
    });

    it("groups what an object holds alone, and goes down to where its bytes are spread", async () => {
      const object = asObjectId(dump.ids.list);
      const { rows } = await client.holderGroups({ snapshot: info.snapshot, object, by: "type" });
      expect(rows).toMatchObject([{ name: "str", holders: 1_500, retainedBytes: 57 * 1_500 }]);
      const modules = await client.holderGroups({ snapshot: info.snapshot, object, by: "module" });
      expect(modules.rows).toMatchObject([{ name: "app", holders: 1_500 }]);
      const drop = await client.bigDrop({ snapshot: info.snapshot, object: null });
      expect(drop).toMatchObject({ to: { id: dump.ids.list }, levels: 3 });
      const none = await client.bigDrop({ snapshot: info.snapshot, object: asObjectId(dump.ids.firstText) });
      expect(none).toEqual({ to: null, levels: 0 });
    });

    it("lists one group of an object's neighbours", async () => {
      const object = asObjectId(dump.ids.list);
      const which = { snapshot: info.snapshot, object, direction: "referents", offset: 0, limit: 1 } as const;
      const { rows } = await client.neighbours({ ...which, group: null });
      const source = { kind: "neighbours", object, direction: "referents", group: rows[0]?.key ?? "" } as const;
      expect(await client.objects(list("id", { source, limit: 1 }))).toMatchObject({ total: 1_500 });
    });

    it("tells how sizes are spread, and lists the objects of one class", async () => {
      const { typeId } = await client.typeNamed({ ...info, name: "str" });
      const source = { kind: "type", type: typeId } as const;
      const { rows } = await client.spread({ snapshot: info.snapshot, source, by: "size" });
      expect(rows).toMatchObject([{ from: 49, to: 64, objects: 1_501 }]);
      const within = { kind: "within", by: "size", type: typeId, from: 49, to: 64 } as const;
      expect(await client.objects(list("id", { source: within, limit: 1 }))).toMatchObject({ total: 1_501 });
      const generations = await client.spread({ snapshot: info.snapshot, source: { kind: "all" }, by: "generation" });
      expect(generations.rows.reduce((sum, { objects }) => sum + objects, 0)).toBe(dump.objects);
    });

    it("lists reference cycles, and the members of one", async () => {
      const page = await client.cycles({ ...list("retained"), of: "data", grouped: true });
      expect(page).toMatchObject({
        total: 1,
        cycles: 1,
        waiting: { objects: 1, bytes: 72 },
        rows: [{ objects: 1, reachable: false, smallestCycle: [{ type: "list", edge: "[0]" }] }],
      });
      const cycle = page.rows[0]?.cycle ?? -1;
      expect(await client.objects(list("id", { source: { kind: "cycle", cycle } }))).toMatchObject({ total: 1 });
      expect(await client.objects(list("id", { source: { kind: "cycles-alike", cycle } }))).toMatchObject({ total: 1 });
      expect(await client.objects(list("id", { source: { kind: "cycle", cycle: 9_999 } }))).toMatchObject({ total: 0 });
    });

    it("gives advice, and the same as a document", async () => {
      const { suspects, unknowns, liveBytes } = await client.advise({ snapshot: info.snapshot });
      expect(suspects[0]).toMatchObject({
        kind: "accumulation",
        holder: "app.cache",
        ids: [dump.ids.list, expect.any(Number), expect.any(Number), expect.any(Number)],
      });
      expect(unknowns.length).toBeGreaterThan(0);
      expect(liveBytes).toBeGreaterThan(suspects[0]?.bytes ?? 0);
      const { text } = await client.adviceReport({ snapshot: info.snapshot, format: "markdown" });
      expect(text).toContain("`app.cache`");
      const page = await client.adviceReport({ snapshot: info.snapshot, format: "html" });
      expect(page.text).toMatch(/^<!doctype html>/);
    });

    it("tells an object's attributes, the way between two objects, and what one keeps by type", async () => {
      const which = { snapshot: info.snapshot, filter: { text: "" }, offset: 0, limit: 2 };
      const attributes = await client.attributes({ ...which, object: asObjectId(dump.ids.list) });
      expect(attributes).toMatchObject({ total: 1_500, rows: [{ edge: "[0]" }, { edge: "[1]" }] });
      const [from, to] = [asObjectId(dump.ids.module), asObjectId(dump.ids.firstText)];
      const way = await client.between({ snapshot: info.snapshot, from, to });
      expect(way.steps?.map(({ id }) => id)).toEqual([dump.ids.dict, dump.ids.list, dump.ids.firstText]);
      expect((await client.between({ snapshot: info.snapshot, from: to, to: from })).steps).toBeNull();
      const kept = await client.types(list("count", { source: { kind: "kept", object: asObjectId(dump.ids.list) } }));
      expect(kept.rows.map(({ type, count }) => [type, count])).toEqual([
        ["str", 1_500],
        ["list", 1],
      ]);
    });

    it("sums types up by module, and filters them by conditions", async () => {
      const { source: _, ...all } = list("count");
      const { rows } = await client.modules(all);
      expect(rows).toMatchObject([{ module: "builtins", types: 4, mine: false }]);
      const filtered = await client.types(list("count", { filter: { text: "count>1000 module:builtins" } }));
      expect(filtered.rows.map(({ type }) => type)).toEqual(["str"]);
    });

    it("lists threads and tasks, and refuses a stack that is not there", async () => {
      const { sort, filter } = list("retained");
      const request = { snapshot: info.snapshot, of: null, sort, filter, offset: 0, limit: 10 };
      expect(await client.stacks(request)).toEqual({
        total: 0,
        rows: [],
        counts: { thread: 0, task: 0, suspended: 0 },
        endedTasks: 0,
        biggest: null,
      });
      const missing = client.stack({ snapshot: info.snapshot, of: "task", number: 3, offset: 0, limit: 10 });
      await expect(missing).rejects.toMatchObject({ failure: { code: "bad-request" } });
    });

    it("says of a dump that was not traced that no place is known", async () => {
      const { source: _, ...all } = list("count");
      const request = { ...all, by: "line", sort: { by: "bytes", descending: true } } as const;
      const page = await client.allocations(request);
      expect(page).toMatchObject({ total: 0, rows: [], tracing: { state: "off" }, totals: { bytes: 0, objects: 0 } });
      expect(page.untraced.objects).toBe(info.objects);
      const { typeId } = await client.typeNamed({ ...info, name: "str" });
      const source = { kind: "type", type: typeId } as const;
      const sites = await client.objectSites({ ...list("count"), source, by: "line" });
      expect(sites).toMatchObject({ total: 0, rows: [], tracing: { state: "off" }, untraced: { objects: 1_501 } });
    });

    it("follows what grew through a row of dumps, none of them twice", async () => {
      const earlier = [];
      for (const letter of ["a", "b"]) {
        const path = join(folder, `row-${letter}.pyheap`);
        writeSmallDump(path, { texts: 100, captureId: letter.repeat(32) });
        earlier.push((await client.open({ file: await shell.offer(path) })).snapshot);
      }
      const snapshots = [...earlier, info.snapshot];
      const row = await client.series({ snapshots });
      expect(row.dumps.map(({ captureId }) => captureId[0])).toEqual(["a", "b", info.capture[0]]);
      expect(row.secondsBetween).toHaveLength(2);
      expect(row.holders.every(({ ids, retained }) => ids.length === 3 && retained.length === 3)).toBe(true);
      const twice = client.series({ snapshots: [...earlier, ...earlier] });
      await expect(twice).rejects.toMatchObject({ failure: { code: "bad-request" } });
      await expect(client.series({ snapshots: earlier })).rejects.toMatchObject({ failure: { code: "bad-request" } });
      for (const snapshot of earlier) await client.close({ snapshot });
      await expect(client.series({ snapshots })).rejects.toMatchObject({ failure: { code: "no-such-snapshot" } });
    });

    it("compares two dumps, and forgets the one that is closed", async () => {
      const path = join(folder, "earlier.pyheap");
      writeSmallDump(path, { texts: 100, captureId: "e".repeat(32) });
      const before = await client.open({ file: await shell.offer(path) });
      const pair = { snapshot: info.snapshot, before: before.snapshot };
      const compared = await client.compare(pair);
      expect(compared.before.objects).toBe(before.objects);
      const page = { ...pair, filter: { text: "" }, offset: 0, limit: 10 };
      const types = await client.compareTypes({ ...page, sort: { by: "deltaCount", descending: true } });
      expect(types.rows[0]).toMatchObject({ type: "str", deltaCount: info.objects - before.objects });
      const grown = await client.growth({ ...page, sort: { by: "growth", descending: true } });
      expect(grown.rows[0]).toMatchObject({ path: "module app › cache", entriesA: 100, entriesB: 1_500 });
      const fate = { kind: "fate", fate: "new", other: before.capture } as const;
      expect((await client.objects(list("id", { source: fate }))).total).toBe(0); // of different processes

      const advice = await client.advise(pair);
      expect(advice.earlier).toMatchObject({ capture: before.capture, sameProcess: false });
      expect(advice.suspects[0]?.title).toContain("more than in the earlier dump (100 → 1,500 entries)");
      expect((await client.advise({ snapshot: info.snapshot })).earlier).toBeNull();
      const { text } = await client.adviceReport({ ...pair, format: "markdown" });
      expect(text).toContain("an earlier dump of another process");
      const itself = client.advise({ snapshot: info.snapshot, before: info.snapshot });
      await expect(itself).rejects.toMatchObject({ failure: { code: "bad-request" } });

      await client.close({ snapshot: before.snapshot });
      await expect(client.advise(pair)).rejects.toMatchObject({ failure: { code: "no-such-snapshot" } });
      await expect(client.compare(pair)).rejects.toMatchObject({ failure: { code: "no-such-snapshot" } });
      await expect(client.objects(list("id", { source: fate }))).rejects.toMatchObject({
        failure: { code: "no-such-snapshot" },
      });
    });

    it("ends a running request as cancelled", async () => {
      const seen = (await finished()).at(-1)?.version ?? 0;
      const controller = new AbortController();
      const poll = client.watch({ snapshot: info.snapshot, seen }, { signal: controller.signal });
      controller.abort();
      await expect(poll).rejects.toMatchObject({ failure: { code: "cancelled" } });
    });

    it("does not start a request that was cancelled before", async () => {
      const signal = AbortSignal.abort();
      await expect(client.snapshots({}, { signal })).rejects.toMatchObject({ failure: { code: "cancelled" } });
    });

    it("refuses parameters that do not fit", async () => {
      const wrong = [
        client.types(list("count", { limit: 1_001 })),
        client.types(list("count", { offset: -1 })),
        client.types(list("speed" as "count")),
        client.objects(list("id", { source: { kind: "type", type: asTypeId(0.5) } })),
        client.open({} as never),
        client.object(null as never),
      ];
      for (const request of wrong) await expect(request).rejects.toMatchObject({ failure: { code: "bad-request" } });
    });

    it("refuses a file that nobody offered", async () => {
      const file = "/etc/passwd" as FileId;
      await expect(client.open({ file })).rejects.toMatchObject({ failure: { code: "no-such-offer" } });
    });

    it("knows only snapshots that are open", async () => {
      const request = client.summary({ snapshot: asSnapshotId("s999") });
      await expect(request).rejects.toMatchObject({ failure: { code: "no-such-snapshot" } });
    });

    it("knows only objects that the dump has", async () => {
      const request = client.object({ snapshot: info.snapshot, object: asObjectId(dump.objects) });
      await expect(request).rejects.toMatchObject({ failure: { code: "no-such-object", objects: dump.objects } });
    });

    it("searches texts step by step, for words and for patterns, until all is searched", async () => {
      await finished();
      const search = async (text: string, pattern: boolean) => {
        for (let last = 0; ; ) {
          const finds = await client.findText({ snapshot: info.snapshot, text, pattern, limit: 3 });
          expect(finds.fraction).toBeGreaterThanOrEqual(last);
          last = finds.fraction;
          if (finds.done) return { ...finds, rows: finds.rows.map(({ label }) => label) };
        }
      };
      const words = await search("TEXT 149", false);
      expect(words).toMatchObject({ found: 11, fraction: 1, rows: ["'text 149'", "'text 1490'", "'text 1491'"] });
      expect(await search("^'text \\d'$", true)).toMatchObject({ found: 10 });
      const source = { kind: "pattern", pattern: "^'text \\d'$" } as const;
      expect((await client.objects(list("id", { source }))).total).toBe(10);
    });

    it("refuses a pattern that is none, or that would run for ever, and goes on", async () => {
      for (const pattern of ["(", "[z-a]", "a".repeat(1001)]) {
        const request = client.objects(list("id", { source: { kind: "pattern", pattern } }));
        await expect(request).rejects.toMatchObject({ failure: { code: "bad-request" } });
      }
      expect((await client.types(list("count"))).total).toBe(4);
    });

    it("finds variables and attributes by name", async () => {
      const { total, rows } = await client.names({ snapshot: info.snapshot, text: "CACH", offset: 0, limit: 10 });
      expect([total, rows[0]]).toMatchObject([
        1,
        { name: "cache", kind: "variable", owner: "app", object: dump.ids.list },
      ]);
    });

    it("keeps lists as sets, combines them, and says what they come to", async () => {
      const { snapshot } = info;
      const keep = (name: string, text: string) =>
        client.keepSet({ snapshot, name, source: { kind: "text", text }, filter: { text: "" } });
      const first = await keep("ones", "text 1");
      const second = await keep("ones", "text 14");
      expect([first, second]).toMatchObject([
        { name: "ones", objects: 611 },
        { name: "ones (2)", objects: 111 },
      ]);
      expect((await client.sets({ snapshot })).rows).toEqual([first, second]);
      const combine = async (how: "union" | "intersection" | "difference") => {
        const source = { kind: "combined", how, first: first.set, second: second.set } as const;
        return (await client.objects(list("id", { source }))).total;
      };
      expect([await combine("union"), await combine("intersection"), await combine("difference")]).toEqual([
        611, 111, 500,
      ]);
      const source = { kind: "set", set: second.set } as const;
      expect(await client.sizes({ snapshot, source, filter: { text: "" } })).toMatchObject({
        objects: 111,
        shallowBytes: 111 * 57,
        retainedBytes: 111 * 57,
        releasedByRefcountBytes: 111 * 57,
      });
      expect(await client.types(list("count", { source }))).toMatchObject({
        total: 1,
        rows: [{ type: "str", count: 111 }],
      });
      const change = { snapshot, set: first.set, name: "t1", note: "mine", base: "", removed: false };
      expect(await client.changeSet(change)).toMatchObject({ name: "t1", note: "mine", objects: 611 });
      await client.changeSet({ ...change, removed: true });
      expect((await client.sets({ snapshot })).rows).toEqual([second]);
      const gone = client.objects(list("id", { source: { kind: "set", set: 999 as typeof first.set } }));
      await expect(gone).rejects.toMatchObject({ failure: { code: "no-such-set" } });
    });

    it("exports a list page by page as one file", async () => {
      const source = { kind: "text", text: "text 149" } as const;
      const pages = [0, 5, 10].map((offset) =>
        client.exportObjects({ ...list("id", { source, offset, limit: 5 }), format: "json" }),
      );
      const parts = await Promise.all(pages);
      expect(parts.map(({ total }) => total)).toEqual([11, 11, 11]);
      const rows = JSON.parse(parts.map(({ text }) => text).join("")) as { label: string }[];
      expect(rows).toHaveLength(11);
      expect(rows[10]).toMatchObject({ label: "'text 149'", shallowBytes: 57, type: "str" });
    });

    it("keeps notes about objects, and joins what two have written", async () => {
      const { snapshot } = info;
      const note = { snapshot, object: dump.ids.list };
      expect(await client.saveNote({ ...note, text: "leaks", base: "" })).toEqual({ text: "leaks" });
      expect(await client.saveNote({ ...note, text: "other", base: "" })).toEqual({ text: "leaks\nother" });
      expect((await client.notes({ snapshot })).rows).toMatchObject([
        { id: dump.ids.list, type: "list", text: "leaks\nother" },
      ]);
      await client.saveNote({ ...note, text: "", base: "leaks\nother" });
      expect((await client.notes({ snapshot })).rows).toEqual([]);
      const nobody = client.saveNote({ snapshot, object: asObjectId(dump.objects), text: "x", base: "" });
      await expect(nobody).rejects.toMatchObject({ failure: { code: "no-such-object" } });
    });

    it("takes files off the list of recent ones", async () => {
      expect(await client.forgetFiles({ file: null })).toEqual({});
      const unknown = client.forgetFiles({ file: "/etc/passwd" as FileId });
      await expect(unknown).rejects.toMatchObject({ failure: { code: "no-such-offer" } });
    });

    it("closes one dump and keeps the other", async () => {
      const path = join(folder, "other.pyheap");
      writeSmallDump(path, { texts: 3, captureId: "1".repeat(32) });
      const other = await client.open({ file: await shell.offer(path) });
      expect((await client.snapshots({})).rows.map(({ name }) => name)).toEqual(["small.pyheap", "other.pyheap"]);
      await client.close({ snapshot: other.snapshot });
      await expect(client.summary(other)).rejects.toMatchObject({ failure: { code: "no-such-snapshot" } });
      expect((await client.snapshots({})).rows).toEqual([info]);
    });

    for (const bad of BAD_FILES) {
      const why = showable(bad) ? "" : " (not as root, to whom nothing is forbidden)";
      it.skipIf(!showable(bad))(`refuses a file ${bad.what}, and other dumps stay usable${why}`, async () => {
        const path = join(folder, `${bad.what.replaceAll(/\W/g, "-")}.pyheap`);
        bad.make(path);
        expect(await failureOf(client, await shell.offer(path), finished)).toMatchObject(bad.failure);
        expect((await client.types(list("name", { limit: 1 }))).total).toBe(4);
      });
    }
  });
}

/** Why the file can't be used: found when it is opened or, where only its pages are bad, in a later stage. */
async function failureOf(
  client: Client,
  file: FileId,
  finished: (snapshot: SnapshotInfo["snapshot"]) => Promise<Status[]>,
) {
  const opened = await client.open({ file }).catch((thrown: unknown) => thrown as { failure: unknown });
  if ("failure" in opened) return opened.failure;
  const last = (await finished(opened.snapshot)).at(-1);
  await client.close(opened);
  return last?.failure;
}
