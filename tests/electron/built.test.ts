import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildIfStale, PAGE_FOLDER } from "../../electron/build.ts";
import { writeSmallDump } from "../session/small-dump.ts";
import { type App, type Installation, install, launch } from "./harness/launch.ts";
import { clientOf, NOT_ELECTRON } from "./harness/page.ts";

describe(`the built app: page, preload script, main process, engine and worker as released (${NOT_ELECTRON})`, () => {
  let folder: string;
  let installation: Installation;
  let app: App;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "pyheap-built-"));
    const dump = join(folder, "small.pyheap");
    writeSmallDump(dump);
    await buildIfStale({ pageOnly: true });
    installation = await install({ page: PAGE_FOLDER, built: true });
    app = await launch(installation, { files: [dump] });
  });

  afterAll(async () => {
    await app?.kill();
    await installation?.remove();
    rmSync(folder, { recursive: true });
  });

  it("opens the dump of its command line, by itself and to the last stage", async () => {
    const client = clientOf(app);
    await expect.poll(async () => (await client.snapshots({})).rows.map(({ name }) => name)).toEqual(["small.pyheap"]);
    const [info] = (await client.snapshots({})).rows;
    if (info === undefined) throw new Error("It was open just now");
    let status = await client.watch({ snapshot: info.snapshot, seen: 0 });
    while (status.stages.some(({ state }) => state !== "done"))
      status = await client.watch({ snapshot: info.snapshot, seen: status.version });
    expect(status.failure).toBeNull();
  });

  it("shows it on a page that its own policy does not get in the way of", async () => {
    await app.until(() => document.body.textContent.includes("small.pyheap"));
    const { pageErrors, strayRequests } = await app.state();
    expect([pageErrors, strayRequests]).toEqual([[], []]);
  });
});
