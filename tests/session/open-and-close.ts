/**
 * Opens a dump, closes it, and prints the process's memory in bytes at each step; `beside` is open all the time. Started
 * by `memory.test.ts`.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "../../shared/session/client.ts";
import { createHost } from "../../shared/session/host.ts";
import { createSession } from "../../shared/session/session.ts";

/** Resident bytes once they fall no more: threads end, and give their pages back, in their own time. */
async function settledMemory(): Promise<number> {
  let least = process.memoryUsage.rss();
  for (let quiet = 0; quiet < 10; quiet++) {
    await sleep(50);
    const now = process.memoryUsage.rss();
    if (now < least - 2 ** 20) quiet = 0;
    least = Math.min(least, now);
  }
  return least;
}

const [path = "", times = "1", beside = null] = process.argv.slice(2);
const session = createSession({ stateFolder: null });
const client = createClient(createHost(session));
const open: number[] = [];
const closed: number[] = [];

async function openWhole(path: string) {
  const { snapshot } = await client.open({ file: session.offer({ path, origin: "command-line" }) });
  for (let seen = 0; ; ) {
    const status = await client.watch({ snapshot, seen });
    if (status.failure !== null) throw new Error(JSON.stringify(status.failure));
    if (status.stages.every(({ state }) => state === "done")) break;
    seen = status.version;
  }
  await session.built();
  return snapshot;
}

if (beside !== null) await openWhole(beside);
for (let i = 0; i < Number(times); i++) {
  const snapshot = await openWhole(path);
  open.push(process.memoryUsage.rss());
  await client.close({ snapshot });
  closed.push(await settledMemory());
}
await session.dispose();
process.stdout.write(JSON.stringify({ open, closed }));
