import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly gypfile?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const LOCK = join(import.meta.dirname, "../../package-lock.json");
const packages = Object.entries<Locked>(JSON.parse(readFileSync(LOCK, "utf8")).packages).filter(
  ([path]) => path !== "",
);

// npm leaves a platform's package out where the registry in use lacks it; `npm ci` then refuses the lock file elsewhere.
it("names the packages of every platform", () => {
  const present = new Set(packages.map(([path]) => path.split("node_modules/").at(-1)));
  const optional = packages.flatMap(([, { optionalDependencies = {} }]) => Object.keys(optionalDependencies));
  expect(optional.filter((name) => !present.has(name))).toEqual([]);
});

// Its compiled form is in its package for every platform. Without this line npm compiles it again wherever it installs
// from a lock file, which takes Python and a compiler; `npm install` drops the line, so it must be written again by hand.
it("never compiles better-sqlite3", () => {
  expect(packages.find(([path]) => path === "node_modules/better-sqlite3")?.[1].gypfile).toBe(false);
});

it("fixes every version and no registry", () => {
  expect(packages.filter(([, { version, resolved }]) => !version || resolved).map(([path]) => path)).toEqual([]);
});
