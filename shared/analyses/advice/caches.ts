import type { Confidence, Suspect } from "../../types/advice.ts";
import { formatBytes, formatCount, formatShare, plural } from "../../types/format.ts";
import { NONE, type Tick } from "../../types/graph.ts";
import type { CacheInfo } from "../../types/heap.ts";
import { sentence } from "../../types/sentence.ts";
import { edgeAt } from "../edges.ts";
import { retainedOf } from "../view.ts";
import type { HeapFacts } from "./facts.ts";
import { bareName, type Found, identifierOr, named, type Rule, suspect } from "./finding.ts";
import { type Growing, grewText, growingOf, seenOfGrowth } from "./growing.ts";
import { type Holding, holdingOf } from "./holding.ts";

export const LRU_CACHE = "functools._lru_cache_wrapper";
const FEWEST_ENTRIES = 16;
/** A bounded cache is told from this share of what is alive. */
const SHARE_OF_BOUNDED = 0.05;
const MOST_KEYS = 64;

/** `functools.lru_cache` and `cache`: without bound, or large, or on a method, where the key keeps `self`. */
export const caches: Rule = (facts, tick) => {
  const { view, leastBytes } = facts;
  const { heap } = view.columns;
  const type = heap.types.findIndex(({ name }) => name === LRU_CACHE);
  const found: Suspect[] = [];
  for (let object = 0; type !== NONE && object < heap.objectCount; object++) {
    if ((object & 0xffff) === 0) tick(0);
    if (heap.type[object] !== type || (retainedOf(view, object) ?? 0) < leastBytes) continue;
    const finding = cacheFinding(facts, object, tick);
    if (finding !== null) found.push(suspect(view, finding));
  }
  return found;
};

/** The cache's own dict, which has the entries where there is no bound. */
interface Inside {
  readonly dict: number;
  readonly entries: number;
  readonly bounded: boolean;
}

function insideOf({ view: { columns } }: HeapFacts, cache: number): Inside | null {
  const { heap } = columns;
  const { offsets, targets } = heap.references;
  let bounded = false;
  let dict = NONE;
  for (let e = offsets[cache]; e < offsets[cache + 1]; e++) {
    const target = targets[e];
    if (target === heap.objectCount) continue;
    const { kind, name } = edgeAt(heap, cache, e - offsets[cache]);
    if (kind === "dict" || name === "__wrapped__") continue;
    if (heap.types[heap.type[target]].name === "dict" && dict === NONE) dict = target;
  }
  if (dict === NONE) return null;
  const first = targets[offsets[dict] + 1];
  const hasLinks = offsets[dict + 1] - offsets[dict] >= 2 && first < heap.objectCount;
  // With a bound, an entry is a link of a list from the least to the most recently used.
  bounded = hasLinks && heap.types[heap.type[first]].name === "functools._lru_list_elem";
  return { dict, entries: (offsets[dict + 1] - offsets[dict]) >> 1, bounded };
}

