import type { Advice, AdviceEarlier, Confidence, Suspect, SuspectKind } from "../../types/advice.ts";
import type { Tick } from "../../types/graph.ts";
import type { HeapView } from "../view.ts";
import { accumulation } from "./accumulation.ts";
import { backReferences } from "./back-references.ts";
import { caches } from "./caches.ts";
import { exceptions } from "./exceptions.ts";
import { type AdviceSources, type HeapFacts, heapFacts } from "./facts.ts";
import type { Rule } from "./finding.ts";
import { garbage } from "./garbage.ts";
import { heldOutside } from "./held-outside.ts";
import { listeners } from "./listeners.ts";
import { outsidePython } from "./outside-python.ts";
import { smallObjects } from "./small-objects.ts";
import { suspended } from "./suspended.ts";
import { unknowns } from "./unknowns.ts";
import { views } from "./views.ts";
import { waste } from "./waste.ts";

const RULES: readonly Rule[] = [
  accumulation,
  caches,
  garbage,
  backReferences,
  exceptions,
  suspended,
  listeners,
  heldOutside,
  smallObjects,
  waste,
  outsidePython,
  views,
];
const MOST_SUSPECTS = 40;

/** How much a byte of a finding counts: a possible one must be much larger than a likely one to come first. */
const WEIGHTS: Record<Confidence, number> = { certain: 1, likely: 0.8, possible: 0.02 };

/**
 * What is wrong with a heap, most important first: by bytes, weighed by how sure it is. Of several findings about one
 * holder the more telling stays. Needs the cycles. Time O(n + m), and a search for each holder that is told.
 */
export function advise(view: HeapView, sources: AdviceSources, tick: Tick): Advice {
  const facts = heapFacts(view, sources, tick);
  const found = RULES.flatMap((rule) => {
    tick(0);
    return rule(facts, tick);
  });
  const suspects = onePerHolder(found)
    .sort((a, b) => weightOf(b) - weightOf(a) || (a.title < b.title ? -1 : 1))
    .slice(0, MOST_SUSPECTS);
  return { earlier: earlierOf(facts), suspects, unknowns: unknowns(facts), liveBytes: facts.liveBytes };
}

function earlierOf({ since }: HeapFacts): AdviceEarlier | null {
  if (since === null) return null;
  const { captureId: capture, label, createdAt } = since.meta;
  return { capture, label, createdAt, secondsBetween: since.seconds, sameProcess: since.sameProcess };
}

const weightOf = ({ bytes, confidence }: Suspect): number => bytes * WEIGHTS[confidence];

/** A holder's bytes are told once: by what is surer, else by the rule that says most about it. */
const LEAST_TELLING: SuspectKind = "accumulation";

function tellsMore(a: Suspect, b: Suspect): boolean {
  if (a.confidence !== b.confidence) return WEIGHTS[a.confidence] > WEIGHTS[b.confidence];
  return b.kind === LEAST_TELLING && a.kind !== LEAST_TELLING;
}

function onePerHolder(suspects: readonly Suspect[]): Suspect[] {
  const best = new Map<string, Suspect>();
  for (const [i, each] of suspects.entries()) {
    const [holder] = each.ids;
    const key = each.holder === null || holder === undefined ? `no holder ${i}` : String(holder);
    const known = best.get(key);
    if (known === undefined || tellsMore(each, known)) best.set(key, each);
  }
  return [...best.values()];
}
