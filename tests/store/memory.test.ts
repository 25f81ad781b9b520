import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { freemem } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { availableBytes, HELD, neededBytes, PEAK } from "../../shared/store/memory.ts";
import { temporaryFolder } from "../fixtures/drawn-heap.ts";

const MB = 1_000_000;

/** A folder that looks like a machine's root as far as control groups go. */
function root(files: Readonly<Record<string, string | number>>): string {
  const folder = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `${text}\n`);
  }
  return folder;
}

describe("memory that may still be taken", () => {
  it("is what a container's limit leaves, file contents that give way not counted", () => {
    const v2 = root({
      "proc/self/cgroup": "0::/box/app",
      "sys/fs/cgroup/box/app/memory.max": "max",
      "sys/fs/cgroup/box/app/memory.current": 40 * MB,
      "sys/fs/cgroup/box/memory.max": 100 * MB,
      "sys/fs/cgroup/box/memory.current": 70 * MB,
      "sys/fs/cgroup/box/memory.stat": `anon 1\ninactive_file ${20 * MB}\nactive_file 5`,
    });
    expect(availableBytes(v2)).toBe(50 * MB);
    const v1 = root({
      "proc/self/cgroup": "5:cpu:/x\n4:memory,hugetlb:/docker/1\n",
      "sys/fs/cgroup/memory/memory.limit_in_bytes": 80 * MB,
      "sys/fs/cgroup/memory/memory.usage_in_bytes": 90 * MB,
      "sys/fs/cgroup/memory/memory.stat": `total_inactive_file ${30 * MB}`,
    });
    expect(availableBytes(v1)).toBe(20 * MB);
  });

  it("is what the machine has free where nothing sets a limit", () => {
    const before = freemem();
    expect(availableBytes(temporaryFolder())).toBeGreaterThan(before / 2);
    expect(availableBytes(root({ "proc/self/cgroup": "0::/" }))).toBeGreaterThan(before / 2);
  });
});

it("says in the documentation what is held and needed", () => {
  const text = readFileSync(join(import.meta.dirname, "../../docs/algorithms.md"), "utf8").replaceAll(/\s+/g, " ");
  expect(text).toContain(`are held: ${HELD.object} bytes an object and ${HELD.reference} a reference`);
  expect(text).toContain(`are needed: ${PEAK.object} bytes an object and ${PEAK.reference} a reference`);
  expect(neededBytes({ objects: 10, references: 100 })).toBe(10 * PEAK.object + 100 * PEAK.reference);
});
