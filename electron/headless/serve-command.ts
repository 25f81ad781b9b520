import { join } from "node:path";
import { createHost } from "../../shared/session/host.ts";
import { formatRoute } from "../../shared/session/route.ts";
import { createSession, type Session } from "../../shared/session/session.ts";
import { sampleFiles } from "../samples.ts";
import { serve } from "./serve.ts";

export interface ServeCommand {
  readonly files: readonly string[];
  readonly port?: number;
  /** Show the page in the user's browser. */
  readonly open: boolean;
  readonly stateFolder: string | null;
  readonly cacheFolder: string | null;
  /** Open all the files, and begin with the first one rather than with the list of files. */
  readonly landOnFile?: boolean;
}

/** Serves until it is interrupted. Gives the exit code: 0, or 2 where it could not start. */
export async function runServe(command: ServeCommand): Promise<number> {
  const { files, port, open, stateFolder, cacheFolder } = command;
  const stopped = interrupted();
  const pageFolder = await builtPage();
  const session = createSession({ stateFolder, cacheFolder });
  // From the checkout and from what is installed it is the same way.
  for (const path of sampleFiles(join(import.meta.dirname, "../../samples"))) session.offer({ path, origin: "sample" });
  try {
    const host = createHost(session);
    const route = command.landOnFile === true ? await routeTo(session, files) : undefined;
    const options = { ...(port === undefined ? {} : { port }), ...(route === undefined ? {} : { route }) };
    const served = await serve({ session, host, pageFolder, files, open, ...options });
    await stopped;
    await served.close();
    return 0;
  } catch (thrown) {
    if (!isPortTaken(thrown)) throw thrown;
    console.error(`Port ${port} is taken by another program. Choose another with --port, or leave it out.`);
    return 2;
  } finally {
    await session.dispose();
  }
}

/**
 * Opens all these files, each of which becomes a tab, and leads to the overview of the first. One that can't be opened is
 * left out, since the list of files says why.
 */
async function routeTo(session: Session, paths: readonly string[]): Promise<string | undefined> {
  const offered = paths.map((path) => session.offer({ path, origin: "command-line" }));
  await Promise.allSettled(offered.map((file) => session.api.open({ file })));
  const [file] = offered;
  if (file === undefined) return undefined;
  const { rows } = await session.api.files({});
  const capture = rows.find((row) => row.file === file)?.dump?.capture;
  return capture === undefined ? undefined : formatRoute({ view: "overview", capture });
}

/** Resolves at Ctrl+C and at a polite kill; a second one ends the process at once. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}

/** In a checkout the page is built first where it is stale; what is installed brings its page along. */
async function builtPage(): Promise<string> {
  if (!import.meta.url.endsWith(".ts")) return join(import.meta.dirname, "../renderer");
  // Not a plain import: it would make the build and its tools a part of what is installed.
  const build = (await import(new URL("../build.ts", import.meta.url).href)) as typeof import("../build.ts");
  await build.buildIfStale({ pageOnly: true });
  return build.PAGE_FOLDER;
}

const isPortTaken = (thrown: unknown): boolean => (thrown as NodeJS.ErrnoException).code === "EADDRINUSE";
