import type { Confidence, Suspect } from "../../types/advice.ts";
import { numberAt } from "../../types/compact.ts";
import { formatBytes, formatCount, formatShare, plural } from "../../types/format.ts";
import { NONE } from "../../types/graph.ts";
import { FLAGS } from "../../types/heap.ts";
import type { CycleRow } from "../../types/rows.ts";
import { type Sentence, sentence } from "../../types/sentence.ts";
import { cutMiddle } from "../../types/visible-text.ts";
import { cyclePage } from "../cycles.ts";
import { type HeapView, reachOf, retainedAt } from "../view.ts";
import type { HeapFacts } from "./facts.ts";
import { bareName, type Found, identifierOr, named, type Rule, suspect } from "./finding.ts";

/** `gc.DEBUG_SAVEALL`: what the collector finds goes into `gc.garbage` instead of being freed. */
const DEBUG_SAVEALL = 32;
/** The first threshold beyond this was raised by hand: no release has a larger one of its own. */
const HIGH_THRESHOLD = 10_000;
/** Garbage below this share of all memory of objects is what every program has between two collections. */
const USUAL_SHARE = 0.1;
const RARE_SHARE = 0.02;
/** Twice as much garbage as what lives. */
const OUTWEIGHS = 2 / 3;
/** As much of the garbage was garbage in the earlier dump: no collection came for it. */
const MOST_OF_THEM = 0.5;
const LEAST_GROWTH = 1024;

/** Cycles that nothing reaches and that wait for a collector which is off, told to keep them, or seldom runs. */
export const garbage: Rule = (facts, tick) => {
  const { view, collector, leastBytes, liveBytes } = facts;
  const suspects: Suspect[] = [];
  const kept = keptGarbage(view);
  if ((collector.garbage ?? 0) > 0 && kept.bytes >= leastBytes) suspects.push(suspect(view, keptFound(facts, kept)));
  if (collector.wouldFree === null) return suspects;
  const { objects, bytes } = collector.wouldFree;
  const share = bytes / Math.max(1, liveBytes + bytes);
  const state = stateOf(facts);
  if (bytes >= leastBytes && share >= (state === "on" ? USUAL_SHARE : RARE_SHARE)) {
    const request = {
      of: "data",
      grouped: true,
      sort: { by: "retained", descending: true },
      text: "",
      offset: 0,
      limit: 8,
    } as const;
    const waiting = cyclePage(view, request, tick).rows.filter((row) => !row.reachable);
    const waited = waitedSince(facts);
    suspects.push(suspect(view, waitingFound(facts, { objects, bytes, share, state, waiting, waited })));
  }
  return suspects;
};

type State = "off" | "high" | "on" | "unknown";

function stateOf({ collector }: HeapFacts): State {
  const [first] = collector.thresholds;
  if (collector.enabled === null) return "unknown";
  if (!collector.enabled || first === 0) return "off";
  return first !== undefined && first > HIGH_THRESHOLD ? "high" : "on";
}

interface Waiting {
  readonly objects: number;
  readonly bytes: number;
  readonly share: number;
  readonly state: State;
  readonly waiting: readonly CycleRow[];
  readonly waited: Waited | null;
}

/** Garbage of an earlier dump of the same process. */
interface Waited {
  /** All of it then. */
  readonly bytes: number;
  /** Objects that were garbage then and are so now. */
  readonly objects: number;
}

function waitedSince({ since }: HeapFacts): Waited | null {
  if (since === null || since.pair.matching === null) return null;
  const { before, after, matching } = since.pair;
  let objects = 0;
  for (const [object, earlier] of matching.earlier.entries())
    if (earlier !== NONE && isGarbage(after, object) && isGarbage(before, earlier)) objects++;
  const group = before.graph?.graph.preordering.unreachable ?? NONE;
  return { objects, bytes: retainedAt(before, group) };
}

const isGarbage = (view: HeapView, object: number): boolean => reachOf(view, object) === "unreachable";

