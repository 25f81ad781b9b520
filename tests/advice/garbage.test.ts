import { describe, expect, it } from "vitest";
import { adviceOf, ofKind, outputOf, serious } from "./programs.ts";

const FAMILY = `
import gc
class Parent:
    def __init__(self):
        self.body = bytes(2000)
        self.children = [Child(self), Child(self)]
class Child:
    def __init__(self, parent):
        self.parent = parent
`;

describe("garbage waiting", () => {
  it("with the collector off is certain, and names the reference to make weak", () => {
    const [first] = adviceOf(`${FAMILY}gc.disable()\nfor i in range(2000): Parent()\n`).suspects;
    expect(first).toMatchObject({ kind: "garbage", confidence: "certain", holder: null });
    expect(first?.title).toMatch(/objects in reference cycles wait .* and the collector is off$/);
    expect(first?.fix).toContain("__main__.Child.parent");
    expect(first?.snippet).toContain("weakref.ref");
  });

  it("with a threshold that was raised is likely where it outweighs what lives, and possible where it does not", () => {
    const program = (parents: number) => `${FAMILY}gc.set_threshold(1_000_000)\nfor i in range(${parents}): Parent()\n`;
    const [first] = adviceOf(program(9000)).suspects;
    expect(first).toMatchObject({ kind: "garbage", confidence: "likely" });
    expect(first?.title).toContain("1,000,000");
    expect(serious(adviceOf(program(1000)))).toEqual([]);
  });

  it("kept by DEBUG_SAVEALL is found in gc.garbage", () => {
    const advice = adviceOf(`${FAMILY}gc.set_debug(gc.DEBUG_SAVEALL)\nfor i in range(2000): Parent()\ngc.collect()\n`);
    expect(advice.suspects[0]).toMatchObject({ kind: "garbage", confidence: "certain", holder: "gc.garbage" });
    expect(advice.suspects[0]?.title).toContain("gc.DEBUG_SAVEALL");
  });

  it("of a parent and its only child goes by the reference to the parent, whichever keeps more", () => {
    const program = (on: string, back: string, heavy: string) => `
import gc
gc.disable()
class Node: pass
def tree():
    parent, child = Node(), Node()
    parent.${on} = child
    child.${back} = parent
    ${heavy}.text = [0] * 40
for i in range(9000): tree()
`;
    for (const [on, back] of [
      ["child", "parent"],
      ["first_item", "_owner"],
      ["a", "previousNode"],
      ["next", "z"],
    ] as const)
      for (const heavy of ["parent", "child"]) {
        const [first] = ofKind(adviceOf(program(on, back, heavy)), "garbage");
        expect(first?.snippet).toBe(`self.${back} = weakref.ref(${back})  # and call it to get the object`);
      }
  });

  it("that the collector keeps small is no suspect", () => {
    const advice = adviceOf(`${FAMILY}for i in range(2000): Parent()\n`);
    expect(serious(advice)).toEqual([]);
  });

  it("without cycles there is none, with the collector off", () => {
    expect(ofKind(adviceOf(`${FAMILY}gc.disable()\nfor i in range(20000): bytes(2000)\n`), "garbage")).toEqual([]);
  });

  it("is what a collection really frees, within a tenth", () => {
    const program = `${FAMILY}gc.collect(); gc.disable()\nfor i in range(2000): Parent()\n`;
    const freed = Number(
      outputOf(`import tracemalloc\ntracemalloc.start()\n${program}
before = tracemalloc.get_traced_memory()[0]
gc.collect()
print(before - tracemalloc.get_traced_memory()[0])
`),
    );
    expect(Math.abs((adviceOf(program).suspects[0]?.bytes ?? 0) / freed - 1)).toBeLessThan(0.1);
  });
});
