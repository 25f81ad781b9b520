import { execFile } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createClient } from "../../shared/session/client.ts";
import { createHost } from "../../shared/session/host.ts";
import { createSession } from "../../shared/session/session.ts";
import { drawHeap, temporaryFolder } from "../fixtures/drawn-heap.ts";
import { writeDump } from "../fixtures/dump-file.ts";

const CLI = join(import.meta.dirname, "../../electron/headless/cli.ts");
const SHOP = drawHeap(`
  @module shop: m
  m  module "shop" -> dict=__dict__ d
  d  dict -> ['_PENDING'] p ['total'] n
  p  dict -> ['u-17'] s ['u-18'] t
  s  shop.Session -> .user n
  t  shop.Session -> .user n
  n  int "7"
`);

/** The command line of a user whose home is this folder. */
const cli = (folder: string, ...args: string[]): Promise<{ code: number; out: string; error: string }> =>
  new Promise((resolve) => {
    const env = { ...process.env, HOME: folder, XDG_STATE_HOME: join(folder, "state") };
    execFile(process.execPath, [CLI, ...args], { env }, (failure, out, error) =>
      resolve({ code: failure === null ? 0 : Number(failure.code), out, error }),
    );
  });

function home(): { folder: string; dump: string } {
  const folder = temporaryFolder();
  const dump = join(folder, "shop.pyheap");
  writeDump(dump, SHOP.content);
  return { folder, dump };
}

describe("finding on the command line", () => {
  it("takes a regular expression, and refuses what is none", async () => {
    const { folder, dump } = home();
    const { code, out } = await cli(folder, "find", dump, "--pattern", "^'u-\\d+'$", "--json");
    expect([code, JSON.parse(out)]).toMatchObject([0, { total: 2 }]);
    const { code: bad, error } = await cli(folder, "find", dump, "--pattern", "((");
    expect([bad, error]).toEqual([2, expect.stringContaining("no regular expression")]);
    const two = await cli(folder, "find", dump, "--pattern", "a", "--text", "b");
    expect([two.code, two.error]).toEqual([2, expect.stringContaining("only one of")]);
  });

  it("finds names of variables and attributes", async () => {
    const { folder, dump } = home();
    const { out } = await cli(folder, "names", dump, "user", "--json");
    expect(JSON.parse(out)).toMatchObject({ total: 1, rows: [{ name: "user", kind: "attribute", count: 2 }] });
    expect((await cli(folder, "names", dump, "_pend")).out).toMatch(/_PENDING +variable of +shop/);
  });

  it("has the sets and notes that were kept in the explorer", async () => {
    const { folder, dump } = home();
    const session = createSession({ stateFolder: join(folder, "state", "pyheap-explorer") });
    const client = createClient(createHost(session));
    const { snapshot } = await client.open({ file: session.offer({ path: dump, origin: "command-line" }) });
    const source = { kind: "pattern", pattern: "u-1" } as const;
    await client.keepSet({ snapshot, name: "users", source, filter: { text: "" } });
    await client.saveNote({ snapshot, object: SHOP.id.p as never, text: "grows", base: "" });
    await session.dispose();

    const sets = await cli(folder, "sets", dump, "--json");
    expect(JSON.parse(sets.out)).toMatchObject({ total: 1, rows: [{ name: "users", objects: 2, shallowBytes: 100 }] });
    expect(JSON.parse((await cli(folder, "notes", dump, "--json")).out)).toMatchObject({
      rows: [{ id: SHOP.id.p, text: "grows" }],
    });
    expect(JSON.parse((await cli(folder, "find", dump, "--set", "users", "--json")).out)).toMatchObject({ total: 2 });
    const none = await cli(folder, "find", dump, "--set", "nobody");
    expect([none.code, none.error]).toEqual([2, expect.stringContaining("no object set nobody")]);
  });

  it.each([".csv", ".json", ".md"])("exports a list as %s, never over another file", async (ending) => {
    const { folder, dump } = home();
    const path = join(folder, `out${ending}`);
    const { code, out } = await cli(folder, "export", dump, path, "--type", "Session", "--json");
    expect([code, JSON.parse(out)]).toMatchObject([0, { path, rows: 2 }]);
    expect(readFileSync(path, "utf8").match(/shop\.Session/g)).toHaveLength(2);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const again = await cli(folder, "export", dump, path);
    expect([again.code, again.error]).toEqual([2, expect.stringContaining("already exists")]);
    const odd = await cli(folder, "export", dump, join(folder, "out.xls"));
    expect([odd.code, odd.error]).toEqual([2, expect.stringContaining(".csv, .json, .md")]);
  });
});
