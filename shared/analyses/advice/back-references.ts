import type { Suspect } from "../../types/advice.ts";
import { formatBytes, formatShare, plural } from "../../types/format.ts";
import type { CycleRow } from "../../types/rows.ts";
import { sentence } from "../../types/sentence.ts";
import { cutMiddle } from "../../types/visible-text.ts";
import { cyclePage } from "../cycles.ts";
import type { HeapFacts } from "./facts.ts";
import { bareName, type Found, identifierOr, named, type Rule, suspect } from "./finding.ts";

/** Shapes of cycles looked at; families of different sizes are different shapes of one matter. */
const MOST_SHAPES = 40;
const MOST_TOLD = 4;
/** One family is no pattern, unless it is large. */
const FEWEST_ALIKE = 16;

/** Cycles through references back to a parent, that live only as long as somebody holds them and then must wait. */
export const backReferences: Rule = (facts, tick) => {
  const { view, leastBytes } = facts;
  const matters = new Map<string, Matter>();
  const waiting = new Map<string, number>();
  const request = { of: "data", grouped: true, text: "", offset: 0, limit: MOST_SHAPES } as const;
  const page = cyclePage(view, { ...request, sort: { by: "retained", descending: true } }, tick);
  for (const row of page.rows) {
    const { weaken, alike } = row;
    if (!row.reachable) waiting.set(typesOf(row), (waiting.get(typesOf(row)) ?? 0) + alike.cycles);
    const isOwn = row.smallestCycle.some(({ id }) => facts.ownership.type(view.columns.heap.type[id]));
    if (weaken === null || !isOwn || !row.reachable) continue;
    const key = `${weaken.fromType}${weaken.edge}`;
    const matter = matters.get(key) ?? { row, weaken, cycles: 0, objects: 0, bytes: 0 };
    matters.set(key, {
      ...matter,
      cycles: matter.cycles + alike.cycles,
      objects: matter.objects + alike.objects,
      bytes: matter.bytes + alike.retainedBytes,
    });
  }
  return [...matters.values()]
    .filter(({ bytes, objects }) => bytes >= leastBytes && objects >= FEWEST_ALIKE)
    .sort((a, b) => b.bytes - a.bytes || a.row.cycle - b.row.cycle)
    .slice(0, MOST_TOLD)
    .map((matter): Suspect => suspect(view, found(facts, matter, waiting.get(typesOf(matter.row)) ?? 0)));
};

/** Cycles that the same weak reference would free. */
interface Matter {
  readonly row: CycleRow;
  readonly weaken: NonNullable<CycleRow["weaken"]>;
  readonly cycles: number;
  readonly objects: number;
  readonly bytes: number;
}

const typesOf = ({ types }: CycleRow): string =>
  types
    .map(({ typeId }) => typeId)
    .sort((a, b) => a - b)
    .join(" ");

function found({ liveBytes }: HeapFacts, { row, weaken, cycles: count, bytes: sum }: Matter, waiting: number): Found {
  const bytes = Math.min(sum, liveBytes);
  const edge = `${weaken.fromType}${weaken.edge}`;
  const ring = row.smallestCycle.map((step) => `${bareName(step.type)}${step.edge}`).join(" → ");
  const first = row.smallestCycle[0];
  const attribute = identifierOr(weaken.edge.replace(/^\./, ""), "");
  return {
    kind: "back-references",
    says: sentence`${named(edge)} closes ${plural(count, "reference cycle")} that ${count === 1 ? "keeps" : "keep"} ${formatBytes(bytes)} alive, ${formatShare(bytes, liveBytes)}: made weak, ${count === 1 ? "it is" : "they are"} free the moment nobody holds ${count === 1 ? "it" : "them"}`,
    text: "Objects in a cycle are not freed when the last one lets go of them: they wait for the cyclic collector, with everything that they hold.",
    bytes,
    confidence: waiting >= FEWEST_ALIKE ? "likely" : "possible",
    objects: [weaken.from, weaken.to],
    holder: null,
    usedBy: [],
    seen: [
      ...(first === undefined ? [] : [{ text: `The ring ${ring}`, object: first.id }]),
      { text: "Refers back", object: weaken.from },
      { text: "to its holder", object: weaken.to },
      ...(waiting > 0
        ? [`${plural(waiting, "such cycle")} ${waiting === 1 ? "waits" : "wait"} for the collector already`]
        : []),
    ],
    fix: `Make ${cutMiddle(edge, 400)} a weak reference: then reference counts alone free the cycle.`,
    snippet:
      attribute === ""
        ? null
        : `self.${attribute} = weakref.ref(${attribute})  # and self.${attribute}() where it is used`,
    caveat:
      "These cycles are held now, so they are no garbage. If nothing else holds the target of the weak reference, it would go too early.",
  };
}
