import { describe, expect, it } from "vitest";
import { adviceReport } from "../../shared/analyses/advice/report.ts";
import { openDump } from "../../shared/store/open-file.ts";
import { readMeta } from "../../shared/store/small-tables.ts";
import { adviceOfFile, dumpOf } from "./programs.ts";

/** Every name that a finding may show: of modules, classes, attributes, keys, functions and tasks. */
const PROGRAM = `
import asyncio, functools, gc, sys, types
EVIL = "x:\\n    import os\\n\\u202e<img src=x onerror=alert(1)>\`\`\`\\x1b[31m"
LONG = EVIL + "A" * 10_000
def cls(name, *bases):
    made = type("X", bases, {})
    made.__name__ = made.__qualname__ = name
    return made
def filled(kind, name):
    it = kind()
    setattr(it, name, 1.5)
    return it
Item, Long, Node, Error = cls(EVIL), cls(LONG), cls(EVIL + "node"), cls(EVIL + "error", Exception)
globals()[EVIL] = {i: filled(Item, EVIL) for i in range(3000)}
globals()["list" + LONG] = [filled(Long, "ok") for _ in range(3000)]
globals()["A" * 5000] = [bytes(300) for _ in range(3000)]
module = sys.modules[EVIL] = types.ModuleType(EVIL)
exec(compile("STORE = {}\\ndef put(i): STORE[i] = [i, str(i) * 40]", "/srv/" + LONG, "exec"), vars(module))
for i in range(3000): module.put(i)
def cached(x): return bytes(500)
cached.__qualname__ = EVIL
cached = functools.lru_cache(maxsize=None)(cached)
for i in range(2000): cached(i)
gc.disable()
for i in range(6000):
    a, b = Node(), Node()
    setattr(a, EVIL, b); setattr(b, "up" + EVIL, a)
ERRORS = []
def fail():
    body = bytes(3000)
    raise Error(LONG)
for i in range(300):
    try: fail()
    except Error as error: ERRORS.append(error)
globals()["rows" + EVIL] = [{EVIL: i, "b": str(i)} for i in range(3000)]
`;

describe("names that are made to be trouble", () => {
  const file = () => dumpOf(PROGRAM);

  it("stay names: bounded in sentences, and in no line to copy", () => {
    const { suspects } = adviceOfFile(file());
    expect(new Set(suspects.map(({ kind }) => kind)).size).toBeGreaterThan(3);
    expect(suspects.some(({ title }) => title.includes("import os"))).toBe(true);
    for (const { title, snippet, evidence, text, fix } of suspects) {
      expect(title.length).toBeLessThan(1000);
      expect(text.length + fix.length).toBeLessThan(1500);
      for (const each of evidence) expect(each.text.length).toBeLessThan(1100);
      expect(snippet ?? "").not.toMatch(/import os|<img|A{500}/);
    }
  });

  it("are text in both documents", () => {
    const path = file();
    const open = openDump(path);
    const meta = readMeta(open);
    open.close();
    const advice = adviceOfFile(path);
    for (const format of ["html", "markdown"] as const) {
      const document = adviceReport(advice, meta, format);
      expect(document).toContain("import os");
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
      expect(document).not.toMatch(/[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069]/);
      expect(document).not.toMatch(/^ *import os/m);
      if (format === "html") expect(document).not.toContain("<img");
    }
  });
});
