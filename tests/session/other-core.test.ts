import { Worker } from "node:worker_threads";
import { beforeAll, describe, expect, it } from "vitest";
import { build } from "../../shared/session/build.ts";
import { createClient } from "../../shared/session/client.ts";
import { newEnding } from "../../shared/session/ending.ts";
import { createHost } from "../../shared/session/host.ts";
import { HELP, type HelperLine, otherCore } from "../../shared/session/other-core.ts";
import { createSession } from "../../shared/session/session.ts";
import type { FromBuilder, WorkerTask } from "../../shared/session/worker-messages.ts";
import type { Aside } from "../../shared/types/aside.ts";
import { madeDump } from "../bench/made-dump.ts";
import { inTurn } from "../fixtures/in-turn.ts";
import { digestOf } from "../fixtures/stage-digest.ts";

/** Enough that a second worker is asked for. */
const OBJECTS = 160_000;
const WORKER = new URL("../../shared/session/worker.ts", import.meta.url);

let path = "";
let alone = "";
beforeAll(() => {
  path = madeDump({ objects: OBJECTS });
  alone = built(() => null);
});

/** A digest of all that the stages found. */
function built(other: () => Aside | null): string {
  const values: Record<string, unknown> = {};
  build(
    { path, database: path },
    { folder: null },
    (message) => {
      if (message.kind === "failed") throw new Error(JSON.stringify(message.failure));
      if (message.kind === "done") values[message.done.stage] = message.done.value;
    },
    other,
  );
  return digestOf(values);
}

function started(task: WorkerTask, line?: HelperLine) {
  const worker = new Worker(WORKER, { workerData: task, transferList: line === undefined ? [] : [line.port] });
  return { worker, ended: new Promise((resolve) => worker.once("exit", resolve)) };
}

describe("a large dump", () => {
  it("is analysed with another core as without", () => {
    let asked = 0;
    const digest = built(() => (task, input) => {
      asked++;
      return inTurn(task, input);
    });
    expect(digest).toBe(alone);
    expect(asked).toBe(5);
  });

  it("is analysed by two workers that run at once as by one", async () => {
    const values: Record<string, unknown> = {};
    const builder = started({
      role: "builder",
      place: { path, database: path },
      cacheFolder: null,
      ending: newEnding(),
    });
    let helper: ReturnType<typeof started> | null = null;
    builder.worker.on("message", (message: FromBuilder) => {
      if (message.kind === "help")
        helper = started({ role: "helper", line: message.line, ending: newEnding() }, message.line);
      if (message.kind === "done") values[message.done.stage] = message.done.value;
    });
    await builder.ended;
    expect(digestOf(values)).toBe(alone);
    expect(helper).not.toBeNull();
    await (helper as ReturnType<typeof started> | null)?.ended; // by itself, since its line has ended
  });

  it("fails where the second worker dies, instead of waiting for it", async () => {
    const builder = started({
      role: "builder",
      place: { path, database: path },
      cacheFolder: null,
      ending: newEnding(),
    });
    const failure = await new Promise((resolve) => {
      builder.worker.on("message", (message: FromBuilder) => {
        if (message.kind === "failed") resolve(message.failure);
        if (message.kind !== "help") return;
        Atomics.store(message.line.signal, HELP.died, 1);
        Atomics.notify(message.line.signal, HELP.answered);
      });
    });
    expect(failure).toEqual({ code: "bug", message: "The second worker of the analysis has died" });
  });

  it("can be closed at any time while both work", async () => {
    const session = createSession({ stateFolder: null });
    const client = createClient(createHost(session));
    for (const wait of [0, 80, 160, 240, 320, 400]) {
      const { snapshot } = await client.open({ file: session.offer({ path, origin: "command-line" }) });
      await new Promise((resolve) => setTimeout(resolve, wait));
      await client.close({ snapshot });
    }
    await session.dispose();
  });
});

describe("a task for another core that fails", () => {
  it("fails where its result is asked for, in the same words", () => {
    let line: HelperLine | null = null;
    const aside = otherCore(
      (given) => {
        line = given;
      },
      () => {},
    );
    const { port, signal } = line as unknown as HelperLine; // sound: `otherCore` has asked by now
    const failure = { code: "damaged", path: "x.pyheap", what: "its pages of references have changed meanwhile" };
    const result = aside?.({ name: "references", run: () => 0 }, {});
    port.postMessage({ ok: false, failure });
    Atomics.add(signal, HELP.answered, 1);
    expect(result).toThrow("its pages of references have changed meanwhile");
  });
});
