import { describe, expect, it } from "vitest";
import { type Cell, cellAt, cellForKey, childCells, layoutIcicle, parentCell } from "../../renderer/state/icicle.ts";
import { asObjectId } from "../../shared/types/ids.ts";
import type { MemoryMapNode } from "../../shared/types/rows.ts";

/** `node(1, 0, 60, 10)`: object 1 below the first node keeps 60 bytes alive, 10 of them its own. */
const node = (id: number, parent: number, retainedBytes: number, shallowBytes: number): MemoryMapNode => ({
  id: id === 0 ? null : asObjectId(id),
  label: `object ${id}`,
  type: "T",
  module: null,
  parent,
  depth: 0,
  retainedBytes,
  shallowBytes,
  isCode: false,
});

/*
 *   all: 100
 *   1: 60 (10 own)            2: 30        10 in smaller ones
 *   3: 40     10 in smaller ones
 */
const NODES = [node(0, -1, 100, 0), node(1, 0, 60, 10), node(2, 0, 30, 30), node(3, 1, 40, 40)];
const told = ({ node, rest, left, right, bytes }: Cell) =>
  `${rest ? "rest of " : ""}${node}: ${Math.round(100 * left)}-${Math.round(100 * right)}, ${bytes} B`;

describe("the layout of the memory map", () => {
  it("gives each node its share, the rest of its parent's bytes one cell, and its own bytes none", () => {
    expect(layoutIcicle(NODES, 0).rows.map((row) => row.map(told))).toEqual([
      ["0: 0-100, 100 B"],
      ["1: 0-60, 60 B", "2: 60-90, 30 B", "rest of 0: 90-100, 10 B"],
      ["3: 0-40, 40 B", "rest of 1: 40-50, 10 B"],
    ]);
  });

  it("fills the picture with any node", () => {
    expect(layoutIcicle(NODES, 1).rows.map((row) => row.map(told))).toEqual([
      ["1: 0-100, 60 B"],
      ["3: 0-67, 40 B", "rest of 1: 67-83, 10 B"],
    ]);
  });

  it("has one cell for a node that holds nothing, and none for no nodes", () => {
    expect(layoutIcicle(NODES, 2).rows.flat().map(told)).toEqual(["2: 0-100, 30 B"]);
    expect(layoutIcicle([], 0).rows).toEqual([]);
    expect(
      layoutIcicle([node(0, -1, 0, 0)], 0)
        .rows.flat()
        .map(told),
    ).toEqual(["0: 0-100, 0 B"]);
  });

  it("keeps children inside their parent, whatever the bytes say", () => {
    const odd = [node(0, -1, 10, 0), node(1, 0, 9, 0), node(2, 0, 9, 0)];
    expect(
      Math.max(
        ...layoutIcicle(odd, 0)
          .rows.flat()
          .map((cell) => cell.right),
      ),
    ).toBe(1);
  });

  it("places each node of a random tree once, without overlaps", () => {
    const nodes = [node(0, -1, 4000, 0)];
    for (let id = 1; id < 4000; id++) nodes.push(node(id, Math.floor((id - 1) / 3), 4000 / 3 ** Math.log2(id + 1), 0));
    const { rows } = layoutIcicle(nodes, 0);
    expect(
      rows
        .flat()
        .filter((cell) => !cell.rest)
        .map((cell) => cell.node)
        .sort((a, b) => a - b),
    ).toEqual(nodes.map((_, index) => index));
    for (const row of rows)
      row.forEach((cell, at) => {
        if (at > 0) expect(cell.left).toBeGreaterThanOrEqual((row[at - 1]?.right ?? 0) - 1e-9);
      });
  });
});

describe("a cell", () => {
  const icicle = layoutIcicle(NODES, 0);
  const at = (row: number, x: number, reach = 0) => {
    const cell = cellAt(icicle, row, x, reach);
    return cell === null ? null : told(cell);
  };

  it("is found by its place", () => {
    expect(at(0, 0.5)).toBe("0: 0-100, 100 B");
    expect(at(1, 0)).toBe("1: 0-60, 60 B");
    expect(at(1, 0.6)).toBe("2: 60-90, 30 B");
    expect(at(2, 0.45)).toBe("rest of 1: 40-50, 10 B");
  });

  it("is not found where nothing is, but from near by", () => {
    expect(at(2, 0.55)).toBeNull();
    expect(at(7, 0.5)).toBeNull();
    expect(at(2, 0.505, 0.01)).toBe("rest of 1: 40-50, 10 B");
  });

  it("knows the one above and those below, the largest first", () => {
    const [, second] = icicle.rows;
    const first = second?.[0];
    if (first === undefined) throw new Error("The layout has no such cell");
    expect(childCells(icicle, first).map(told)).toEqual(["3: 0-40, 40 B", "rest of 1: 40-50, 10 B"]);
    for (const below of childCells(icicle, first)) expect(parentCell(icicle, below)).toBe(first);
    expect(parentCell(icicle, first)).toBe(icicle.rows[0]?.[0]);
  });

  it.each([
    ["ArrowDown", "3: 0-40, 40 B"],
    ["ArrowUp", "0: 0-100, 100 B"],
    ["ArrowRight", "2: 60-90, 30 B"],
    ["ArrowLeft", null],
    ["End", "rest of 0: 90-100, 10 B"],
    ["Tab", null],
  ])("leads on with %s", (key, wanted) => {
    const from = icicle.rows[1]?.[0];
    if (from === undefined) throw new Error("The layout has no such cell");
    const cell = cellForKey(icicle, from, key);
    expect(cell === null ? null : told(cell)).toBe(wanted);
  });
});
