import { expect, it } from "vitest";
import { createWire, type WirePort } from "../../electron/preload/wire.ts";
import type { Message, RequestId } from "../../shared/session/contract.ts";

const message = (id: string): Message => ({ id: id as RequestId, method: "files", params: {} });

/** A port whose other end answers when it is told. */
class FakePort implements WirePort {
  readonly sent: string[] = [];
  onmessage: WirePort["onmessage"] = null;

  postMessage({ id }: Message): void {
    this.sent.push(id);
  }

  answer(id: string): void {
    this.onmessage?.({ data: { id, ok: true, value: id } });
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

it("keeps what is sent before there is a port", async () => {
  const [wire, port] = [createWire(), new FakePort()];
  const reply = wire.send(message("a"));
  wire.connect(port);
  await settled();
  port.answer("a");
  expect(await reply).toMatchObject({ value: "a" });
});

it("matches replies to requests, in whatever order they come", async () => {
  const [wire, port] = [createWire(), new FakePort()];
  wire.connect(port);
  const replies = [wire.send(message("a")), wire.send(message("b"))];
  await settled();
  port.answer("b");
  port.answer("a");
  port.answer("nobody asked");
  expect(await Promise.all(replies)).toMatchObject([{ value: "a" }, { value: "b" }]);
});

it("fails what was asked of a lost engine, and asks the next one", async () => {
  const [wire, first, second] = [createWire(), new FakePort(), new FakePort()];
  wire.connect(first);
  const lost = wire.send(message("a"));
  lost.catch(() => {});
  await settled();
  wire.lose(true);
  await expect(lost).rejects.toThrow("ended unexpectedly");
  const next = wire.send(message("b"));
  wire.connect(second);
  await settled();
  second.answer("b");
  expect(await next).toMatchObject({ value: "b" });
  expect([first.sent, second.sent]).toEqual([["a"], ["b"]]);
});

it("hands what waits for a port that never came to the next one", async () => {
  const [wire, port] = [createWire(), new FakePort()];
  const reply = wire.send(message("a"));
  wire.lose(true);
  wire.connect(port);
  await settled();
  port.answer("a");
  expect(await reply).toMatchObject({ value: "a" });
});

it("fails everything at once where no other engine comes", async () => {
  const wire = createWire();
  const early = wire.send(message("a"));
  early.catch(() => {});
  wire.lose(false);
  await expect(early).rejects.toThrow("ended unexpectedly");
  await expect(wire.send(message("b"))).rejects.toThrow("ended unexpectedly");
});
