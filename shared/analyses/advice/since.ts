import { objectAtAddress } from "../../types/addresses.ts";
import { NONE, type Tick } from "../../types/graph.ts";
import type { CacheInfo, Meta } from "../../types/heap.ts";
import { type Pair, secondsBetween } from "../compare.ts";
import { counterpart } from "../follow-path.ts";
import { entriesOf, leastGrowth } from "../growth.ts";
import { retainedOf } from "../view.ts";

/** What is asked of an earlier dump. */
export interface EarlierDump {
  readonly pair: Pair;
  /** By address. */
  readonly caches: ReadonlyMap<number, CacheInfo>;
}

/** The earlier dump, for the rules. */
export interface Since {
  readonly pair: Pair;
  readonly meta: Meta;
  readonly seconds: number | null;
  readonly sameProcess: boolean;
  /** Whether so much was made in between that what did not grow shows something. */
  readonly busy: boolean;
  /** Growth below this is what comes and goes at any time. */
  readonly leastBytes: number;
  /** By object of the earlier dump. */
  readonly caches: ReadonlyMap<number, CacheInfo>;
}

/** What became of a holder from the earlier dump to this one. */
export interface Change {
  /** The object of the earlier dump. */
  readonly earlier: number;
  /** How many bytes more; negative where it keeps less. */
  readonly bytes: number;
  readonly bytesBefore: number;
  readonly entries: readonly [before: number, after: number] | null;
}

/** Fewer new objects than this in the later dump: the process had nothing to do. */
const FEWEST_NEW = 1000;

/** Time O(n). */
export function sinceThen({ pair, caches }: EarlierDump): Since {
  const { before, after, matching, beforeMeta, afterMeta } = pair;
  let fresh = 0;
  for (const earlier of matching?.earlier ?? []) if (earlier === NONE) fresh++;
  return {
    pair,
    meta: beforeMeta,
    seconds: secondsBetween(beforeMeta.createdAt, afterMeta.createdAt),
    sameProcess: matching !== null,
    busy: fresh >= FEWEST_NEW && after !== before,
    leastBytes: leastGrowth(pair),
    caches: new Map(
      [...caches].map(([address, cache]) => [objectAtAddress(before.columns.heap.address, address), cache]),
    ),
  };
}

/**
 * What became of a holder; null where the earlier dump does not have it. `bytes` are told of it now: those it keeps
 * alive, or, of members that it shares with others, all of theirs, which then are told to have grown as its entries did.
 */
export function changeOf({ pair }: Since, object: number, bytes: number | null, tick: Tick): Change | null {
  const { before, after, matching } = pair;
  const earlier = counterpart(matching?.earlier, after, object, before, tick);
  if (earlier === NONE) return null;
  const [was, is] = [entriesOf(before, earlier), entriesOf(after, object)];
  const entries = was === null || is === null ? null : ([was, is] as const);
  const kept = retainedOf(after, object) ?? 0;
  const grew =
    bytes === null || bytes === kept
      ? kept - (retainedOf(before, earlier) ?? 0)
      : entries === null
        ? 0
        : Math.round((bytes * (entries[1] - entries[0])) / Math.max(1, entries[1]));
  return { earlier, bytes: grew, bytesBefore: (bytes ?? kept) - grew, entries };
}
