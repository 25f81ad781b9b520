import { describe, expect, it } from "vitest";
import { debugWords, designWords, generationRows } from "../../renderer/components/collector-words.ts";
import { pathName, shortFile } from "../../renderer/components/python-names.ts";
import { plain } from "../../renderer/components/sentence.ts";
import { messages } from "../../renderer/messages.ts";
import { MemoryMapState } from "../../renderer/state/memory-map.svelte.ts";
import type { Client, CollectorInfo, HolderRow, Overview, SnapshotInfo } from "../../shared/session/contract.ts";
import { asObjectId, asSnapshotId, asTypeId } from "../../shared/types/ids.ts";

const COLLECTOR: CollectorInfo = {
  design: "generational",
  enabled: true,
  thresholds: [700, 10, 10],
  counts: [219, 9, 7],
  stats: [{ collections: 86, collected: 21_603, uncollectable: 0 }],
  debug: 0,
  garbage: 0,
  freezeCount: 0,
  frozen: 0,
  generations: [239, 3460, 27_866],
  untracked: 34_113,
  wouldFree: { objects: 0, bytes: 0 },
  uncollectable: 0,
};

const HOLDER: HolderRow = {
  id: asObjectId(7),
  type: "dict",
  typeId: asTypeId(1),
  label: "dict, 41,210 entries",
  path: "module shop.sessions › _PENDING",
  entries: 41_210,
  retainedBytes: 231 * 2 ** 20,
  releasedByRefcountBytes: 228 * 2 ** 20,
  share: 0.71,
  usedBy: [],
};

const overviewOf = (changes: Partial<Overview>): Overview => ({
  buckets: {
    ...{ yourData: 268 * 2 ** 20, loadedCode: 46 * 2 ** 20, garbage: 0 },
    ...{ allocatorFree: null, outsidePython: null, unexplained: null },
  },
  rssBytes: null,
  liveBytes: 314 * 2 ** 20,
  holders: [HOLDER],
  collector: COLLECTOR,
  unseen: [],
  ...changes,
});
const INFO = { objects: 3, types: 2 } as SnapshotInfo; // sound: the headline reads no more of it
const title = (overview: Overview | null) => plain(messages.overview.title(INFO, null, overview));

describe("the headline", () => {
  it("names the container that keeps most alive", () => {
    expect(title(overviewOf({}))).toBe("shop.sessions._PENDING (dict, 41,210 entries) keeps 231.0 MiB alive, 71 %");
  });

  it("says what is known until then", () => {
    expect(title(null)).toBe("3 objects of 2 types");
  });

  it("does not call a small holder the answer", () => {
    const small = [{ ...HOLDER, share: 0.02 }];
    expect(title(overviewOf({ holders: small }))).toMatch(/^No container stands out\. shop\.sessions\._PENDING/);
    const buckets = { ...overviewOf({}).buckets, yourData: 2 ** 20 };
    expect(title(overviewOf({ holders: small, buckets }))).toMatch(/^Most is loaded code: 46.0 MiB of 314.0 MiB\./);
    expect(title(overviewOf({ holders: [] }))).toMatch(/^No container stands out/);
  });

  it("tells of garbage where that is most", () => {
    const collector = { ...COLLECTOR, wouldFree: { objects: 5, bytes: 2 ** 30 } };
    expect(title(overviewOf({ collector }))).toBe("5 objects wait for the cyclic collector: 1.0 GiB of garbage");
  });
});

describe("debug flags in words", () => {
  it.each([
    [null, "not known"],
    [0, "none"],
    [1, "DEBUG_STATS: prints statistics of each run"],
    [64, "0x40"],
  ])("%s: %s", (debug, words) => expect(debugWords(debug)).toBe(words));

  it("knows DEBUG_LEAK, alone and with others, and says what it does to memory", () => {
    expect(debugWords(38)).toMatch(/^DEBUG_LEAK: prints what it frees; .*gc\.garbage.*memory only grows$/);
    expect(debugWords(39)).toMatch(/^DEBUG_LEAK, DEBUG_STATS: /);
    expect(debugWords(6)).toMatch(/^DEBUG_COLLECTABLE, DEBUG_UNCOLLECTABLE: /);
    expect(debugWords(128 + 1)).toMatch(/^DEBUG_STATS, 0x80: /);
  });
});

