import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { adviceOf, adviceOfFile, dumpOf, ofKind, outputOf, serious } from "./programs.ts";

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
    expect(first?.title).toMatch(
      /^lru_cache of __main__\.query \(maxsize None\) holds 3,000 results, 0 % hits: .* alive/,
    );
    expect(first?.evidence.map(({ text }) => text)).toContain("0 hits, 3,000 misses, as cache_info() counts them");
    expect(first?.snippet).toContain("maxsize=1024");
  });

  it("that are hit nearly always do their work, with or without a bound", () => {
    const advice = adviceOf(`${QUERY("None")}\nfor _ in range(20):\n    for i in range(3000): query(i)`);
    expect(serious(advice)).toEqual([]);
    const [found] = ofKind(advice, "cache");
    expect(found?.title).toContain("holds 3,000 results, 95 % hits");
    expect(found?.confidence).toBe("possible");
  });

  it("say nothing of hits where the dump does not", () => {
    const dump = dumpOf(QUERY("None"));
    const db = new Database(dump);
    db.exec("DROP TABLE cache");
    db.close();
    const [found] = ofKind(adviceOfFile(dump), "cache");
    expect(found?.title).toMatch(/^The unbounded cache of __main__\.query keeps 3,000 results: /);
    expect(found?.caveat).toContain("is not in this dump");
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
