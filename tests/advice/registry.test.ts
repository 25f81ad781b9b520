import { describe, expect, it } from "vitest";
import { hadNothingTakenOut } from "../../shared/analyses/advice/registry.ts";
import { openDump } from "../../shared/store/open-file.ts";
import { readMeta } from "../../shared/store/small-tables.ts";
import { viewOfFile } from "../fixtures/drawn-heap.ts";
import { findPythonWith } from "../setup/python.ts";
import { adviceOf, dumpOf, serious } from "./programs.ts";

/** Of dicts of a program: whether nothing was ever taken out of them, by how many entries they have. */
function seenOf(program: string, sizes: readonly number[]): (boolean | null)[] {
  const file = dumpOf(program);
  const view = viewOfFile(file);
  const open = openDump(file);
  const version = readMeta(open).python.version_info as number[];
  open.close();
  const { heap } = view.columns;
  return sizes.map((size) => {
    const dict = heap.type.findIndex(
      (type, object) =>
        heap.types[type].name === "dict" &&
        heap.references.offsets[object + 1] - heap.references.offsets[object] === 2 * size,
    );
    return hadNothingTakenOut({ view, version }, dict);
  });
}

const SIZES = [101, 171, 342, 513, 683, 1001, 1366, 2731, 5003, 43691, 60013];
const DICTS = (key: string, make: string) => `
def make(n):
    d = {}
    ${make}
    return d
KEY = lambda i: ${key}
KEPT = [make(n) for n in ${JSON.stringify(SIZES)}]
`;

describe("whether something was taken out of a dict", () => {
  const FILLED = "for i in range(n): d[KEY(i)] = None";
  const AT_ITS_BOUND = `for i in range(4 * n):
        d[KEY(i)] = None
        if i >= n: del d[KEY(i - n)]`;
  for (const [what, key] of [
    ["numbers", "i"],
    ["texts", "str(i)"],
  ] as const)
    it(`is seen in the size of its table, with ${what} as keys`, () => {
      expect(seenOf(DICTS(key, FILLED), SIZES)).toEqual(SIZES.map(() => true));
      expect(seenOf(DICTS(key, AT_ITS_BOUND), SIZES)).toEqual(SIZES.map(() => false));
    });
});

/** A registry of the standard library that a program fills all the time, beside a table of its own. */
const SERVER = (register: string) => `
import logging, weakref
TABLE = {i: [str(i)] for i in range(20_000)}
import gc; gc.collect(); gc.freeze(); gc.unfreeze()
class Item:
    pass
RECENT = {}
def handle(i):
    RECENT[i % 200] = [i]
    ${register}
for i in range(3000): handle(i)
`;

describe("a library's registry that a program fills and never empties", () => {
  it("is likely trouble in one dump, with what was seen", () => {
    const [first] = serious(adviceOf(SERVER('logging.getLogger(f"request.{i}").debug("seen")')));
    expect(first).toMatchObject({ kind: "accumulation", confidence: "likely" });
    expect(first?.title).toMatch(/loggerDict .* through [23],\d{3} (Logger|PlaceHolder) objects/);
    expect(first?.evidence.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^Nothing was taken out of it/),
    );
    expect(first?.caveat).toContain("A second dump");
  });

  it("is not where its entries go again, or are always the same", () => {
    for (const register of [
      "weakref.finalize(Item(), print)",
      'logging.getLogger(f"request.{i % 100}").debug("seen")',
      "import re; re.compile(f'a{i}b')",
    ])
      expect(serious(adviceOf(SERVER(register))), register).toEqual([]);
  });
});

describe("registries of libraries that are known", () => {
  const GENERATED = (keep: string) =>
    SERVER(`import linecache
    name = f"<generated {i}>"
    source = f"def rule(order):\\n    return order > {i}\\n" * 3
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    ${keep}`);

  it("linecache has no bound for lines of generated code, whatever its functions look like", () => {
    const [first] = serious(adviceOf(GENERATED("pass")));
    expect(first).toMatchObject({ confidence: "likely", holder: "linecache.cache" });
    expect(first?.caveat).toContain("as many as there are files");
    expect(first?.snippet).toBe("linecache.cache.pop(name, None)");
    expect(serious(adviceOf(GENERATED("del linecache.cache[name]")))).toEqual([]);
  });

  it("loggers by request are told with what to do instead", () => {
    const [first] = serious(adviceOf(SERVER('logging.getLogger(f"request.{i}").debug("seen")')));
    expect(first?.fix).toContain("fixed set of names");
    expect(first?.snippet).toContain("LoggerAdapter");
  });

  const django = findPythonWith("django");
  it.skipIf(django === null)("the log of queries of Django has a bound: it is told as that, and possible", () => {
    const { suspects } = adviceOf(
      `
from django.conf import settings
settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}})
import django
django.setup()
from django.db import connection
connection.force_debug_cursor = True
for i in range(3000):
    with connection.cursor() as cursor: cursor.execute(f"SELECT {i}")
`,
      django,
    );
    const log = suspects.find(({ title }) => title.includes("queries_log"));
    expect(log).toMatchObject({ confidence: "possible", snippet: "django.db.reset_queries()" });
    expect(log?.caveat).toContain("at most 9,000");
  });
});