function cacheFinding(facts: HeapFacts, cache: number, tick: Tick): Found | null {
  const { view, liveBytes } = facts;
  const inside = insideOf(facts, cache);
  const bytes = retainedOf(view, cache) ?? 0;
  if (inside === null || inside.entries < FEWEST_ENTRIES) return null;
  const holding = holdingOf(facts, cache, tick);
  const growing = growingOf(facts, { object: cache, members: null, bytes }, tick);
  const kept = selfKept(facts, inside);
  if (inside.bounded && kept === null && bytes < SHARE_OF_BOUNDED * liveBytes) return null;
  if (!holding.own && growing.growth !== "growing" && bytes < SHARE_OF_BOUNDED * liveBytes) return null;
  const size = `${formatBytes(bytes)} alive (${formatShare(bytes, liveBytes)})`;
  const grows = grewText(facts, growing);
  const what = plural(inside.entries, "result");
  const figures = facts.caches.get(cache) ?? null;
  const between = callsSince(facts, figures, growing);
  const name = named(holding.name);
  const method = identifierOr(holding.variable, "method");
  return {
    kind: "cache",
    says:
      kept === null
        ? figures === null
          ? sentence`The ${inside.bounded ? "cache" : "unbounded cache"} of ${name} keeps ${what}: ${size}${grows}`
          : sentence`${named("lru_cache")} of ${name} (maxsize ${figures.maxsize === null ? "None" : formatCount(figures.maxsize)}) holds ${plural(figures.currsize, "result")}, ${formatShare(figures.hits, figures.hits + figures.misses)} hits: ${size}${grows}`
        : sentence`The cache of ${name} keeps ${plural(kept.count, `${kept.type} object`)} alive through their self: ${size}${grows}`,
    text:
      kept === null
        ? inside.bounded
          ? "A cache with a bound keeps as many results as that, however large each is."
          : "With maxsize=None (and functools.cache) every result stays as long as the process, for every argument there ever was."
        : "On a method, self is part of the key: the cache, which belongs to the class, keeps every instance that was ever asked.",
    bytes,
    grewBytes: growing.change?.bytes ?? null,
    confidence: confidenceOf(holding, growing, { inside, figures: between ?? figures, onMethod: kept !== null }),
    objects: [cache, ...(kept?.examples ?? [])],
    holder: holding.name,
    usedBy: holding.usedBy,
    seen: [
      `${formatCount(inside.entries)} entries, ${inside.bounded ? "with a bound" : "without a bound"}`,
      ...(figures === null
        ? []
        : [`${plural(figures.hits, "hit")}, ${plural(figures.misses, "miss", "misses")}, as cache_info() counts them`]),
      ...(between === null
        ? []
        : [`Since the earlier dump ${plural(between.hits, "hit")}, ${plural(between.misses, "miss", "misses")}`]),
      ...seenOfGrowth(growing),
      { text: "The cache", object: cache },
      ...(kept?.examples ?? []).map((object) => ({ text: "A self in a key", object })),
    ],
    fix:
      kept === null
        ? "Give it a bound that fits what is asked again."
        : "Cache on the instance, so that the results go with it; or cache a function of what self really contributes.",
    snippet:
      kept === null
        ? "@functools.lru_cache(maxsize=1024)"
        : `def __init__(self):\n    self.${method} = functools.lru_cache(maxsize=128)(self._${method})`,
    caveat:
      figures !== null
        ? "Hits and misses count from the start, or from the last cache_clear(): a cache that was just filled was hit seldom."
        : "How often the cache is hit is not in this dump: where nearly every result is asked again, and arguments are few, it is doing its work.",
  };
}

type Calls = Pick<CacheInfo, "hits" | "misses">;

/** Hits and misses between the two dumps; null where they are not known, or were counted anew meanwhile. */
function callsSince({ since }: HeapFacts, now: CacheInfo | null, { change, sure }: Growing): Calls | null {
  const then = since === null || change === null || !sure ? undefined : since.caches.get(change.earlier);
  if (now === null || then === undefined || now.hits < then.hits || now.misses < then.misses) return null;
  return { hits: now.hits - then.hits, misses: now.misses - then.misses };
}

/** Of so many calls, a share of hits says something; a cache that is hit as often does its work. */
const FEWEST_CALLS = 1000;
const OFTEN_HIT = 0.9;
const SELDOM_HIT = 0.05;

function confidenceOf(
  holding: Holding,
  { growth, sure }: Growing,
  {
    inside: { bounded },
    figures,
    onMethod,
  }: { readonly inside: Inside; readonly figures: Calls | null; readonly onMethod: boolean },
): Confidence {
  const calls = figures === null ? 0 : figures.hits + figures.misses;
  const hits = figures === null || calls < FEWEST_CALLS ? null : figures.hits / calls;
  if (!holding.own || (bounded && !onMethod)) return "possible";
  if (hits !== null && hits >= OFTEN_HIT && !onMethod && !(sure && growth === "growing")) return "possible";
  if (hits !== null && hits < SELDOM_HIT) return "likely";
  return growth === "still" ? "possible" : "likely";
}

interface SelfKept {
  readonly type: string;
  readonly count: number;
  readonly examples: readonly number[];
}

/** Instances of the program's own classes that are the first argument in most keys; null where they are not. */
function selfKept({ view, ownership }: HeapFacts, { dict, entries }: Inside): SelfKept | null {
  const { heap } = view.columns;
  const { offsets, targets } = heap.references;
  const step = Math.max(1, Math.floor(entries / MOST_KEYS));
  const found = new Map<number, number>();
  let looked = 0;
  for (let i = 0; i < entries; i += step) {
    looked++;
    const key = targets[offsets[dict] + 2 * i];
    if (key === heap.objectCount) continue;
    const first = offsets[key] < offsets[key + 1] ? targets[offsets[key]] : heap.objectCount;
    const self = ownership.type(heap.type[key]) ? key : first;
    if (self !== heap.objectCount && ownership.type(heap.type[self])) found.set(self, heap.type[self]);
  }
  const types = [...found.values()];
  const [type] = types;
  if (type === undefined || types.filter((each) => each === type).length < looked / 2) return null;
  return {
    type: bareName(heap.types[type].name),
    count: step === 1 ? found.size : Math.round((found.size / looked) * entries),
    examples: [...found.keys()].slice(0, 3),
  };
}
