import { type Ownership, ownership } from "../analyses/advice/ownership.ts";
import { bySiteName, isLike } from "../analyses/allocations.ts";
import { compareTypes, comparison, type Pair, pairOf } from "../analyses/compare.ts";
import { compareAllocations } from "../analyses/compare-allocations.ts";
import { cutLink } from "../analyses/cut-link.ts";
import { cyclePage } from "../analyses/cycles.ts";
import { exportedRows } from "../analyses/export-rows.ts";
import { grownHolders, growthRow, type Holder, holderIsLike, leastGrowth } from "../analyses/growth.ts";
import { heldAs } from "../analyses/held-as.ts";
import { howHeld } from "../analyses/how-held.ts";
import { dominatorGroups } from "../analyses/kept.ts";
import { keptByModule } from "../analyses/kept-by-group.ts";
import { loadedCode } from "../analyses/loaded-code.ts";
import { memoryMap } from "../analyses/memory-map.ts";
import { indexNames, type NameIndex, namesLike } from "../analyses/names.ts";
import { neighbours } from "../analyses/neighbours.ts";
import { ofTypesLike } from "../analyses/object-lists.ts";
import { type ObjectSites, objectSites } from "../analyses/object-sites.ts";
import { buckets, overview } from "../analyses/overview.ts";
import { referencePlaces, referenceRows } from "../analyses/references.ts";
import { relational } from "../analyses/relational.ts";
import { type SeriesDump, series } from "../analyses/series.ts";
import { setSizes } from "../analyses/set-sizes.ts";
import { spread } from "../analyses/spread.ts";
import { subgraph } from "../analyses/subgraph.ts";
import { summary } from "../analyses/summary.ts";
import { typeFilter } from "../analyses/type-filter.ts";
import {
  bySums,
  countsOfFile,
  moduleRows,
  type TypeColumns,
  typeRow,
  typeRows,
  typesNamed,
} from "../analyses/type-rows.ts";
import { type FunctionIndex, indexFunctions } from "../analyses/used-by.ts";
import { type HeapView, objectRow } from "../analyses/view.ts";
import { whyAlive } from "../analyses/why-alive.ts";
import { exportTables } from "../store/export-tables.ts";
import type { DumpPlace } from "../store/open-file.ts";
import { readCode, readModules } from "../store/small-tables.ts";
import { numberAt } from "../types/compact.ts";
import { type Failure, HeapError, toFailure } from "../types/failure.ts";
import type { Tick } from "../types/graph.ts";
import type { CaptureId, SetId } from "../types/ids.ts";
import type { Source } from "../types/route.ts";
import type { TypeRow } from "../types/rows.ts";
import type { ObjectSiteRow } from "../types/site-rows.ts";
import { Advising, type AdvisingMethod } from "./advising.ts";
import { type InspectionMethod, inspections } from "./inspections.ts";
import { checkObject, checkSource, Members, stageFor } from "./members.ts";
import { rememberRecent } from "./recent-values.ts";
import type { TextSource } from "./searches.ts";
import { StagedDump } from "./staged-dump.ts";
import type { AnswererMethod, AnswererRequest, StageDone } from "./worker-messages.ts";

/** Answers questions about one dump from the stages that are done; a question waits for the stage it needs. */
export class Answerer {
  readonly #dump: StagedDump;
  readonly #inspections: ReturnType<typeof inspections>;
  /** Dumps that this one is compared with. */
  readonly #others = new Map<CaptureId, StagedDump | Failure>();
  readonly #pairs = new Map<CaptureId, Pair>();
  #code: Uint8Array | null = null;
  #mine: Ownership | null = null;
  #keptByModule: ReadonlyMap<string, number> | null = null;
  #functionIndex: FunctionIndex | null = null;
  readonly #growth = rememberRecent<Holder[]>(2);
  readonly #sites = rememberRecent<ObjectSites>(2);
  readonly #names = rememberRecent<NameIndex>(1);
  readonly #members: Members;
  readonly #advising: Advising;

