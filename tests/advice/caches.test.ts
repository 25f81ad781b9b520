import { describe, expect, it } from "vitest";
import { adviceOf, ofKind, outputOf, serious } from "./programs.ts";

const QUERY = (size: string) => `
import functools
@functools.lru_cache(maxsize=${size})
def query(number):
    return "row " * 200 + str(number)
for i in range(3000): query(i)
`;

describe("caches", () => {
  it("without bound are told with their function", () => {
    const [first] = adviceOf(QUERY("None")).suspects;
    expect(first).toMatchObject({ kind: "cache", confidence: "likely", holder: "__main__.query" });
    expect(first?.title).toContain("unbounded cache of __main__.query keeps 3,000 results");
    expect(first?.snippet).toContain("maxsize=1024");
  });

  it("with a bound are at most possible", () => {
    expect(serious(adviceOf(QUERY("512")))).toEqual([]);
  });

  it("on a method keep every self, even with a bound", () => {
    const [first] = adviceOf(`
import functools
class Parser:
    def __init__(self, number):
        self.text = "x" * 900 + str(number)
    @functools.lru_cache(maxsize=4096)
    def size(self):
        return len(self.text)
for i in range(2000): Parser(i).size()
`).suspects;
    expect(first).toMatchObject({ kind: "cache", holder: "__main__.Parser.size" });
    expect(first?.title).toContain("keeps 2,000 Parser objects alive through their self");
  });

  it("free what is promised when they are cleared", () => {
    const freed = Number(
      outputOf(`import tracemalloc\ntracemalloc.start()\n${QUERY("None")}
before = tracemalloc.get_traced_memory()[0]
query.cache_clear()
print(before - tracemalloc.get_traced_memory()[0])
`),
    );
    const [found] = ofKind(adviceOf(QUERY("None")), "cache");
    expect(Math.abs((found?.bytes ?? 0) / freed - 1)).toBeLessThan(0.1);
  });
});
