import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, globSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { chromium } from "playwright";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const MAC = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** The browser for the end-to-end tests: $CHROMIUM, one on PATH, or one that Playwright installed; null if none. */
export function findChromium(): string | null {
  const named = process.env.CHROMIUM;
  if (named) return executable(named) ? named : null;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const candidates = [
    ...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))),
    ...MAC,
    chromium.executablePath(),
    ...globSync(join(homedir(), ".cache/ms-playwright/chromium-*/chrome-linux*/chrome")),
  ];
  return candidates.find(executable) ?? null;
}

/** Gets a Chromium where that is possible without a question; null where it is not. Says what it does. */
export function installChromium(): string | null {
  const root = process.getuid?.() === 0;
  if (root && spawnSync("apt-get", ["--version"]).status === 0) {
    console.log("No Chromium here: installing Debian's (about 100 MB) …");
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const options = {
      env,
      stdio: ["ignore", "ignore", "inherit"] as ["ignore", "ignore", "inherit"],
      timeout: 600_000,
    };
    spawnSync("apt-get", ["update", "-q"], options);
    spawnSync("apt-get", ["install", "-y", "-q", "--no-install-recommends", "chromium"], options);
    const found = findChromium();
    if (found) return found;
  }
  console.log("No Chromium here: asking Playwright for one (about 150 MB) …");
  const cli = join(import.meta.dirname, "../../node_modules/playwright/cli.js");
  spawnSync(process.execPath, [cli, "install", "chromium"], {
    stdio: ["ignore", "ignore", "inherit"],
    timeout: 600_000,
  });
  return findChromium();
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return existsSync(path);
  } catch {
    return false;
  }
}