  constructor(place: DumpPlace) {
    this.#dump = new StagedDump(place);
    this.#inspections = inspections(this.#dump, (view) => this.#functions(view));
    this.#members = new Members(this.#dump.texts, this.#dump.sites, (capture) => this.#pairWith(capture));
    this.#advising = new Advising(this.#dump, {
      codeOf: (view) => this.#isCode(view),
      other: (capture) => this.#other(capture),
      pairWith: (capture) => this.#pairWith(capture),
    });
  }

  learnSet(set: SetId, objects: Int32Array): void {
    this.#members.learnSet(set, objects);
  }

  stageDone(done: StageDone): void {
    this.#dump.stageDone(done);
    this.#members.clear();
  }

  /** A file that can't be opened any more fails the comparisons with it, and nothing else. */
  introduce(capture: CaptureId, place: DumpPlace): void {
    try {
      this.#others.set(capture, new StagedDump(place));
    } catch (thrown) {
      this.#others.set(capture, toFailure(thrown));
    }
  }

  otherStageDone(capture: CaptureId, done: StageDone): void {
    const other = this.#others.get(capture);
    if (other instanceof StagedDump) other.stageDone(done);
  }

  forget(capture: CaptureId): void {
    const other = this.#others.get(capture);
    if (other instanceof StagedDump) other.close();
    this.#others.delete(capture);
    this.#pairs.delete(capture);
    this.#members.clear();
    this.#growth.clear();
    this.#advising.forget();
  }

  async answer<M extends AnswererMethod>(method: M, request: AnswererRequest<M>, tick: Tick): Promise<unknown> {
    const handler = { ...this.#handlers, ...this.#inspections, ...this.#advising.handlers }[method] as (
      request: AnswererRequest<M>,
      tick: Tick,
    ) => Promise<unknown>;
    return handler(request, tick);
  }

  readonly #handlers: {
    [M in Exclude<AnswererMethod, InspectionMethod | AdvisingMethod>]: (
      request: AnswererRequest<M>,
      tick: Tick,
    ) => Promise<unknown>;
  } = {
    summary: async () => {
      const view = await this.#dump.viewAt("graph");
      const { meta, format } = await this.#dump.stage("types");
      const known = view.dominators === null ? null : buckets(view, this.#isCode(view), meta);
      return summary(view, meta, { file: this.#dump.file.path, format, buckets: known });
    },

    overview: async (_, tick) => {
      const view = await this.#dump.viewAt("dominators");
      const { meta } = await this.#dump.stage("types");
      const code = readCode(this.#dump.file);
      const tracing = this.#dump.sites.tracing(view, meta).state;
      return overview(view, meta, { isCode: this.#isCode(view), code, tracing }, tick);
    },

    memoryMap: async ({ object }) => {
      const view = await this.#dump.viewAt("dominators");
      if (object !== null) checkObject(view, object);
      return { nodes: memoryMap(view, this.#isCode(view), object) };
    },

    types: async ({ source, sort, filter, offset, limit }, tick) => {
      const rows = await this.#typeRows({ source, sort, filter }, tick);
      return { total: rows.length, rows: rows.slice(offset, offset + limit) };
    },

    modules: async ({ sort, filter, offset, limit }, tick) => {
      const types = await this.#typeRows({ source: { kind: "all" }, sort, filter }, tick);
      const view = await this.#dump.viewAt("columns");
      this.#mine ??= ownership(view, readModules(this.#dump.file));
      this.#keptByModule ??= keptByModule(view, tick);
      const kept = this.#keptByModule;
      const { module: ownModule } = this.#mine;
      const isMine = (module: string) => module !== "builtins" && ownModule(module);
      const rows = moduleRows(types, (module) => kept?.get(module) ?? null, isMine, sort);
      return { total: rows.length, rows: rows.slice(offset, offset + limit) };
    },

    typeNamed: async ({ name }, tick) => {
      const columns = await this.#typeColumns({ kind: "all" }, tick);
      const found = typesNamed(columns, name);
      const [only] = found;
      if (only === undefined || found.length > 1) {
        const candidates = found.slice(0, 10).map((id) => columns.types[id].name);
        throw new HeapError({ code: "no-such-type", name, candidates });
      }
      return typeRow(columns, only);
    },

    objects: async ({ offset, limit, ...list }, tick) => {
      const view = await this.#viewOf(list);
      const objects = await this.#members.inOrder(view, list, tick);
      const page = [...objects.subarray(offset, offset + limit)];
      const names = heldAs(view, page);
      return {
        total: objects.length,
        rows: page.map((object, i) => ({ ...objectRow(view, object), heldAs: names[i] ?? null })),
      };
    },

    exportObjects: async ({ offset, limit, format, notes, ...list }, tick) => {
      const view = await this.#viewOf(list);
      const objects = await this.#members.inOrder(view, list, tick);
      const rows = Array.from(objects.subarray(offset, offset + limit), (o) => objectRow(view, o));
      const place = { offset, total: objects.length };
      const annotated = rows.map((row) => ({ ...row, note: notes.get(row.id) ?? null }));
      return { total: objects.length, text: exportedRows(annotated, format, place) };
    },

    sizes: async ({ source, filter }, tick) => {
      const view = await this.#dump.viewAt(stageFor(source) === "columns" ? "graph" : stageFor(source));
      return setSizes(view, ofTypesLike(view, await this.#members.of(view, source, tick), filter.text), tick);
    },

    members: async ({ source, filter }, tick) => {
      const view = await this.#dump.viewAt(stageFor(source));
      return ofTypesLike(view, await this.#members.of(view, source, tick), filter.text);
    },

    rowsOf: async ({ objects }) => {
      const view = await this.#dump.viewAt("columns");
      const known = objects.filter((object) => object < view.columns.heap.objectCount);
      return { rows: known.map((object) => objectRow(view, object)) };
    },

    names: async ({ text, offset, limit }, tick) => {
      const view = await this.#dump.viewAt("columns");
      this.#mine ??= ownership(view, readModules(this.#dump.file));
      const { module: isMine } = this.#mine;
      const index = this.#names.get(view.dominators === null ? "" : "sized", () => indexNames(view, isMine, tick));
      const rows = namesLike(index, text);
      return { total: rows.length, rows: rows.slice(offset, offset + limit) };
    },

    findText: async ({ text, pattern, limit }, tick) => {
      const view = await this.#dump.viewAt("columns");
      const source: TextSource = pattern ? { kind: "pattern", pattern: text } : { kind: "text", text };
      const { search, done } = await this.#members.search(view, source, tick);
      const rows = search.found.slice(0, limit).map((object) => objectRow(view, object));
      return { rows, found: search.found.length, fraction: search.fraction, done };
    },

    references: async ({ source, sort, filter, offset, limit }) => {
      if (source.kind !== "referents" && source.kind !== "referrers")
        throw new HeapError({ code: "bad-request", what: "references are listed of one object, or to one" });
      const view = await this.#viewOf({ source, sort });
      checkSource(view, source);
      const { kind, object } = source;
      const places = this.#members.places({ source, sort, filter }, () =>
        referencePlaces(view, kind, object, filter.text, sort),
      );
      return { total: places.length, rows: referenceRows(view, kind, object, places.subarray(offset, offset + limit)) };
    },

    why: async ({ object, paths, ignore, frames, weak }, tick) => {
      const view = await this.#dump.viewAt("graph");
      for (const id of [object, ...ignore]) checkObject(view, id);
      return whyAlive(view, object, { paths, ignored: ignore, frames, weak }, tick);
    },

    cut: async ({ from, to }, tick) => {
      const view = await this.#dump.viewAt("dominators");
      for (const id of [from, to]) checkObject(view, id);
      return cutLink(view, from, to, tick);
    },

    howHeld: async ({ source, filter }, tick) => {
      const view = await this.#dump.viewAt(stageFor(source) === "columns" ? "graph" : stageFor(source));
      return howHeld(view, ofTypesLike(view, await this.#members.of(view, source, tick), filter.text), tick);
    },

    spread: async ({ source, by }, tick) => {
      const view = await this.#dump.viewAt(stageFor(source));
      return spread(view, await this.#members.of(view, source, tick), by, tick);
    },

    objectSites: async ({ source, by, filter, sort, offset, limit }, tick) => {
      const view = await this.#dump.viewAt(stageFor(source));
      const tracing = this.#dump.sites.tracing(view, (await this.#dump.stage("types")).meta);
      const found = this.#dump.sites.grouped(view, by);
      const objects = await this.#members.of(view, source, tick);
      const key = JSON.stringify([source, by, view.dominators !== null]);
      const { rows, untraced } = this.#sites.get(key, () => objectSites(view, found, objects, tick));
      const wanted = rows
        .filter(({ frames }) => isLike(frames, filter.text))
        .sort(bySums<ObjectSiteRow>(sort, bySiteName));
      return { total: wanted.length, rows: wanted.slice(offset, offset + limit), tracing, untraced };
    },

    dominatorsOf: async ({ source, by }, tick) => {
      await this.#dump.viewAt("dominators");
      const view = await this.#dump.viewAt(stageFor(source) === "cycles" ? "cycles" : "dominators");
      return { rows: dominatorGroups(view, await this.#members.of(view, source, tick), by, tick) };
    },

    neighbours: async (request, tick) => {
      const view = await this.#dump.viewAt("graph");
      checkObject(view, request.object);
      return neighbours(view, request, tick);
    },

    subgraph: async ({ objects }, tick) => {
      const view = await this.#dump.viewAt("graph");
      for (const id of objects) checkObject(view, id);
      return subgraph(view, objects, tick);
    },

    cycles: async ({ of, grouped, sort, filter, offset, limit }, tick) =>
      cyclePage(await this.#dump.viewAt("cycles"), { of, grouped, sort, text: filter.text, offset, limit }, tick),

    compare: async ({ before }) => comparison(await this.#pairWith(before)),

    compareTypes: async ({ before, filter, sort, offset, limit }) => {
      const rows = compareTypes(await this.#pairWith(before), filter.text, sort);
      return { total: rows.length, rows: rows.slice(offset, offset + limit) };
    },

    compareAllocations: async ({ before, by, filter, sort, offset, limit }) => {
      const traced = async (dump: StagedDump) =>
        dump.sites.traced(await dump.viewAt("columns"), (await dump.stage("types")).meta, by);
      const query = { text: filter.text, sort, offset, limit };
      return compareAllocations(await traced(this.#other(before)), await traced(this.#dump), query);
    },

    growth: async ({ before, filter, offset, limit }, tick) => {
      const pair = await this.#pairWith(before);
      const all = this.#growth.get(before, () => grownHolders(pair, tick));
      const holders = all.filter((holder) => holderIsLike(pair, holder, filter.text));
      const shown = holders.slice(offset, offset + limit);
      return {
        leastBytes: leastGrowth(pair),
        total: holders.length,
        rows: shown.map((holder) => growthRow(pair, holder, this.#functions(pair.after), tick)),
      };
    },

    series: async ({ before }, tick) => {
      const dumps: SeriesDump[] = [];
      for (const dump of [...before.map((capture) => this.#other(capture)), this.#dump])
        dumps.push({ view: await dump.viewAt("dominators"), meta: (await dump.stage("types")).meta });
      return series(dumps, this.#functions(await this.#dump.viewAt("dominators")), tick);
    },

    exportTables: async ({ path }, tick) => exportTables(relational(await this.#dump.viewAt("graph")), path, tick),
  };

  async #typeRows(
    { source, sort, filter }: Pick<AnswererRequest<"types">, "source" | "sort" | "filter">,
    tick: Tick,
  ): Promise<TypeRow[]> {
    const wanted = typeFilter(filter.text);
    const columns = await this.#typeColumns(source, tick);
    if (wanted.usesOwnership)
      this.#mine ??= ownership(await this.#dump.viewAt("columns"), readModules(this.#dump.file));
    return typeRows(columns, wanted, sort, (type) => this.#mine?.type(type) === true);
  }

  /** Of all types at once where that is asked for, without waiting for the columns; else counted in the source. */
  async #typeColumns(source: Source, tick: Tick): Promise<TypeColumns> {
    const { types } = await this.#dump.stage("types");
    const { columns, dominators } = this.#dump.stages;
    if (source.kind === "all") {
      if (columns === undefined) return countsOfFile(types);
      return {
        types,
        count: columns.typeCount,
        bytes: columns.typeBytes,
        retained: dominators?.retainedByType ?? null,
      };
    }
    const view = await this.#dump.viewAt(stageFor(source));
    const { heap } = view.columns;
    const count = new Float64Array(types.length);
    const bytes = new Float64Array(types.length);
    for (const object of await this.#members.of(view, source, tick)) {
      count[heap.type[object]]++;
      bytes[heap.type[object]] += numberAt(heap.shallow, object);
    }
    // Kept-alive bytes of a set are known where the set is all instances of one type.
    const retained = source.kind === "type" ? (this.#dump.stages.dominators?.retainedByType ?? null) : null;
    return { types, count, bytes, retained };
  }

  /** All that is known once the list can be made, and put into its order. */
  #viewOf({ source, sort }: { source: Source; sort: { by: string } }): Promise<HeapView> {
    return this.#dump.viewAt(sort.by === "retained" || sort.by === "released" ? "dominators" : stageFor(source));
  }

  #isCode(view: HeapView): Uint8Array {
    this.#code ??= loadedCode(view);
    return this.#code;
  }

  #functions(view: HeapView): FunctionIndex {
    this.#functionIndex ??= indexFunctions(view, readCode(this.#dump.file));
    return this.#functionIndex;
  }

  #other(capture: CaptureId): StagedDump {
    const other = this.#others.get(capture);
    if (other === undefined) throw new HeapError({ code: "no-such-snapshot" });
    if (!(other instanceof StagedDump)) throw new HeapError(other);
    return other;
  }

  /** This dump and another one, matched once. The other one is the earlier, as far as rows are concerned. */
  async #pairWith(capture: CaptureId): Promise<Pair> {
    const other = this.#other(capture);
    const before = await other.viewAt("dominators");
    const after = await this.#dump.viewAt("dominators");
    const { meta: beforeMeta } = await other.stage("types");
    const { meta: afterMeta } = await this.#dump.stage("types");
    const known = this.#pairs.get(capture);
    if (known !== undefined) return known;
    const pair = pairOf(before, beforeMeta, after, afterMeta);
    this.#pairs.set(capture, pair);
    return pair;
  }
}
