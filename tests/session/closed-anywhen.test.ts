import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createClient } from "../../shared/session/client.ts";
import { type Client, STAGES } from "../../shared/session/contract.ts";
import { createHost } from "../../shared/session/host.ts";
import { createSession } from "../../shared/session/session.ts";
import type { SnapshotId } from "../../shared/types/ids.ts";
import { madeDump } from "../bench/made-dump.ts";
import { temporaryFolder } from "../fixtures/drawn-heap.ts";

/** Waits until the stage runs or is done: the fastest may end between two looks. */
async function reached(client: Client, snapshot: SnapshotId, stage: (typeof STAGES)[number]): Promise<void> {
  for (let seen = 0; ; ) {
    const status = await client.watch({ snapshot, seen });
    if (status.stages.some((each) => each.stage === stage && each.state !== "waiting")) return;
    seen = status.version;
  }
}

it.each(["without", "from"])(
  "a dump that is closed in any stage, %s an index, is gone at once, and opens again",
  async (how) => {
    const cacheFolder = how === "from" ? join(temporaryFolder(), "cache") : null;
    const session = createSession({ stateFolder: null, cacheFolder });
    const client = createClient(createHost(session));
    const path = madeDump({ objects: 100_000 });
    const open = async () => (await client.open({ file: session.offer({ path, origin: "command-line" }) })).snapshot;
    if (how === "from") {
      const first = await open();
      await session.built();
      await client.close({ snapshot: first });
      expect(readdirSync(cacheFolder ?? "").filter((name) => name.endsWith(".index"))).toHaveLength(1);
    }
    for (const stage of STAGES) {
      const snapshot = await open();
      await reached(client, snapshot, stage);
      const asked = client.summary({ snapshot }).then(
        () => "answered",
        (thrown: { failure?: { code: string } }) => thrown.failure?.code,
      );
      await client.close({ snapshot });
      expect(["answered", "no-such-snapshot", "cancelled"]).toContain(await asked);
      await expect(client.summary({ snapshot })).rejects.toMatchObject({ failure: { code: "no-such-snapshot" } });
      expect((await client.snapshots({})).rows).toEqual([]);
    }
    const last = await open();
    expect((await client.summary({ snapshot: last })).objects).toBe(100_000);
    await session.dispose();
  },
);
