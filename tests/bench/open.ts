/**
 * How long a dump takes from `open` to each stage, and what it costs, through the session with its real workers.
 *
 *   node tests/bench/open.ts [--json] [--runs 5] [--objects 100000,1000000] [--file DUMP]
 *
 * Every run is a fresh process that opens a warm file: medians of wall time and CPU time until each stage is done, of the peak memory of the process, and of the longest time for which the thread that
 * answers (in Electron: the engine's, in a server: the only one) could not. Without --file the dump is a made-up heap
 * with four references per object, the same in every run and on every machine.
 */
import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { cpus } from "node:os";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { createClient } from "../../shared/session/client.ts";
import { STAGES, type Stage } from "../../shared/session/contract.ts";
import { createHost } from "../../shared/session/host.ts";
import { createSession } from "../../shared/session/session.ts";
import { madeDump } from "./made-dump.ts";

interface Run {
  readonly objects: number;
  readonly references: number;
  readonly fileBytes: number;
  /** Until the first rows of the types table came back. */
  readonly typesMs: number;
  readonly stages: Record<Stage, number>;
  /** CPU time of all threads from `open` until the stage was done; what two of them did at once counts twice. */
  readonly stagesCpu: Record<Stage, number>;
  readonly peakBytes: number;
  readonly longestBlockMs: number;
  /** Time to answer `why` for an object in the middle of the file. */
  readonly whyMs: number;
  /** A page from the middle of all objects by kept-alive bytes: sorted first, then from the cache. */
  readonly firstPageMs: number;
  readonly nextPageMs: number;
}

/** Opens the dump once, in this process. */
async function openOnce(path: string): Promise<Run> {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  const session = createSession({ stateFolder: null });
  const client = createClient(createHost(session));
  const file = session.offer({ path, origin: "command-line" });
  delays.enable();
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const elapsed = () => performance.now() - start;

  const { snapshot, objects, references, fileBytes } = await client.open({ file });
  const all = { kind: "all" } as const;
  const list = { snapshot, source: all, filter: { text: "" }, limit: 50 };
  await client.types({ ...list, sort: { by: "shallow", descending: true }, offset: 0 });
  const typesMs = elapsed();
  const stages: Partial<Record<Stage, number>> = {};
  const stagesCpu: Partial<Record<Stage, number>> = {};
  for (let seen = 0; Object.keys(stages).length < STAGES.length; ) {
    const status = await client.watch({ snapshot, seen });
    if (status.failure !== null) throw new Error(JSON.stringify(status.failure));
    seen = status.version;
    const { user, system } = process.cpuUsage(cpuBefore);
    for (const { stage, state } of status.stages) {
      if (state !== "done") continue;
      stages[stage] ??= elapsed();
      stagesCpu[stage] ??= (user + system) / 1000;
    }
  }
  delays.disable();

  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const before = performance.now();
    await work();
    return performance.now() - before;
  };
  const middle = Math.floor(objects / 2);
  const [some] = (await client.objects({ ...list, sort: { by: "id", descending: false }, offset: middle })).rows;
  if (some === undefined) throw new Error("The dump is empty");
  const page = (offset: number) => () =>
    client.objects({ ...list, sort: { by: "retained", descending: true }, offset });
  const run: Run = {
    objects,
    references,
    fileBytes,
    typesMs,
    stages: stages as Record<Stage, number>,
    stagesCpu: stagesCpu as Record<Stage, number>,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    longestBlockMs: delays.max / 1e6,
    whyMs: await timed(() => client.why({ snapshot, object: some.id, paths: 10, ignore: [] })),
    firstPageMs: await timed(page(middle)),
    nextPageMs: await timed(page(middle + 5000)),
  };
  await session.dispose();
  return run;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

function main(): void {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      runs: { type: "string", default: "5" },
      objects: { type: "string", default: "100000,1000000" },
      file: { type: "string" },
      once: { type: "string" },
    },
  });
  if (values.once !== undefined) {
    openOnce(values.once).then((run) => process.stdout.write(JSON.stringify(run)));
    return;
  }
  const files =
    values.file === undefined
      ? values.objects.split(",").map((objects) => madeDump({ objects: Number(objects) }))
      : [values.file];
  const results = files.map((path) => {
    const runs = Array.from({ length: Number(values.runs) }, () => {
      const output = execFileSync(process.execPath, [import.meta.filename, "--once", path], { encoding: "utf8" });
      return JSON.parse(output) as Run;
    });
    const of = (pick: (run: Run) => number): number => median(runs.map(pick));
    const [first] = runs;
    return {
      objects: first?.objects,
      references: first?.references,
      fileMB: statSync(path).size / 1e6,
      typesMs: of((run) => run.typesMs),
      ...Object.fromEntries(STAGES.map((stage) => [`${stage}DoneMs`, of((run) => run.stages[stage])])),
      ...Object.fromEntries(STAGES.map((stage) => [`${stage}CpuMs`, of((run) => run.stagesCpu[stage])])),
      peakMB: of((run) => run.peakBytes) / 1e6,
      longestBlockMs: of((run) => run.longestBlockMs),
      whyMs: of((run) => run.whyMs),
      firstPageMs: of((run) => run.firstPageMs),
      nextPageMs: of((run) => run.nextPageMs),
    };
  });
  const machine = `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model}`;
  if (values.json) process.stdout.write(`${JSON.stringify({ machine, runs: values.runs, results }, null, 2)}\n`);
  else {
    process.stdout.write(`${machine}, median of ${values.runs} fresh processes\n`);
    for (const result of results)
      for (const [name, value] of Object.entries(result))
        process.stdout.write(
          `${name.padEnd(18)} ${Number(value).toLocaleString("en-US", { maximumFractionDigits: 1 })}\n`,
        );
  }
}

main();
