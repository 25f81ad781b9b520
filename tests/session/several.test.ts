import { afterAll, describe, expect, it } from "vitest";
import { createClient } from "../../shared/session/client.ts";
import type { Client } from "../../shared/session/contract.ts";
import { createHost } from "../../shared/session/host.ts";
import { createSession, type Session } from "../../shared/session/session.ts";
import type { SnapshotId } from "../../shared/types/ids.ts";
import { madeDump } from "../bench/made-dump.ts";

const PATHS = [madeDump({ objects: 60_000 }), madeDump({ objects: 60_000, seed: 2 })];

const sessions: Session[] = [];
afterAll(() => Promise.all(sessions.map((session) => session.dispose())));

function start() {
  const session = createSession({ stateFolder: null });
  sessions.push(session);
  const client = createClient(createHost(session));
  const open = async (path: string): Promise<SnapshotId> =>
    (await client.open({ file: session.offer({ path, origin: "command-line" }) })).snapshot;
  return { client, open };
}

/** What needs each of the stages; asked at once, so that the answers wait for their stages. */
async function answers(client: Client, snapshot: SnapshotId) {
  const list = { snapshot, source: { kind: "all" }, filter: { text: "" }, offset: 100, limit: 20 } as const;
  const sort = { by: "retained", descending: true } as const;
  const objects = await client.objects({ ...list, sort });
  const [first] = objects.rows;
  if (first === undefined) throw new Error("There are no objects");
  const rest = await Promise.all([
    client.types({ ...list, sort }),
    client.cycles({ ...list, offset: 0, sort, of: "data", grouped: false }),
    client.why({ snapshot, object: first.id, paths: 3, ignore: [] }),
  ]);
  return JSON.parse(JSON.stringify([objects, ...rest]).replaceAll(snapshot, "")) as unknown;
}

describe("two dumps at once", () => {
  it("are analysed side by side, answer as each does alone, and outlive each other", async () => {
    const alone = await Promise.all(
      PATHS.map(async (path) => {
        const { client, open } = start();
        return answers(client, await open(path));
      }),
    );
    expect(alone[0]).not.toEqual(alone[1]);

    const { client, open } = start();
    const [a, b] = await Promise.all(PATHS.map(open));
    if (a === undefined || b === undefined) throw new Error("Two were opened");
    expect(await Promise.all([answers(client, a), answers(client, b)])).toEqual(alone);

    await client.close({ snapshot: a });
    await expect(answers(client, a)).rejects.toMatchObject({ failure: { code: "no-such-snapshot" } });
    expect(await answers(client, b)).toEqual(alone[1]);
  });
});
