import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { drawHeap, temporaryFolder } from "../fixtures/drawn-heap.ts";
import { writeDump } from "../fixtures/dump-file.ts";
import { findPythonWith } from "../setup/python.ts";
import { adviceOf, adviceOfFile, ofKind, outputOf } from "./programs.ts";

/** What letting go of the buffers really frees, where a copy takes the place of each view. */
const freedBy = (program: string, copying: string, interpreter?: string): number =>
  Number(
    outputOf(
      `import tracemalloc\ntracemalloc.start()\n${program}
before = tracemalloc.get_traced_memory()[0]
${copying}
print(before - tracemalloc.get_traced_memory()[0])
`,
      interpreter,
    ),
  );

describe("memoryviews that show little", () => {
  const HEADERS = (kept: string) => `
HEADERS = []
def receive(i):
    block = bytearray(200_000)
    HEADERS.append(${kept})
for i in range(40): receive(i)
`;

  it("of large buffers that nothing else holds are told with what copies would free", () => {
    const program = HEADERS("memoryview(block)[:16]");
    const [found] = ofKind(adviceOf(program), "views");
    expect(found).toMatchObject({ holder: "__main__.HEADERS", confidence: "likely" });
    expect(found?.title).toMatch(/^40 memoryviews in __main__\.HEADERS show 640\sB of 7\.6\sMiB that they keep alive/);
    expect(found?.usedBy.map((by) => by.function)).toContain("receive");
    expect(found?.evidence[0]?.text).toMatch(
      /^16\sB of 195\.4\sKiB shown by 1 view; nothing else holds the bytearray$/,
    );
    const freed = freedBy(program, "HEADERS[:] = map(bytes, HEADERS)");
    expect(Math.abs((found?.bytes ?? 0) / freed - 1)).toBeLessThan(0.1);
  });

  it("are no matter where copies are kept, where views show most, or where others need the buffer", () => {
    for (const kept of [
      "bytes(memoryview(block)[:16])",
      "memoryview(block)[:150_000]",
      "(block, memoryview(block)[:16])",
    ])
      expect(ofKind(adviceOf(HEADERS(kept)), "views"), kept).toEqual([]);
  });

  it("that show all of a buffer together are no matter, however little each shows", () => {
    const program =
      "block = memoryview(bytearray(4_000_000))\nPARTS = [block[i * 4000:][:4000] for i in range(1000)]\ndel block\n";
    expect(ofKind(adviceOf(program), "views")).toEqual([]);
  });
});

const PYTHON = findPythonWith("numpy");

describe.skipIf(PYTHON === null)("views of numpy that show little", () => {
  const interpreter = PYTHON ?? "";
  const TABLES = (kept: string) => `
import numpy
HEADS = {}
def read(i):
    table = numpy.arange(50_000, dtype=float) + i
    HEADS[i] = ${kept}
for i in range(40): read(i)
`;

  it("of large arrays that nothing else holds are told with what copies would free", () => {
    const program = TABLES("table.reshape(-1, 10)[:2]");
    const [found] = ofKind(adviceOf(program, interpreter), "views");
    expect(found).toMatchObject({ holder: "__main__.HEADS", confidence: "likely" });
    expect(found?.title).toMatch(/^40 views in __main__\.HEADS show 6\.3\sKiB of 15\.3\sMiB that they keep alive/);
    expect(found?.snippet).toContain(".copy()");
    const freed = freedBy(program, "for i in HEADS: HEADS[i] = HEADS[i].copy()", interpreter);
    expect(Math.abs((found?.bytes ?? 0) / freed - 1)).toBeLessThan(0.1);
  });

  it("of mapped or received bytes are told too; copies, and views of the whole, are not", () => {
    const received = 'numpy.frombuffer(b"x" * 400_000 + bytes([i]), dtype="u1")[:100]';
    expect(ofKind(adviceOf(TABLES(received), interpreter), "views")).toMatchObject([{ holder: "__main__.HEADS" }]);
    for (const kept of ["table[:20].copy()", "table.reshape(-1, 10).T", "(table, table[:20])"])
      expect(ofKind(adviceOf(TABLES(kept), interpreter), "views"), kept).toEqual([]);
  });
});

it("of numpy can't be told of in dumps of a capture that did not record how much they show", () => {
  const path = join(temporaryFolder(), "old.pyheap");
  const picture = `
    @module app: m
    m  module "app" -> dict d
    d  dict -> ['VIEW'] v
    v  numpy.ndarray -> buffer=base a
    a  numpy.ndarray size=9000000
  `;
  writeDump(path, drawHeap(picture).content);
  const advice = adviceOfFile(path);
  expect(ofKind(advice, "views")).toEqual([]);
  expect(advice.unknowns.map(({ text }) => text)).toContainEqual(
    expect.stringContaining("How much of a numpy array its views use"),
  );
});
