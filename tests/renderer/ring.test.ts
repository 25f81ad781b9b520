import { describe, expect, it } from "vitest";
import { placeRing, ringGraph } from "../../renderer/canvas/ring.ts";
import { nodeWidth } from "../../renderer/canvas/sizes.ts";
import { cycleWords } from "../../renderer/components/cycle-words.ts";
import { foldRing, ringText, weakrefHint } from "../../renderer/components/ring.ts";
import { plain } from "../../renderer/components/sentence.ts";
import type { CycleRow, CycleStep } from "../../shared/session/contract.ts";
import { asObjectId } from "../../shared/types/ids.ts";

type Drawn = readonly [id: number, type: string, edge: string];
type Ring = Pick<CycleRow, "smallestCycle" | "weaken">;

const step = ([id, type, edge]: Drawn): CycleStep => ({ id: asObjectId(id), type, label: type, edge });

const ring = (steps: readonly Drawn[], weak?: readonly [from: number, to: number]): Ring => ({
  smallestCycle: steps.map(step),
  weaken:
    weak === undefined
      ? null
      : { from: asObjectId(weak[0]), to: asObjectId(weak[1]), edge: ".parent", fromType: "Child", freesBytes: 4096 },
});

const FAMILY: readonly Drawn[] = [
  [1, "Parent", ".__dict__"],
  [2, "dict", "['children']"],
  [3, "list", "[0]"],
  [4, "Child", ".__dict__"],
  [5, "dict", "['parent']"],
];
const AS_WRITTEN = "Parent .children → list [0] → Child .parent";

describe("a ring", () => {
  it("is written without the dictionaries of its objects", () => {
    expect(ringText(foldRing(ring(FAMILY)))).toBe(AS_WRITTEN);
  });

  it("reads the same when it begins with such a dictionary", () => {
    const [first, ...rest] = FAMILY;
    expect(ringText(foldRing(ring(first ? [...rest, first] : [])))).toBe("list [0] → Child .parent → Parent .children");
  });

  it("keeps dictionaries that a program made", () => {
    const steps: readonly Drawn[] = [
      [1, "Manager", ".loggers"],
      [2, "dict", "['root']"],
      [3, "Logger", ".__dict__"],
      [4, "dict", "['not a name']"],
    ];
    expect(ringText(foldRing(ring(steps)))).toBe(
      "Manager .loggers → dict ['root'] → Logger .__dict__ → dict ['not a name']",
    );
  });

  it("may be one object that holds itself", () => {
    expect(ringText(foldRing(ring([[1, "list", "[0]"]])))).toBe("list [0]");
    expect(
      ringText(
        foldRing(
          ring([
            [1, "Node", ".__dict__"],
            [2, "dict", "['self']"],
          ]),
        ),
      ),
    ).toBe("Node .self");
  });

  it("marks the reference to make weak, though it stands in a folded dictionary", () => {
    expect(foldRing(ring(FAMILY, [5, 1])).map((each) => each.advised)).toEqual([false, false, true]);
    expect(foldRing(ring(FAMILY, [9, 1])).some((each) => each.advised)).toBe(false);
  });
});

describe("the picture of a ring", () => {
  it("has a line from each object to the next and back to the first", () => {
    const graph = ringGraph(foldRing(ring(FAMILY, [5, 1])), "make this weak");
    expect(graph.nodes.map((node) => node.id)).toEqual(["object:1", "object:3", "object:4"]);
    expect(graph.edges.map(({ from, to, label }) => [from, to, label])).toEqual([
      ["object:1", "object:3", ".children"],
      ["object:3", "object:4", "[0]"],
      ["object:4", "object:1", ".parent\nmake this weak"],
    ]);
    expect(graph.edges.map((edge) => edge.advised)).toEqual([false, false, true]);
  });

  it.each([1, 2, 3, 4, 5, 8, 13, 24])("keeps %i objects apart", (count) => {
    const label = "a label of some length";
    const places = placeRing({
      nodes: Array.from({ length: count }, (_, id) => ({
        id: String(id),
        object: asObjectId(id),
        label,
        role: "holder",
        main: false,
      })),
    });
    expect(places).toHaveLength(count);
    for (const [index, a] of places.entries()) {
      for (const b of places.slice(index + 1)) {
        const apart = Math.abs(a.x - b.x) > nodeWidth(label) || Math.abs(a.y - b.y) > 26;
        expect(apart).toBe(true);
      }
    }
  });
});

it("shows how to make a reference weak where it is written", () => {
  expect(weakrefHint(".parent")).toContain("self.parent = weakref.ref(parent)");
  expect(weakrefHint("['u-17']")).toContain("WeakValueDictionary()");
  expect(weakrefHint("[3]")).toContain("weakref.ref(item)");
  expect(weakrefHint("{…}")).toContain("WeakSet()");
  expect(weakrefHint("(name unknown)")).toContain("weakref.ref(holder)");
});

describe("the sentence of the cycles", () => {
  const MIB = 1024 * 1024;
  const say = (cycles: number, waiting: number, held: number, total = cycles) =>
    plain(
      cycleWords.headline(
        {
          total,
          cycles,
          waiting: { objects: waiting, bytes: waiting * MIB },
          held: { objects: held, bytes: held * MIB },
        },
        "data",
      ),
    );

  it("tells what they keep alive and how much of it is garbage", () => {
    expect(say(3, 2, 4)).toBe("3 reference cycles keep up to 6.0 MiB alive; 2.0 MiB of it is garbage waiting");
    expect(say(1, 0, 4)).toBe("1 reference cycle keeps 4.0 MiB alive; none of it is garbage");
    expect(say(2, 3, 0)).toBe("2 reference cycles keep up to 3.0 MiB alive; all of it is garbage waiting");
  });

  it("tells how many shapes like ones have", () => {
    expect(say(3, 0, 4, 2)).toBe("3 reference cycles of 2 shapes keep up to 4.0 MiB alive; none of it is garbage");
  });

  it("says where there are none", () => {
    expect(say(0, 0, 0)).toBe("No reference cycle but those of which Python is built");
  });
});