function waitingFound(facts: HeapFacts, { objects, bytes, share, state, waiting, waited }: Waiting): Found {
  const { view, collector } = facts;
  const types = garbageTypes(view);
  const [top] = types;
  const advice = waiting.find((row) => row.weaken !== null)?.weaken ?? null;
  const attribute = identifierOr(advice?.edge.replace(/^\./, ""), "");
  const because: Sentence =
    state === "off"
      ? sentence`, and the collector is off`
      : state === "high"
        ? sentence`, and the collector seldom runs: its first threshold is ${formatCount(collector.thresholds[0] ?? 0)}`
        : sentence``;
  const finalizers = waiting.some((row) =>
    row.types.some(({ typeId }) => view.columns.heap.types[typeId].hasDel === true),
  );
  return {
    kind: "garbage",
    says: sentence`${plural(objects, "object")} in reference cycles wait for the collector: ${formatBytes(bytes)}, ${formatShare(bytes, facts.liveBytes + bytes)} of all objects${top === undefined ? "" : sentence`, most of it through ${named(top.name)}`}${because}${waitedText(waited, bytes)}`,
    text:
      state === "off"
        ? "Nothing refers to them any more, but in a cycle each keeps the next one's count above zero. Only the collector frees cycles, and it is off."
        : "Nothing refers to them any more. The collector frees them when it next runs; it counts objects, not bytes, so a few large ones can wait long.",
    bytes,
    grewBytes: waited === null ? null : bytes - waited.bytes,
    confidence: confidenceOf(state, share, waited !== null && waited.objects >= MOST_OF_THEM * objects),
    objects: waiting.flatMap((row) => row.smallestCycle.slice(0, 3).map(({ id }) => id)).slice(0, 12),
    holder: null,
    usedBy: [],
    seen: [
      ...types
        .slice(0, 4)
        .map(({ name, count, bytes: own }) => `${plural(count, `${name} object`)}, ${formatBytes(own)} of their own`),
      ...waiting.slice(0, 3).flatMap((row) => {
        const [first] = row.smallestCycle;
        if (first === undefined) return [];
        const ring = row.smallestCycle.slice(0, 6).map((step) => `${bareName(step.type)}${step.edge}`);
        return [
          {
            text: `Ring ${ring.join(" → ")}${row.smallestCycle.length > 6 ? " → …" : ""}, ${formatBytes(row.retainedBytes)}`,
            object: first.id,
          },
        ];
      }),
      ...(finalizers ? ["Some of them have a __del__, which runs only when they are collected"] : []),
      ...(waited === null
        ? []
        : [
            `In the earlier dump ${formatBytes(waited.bytes)} waited; ${plural(waited.objects, "object")} of it ${waited.objects === 1 ? "waits" : "wait"} still`,
          ]),
      ...(collector.thresholds.length === 0
        ? []
        : [
            `gc.get_threshold() is ${collector.thresholds.join(", ")}; gc.get_count() is ${collector.counts.join(", ")}`,
          ]),
    ],
    fix:
      advice === null
        ? "Break the cycles when the objects are done, or let the collector run."
        : `Make ${cutMiddle(`${advice.fromType}${advice.edge}`, 400)} a weak reference: then reference counts alone free them, at once.`,
    snippet:
      attribute === ""
        ? state === "off"
          ? "gc.enable()"
          : "gc.collect()  # at a quiet moment"
        : `self.${attribute} = weakref.ref(${attribute})  # and call it to get the object`,
    caveat:
      state === "off" || state === "high"
        ? "Some programs turn the collector off on purpose and collect at quiet moments; then this is what the next such moment frees."
        : waited === null
          ? "The next collection may free all of it: look whether the number is as high in a second dump."
          : "The next collection may free all of it.",
  };
}

function waitedText(waited: Waited | null, bytes: number): string {
  const grew = bytes - (waited?.bytes ?? bytes);
  return grew >= LEAST_GROWTH ? `; ${formatBytes(grew)} more than in the earlier dump` : "";
}

function confidenceOf(state: State, share: number, hasWaited: boolean): Confidence {
  if (state === "off" && share >= USUAL_SHARE) return "certain";
  // Raising the threshold is a choice that Python's own documentation suggests: it is trouble where garbage outweighs.
  if (state === "off" || (state === "high" && share >= OUTWEIGHS)) return "likely";
  return hasWaited || (state === "on" && share >= 3 * USUAL_SHARE) ? "likely" : "possible";
}

