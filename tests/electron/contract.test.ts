import { contractSuite } from "../session/contract-suite.ts";
import { install, launch } from "./harness/launch.ts";
import { clientOf, NOT_ELECTRON } from "./harness/page.ts";

contractSuite({
  name: `Electron's bridge and ports (${NOT_ELECTRON})`,
  async connect() {
    const installation = await install();
    const app = await launch(installation);
    return {
      client: clientOf(app),
      async offer(path) {
        await app.answerDialog(path);
        const file = await app.evaluate(() => window.heapShell?.pickFile());
        if (!file) throw new Error("The dialog gave no file");
        return file;
      },
      async close() {
        await app.kill();
        await installation.remove();
      },
    };
  },
});
