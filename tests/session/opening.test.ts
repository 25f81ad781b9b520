import { renameSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createClient } from "../../shared/session/client.ts";
import { createHost } from "../../shared/session/host.ts";
import { createSession } from "../../shared/session/session.ts";
import { temporaryFolder } from "../fixtures/drawn-heap.ts";
import { writeSmallDump } from "./small-dump.ts";

it("opens the dump that stands under the name now; of the one that stood there before nothing more is read", async () => {
  const folder = temporaryFolder();
  const [path, anew] = [join(folder, "app.pyheap"), join(folder, "anew.pyheap")];
  writeSmallDump(path, { texts: 3, captureId: "a".repeat(32) });
  const session = createSession({ stateFolder: null });
  const client = createClient(createHost(session));
  const file = session.offer({ path, origin: "command-line" });
  const before = await client.open({ file });
  expect((await client.open({ file })).snapshot).toBe(before.snapshot);

  writeSmallDump(anew, { texts: 5, captureId: "b".repeat(32) });
  renameSync(anew, path);
  const after = await client.open({ file });
  expect(after.capture).toBe("b".repeat(32));
  expect(after.objects).toBe(before.objects + 2);
  expect((await client.open({ file })).snapshot).toBe(after.snapshot);
  await expect(client.summary({ snapshot: before.snapshot })).rejects.toMatchObject({
    failure: { code: "file-changed" },
  });
  expect((await client.summary({ snapshot: after.snapshot })).shallowBytes).toBeGreaterThan(0);
  await session.dispose();
});
