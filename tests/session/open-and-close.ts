/** Opens a dump, closes it, and prints the process's memory in bytes at each step. Started by `memory.test.ts`. */
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "../../shared/session/client.ts";
import { createHost } from "../../shared/session/host.ts";
import { createSession } from "../../shared/session/session.ts";

const [path = "", times = "1"] = process.argv.slice(2);
const session = createSession({ stateFolder: null });
const client = createClient(createHost(session));
const open: number[] = [];
const closed: number[] = [];
for (let i = 0; i < Number(times); i++) {
  const { snapshot } = await client.open({ file: session.offer({ path, origin: "command-line" }) });
  for (let seen = 0; ; ) {
    const status = await client.watch({ snapshot, seen });
    if (status.failure !== null) throw new Error(JSON.stringify(status.failure));
    if (status.stages.every(({ state }) => state === "done")) break;
    seen = status.version;
  }
  await session.built();
  open.push(process.memoryUsage.rss());
  await client.close({ snapshot });
  await sleep(50);
  closed.push(process.memoryUsage.rss());
}
await session.dispose();
process.stdout.write(JSON.stringify({ open, closed }));
