import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Served, serve } from "../../electron/headless/serve.ts";
import { createClient } from "../../shared/session/client.ts";
import type { Message, RequestId, Transport } from "../../shared/session/contract.ts";
import { createHost } from "../../shared/session/host.ts";
import { createSession } from "../../shared/session/session.ts";
import { BAD_FILES, showable } from "./bad-files.ts";
import { contractSuite } from "./contract-suite.ts";
import { writeSmallDump } from "./small-dump.ts";

const CLI = join(import.meta.dirname, "../../electron/headless/cli.ts");

const json = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

contractSuite({
  name: "a direct call, with JSON in the middle",
  async connect() {
    const session = createSession({ stateFolder: null });
    const host = createHost(session);
    const client = createClient(async (message) => json(await host(json(message))));
    return {
      client,
      offer: async (path) => session.offer({ path, origin: "command-line" }),
      close: () => session.dispose(),
    };
  },
});

contractSuite({
  name: "HTTP",
  async connect() {
    const session = createSession({ stateFolder: null });
    const host = createHost(session);
    const served = await serve({ session, host, pageFolder: "/nowhere", files: [], print() {} });
    return {
      client: createClient(overHttp(served)),
      offer: async (path) => session.offer({ path, origin: "command-line" }),
      async close() {
        await served.close();
        await session.dispose();
      },
    };
  },
});

function overHttp({ url }: Served): Transport {
  const { origin, hash } = new URL(url);
  const authorization = `Bearer ${hash.slice("#token=".length)}`;
  return async (message: Message) => {
    const response = await fetch(`${origin}/rpc`, {
      method: "POST",
      headers: { authorization },
      body: JSON.stringify(message),
    });
    return response.json();
  };
}

describe("the contract over the command line", () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "pyheap-contract-cli-"));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { encoding: "utf8" });
    return { status, stdout, stderr };
  };

  it("gives the same numbers", () => {
    const path = join(folder, "small.pyheap");
    const dump = writeSmallDump(path);
    const { status, stdout, stderr } = run("types", path, "--json", "--sort", "count");
    expect([status, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({ rows: [{ type: "str", count: 1_501 }, {}, {}, {}] });
    const detail = run("object", path, String(dump.ids.list), "--json");
    expect(JSON.parse(detail.stdout)).toMatchObject({ type: "list", retainedBytes: 56 + 8 * 1_500 + 57 * 1_500 });
  });

  for (const bad of BAD_FILES) {
    it.skipIf(!showable(bad))(`refuses a file ${bad.what} in one sentence, with exit code 2`, () => {
      const path = join(folder, `${bad.what.replaceAll(/\W/g, "-")}.pyheap`);
      bad.make(path);
      const { status, stdout, stderr } = run("summary", path);
      expect([status, stdout]).toEqual([2, ""]);
      expect(stderr.split("\n")).toEqual([expect.stringContaining(path), ""]);
      expect(stderr).not.toMatch(/Unexpected error| {4}at /);
    });
  }
});

it.each(["nonsense", "constructor", "__proto__", ""])("refuses the unknown method %j", async (method) => {
  const session = createSession({ stateFolder: null });
  const reply = await createHost(session)({ id: "1" as RequestId, method, params: {} });
  expect(reply).toMatchObject({ id: "1", ok: false, failure: { code: "bad-request" } });
  await session.dispose();
});
