import { describe, expect, it } from "vitest";
import { adviceOf, ofKind, outputOf } from "./programs.ts";

const tree = (parent: string, parentOf: string) => `
import weakref
class Page:
    def __init__(self):
        self.text = bytes(2000)
        self.parts = [Part(self) for _ in range(3)]
class Part:
    def __init__(self, page):
        self.page = ${parent}
    def owner(self):
        return ${parentOf}
PAGES = {}
for i in range(1000): PAGES[i] = Page()
`;
const STRONG = tree("page", "self.page");
const WEAK = tree("weakref.ref(page)", "self.page()");

describe("cycles through references back", () => {
  it("name the reference to make weak, and how much it is about", () => {
    const [finding] = ofKind(adviceOf(STRONG), "back-references");
    expect(finding?.title).toMatch(/^__main__\.Part\.page closes 1,000 reference cycles/);
    expect(finding?.snippet).toContain("self.page = weakref.ref(page)");
    expect(finding?.confidence).toBe("possible"); // they are held, so nothing is lost yet
  });

  it("are likely trouble where as many wait for the collector already", () => {
    const waiting = `${STRONG}\nimport gc\ngc.disable()\nfor i in range(100): Page()\n`;
    expect(ofKind(adviceOf(waiting), "back-references")[0]).toMatchObject({ confidence: "likely" });
  });

  it("are not told where the reference is weak already", () => {
    expect(ofKind(adviceOf(WEAK), "back-references")).toEqual([]);
  });

  it("promise what the weak reference really frees at once, within a tenth", () => {
    const freed = (program: string) =>
      Number(
        outputOf(`import tracemalloc, gc\ngc.disable()\ntracemalloc.start()\n${program}
before = tracemalloc.get_traced_memory()[0]
PAGES.clear()
print(before - tracemalloc.get_traced_memory()[0])
`),
      );
    const promised = ofKind(adviceOf(STRONG), "back-references")[0]?.bytes ?? 0;
    // Weak references need some memory of their own.
    expect(freed(WEAK) - freed(STRONG)).toBeGreaterThan(0.9 * promised);
    expect(freed(WEAK) - freed(STRONG)).toBeLessThan(1.1 * promised);
  });
});