describe("the collector's numbers", () => {
  it("stand by generation; what the dump does not say is not 0", () => {
    expect(generationRows(COLLECTOR)).toEqual([
      { name: "0", objects: 239, count: 219, threshold: 700, runs: 86, freed: 21_603, uncollectable: 0 },
      { name: "1", objects: 3460, count: 9, threshold: 10, runs: null, freed: null, uncollectable: null },
      { name: "2", objects: 27_866, count: 7, threshold: 10, runs: null, freed: null, uncollectable: null },
    ]);
    expect(generationRows({ ...COLLECTOR, thresholds: [], counts: [], stats: [] })).toEqual([]);
  });

  it.each(["generational", "incremental", "free-threaded", null] as const)("come with the design: %s", (design) => {
    expect(designWords(design)).toMatch(/\.$/);
    expect(generationRows({ ...COLLECTOR, design })).toHaveLength(3);
  });
});

describe("a holder", () => {
  it.each([
    ["module shop.sessions › _PENDING", "shop.sessions._PENDING"],
    ["module app › CACHE['u › 1'].data", "app.CACHE['u › 1'].data"],
    ["outside the graph › list, 3 items", "outside the graph › list, 3 items"],
    ["module app › ['odd key']", "module app › ['odd key']"],
  ])("is called as Python calls it where that is possible: %s", (path, name) => expect(pathName(path)).toBe(name));

  it.each([
    ["/srv/shop/sessions.py", "sessions.py"],
    ["C:\\shop\\sessions.py", "sessions.py"],
    ["/usr/lib/python3.11/html/__init__.py", "html/__init__.py"],
    ["__init__.py", "__init__.py"],
    ["", ""],
  ])("is used in a file that is shortened: %s", (file, short) => expect(shortFile(file)).toBe(short));
});

describe("the memory map", () => {
  const node = (id: number | null, parent: number, retainedBytes: number, shallowBytes = 1) => ({
    ...{
      id: id === null ? null : asObjectId(id),
      label: `${id}`,
      type: "",
      module: null,
      parent,
      depth: 0,
      isCode: false,
    },
    ...{ retainedBytes, shallowBytes },
  });
  const WHOLE = [node(null, -1, 100, 0), node(1, 0, 80), node(2, 1, 60), node(3, 2, 1)];
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  async function mapOf() {
    const asked: (number | null)[] = [];
    const memoryMap: Client["memoryMap"] = async ({ object }) => {
      asked.push(object);
      const at = WHOLE.findIndex((each) => each.id === object);
      return { nodes: WHOLE.slice(at).map((each, index) => ({ ...each, parent: index - 1 })) };
    };
    const map = new MemoryMapState({ memoryMap } as Client, asSnapshotId("s")); // sound: it calls no other method
    map.ask();
    await settled();
    const cell = (id: number) => {
      const found = map.icicle?.rows.flat().find((each) => !each.rest && map.icicle?.nodes[each.node].id === id);
      if (found === undefined) throw new Error(`Object ${id} is not drawn`);
      return found;
    };
    return { map, asked, cell };
  }

  it("zooms at once, asks for the finer picture, and keeps the selection", async () => {
    const { map, asked, cell } = await mapOf();
    map.select(cell(2));
    map.zoom(cell(2));
    expect(map.icicle?.rows[0]?.map(({ bytes }) => bytes)).toEqual([60]);
    expect(map.trail.map(({ id }) => id)).toEqual([null, 1, 2]);
    await settled();
    expect(asked).toEqual([null, 2]);
    expect(map.selected).toMatchObject({ row: 0, bytes: 60 });
  });

  it("finds back, with that selected where it was", async () => {
    const { map, asked, cell } = await mapOf();
    map.zoom(cell(2));
    await settled();
    map.backTo(0);
    await settled();
    expect(asked).toEqual([null, 2, null]);
    expect(map.trail).toHaveLength(1);
    expect(map.selected).toMatchObject({ row: 1, bytes: 80 });
    map.up();
    expect(map.trail).toHaveLength(1);
  });

  it("does not zoom into what holds nothing", async () => {
    const { map, asked, cell } = await mapOf();
    map.zoom(cell(3));
    expect(map.trail).toHaveLength(1);
    expect(asked).toEqual([null]);
  });
});
