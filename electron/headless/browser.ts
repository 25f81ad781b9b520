import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A browser that was asked to show a page. */
export interface OpenedBrowser {
  /** Deletes the file that led the browser to the page. */
  forget(): Promise<void>;
}

/**
 * Opens `url` in the user's browser; null where that can't work here. The URL holds a secret and a command line is
 * public to the whole machine, so the browser gets a file that only this user can read and that leads to the URL.
 * `onFailure`: the program that was to open it gave up.
 */
export async function openInBrowser(url: string, onFailure: () => void): Promise<OpenedBrowser | null> {
  const command = openCommand();
  if (command === null) return null;
  const folder = await mkdtemp(join(tmpdir(), "pyheap-explorer-")); // mode 0700
  const forget = () => rm(folder, { recursive: true, force: true });
  const path = join(folder, "open.html");
  await writeFile(path, redirectTo(url), { mode: 0o600 });
  const started = await start(command[0], [...command.slice(1), path], onFailure);
  if (started) return { forget };
  await forget();
  return null;
}

function openCommand(): readonly [string, ...string[]] | null {
  if (process.platform === "darwin") return ["open"];
  if (process.platform === "win32") return ["cmd", "/c", "start", ""];
  // Without a display xdg-open may start a text browser in the terminal, which blocks it and runs no scripts.
  return process.env.DISPLAY || process.env.WAYLAND_DISPLAY ? ["xdg-open"] : null;
}

/** False where the program is missing. It may run for as long as the browser does, so nobody waits for its end. */
function start(program: string, args: readonly string[], onFailure: () => void): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: "ignore", detached: true });
    child.once("spawn", () => resolve(true));
    child.once("error", () => resolve(false));
    child.once("exit", (code) => {
      if (code !== 0) onFailure();
    });
    child.unref();
  });
}

const redirectTo = (url: string) => `<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${url}">
<title>PyHeap Explorer</title>
<p><a href="${url}">Open PyHeap Explorer</a></p>
`;
