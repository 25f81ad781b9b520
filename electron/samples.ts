import { existsSync } from "node:fs";
import { join } from "node:path";

/** The dumps that come with the program, to try it on: the start screen's cards know them by these names. */
const NAMES = ["shop-monday.pyheap", "shop-tuesday.pyheap", "shop-fixed.pyheap"];

/** Their paths, where they are there. */
export const sampleFiles = (folder: string): readonly string[] =>
  NAMES.map((name) => join(folder, name)).filter((path) => existsSync(path));
