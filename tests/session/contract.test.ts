import { expect, it } from "vitest";
import { type Served, serve } from "../../electron/headless/serve.ts";
import { createClient } from "../../shared/session/client.ts";
import type { Message, RequestId, Transport } from "../../shared/session/contract.ts";
import { createHost } from "../../shared/session/host.ts";
import { createSession } from "../../shared/session/session.ts";
import { contractSuite } from "./contract-suite.ts";

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

it.each(["nonsense", "constructor", "__proto__", ""])("refuses the unknown method %j", async (method) => {
  const session = createSession({ stateFolder: null });
  const reply = await createHost(session)({ id: "1" as RequestId, method, params: {} });
  expect(reply).toMatchObject({ id: "1", ok: false, failure: { code: "bad-request" } });
  await session.dispose();
});
