/**
 * How long it takes to compare two dumps once both are open.
 *
 *   node tests/bench/compare.ts [--objects 1000000] [--before DUMP --after DUMP] [--json FILE]
 *
 * Wall and CPU milliseconds of the first request of each kind, in a fresh process. Without files the dumps are two
 * made-up heaps of one process, the same in every run.
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { withDumps } from "../../electron/headless/open-dumps.ts";
import { madeDump } from "./made-dump.ts";
import { report } from "./report.ts";

const { values } = parseArgs({
  options: {
    objects: { type: "string", default: "1000000" },
    before: { type: "string" },
    after: { type: "string" },
    json: { type: "string" },
  },
});
const objects = Number(values.objects);
const files = [values.before ?? madeDump({ objects, seed: 1 }), values.after ?? madeDump({ objects, seed: 2 })];

const results = await withDumps(files, async ({ client, snapshot: before }, { snapshot }) => {
  const pair = { snapshot, before };
  const page = { ...pair, filter: { text: "" }, offset: 0, limit: 50 };
  const timed = async (work: () => Promise<unknown>) => {
    const cpu = process.cpuUsage();
    const start = performance.now();
    await work();
    const wallMs = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    return { wallMs, cpuMs: (user + system) / 1000 };
  };
  return {
    "matched and counted": await timed(() => client.compare(pair)),
    types: await timed(() => client.compareTypes({ ...page, sort: { by: "deltaBytes", descending: true } })),
    "holders that grew": await timed(() => client.growth({ ...page, sort: { by: "growth", descending: true } })),
  };
});

const machine = `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model}`;
process.stdout.write(`${machine}, 2 × ${objects.toLocaleString("en-US")} objects\n`);
for (const [name, { wallMs, cpuMs }] of Object.entries(results))
  process.stdout.write(`${name.padEnd(22)} ${wallMs.toFixed(0)} ms, ${cpuMs.toFixed(0)} ms of CPU\n`);
report(
  values.json,
  Object.entries(results).map(([name, figures]) => ({ name, figures: { ...figures } })),
);
