import {
  completeBipartite,
  deepList,
  diamondChain,
  heapLike,
  hugeDict,
  type MadeHeap,
  nothingHeld,
  oneComponent,
} from "./graphs.ts";

/** Hostile shapes, each of which is the worst there is for some algorithm. */
export const ADVERSARIAL: Readonly<Record<string, () => MadeHeap>> = {
  "list first 1M": () => heapLike({ objects: 1_000_000, listFirst: true }),
  "shared list 1M": () => deepList(1_000_001),
  "one dict 1M": () => hugeDict(1_000_000),
  "one cycle 1M": () => oneComponent(1_000_000),
  "diamonds 1M": () => diamondChain(1_000_000),
  "bipartite 3k": () => completeBipartite(3000, 3000),
  "garbage 1M": () => nothingHeld(1_000_000),
};

export const SHAPES: Readonly<Record<string, () => MadeHeap>> = {
  "heap 100k": () => heapLike({ objects: 100_000 }),
  "heap 1M": () => heapLike({ objects: 1_000_000 }),
  ...ADVERSARIAL,
};
