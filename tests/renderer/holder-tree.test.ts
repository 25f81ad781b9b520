import { describe, expect, it } from "vitest";
import { HolderTree } from "../../renderer/state/holder-tree.svelte.ts";
import { layoutIcicle, wayToCell } from "../../renderer/state/icicle.ts";
import { familyOf, isFound, paintOf } from "../../renderer/state/map-paint.ts";
import type { Client, ListedObject, MemoryMapNode } from "../../shared/session/contract.ts";
import { asObjectId, asSnapshotId, type ObjectId } from "../../shared/types/ids.ts";
import { seededRandom } from "../fixtures/random.ts";

/** A tree by each object's parent; object 0 is the whole and no row. */
type Parents = readonly number[];

const childrenOf = (parents: Parents, object: number): number[] =>
  parents.flatMap((parent, child) => (child > 0 && parent === object ? [child] : []));

/** The rows that a person sees, written down one after the other. */
function seen(parents: Parents, open: ReadonlySet<number>, object = 0, depth = 0): string[] {
  return childrenOf(parents, object).flatMap((child) => [
    `${depth}: ${child}`,
    ...(open.has(child) ? seen(parents, open, child, depth + 1) : []),
  ]);
}

function treeOf(parents: Parents): HolderTree {
  const row = (id: number) => ({ id: asObjectId(id), children: childrenOf(parents, id).length }) as ListedObject;
  const objects: Client["objects"] = async ({ source, offset, limit }) => {
    const object = source.kind === "dominated" ? (source.object ?? 0) : -1;
    const all = childrenOf(parents, object);
    return { total: all.length, rows: all.slice(offset, offset + limit).map(row) };
  };
  const tree = new HolderTree({ objects } as Client, asSnapshotId("s"), () => {}); // sound: it calls no other method
  tree.begin(null);
  return tree;
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 1));

async function rowsOf(tree: HolderTree): Promise<string[]> {
  await settled();
  tree.need(0, tree.total ?? 0);
  await settled();
  return Array.from({ length: tree.total ?? 0 }, (_, index) => {
    const row = tree.row(index);
    return `${row?.depth}: ${row?.object.id}`;
  });
}

describe("the tree of holders as a list", () => {
  it("has the rows of all open branches in their order, whatever is opened and closed", async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const random = seededRandom(seed);
      const parents = Array.from({ length: 40 }, (_, child) => random.below(Math.max(1, child)));
      const tree = treeOf(parents);
      const open = new Set<number>();
      await rowsOf(tree);
      for (let step = 0; step < 12; step++) {
        const index = random.below(tree.total ?? 1);
        const id = Number(tree.row(index)?.object.id);
        if (childrenOf(parents, id).length > 0) {
          tree.toggle(index);
          // What was open below a row is closed with it.
          const forget = (object: number): void => {
            open.delete(object);
            for (const child of childrenOf(parents, object)) forget(child);
          };
          if (open.has(id)) forget(id);
          else open.add(id);
        }
        expect(await rowsOf(tree), `seed ${seed}, step ${step}`).toEqual(seen(parents, open));
      }
    }
  });

  it("knows each row's parent, its place among its siblings, and the way to it", async () => {
    const tree = treeOf([0, 0, 0, 1, 1, 4]);
    await rowsOf(tree);
    tree.toggle(0);
    await rowsOf(tree);
    tree.toggle(2);
    expect(await rowsOf(tree)).toEqual(["0: 1", "1: 3", "1: 4", "2: 5", "0: 2"]);
    expect(tree.row(3)).toMatchObject({ parent: 2, at: 0, siblings: 1 });
    expect(tree.row(4)).toMatchObject({ parent: null, at: 1, siblings: 2 });
    expect(tree.wayTo(3).map(({ object }) => object.id)).toEqual([1, 4, 5]);
  });

  it("opens the way to an object that the map has, before any of it is there", async () => {
    const parents = [0, 0, 0, 2, 2, 4, 4];
    const tree = treeOf(parents);
    tree.show([2, 4, 6].map((id, step) => ({ at: [1, 1, 1][step] ?? 0, id: asObjectId(id) as ObjectId })));
    const rows = await rowsOf(tree);
    expect(rows).toEqual(["0: 1", "0: 2", "1: 3", "1: 4", "2: 5", "2: 6"]);
    expect(rows[tree.active]).toBe("2: 6");
  });
});

const node = (id: number, parent: number, retainedBytes: number, rest: Partial<MemoryMapNode> = {}): MemoryMapNode => ({
  ...{ id: id === 0 ? null : asObjectId(id), label: `object ${id}`, type: "dict", module: null, parent, depth: 0 },
  ...{ retainedBytes, shallowBytes: 1, isCode: false, ...rest },
});

describe("the memory map beside the table", () => {
  it("says a cell's position among its siblings at each step, and of smaller ones the first not drawn", () => {
    const icicle = layoutIcicle([node(0, -1, 100), node(1, 0, 60), node(2, 0, 30), node(3, 2, 20)], 0);
    const cellOf = (id: number, rest: boolean) => {
      const cell = icicle.rows.flat().find((each) => each.rest === rest && icicle.nodes[each.node]?.id === id);
      if (cell === undefined) throw new Error(`Object ${id} is not drawn`);
      return cell;
    };
    expect(wayToCell(icicle, cellOf(3, false)).map(({ at, id }) => [at, id])).toEqual([
      [1, 2],
      [0, 3],
    ]);
    expect(wayToCell(icicle, cellOf(2, true)).map(({ at, id }) => [at, id])).toEqual([
      [1, 2],
      [1, null],
    ]);
  });

  it("colours the modules that keep most, each byte counted once, and all others alike", () => {
    const nodes = [
      node(0, -1, 1000),
      node(1, 0, 500, { module: "shop" }),
      node(2, 1, 499, { module: "shop" }),
      node(3, 0, 400, { module: "json" }),
      ...Array.from({ length: 9 }, (_, index) => node(4 + index, 0, 9 - index, { module: `m${index}` })),
    ];
    const paint = paintOf("module", nodes);
    expect(paint.classes.map(({ key }) => key)).toEqual(["shop", "json", "m0", "m1", "m2", "m3", "other"]);
    expect(new Set(paint.classes.map(({ tint }) => tint)).size).toBe(7);
    expect(nodes.slice(1).map((each) => paint.classOf(each).key)[11]).toBe("other");
  });

  it.each([
    ["dict", "containers"],
    ["collections.deque", "containers"],
    ["str", "text"],
    ["numpy.ndarray", "numbers"],
    ["_asyncio.Task", "running"],
    ["shop.Session", "instances"],
    ["shop.dict", "instances"],
  ])("takes %s for %s", (type, family) => expect(familyOf({ type, isCode: false })).toBe(family));

  it("finds by name, type and module, ignoring case, and nothing without a text", () => {
    const one = node(1, 0, 5, { label: "Session u-17", type: "shop.Session", module: "shop.sessions" });
    expect(["U-17", "shop.sess", "sessions"].map((text) => isFound(one, text))).toEqual([true, true, true]);
    expect(["", "  ", "other"].map((text) => isFound(one, text))).toEqual([false, false, false]);
  });
});
