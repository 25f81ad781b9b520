/**
 * How long it takes until work stops that nobody waits for any more.
 *
 *   node tests/bench/cancel.ts [--objects 1000000] [--times 20] [--json FILE]
 *
 * Two things are measured, in milliseconds of wall time. Closing a dump at a random moment while it is opened, without
 * and with an index: until its workers have ended and their memory is back. And, of an open dump, cancelling
 * each of the slow requests at a random moment of its run: until the worker, which answers one request at a time, has
 * answered the next one. The bench ends with status 1 where the 95th percentile is above 100.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createClient } from "../../shared/session/client.ts";
import type { Client } from "../../shared/session/contract.ts";
import { createHost } from "../../shared/session/host.ts";
import { createSession } from "../../shared/session/session.ts";
import type { SnapshotId } from "../../shared/types/ids.ts";
import { seededRandom } from "../fixtures/random.ts";
import { madeDump } from "./made-dump.ts";
import { asTable, type Case, report } from "./report.ts";

const LIMIT_MS = 100;

const { values } = parseArgs({
  options: {
    objects: { type: "string", default: "1000000" },
    times: { type: "string", default: "20" },
    json: { type: "string" },
  },
});
const path = madeDump({ objects: Number(values.objects) });
const times = Number(values.times);
const random = seededRandom(11);

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const sinceThen = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

/** A client on a session of its own. */
function start(cacheFolder: string | null) {
  const session = createSession({ stateFolder: null, cacheFolder });
  const client = createClient(createHost(session));
  const open = () => client.open({ file: session.offer({ path, origin: "command-line" }) });
  return { session, client, open };
}

async function allDone(client: Client, snapshot: SnapshotId): Promise<void> {
  for (let seen = 0; ; ) {
    const status = await client.watch({ snapshot, seen });
    if (status.failure !== null) throw new Error(JSON.stringify(status.failure));
    if (status.stages.every(({ state }) => state === "done")) return;
    seen = status.version;
  }
}

/** Closes at moments spread over the whole of an opening. */
async function closing(name: string, cacheFolder: string | null): Promise<Case> {
  const whole = start(cacheFolder);
  const total = await sinceThen(async () => {
    const { snapshot } = await whole.open();
    await allDone(whole.client, snapshot);
    await whole.session.built();
  });
  await whole.session.dispose();
  const latencies: number[] = [];
  for (let i = 0; i < times; i++) {
    const { session, client, open } = start(cacheFolder);
    const { snapshot } = await open();
    await sleep((total * (i + random.next())) / times);
    latencies.push(
      await sinceThen(async () => {
        await client.close({ snapshot }); // which does not wait for the workers
        await session.dispose();
      }),
    );
  }
  return summary(name, latencies);
}

function summary(name: string, latencies: readonly number[]): Case {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { name, figures: { median: at(0.5), p95: at(0.95), most: at(1) } };
}

async function requests(): Promise<Case[]> {
  const { session, client, open } = start(null);
  const { snapshot } = await open();
  await allDone(client, snapshot);
  const all = { snapshot, source: { kind: "all" }, filter: { text: "" } } as const;
  const page = { ...all, offset: 0, limit: 50 } as const;
  // Each time another request, so that no answer comes from what is remembered.
  const slow: Record<string, (i: number, options: { signal: AbortSignal }) => Promise<unknown>> = {
    "sort by kept-alive bytes": (i, options) =>
      client.objects(
        { ...page, filter: { text: `${"type".slice(0, i % 5)}` }, sort: { by: "retained", descending: i % 2 === 0 } },
        options,
      ),
    "search all texts": (i, options) =>
      client.findText({ snapshot, text: `9.*${i}.*9$`, pattern: true, limit: 50 }, options),
    "how all are held": (_, options) => client.howHeld(all, options),
    cycles: (_, options) =>
      client.cycles({ ...page, sort: { by: "retained", descending: true }, of: "data", grouped: false }, options),
    advise: (_, options) => client.advise({ snapshot }, options),
    "sizes of a set": (_, options) =>
      client.sizes({ snapshot, source: { kind: "all" }, filter: { text: "" } }, options),
  };
  const cases: Case[] = [];
  for (const [name, ask] of Object.entries(slow)) {
    const latencies: number[] = [];
    let total = 0;
    for (let i = 0; i <= times; i++) {
      const controller = new AbortController();
      const started = performance.now();
      const answered = ask(i, { signal: controller.signal }).catch((thrown: unknown) => {
        if (!controller.signal.aborted) throw thrown;
      });
      if (i === 0) {
        await answered;
        total = performance.now() - started;
        continue;
      }
      await sleep((total * random.next()) / 2);
      controller.abort();
      latencies.push(await sinceThen(() => client.typeNamed({ snapshot, name: "made.Type1" })));
      await answered;
    }
    cases.push(summary(name, latencies));
  }
  await session.dispose();
  return cases;
}

const folder = mkdtempSync(join(tmpdir(), "pyheap-bench-cancel-"));
try {
  const cases = [
    await closing("close while it is opened", null),
    await closing("close while it is opened from the index", folder),
    ...(await requests()),
  ];
  process.stdout.write(`${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}, ${times} times each, ms\n`);
  process.stdout.write(asTable(cases));
  report(values.json, cases);
  if (cases.some(({ figures }) => (figures.p95 ?? 0) > LIMIT_MS)) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
