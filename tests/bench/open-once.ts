/**
 * Opens a dump once, in this process, through the session with its real workers, and prints what it took as JSON.
 * Started by `open.ts`.
 *
 *   node tests/bench/open-once.ts DUMP [CACHE FOLDER]
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createClient } from "../../shared/session/client.ts";
import { STAGES } from "../../shared/session/contract.ts";
import { createHost } from "../../shared/session/host.ts";
import { createSession } from "../../shared/session/session.ts";
import { seededRandom } from "../fixtures/random.ts";

const [path, cacheFolder = null] = process.argv.slice(2);
if (path === undefined) throw new Error("Which dump?");

const delays = monitorEventLoopDelay({ resolution: 1 });
const session = createSession({ stateFolder: null, cacheFolder });
const client = createClient(createHost(session));
const file = session.offer({ path, origin: "command-line" });
delays.enable();
const cpuBefore = process.cpuUsage();
const start = performance.now();
const elapsed = () => performance.now() - start;

const figures: Record<string, number> = {};
const { snapshot, objects } = await client.open({ file });
const list = { snapshot, source: { kind: "all" }, filter: { text: "" }, limit: 50 } as const;
await client.types({ ...list, sort: { by: "shallow", descending: true }, offset: 0 });
figures["first types table"] = elapsed();
const done = new Set<string>();
for (let seen = 0; done.size < STAGES.length; ) {
  const status = await client.watch({ snapshot, seen });
  if (status.failure !== null) throw new Error(JSON.stringify(status.failure));
  seen = status.version;
  const { user, system } = process.cpuUsage(cpuBefore);
  for (const { stage, state } of status.stages) {
    if (state !== "done" || done.has(stage)) continue;
    done.add(stage);
    figures[`${stage} done`] = elapsed();
    figures[`${stage} done, CPU`] = (user + system) / 1000;
  }
}
delays.disable();
figures["peak MB"] = (process.resourceUsage().maxRSS * 1024) / 1e6;
figures["longest block"] = delays.max / 1e6;

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const before = performance.now();
  await work();
  return performance.now() - before;
};
const middle = Math.floor(objects / 2);
const page = (offset: number) => () => client.objects({ ...list, sort: { by: "retained", descending: true }, offset });
figures["page, sorted first"] = await timed(page(middle));
figures["page, sorted already"] = await timed(page(Math.min(objects - 1, middle + 5000)));
const random = seededRandom(9);
const whys: number[] = [];
for (let i = 0; i < 100; i++) {
  const { rows } = await client.objects({
    ...list,
    limit: 1,
    sort: { by: "id", descending: false },
    offset: random.below(objects),
  });
  const [row] = rows;
  if (row !== undefined) whys.push(await timed(() => client.why({ snapshot, object: row.id, paths: 10, ignore: [] })));
}
const { liveBytes } = await client.overview({ snapshot });
figures["bytes alive"] = liveBytes;
whys.sort((a, b) => a - b);
figures["why, median"] = whys[50] ?? 0;
figures["why, p95"] = whys[95] ?? 0;
await session.built();
await session.dispose();
process.stdout.write(JSON.stringify(figures));
