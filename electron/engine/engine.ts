import type { Transport } from "../../shared/session/contract.ts";
import { createHost } from "../../shared/session/host.ts";
import { createSession, type Session } from "../../shared/session/session.ts";
import { defaultCacheFolder } from "../../shared/store/cache-folder.ts";
import { createConnection } from "./connection.ts";
import type { FromEngine, ToEngine } from "./protocol.ts";

/**
 * The entry of the engine process: a session behind message ports. A process of its own, so that a large dump can't take
 * the window with it, and so that rows travel from here to the page without passing the main process.
 */
process.parentPort.once("message", ({ data }) => {
  const first = data as ToEngine;
  if (first.kind !== "start") throw new Error(`The engine was told "${first.kind}" before "start"`);
  obeyMain(createSession({ stateFolder: first.stateFolder, cacheFolder: defaultCacheFolder() }));
});

function obeyMain(session: Session): void {
  const host = createHost(session);
  process.parentPort.on("message", ({ data, ports }) => {
    const order = data as ToEngine;
    switch (order.kind) {
      case "start":
        throw new Error("The engine was started twice");
      case "connect":
        for (const port of ports) answerPage(port, host);
        return;
      case "offer": {
        const file = session.offer({ path: order.path, origin: order.origin });
        process.parentPort.postMessage({ kind: "offered", request: order.request, file } satisfies FromEngine);
        return;
      }
      case "stop":
        void session.dispose().finally(() => process.exit(0));
    }
  });
}

function answerPage(port: Electron.MessagePortMain, host: Transport): void {
  const connection = createConnection(host);
  let open = true;
  port.on("message", async ({ data }) => {
    const reply = await connection.answer(data);
    if (open) port.postMessage(reply);
  });
  port.on("close", () => {
    open = false;
    void connection.close();
  });
  port.start();
}
