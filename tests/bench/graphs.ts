import { byteColumn, type Csr, type IndexColumn, indexColumn } from "../../shared/types/graph.ts";
import { type Random, seededRandom } from "../fixtures/random.ts";

/** A made-up heap: what the algorithms need to know of one, and nothing to read. */
export interface MadeHeap {
  readonly graph: Csr;
  /** Where the walk starts, in the order in which to name them. */
  readonly roots: readonly number[];
  readonly typeCount: number;
  /** Object -> type. */
  readonly type: IndexColumn;
  /** Object -> bytes. */
  readonly size: Float64Array;
}

/** References are collected in any order; the graph keeps for each source the order in which they were added. */
class EdgeList {
  #sources = new Int32Array(1024);
  #targets = new Int32Array(1024);
  #count = 0;

  add(source: number, target: number): void {
    if (this.#count === this.#sources.length) {
      this.#sources = doubled(this.#sources);
      this.#targets = doubled(this.#targets);
    }
    this.#sources[this.#count] = source;
    this.#targets[this.#count++] = target;
  }

  toGraph(nodeCount: number): Csr {
    const offsets = indexColumn(nodeCount + 1);
    for (let e = 0; e < this.#count; e++) offsets[this.#sources[e] + 1]++;
    for (let v = 0; v < nodeCount; v++) offsets[v + 1] += offsets[v];
    const targets = indexColumn(this.#count);
    const next = offsets.slice(0, nodeCount);
    for (let e = 0; e < this.#count; e++) targets[next[this.#sources[e]]++] = this.#targets[e];
    return { nodeCount, offsets, targets };
  }
}

function doubled(column: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(2 * column.length);
  longer.set(column);
  return longer;
}

export interface HeapLikeOptions {
  readonly objects: number;
  readonly seed?: number;
  /** The walk enters the long linked list before anything else: the worst order for dominators. */
  readonly listFirst?: boolean;
}

/** Of a thousand objects, how many are of which kind. The others are leaves: strings and numbers. */
const INSTANCES = 200;
const DICTS = 200;
const LISTS = 200;

/**
 * A graph like a Python heap, with about four references per object: classes and modules as roots, three dicts with a
 * twentieth of the objects between them, containers in containers, leaves shared by Zipf's law, references back
 * to parents and to objects of the same age, a linked list of a fifth of the objects that is doubly linked in its
 * second half, and about one object in a thousand that nothing reaches.
 */
export function heapLike({ objects, seed = 1, listFirst = false }: HeapLikeOptions): MadeHeap {
  const random = seededRandom(seed);
  const edges = new EdgeList();
  const type = indexColumn(objects);
  const classes = Math.max(1, Math.min(2000, Math.floor(objects / 50)));
  const modules = Math.max(1, Math.min(500, Math.floor(objects / 200)));
  const listLength = Math.floor(objects / 5);
  const listHead = objects - listLength;
  const firstModule = classes;
  const dicts = [0, 1, 2].map((i) => classes + modules + i);

  const containers: number[] = [];
  const leaves: number[] = [];
  for (let v = firstModule; v < firstModule + modules; v++) containers.push(v);
  for (const dict of dicts) edges.add(firstModule, dict);

  for (let v = classes + modules + dicts.length; v < listHead; v++) {
    const parent = pickParent(v, containers, dicts, random);
    if (parent !== null) edges.add(parent, v);

    const kind = random.below(1000);
    if (kind >= INSTANCES + DICTS + LISTS) {
      type[v] = 1 + (kind & 3);
      if (random.below(4) === 0) leaves.push(v);
      continue;
    }
    if (kind < INSTANCES) {
      type[v] = 7 + zipf(Math.max(1, classes - 7), random);
      edges.add(v, type[v] % classes);
    } else {
      type[v] = kind < INSTANCES + DICTS ? 5 : 6;
    }
    containers.push(v);
    for (let i = 0; i < 40 && random.below(1000) < 820; i++) {
      edges.add(v, pickReferent(v, parent, containers, leaves, random));
    }
  }

  for (let v = listHead; v < objects; v++) {
    type[v] = 7;
    if (v + 1 < objects) edges.add(v, v + 1);
    if (v > listHead + listLength / 2) edges.add(v, v - 1);
    edges.add(v, leaves.length > 0 ? leaves[random.below(leaves.length)] : 0);
    edges.add(v, 7 % classes);
  }
  edges.add(firstModule + modules - 1, listHead);

  const graph = edges.toGraph(objects);
  const size = byteColumn(objects);
  for (let v = 0; v < objects; v++) size[v] = 48 + 8 * (graph.offsets[v + 1] - graph.offsets[v]);
  const named = Array.from({ length: classes + modules }, (_, v) => v);
  return { graph, roots: listFirst ? [listHead, ...named] : named, typeCount: classes + 7, type, size };
}

/** Mostly one of the latest containers, sometimes a huge dict or any container, seldom nobody. */
function pickParent(v: number, containers: number[], dicts: number[], random: Random): number | null {
  const chance = random.below(1000);
  if (chance < 5) return null;
  if (chance < 65) return dicts[v % dicts.length];
  if (chance < 800) return recent(containers, 60, random);
  return containers[random.below(containers.length)];
}

/** Half of all references go to shared leaves, a third to objects of about the same age, the others anywhere. */
function pickReferent(
  v: number,
  parent: number | null,
  containers: number[],
  leaves: number[],
  random: Random,
): number {
  const chance = random.below(100);
  if (chance < 50 && leaves.length > 0) return leaves[zipf(leaves.length, random)];
  if (chance < 85) return v - 1 - random.below(Math.min(v, 1000));
  if (chance < 92) return random.below(v);
  if (chance < 97 && parent !== null) return parent;
  return recent(containers, 3000, random);
}

const recent = (list: number[], span: number, random: Random): number =>
  list[list.length - 1 - random.below(Math.min(list.length, span))];

/** 0 most often, then 1, …, `bound - 1` most seldom. */
const zipf = (bound: number, random: Random): number => Math.floor((bound + 1) ** random.next()) - 1;

/**
 * A list that is entered first. Each of its nodes holds one object that a registry, found later, holds as well: the
 * way from there up to the dominator is as long as the list, for each of them.
 */
export function deepList(nodes: number): MadeHeap {
  const edges = new EdgeList();
  const length = Math.max(1, Math.floor((nodes - 1) / 2));
  const registry = 2 * length;
  for (let v = 0; v < length; v++) {
    if (v + 1 < length) edges.add(v, v + 1);
    edges.add(v, length + v);
    edges.add(registry, length + v);
  }
  return plainHeap(edges, registry + 1, [0, registry]);
}

/** One dict that holds everything, every second entry referring back to it. */
export function hugeDict(nodes: number): MadeHeap {
  const edges = new EdgeList();
  for (let v = 1; v < nodes; v++) edges.add(0, v);
  for (let v = 2; v < nodes; v += 2) edges.add(v, 0);
  return plainHeap(edges, nodes, [0]);
}

/** Every one of `left` objects refers to every one of `right` others. */
export function completeBipartite(left: number, right: number): MadeHeap {
  const edges = new EdgeList();
  for (let a = 0; a < left; a++) for (let b = 0; b < right; b++) edges.add(a, left + b);
  return plainHeap(
    edges,
    left + right,
    Array.from({ length: left }, (_, v) => v),
  );
}

/** A ring with chords: everything leads to everything. */
export function oneComponent(nodes: number, seed = 1): MadeHeap {
  const random = seededRandom(seed);
  const edges = new EdgeList();
  for (let v = 0; v < nodes; v++) {
    edges.add(v, (v + 1) % nodes);
    for (let i = 0; i < 3; i++) edges.add(v, random.below(nodes));
  }
  return plainHeap(edges, nodes, [0]);
}

/** top -> two sides -> bottom, which is the next top: each third node dominates all that follows. */
export function diamondChain(nodes: number): MadeHeap {
  const edges = new EdgeList();
  for (let top = 0; top + 3 < nodes; top += 3) {
    edges.add(top, top + 1);
    edges.add(top, top + 2);
    edges.add(top + 1, top + 3);
    edges.add(top + 2, top + 3);
  }
  return plainHeap(edges, nodes, [0]);
}

/** Garbage only: pairs that refer to each other, each to the next pair's first. */
export function nothingHeld(nodes: number): MadeHeap {
  const edges = new EdgeList();
  for (let v = 0; v + 1 < nodes; v += 2) {
    edges.add(v, v + 1);
    edges.add(v + 1, v);
    if (v + 2 < nodes) edges.add(v, v + 2);
  }
  return plainHeap(edges, nodes, []);
}

/** Objects of one byte and one type. */
function plainHeap(edges: EdgeList, nodes: number, roots: readonly number[]): MadeHeap {
  const size = byteColumn(nodes).fill(1);
  return { graph: edges.toGraph(nodes), roots, typeCount: 1, type: indexColumn(nodes), size };
}
