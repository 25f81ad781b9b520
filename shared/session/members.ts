import { objectsOfSite } from "../analyses/allocations.ts";
import { objectsByFate, type Pair } from "../analyses/compare.ts";
import { needsCycles } from "../analyses/neighbours.ts";
import { combined, inOrder, objectsOf, ofTypesLike } from "../analyses/object-lists.ts";
import type { HeapView } from "../analyses/view.ts";
import type { Texts } from "../store/text.ts";
import { HeapError } from "../types/failure.ts";
import type { Tick } from "../types/graph.ts";
import type { CaptureId, SetId } from "../types/ids.ts";
import type { Source } from "../types/route.ts";
import type { Stage } from "./contract.ts";
import type { DumpSites } from "./dump-sites.ts";
import { rememberRecent } from "./recent-values.ts";
import { Searches, type TextSource } from "./searches.ts";
import type { AnswererRequest } from "./worker-messages.ts";

/** Sorted lists kept, so that scrolling does not sort again. At 4 bytes an object these are the largest scratch. */
const LISTS_KEPT = 6;

/** Which objects the lists of one dump have, and in which order. */
export class Members {
  readonly #dumpSites: DumpSites;
  readonly #pairWith: (capture: CaptureId) => Promise<Pair>;
  readonly #searches: Searches;
  readonly #sets = new Map<SetId, Int32Array>();
  readonly #lists = rememberRecent<Int32Array>(LISTS_KEPT);

  /** `pairWith`: the dump and another one, matched. */
  constructor(texts: Texts, sites: DumpSites, pairWith: (capture: CaptureId) => Promise<Pair>) {
    this.#dumpSites = sites;
    this.#pairWith = pairWith;
    this.#searches = new Searches(texts);
  }

  /** What a kept set holds; told before the first question about it. */
  learnSet(set: SetId, objects: Int32Array): void {
    this.#sets.set(set, objects);
  }

  /** Orders by kept-alive bytes may have changed, or another dump is gone. */
  clear(): void {
    this.#lists.clear();
  }

  /** A list in its order; sorted once for as long as somebody scrolls. */
  async inOrder(
    view: HeapView,
    { source, sort, filter }: Pick<AnswererRequest<"objects">, "source" | "sort" | "filter">,
    tick: Tick,
  ): Promise<Int32Array> {
    const key = JSON.stringify(["objects", source, sort, filter]);
    const members = this.#lists.has(key) ? null : await this.of(view, source, tick);
    return this.#lists.get(key, () => {
      if (members === null) throw new Error("A list was forgotten while it was asked for");
      return inOrder(view, ofTypesLike(view, members, filter.text), sort, tick);
    });
  }

  /** Places in the list of one object's references, sorted once. */
  places(
    request: Pick<AnswererRequest<"references">, "source" | "sort" | "filter">,
    make: () => Int32Array,
  ): Int32Array {
    const { source, sort, filter } = request;
    return this.#lists.get(JSON.stringify(["references", source, sort, filter]), make);
  }

  /** The objects of a source, increasing, each once. */
  async of(view: HeapView, source: Source, tick: Tick): Promise<Int32Array> {
    checkSource(view, source);
    const key = JSON.stringify(["set", source]);
    switch (source.kind) {
      case "fate": {
        // `gone` objects are those of this dump that a *later* one no longer has.
        const pair = await this.#pairWith(source.other);
        return this.#lists.get(key, () => objectsByFate(pair, source.fate === "gone" ? "new" : source.fate));
      }
      case "set":
        return this.#set(view, source.set);
      case "combined": {
        const [first, second] = [this.#set(view, source.first), this.#set(view, source.second)];
        return this.#lists.get(key, () => combined(source.how, first, second));
      }
      case "site": {
        const found = this.#dumpSites.grouped(view, source.by);
        const { type } = view.columns.heap;
        return this.#lists.get(key, () => {
          if (found === null) return new Int32Array(0);
          const all = objectsOfSite(found.sites, found.groups, source.site);
          return source.type === null ? all : all.filter((object) => type[object] === source.type);
        });
      }
      case "text":
      case "pattern":
        return Int32Array.from(await this.#searches.finish(source, view.columns.heap.objectCount, tick));
      default:
        return this.#lists.get(key, () => objectsOf(view, source, tick));
    }
  }

  /** Goes on with a search through the texts, for a moment. */
  search(view: HeapView, source: TextSource, tick: Tick): ReturnType<Searches["advance"]> {
    return this.#searches.advance(source, view.columns.heap.objectCount, tick);
  }

  #set({ columns: { heap } }: HeapView, set: SetId): Int32Array {
    const objects = this.#sets.get(set);
    if (objects === undefined) throw new HeapError({ code: "no-such-set", set: String(set) });
    // A capture id is only a claim: another file with the same one may have fewer objects.
    const all = objects.length === 0 || objects[objects.length - 1] < heap.objectCount;
    return all ? objects : objects.filter((object) => object < heap.objectCount);
  }
}

/** The stage that a source can't be listed without. */
export function stageFor(source: Source): Exclude<Stage, "types"> {
  switch (source.kind) {
    case "dominated":
    case "kept":
    case "fate":
      return "dominators";
    case "cycle":
    case "cycles-alike":
      return "cycles";
    case "neighbours":
      return needsCycles(source.group) ? "cycles" : "graph";
    case "referrers":
    case "held-outside":
    case "unreachable":
      return "graph";
    default:
      return "columns";
  }
}

export function checkSource(view: HeapView, source: Source): void {
  if ("object" in source && source.object !== null) checkObject(view, source.object);
}

export function checkObject({ columns: { heap } }: HeapView, object: number): void {
  if (object >= heap.objectCount)
    throw new HeapError({ code: "no-such-object", object: String(object), objects: heap.objectCount });
}
