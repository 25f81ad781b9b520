import { createClient } from "../../shared/session/client.ts";
import type { Client, Status } from "../../shared/session/contract.ts";
import { defaultStateFolder } from "../../shared/session/files.ts";
import { createHost } from "../../shared/session/host.ts";
import { createSession, type Session } from "../../shared/session/session.ts";
import { HeapError } from "../../shared/types/failure.ts";
import type { SnapshotId } from "../../shared/types/ids.ts";

/** A fully analysed dump, asked through the same contract as the page's. */
export interface OpenDump {
  readonly client: Client;
  readonly session: Session;
  readonly snapshot: SnapshotId;
}

/** Ends that can be told: a spool's private database goes with the command. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Opens the files, waits for all stages, and closes everything afterwards. Throws `HeapError`. */
export async function withDumps<T>(
  paths: readonly string[],
  use: (...dumps: [OpenDump, ...OpenDump[]]) => Promise<T>,
  cacheFolder: string | null = null,
): Promise<T> {
  // A script's files are not what a person opened last; that person's notes and sets are there.
  const session = createSession({ stateFolder: defaultStateFolder(), recent: false, cacheFolder });
  let ended: Promise<unknown> | null = null;
  const endBy = (signal: NodeJS.Signals) => {
    ended ??= session.dispose().then(() => process.kill(process.pid, signal));
  };
  for (const signal of SIGNALS) process.once(signal, endBy);
  try {
    const client = createClient(createHost(session));
    const dumps: OpenDump[] = [];
    for (const path of paths) {
      const { snapshot } = await client.open({ file: session.offer({ path, origin: "command-line" }) });
      dumps.push({ client, session, snapshot });
    }
    for (const { snapshot } of dumps) await allStages(client, snapshot);
    const result = await use(...(dumps as [OpenDump, ...OpenDump[]])); // sound: every command names a file
    await session.built(); // closing at once would stop the writing of the index that makes the next command fast
    return result;
  } finally {
    for (const signal of SIGNALS) process.off(signal, endBy);
    await (ended ?? session.dispose());
  }
}

async function allStages(client: Client, snapshot: SnapshotId): Promise<void> {
  for (let seen = 0; ; ) {
    const status = await client.watch({ snapshot, seen });
    if (status.failure !== null) throw new HeapError(status.failure);
    showProgress(status);
    if (status.stages.every(({ state }) => state === "done")) return;
    seen = status.version;
  }
}

/** One line that overwrites itself, on a terminal only; removed when all is done. */
function showProgress({ stages }: Status): void {
  if (!process.stderr.isTTY) return;
  const running = stages.find(({ state }) => state === "running");
  const line = running === undefined ? "" : `${running.stage} ${Math.round(100 * running.fraction)} %`;
  process.stderr.write(`\r\x1b[K${line}`);
}
