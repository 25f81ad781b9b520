import { describe, expect, it } from "vitest";
import { addBit, emptyBitSet } from "../../shared/graph/bitset.ts";
import { components, cyclicComponents } from "../../shared/graph/components.ts";
import { sourceComponentMembers } from "../../shared/graph/sources.ts";
import { NONE, noTick } from "../../shared/types/graph.ts";
import { graphFromLists, graphFromText } from "../fixtures/graph-from-text.ts";
import { randomCase } from "../fixtures/random-graph.ts";
import { reachability, sourcesByReachability } from "./definitions.ts";

describe("components", () => {
  it("put objects that refer to each other in a cycle together, and what they lead to behind", () => {
    const { graph, n } = graphFromText(`
      tail
      task   -> future
      future -> callback
      callback -> task tail
      app    -> task
    `);
    const { count, component, size } = components(graph);
    expect(count).toBe(3);
    expect([n.app, n.task, n.future, n.callback, n.tail].map((v) => component[v])).toEqual([0, 1, 1, 1, 2]);
    expect([...size]).toEqual([1, 3, 1]);
  });

  it("are none in an empty graph and one for one node", () => {
    expect(components(graphFromLists([]))).toMatchObject({ count: 0 });
    expect(components(graphFromLists([[]]))).toMatchObject({ count: 1 });
  });

  it("agree with who leads to whom, in topological order, on 10,000 random graphs", () => {
    for (let seed = 0; seed < 10_000; seed++) {
      const { lists } = randomCase(seed);
      const { count, component, size } = components(graphFromLists(lists));
      const leadsTo = reachability(lists);
      const mutual = lists.map((_, a) => lists.findIndex((_, b) => leadsTo[a].has(b) && leadsTo[b].has(a)));
      expect(
        [...component].map((c) => component.indexOf(c)),
        `seed ${seed}`,
      ).toEqual(mutual);
      const isForward = lists.every((list, v) => list.every((w) => component[v] <= component[w]));
      expect(isForward, `seed ${seed}`).toBe(true);
      const members = Array.from({ length: count }, (_, c) => component.filter((each) => each === c).length);
      expect([...size], `seed ${seed}`).toEqual(members);
      expect(Math.min(...size)).toBeGreaterThan(0);
    }
  });

  it("are those of the lists that some nodes have instead of their own, on 5,000 random graphs", () => {
    for (let seed = 0; seed < 5000; seed++) {
      const { lists } = randomCase(seed);
      const hasOther = lists.map((_, v) => (v * 7 + seed) % 3 === 0);
      const others = lists.map((list, v) => list.map((w) => (w + v + seed) % lists.length).slice(seed % 2));
      const graph = graphFromLists(lists.map((list, v) => (hasOther[v] ? others[v] : list)));
      let rows = 0;
      const row = Int32Array.from(hasOther, (has) => (has ? rows++ : NONE));
      const instead = { row, lists: graphFromLists(others.filter((_, v) => hasOther[v])) };
      const given = { ...graphFromLists(lists), instead };

      const found = components(given);
      expect(found, `seed ${seed}`).toEqual(components(graph));
      expect([...cyclicComponents(given, found)], `seed ${seed}`).toEqual([...cyclicComponents(graph, found)]);
    }
  });

  it("are single nodes where it is said beforehand that these are on no cycle", () => {
    const { graph, n } = graphFromText(`
      a    -> b leaf
      b    -> a
      leaf
    `);
    const alone = emptyBitSet(3);
    addBit(alone, n.leaf);
    const { count, component } = components(graph, noTick, alone);
    expect(count).toBe(2);
    expect(component[n.a]).toBe(component[n.b]);
    expect(component[n.leaf]).not.toBe(component[n.a]);
  });
});

describe("cyclic components", () => {
  it("are those with several members, and objects that refer to themselves", () => {
    const { graph, n } = graphFromText(`
      plain -> a self
      a     -> b
      b     -> a
      self  -> self
    `);
    const found = components(graph);
    const cyclic = [...cyclicComponents(graph, found)];
    expect(cyclic).toEqual([found.component[n.a], found.component[n.self]].sort());
  });

  it("agree with who leads back to itself, on 10,000 random graphs", () => {
    for (let seed = 0; seed < 10_000; seed++) {
      const { lists } = randomCase(seed);
      const graph = graphFromLists(lists);
      const found = components(graph);
      const leadsTo = reachability(lists);
      const onCycle = lists.flatMap((list, v) => (list.some((w) => leadsTo[w].has(v)) ? [found.component[v]] : []));
      const expected = [...new Set(onCycle)].sort((a, b) => a - b);
      expect([...cyclicComponents(graph, found)], `seed ${seed}`).toEqual(expected);
    }
  });
});

describe("source component members", () => {
  it("are the leftovers to which no other leftover leads, and whole cycles of them", () => {
    const { graph, n } = graphFromText(`
      module -> lonely
      lonely
      head   -> middle
      middle -> end
      a      -> b
      b      -> a end
    `);
    const leftovers = new Set([n.lonely, n.head, n.middle, n.end, n.a, n.b]);
    const sources = sourceComponentMembers(graph, (v) => leftovers.has(v));
    expect([...sources]).toEqual([n.lonely, n.head, n.a, n.b]);
  });

  it("are none where nothing is left over", () => {
    expect([...sourceComponentMembers(graphFromLists([[0]]), () => false)]).toEqual([]);
    expect([...sourceComponentMembers(graphFromLists([]), () => true)]).toEqual([]);
  });

  it("agree with who leads to whom, on 10,000 random graphs", () => {
    for (let seed = 0; seed < 10_000; seed++) {
      const { lists } = randomCase(seed);
      const leftovers = new Set(lists.keys().filter((v) => (v * 13 + seed) % 4 > 0));
      const sources = sourceComponentMembers(graphFromLists(lists), (v) => leftovers.has(v));
      expect([...sources], `seed ${seed}`).toEqual(sourcesByReachability(lists, leftovers));
    }
  });
});
