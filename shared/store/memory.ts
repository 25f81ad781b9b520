import { existsSync, readFileSync } from "node:fs";
import { freemem } from "node:os";
import { dirname, join } from "node:path";

/**
 * What an open dump holds when all stages are done, and what its stages need at most while they run, in bytes per object
 * and per reference. Declared here and in docs/algorithms.md; `npm run bench` ends with an error where it is more.
 */
export const HELD = { object: 50, reference: 8 } as const;
export const PEAK = { object: 115, reference: 18 } as const;

/** What a dump needs while it is analysed, in bytes. */
export const neededBytes = ({ objects, references }: { objects: number; references: number }): number =>
  objects * PEAK.object + references * PEAK.reference;

/**
 * Bytes that this process may still take: what is free on the machine, or less, where a container sets a limit. File
 * contents that the system keeps for later do not count as taken: they give way.
 */
export const availableBytes = (root = "/"): number => Math.min(freemem(), leftInGroups(root));

/** Linux's control groups, version 2 (Documentation/admin-guide/cgroup-v2.rst) and 1 (cgroup-v1/memory.rst). */
function leftInGroups(root: string): number {
  const own = read(join(root, "proc/self/cgroup"));
  let left = Number.POSITIVE_INFINITY;
  for (const line of own?.split("\n") ?? []) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    if (controllers === "") left = Math.min(left, leftUpwards(join(root, "sys/fs/cgroup"), path, V2));
    else if (controllers.split(",").includes("memory"))
      left = Math.min(left, leftUpwards(join(root, "sys/fs/cgroup/memory"), path, V1));
  }
  return left;
}

const V2 = { limit: "memory.max", used: "memory.current", kept: "inactive_file" } as const;
const V1 = { limit: "memory.limit_in_bytes", used: "memory.usage_in_bytes", kept: "total_inactive_file" } as const;

/** A limit of any group on the way up holds. Inside a container its own group is the top, whatever its path says. */
function leftUpwards(top: string, path: string, names: typeof V1 | typeof V2): number {
  let left = Number.POSITIVE_INFINITY;
  for (let at = path; ; at = dirname(at)) {
    const folder = join(top, at);
    const limit = Number(read(join(folder, names.limit)) ?? Number.NaN); // "max" is no number: no limit
    const used = Number(read(join(folder, names.used)) ?? Number.NaN);
    if (existsSync(folder) && limit >= 0 && used >= 0) {
      const kept = new RegExp(`^${names.kept} (\\d+)$`, "m").exec(read(join(folder, "memory.stat")) ?? "")?.[1];
      left = Math.min(left, Math.max(0, limit - used + Number(kept ?? 0)));
    }
    if (at === "/" || at === "." || at === "") return left;
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return null; // not on Linux, or no such group
  }
}
