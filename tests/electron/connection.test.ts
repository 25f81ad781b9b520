import { expect, it } from "vitest";
import { createConnection } from "../../electron/engine/connection.ts";
import type { Message, Reply, RequestId, Transport } from "../../shared/session/contract.ts";

/** Answers a request only when it is cancelled. */
function patientHost() {
  const waiting = new Map<unknown, (reply: Reply) => void>();
  const cancelled: unknown[] = [];
  const host: Transport = ({ id, method, params }) => {
    if (method !== "cancel") return new Promise((resolve) => waiting.set(id, resolve));
    const { request } = params as { request: RequestId };
    cancelled.push(request);
    waiting.get(request)?.({ id: request, ok: false, failure: { code: "cancelled" } });
    return Promise.resolve({ id, ok: true, value: {} });
  };
  return { host, cancelled };
}

const message = (id: string): Message => ({ id: id as RequestId, method: "watch", params: {} });

it("cancels all that a page still waits for when the page goes away, and waits for the end of it", async () => {
  const { host, cancelled } = patientHost();
  const connection = createConnection(host);
  const replies = [connection.answer(message("a")), connection.answer(message("b"))];
  await connection.close();
  expect(cancelled).toEqual(["a", "b"]);
  expect(await Promise.all(replies)).toMatchObject([
    { id: "a", ok: false },
    { id: "b", ok: false },
  ]);
});

it("cancels one request when its sender goes away", async () => {
  const { host, cancelled } = patientHost();
  const connection = createConnection(host);
  const gone = new AbortController();
  const reply = connection.answer(message("a"), gone.signal);
  void connection.answer(message("b"));
  gone.abort();
  expect(await reply).toMatchObject({ id: "a", failure: { code: "cancelled" } });
  expect(cancelled).toEqual(["a"]);
  await connection.close();
});

it("forgets what is answered", async () => {
  const cancelled: unknown[] = [];
  const connection = createConnection(async ({ id, method }) => {
    if (method === "cancel") cancelled.push(id);
    return { id, ok: true, value: null };
  });
  const gone = new AbortController();
  await connection.answer(message("a"), gone.signal);
  gone.abort();
  await connection.close();
  expect(cancelled).toEqual([]);
});

it.each([
  null,
  undefined,
  1,
  "files",
  [],
  {},
  { id: 1, method: "files", params: {} },
  { id: "x".repeat(101), method: "" },
])("answers %j as what it is: no message", async (sent) => {
  const { host } = patientHost();
  expect(await createConnection(host).answer(sent)).toMatchObject({ ok: false, failure: { code: "bad-request" } });
});