interface Kept {
  readonly objects: readonly number[];
  readonly bytes: number;
  /** The list that has them; `NONE` where that can't be told. */
  readonly list: number;
}

/** Members of `gc.garbage`, by their flag, with what they keep alive: each byte once, through the list. */
function keptGarbage({ columns: { heap }, dominators, graph }: HeapView): Kept {
  const objects: number[] = [];
  let bytes = 0;
  for (let object = 0; object < heap.objectCount; object++) {
    if ((heap.flags[object] & FLAGS.uncollectable) === 0) continue;
    objects.push(object);
    bytes += numberAt(heap.shallow, object);
  }
  const preorder = graph?.graph.preordering.preorder;
  if (dominators === null || preorder === undefined) return { objects, bytes, list: NONE };
  // All are held by one list; what they keep alive together is what it keeps.
  const holders = new Set(objects.map((object) => dominators.idom[preorder[object]]));
  const [only = NONE, ...more] = holders;
  if (more.length > 0 || only <= 0) return { objects, bytes, list: NONE };
  const list = graph?.graph.preordering.node[only] ?? NONE;
  return { objects, bytes: Math.max(bytes, numberAt(dominators.retained, only)), list };
}

function keptFound({ collector, liveBytes, view }: HeapFacts, { objects, bytes, list }: Kept): Found {
  const saveAll = ((collector.debug ?? 0) & DEBUG_SAVEALL) !== 0;
  const types = mostFrequent(view, objects);
  return {
    kind: "garbage",
    says: sentence`${named("gc.garbage")} keeps ${plural(collector.garbage ?? objects.length, "object")} that ${saveAll ? "the collector found" : "are not freed"}: ${formatBytes(bytes)}, ${formatShare(bytes, liveBytes)} of what is alive${saveAll ? sentence`, because ${named("gc.DEBUG_SAVEALL")} is set` : ""}`,
    text: saveAll
      ? "With DEBUG_SAVEALL (part of DEBUG_LEAK) the collector puts everything it finds into gc.garbage instead of freeing it: a flag for looking for leaks makes one."
      : "What the collector can't free goes into this list so that somebody looks at it, and what a program puts there stays too.",
    bytes,
    confidence: "certain",
    objects: [...(list === NONE ? [] : [list]), ...objects.slice(0, 8)],
    holder: "gc.garbage",
    usedBy: [],
    seen: [
      ...types
        .slice(0, 4)
        .map(({ name, count, bytes: own }) => `${plural(count, `${name} object`)}, ${formatBytes(own)} of their own`),
      `gc.get_debug() is ${collector.debug ?? "not known"}`,
      ...objects.slice(0, 3).map((object) => ({ text: "One of them", object })),
    ],
    fix: saveAll
      ? "Take the flag away, and empty the list."
      : "Empty the list, and break the cycles where they are made.",
    snippet: saveAll ? "gc.set_debug(0)\ngc.garbage.clear()" : "gc.garbage.clear()",
    caveat: "If somebody is looking for a leak right now with these flags, this is what they asked for.",
  };
}

interface TypeShare {
  readonly name: string;
  readonly count: number;
  readonly bytes: number;
}

/** Types of what nothing reaches: those with most objects of their own class first, containers and text last. */
function garbageTypes(view: HeapView): TypeShare[] {
  const preordering = view.graph?.graph.preordering;
  if (preordering === undefined) return [];
  return mostFrequent(view, preordering.node.subarray(preordering.unreachable + 1));
}

function mostFrequent({ columns: { heap } }: HeapView, objects: ArrayLike<number>): TypeShare[] {
  const count = new Int32Array(heap.types.length);
  const bytes = new Float64Array(heap.types.length);
  for (let i = 0; i < objects.length; i++) {
    if (objects[i] === NONE) continue;
    count[heap.type[objects[i]]]++;
    bytes[heap.type[objects[i]]] += numberAt(heap.shallow, objects[i]);
  }
  const isBuiltin = (t: number) => heap.types[t].module === "builtins";
  return [...count.keys()]
    .filter((t) => count[t] > 0)
    .sort((a, b) => Number(isBuiltin(a)) - Number(isBuiltin(b)) || bytes[b] - bytes[a])
    .map((t) => ({ name: heap.types[t].name, count: count[t], bytes: bytes[t] }));
}
