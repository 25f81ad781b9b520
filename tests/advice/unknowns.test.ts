import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Advice } from "../../shared/types/advice.ts";
import { drawHeap, temporaryFolder } from "../fixtures/drawn-heap.ts";
import { writeDump } from "../fixtures/dump-file.ts";
import { adviceOf, adviceOfFile, adviceOfTwo } from "./programs.ts";

const about = ({ unknowns }: Advice, words: string) => unknowns.find(({ text }) => text.includes(words));

const QUEUE = `
import collections
RECENT = collections.deque(maxlen=3000)
def remember(i): RECENT.append(["x" * 100, i])
for i in range(9000): remember(i)
`;

describe("what a dump can't tell", () => {
  it("names the line that measures it", () => {
    const advice = adviceOf(QUEUE);
    expect(about(advice, "one moment")?.measure).toMatch(
      /python3 pyheap_dump\.py (ask|attach) PID.*pyheap-explorer advise EARLIER FILE/,
    );
    expect(about(advice, "allocated")?.measure).toContain("PYTHONTRACEMALLOC=10");
  });

  it("is whether a deque has a bound, where one holds much", () => {
    const advice = adviceOf(QUEUE);
    expect(about(advice, "deque")?.text).toMatch(/^Whether __main__\.RECENT is a deque with a bound/);
    expect(about(advice, "deque")?.measure).toContain("print(__main__.RECENT.maxlen)");
    expect(about(adviceOf("ROWS = [[str(i)] for i in range(9000)]\n"), "deque")).toBeUndefined();
  });

  it("is less where the dump, or an earlier one, says it", () => {
    const both = adviceOfTwo("dump()\nROWS = [[str(i)] for i in range(9000)]\ndump()\n");
    expect(about(both, "one moment")).toBeUndefined();
    expect(about(both, "Values")).toBeUndefined();
    expect(about(adviceOfTwo("dump()\ndump()\n"), "hardly an object")?.measure).toContain("PID");
  });

  it("is much of a file that says little", () => {
    const path = join(temporaryFolder(), "little.pyheap");
    writeDump(path, drawHeap('@module app: m\nm  module "app" -> .x x\nx  bytes size=100000').content);
    const little = adviceOfFile(path);
    for (const words of ["How large the process was", "How old objects are", "one moment", "Values"])
      expect(about(little, words)?.measure, words).not.toBe("");
    expect(about(little, "free in Python's allocator")).toBeUndefined();
  });
});
