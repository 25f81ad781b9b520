/**
 * How long the advisor looks at a heap that is open, how soon it stops when it is told to, and the longest stretch, in
 * processor time of its thread, in which it does not look whether it is.
 *
 *     node tests/bench/advise.ts [FILE …]
 *
 * Without a file: a made-up heap of a million objects, with a fixed seed. Processor time is that of the whole process.
 */
import { advise } from "../../shared/analyses/advice/advise.ts";
import { loadedCode } from "../../shared/analyses/loaded-code.ts";
import { createClient } from "../../shared/session/client.ts";
import { createHost } from "../../shared/session/host.ts";
import { createSession } from "../../shared/session/session.ts";
import { openDump } from "../../shared/store/open-file.ts";
import { readCode, readMeta, readModules } from "../../shared/store/small-tables.ts";
import { readCaches, readStackTables } from "../../shared/store/stack-tables.ts";
import { HeapError } from "../../shared/types/failure.ts";
import { wholeView } from "../fixtures/whole-view.ts";
import { madeDump } from "./made-dump.ts";

const files = process.argv.length > 2 ? process.argv.slice(2) : [madeDump({ objects: 1_000_000 })];
const session = createSession({ stateFolder: null });
const client = createClient(createHost(session));
for (const path of files) {
  const { snapshot, objects } = await client.open({ file: session.offer({ path, origin: "command-line" }) });
  for (let seen = 0; ; ) {
    const status = await client.watch({ snapshot, seen });
    if (status.failure !== null) throw new HeapError(status.failure);
    if (status.stages.every(({ state }) => state === "done")) break;
    seen = status.version;
  }
  const controller = new AbortController();
  const stopped = client.advise({ snapshot }, { signal: controller.signal }).catch(() => null);
  setTimeout(() => controller.abort(), 100);
  await stopped;
  // The next answer comes when the loop has seen that it is to stop.
  const asked = performance.now();
  await client.types({
    snapshot,
    source: { kind: "all" },
    sort: { by: "count", descending: true },
    filter: { text: "" },
    offset: 0,
    limit: 1,
  });
  const stop = performance.now() - asked;

  const wall = performance.now();
  const used = process.cpuUsage();
  const { suspects } = await client.advise({ snapshot });
  const { user, system } = process.cpuUsage(used);
  console.log(
    `${objects.toLocaleString("en-US")} objects: ${suspects.length} findings in ${((performance.now() - wall) / 1000).toFixed(2)} s, ${((user + system) / 1e6).toFixed(2)} s of processor time; stopped within ${stop.toFixed(0)} ms`,
  );
  await client.close({ snapshot });
}
await session.dispose();
for (const path of files) console.log(`${path}: longest stretch ${longestStretch(path).toFixed(0)} ms`);

function longestStretch(path: string): number {
  const file = openDump(path);
  const view = wholeView(file);
  const sources = {
    meta: readMeta(file),
    isCode: loadedCode(view),
    code: readCode(file),
    modules: readModules(file),
    tracing: "off",
    caches: readCaches(file),
    ...readStackTables(file),
    earlier: null,
  } as const;
  const used = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
  let longest = 0;
  let last = used();
  const look = (): void => {
    longest = Math.max(longest, used() - last);
    last = used();
  };
  advise(view, sources, look);
  look();
  file.close();
  return longest;
}
