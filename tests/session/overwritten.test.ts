import { copyFileSync, mkdtempSync, renameSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createClient } from "../../shared/session/client.ts";
import type { Client } from "../../shared/session/contract.ts";
import { createHost } from "../../shared/session/host.ts";
import { createSession, type Session } from "../../shared/session/session.ts";
import type { SnapshotId } from "../../shared/types/ids.ts";
import { writeSmallDump } from "./small-dump.ts";

let folder: string;
let path: string;
let other: string;
let session: Session;
let client: Client;
let snapshot: SnapshotId;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "pyheap-overwritten-"));
  [path, other] = [join(folder, "app.pyheap"), join(folder, "next.pyheap")];
  writeSmallDump(path);
  writeSmallDump(other, { texts: 40, captureId: "1".repeat(32) });
  session = createSession({ stateFolder: null });
  client = createClient(createHost(session));
  snapshot = (await client.open({ file: session.offer({ path, origin: "command-line" }) })).snapshot;
  await session.built();
});

afterEach(async () => {
  await session.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const texts = async () =>
  (
    await client.objects({
      snapshot,
      source: { kind: "text", text: "text 1499" },
      sort: { by: "id", descending: false },
      filter: { text: "" },
      offset: 0,
      limit: 5,
    })
  ).rows.map(({ label }) => label);

it("a dump that is overwritten in its place says so, and the file opens as what it is now", async () => {
  copyFileSync(other, path);
  await expect(texts()).rejects.toMatchObject({ failure: { code: "file-changed", path } });
  await client.close({ snapshot });
  const again = await client.open({ file: session.offer({ path, origin: "command-line" }) });
  expect(again.capture).toBe("1".repeat(32));
});

it("so does a dump whose name another file took", async () => {
  renameSync(other, path);
  await expect(texts()).rejects.toMatchObject({ failure: { code: "file-changed", path } });
});

it("a file that was only touched is the same dump", async () => {
  utimesSync(path, 1_000_000, 1_000_000);
  expect(await texts()).toEqual(["'text 1499'"]);
});
