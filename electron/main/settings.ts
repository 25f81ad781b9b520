import { readFileSync, renameSync, writeFileSync } from "node:fs";
import * as v from "valibot";

const COORDINATE = v.pipe(v.number(), v.integer());

const SETTINGS = v.object({
  /** Where the window was when it was closed last. */
  bounds: v.nullable(v.object({ x: COORDINATE, y: COORDINATE, width: COORDINATE, height: COORDINATE })),
  maximized: v.boolean(),
  theme: v.picklist(["system", "light", "dark"]),
});

export type Settings = v.InferOutput<typeof SETTINGS>;

const DEFAULTS: Settings = { bounds: null, maximized: false, theme: "system" };

/** What the shell remembers. A file that is missing or that somebody broke counts as empty: it holds only comfort. */
export function readSettings(path: string): Settings {
  try {
    return v.parse(SETTINGS, JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return DEFAULTS;
  }
}

export function changeSettings(path: string, change: Partial<Settings>): void {
  const partial = `${path}.partial`;
  writeFileSync(partial, JSON.stringify({ ...readSettings(path), ...change }), { mode: 0o600 });
  renameSync(partial, path);
}
