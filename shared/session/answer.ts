import { cyclePage } from "../analyses/cycles.ts";
import { objectDetail } from "../analyses/object-detail.ts";
import { inOrder, objectsOf, ofTypesLike } from "../analyses/object-lists.ts";
import { referencePlaces, referenceRows } from "../analyses/references.ts";
import { relational } from "../analyses/relational.ts";
import { summary } from "../analyses/summary.ts";
import { type TypeColumns, typeRow, typeRows, typesNamed } from "../analyses/type-rows.ts";
import { type HeapView, moduleDicts, objectRow } from "../analyses/view.ts";
import { whyAlive } from "../analyses/why-alive.ts";
import { exportTables } from "../store/export-tables.ts";
import { type DumpFile, openDump } from "../store/open-file.ts";
import { Texts } from "../store/text.ts";
import { HeapError } from "../types/failure.ts";
import type { Tick } from "../types/graph.ts";
import type { Source } from "../types/route.ts";
import type { RootInfo } from "../types/rows.ts";
import type { Stage } from "./contract.ts";
import { rememberRecent } from "./recent-values.ts";
import type { AnswererMethod, AnswererRequest, StageDone, StageValues } from "./worker-messages.ts";

/** Sorted lists kept, so that scrolling does not sort again. At 4 bytes an object these are the largest scratch. */
const LISTS_KEPT = 6;

/** Answers questions about one dump from the stages that are done; a question waits for the stage it needs. */
export class Answerer {
  readonly #file: DumpFile;
  readonly #texts: Texts;
  readonly #stages: Partial<StageValues> = {};
  readonly #waiting: { stage: Stage; resolve: () => void }[] = [];
  readonly #lists = rememberRecent<Int32Array>(LISTS_KEPT);
  #view: HeapView | null = null;
  #moduleOfDict: Map<number, string> | null = null;

  constructor(path: string) {
    this.#file = openDump(path);
    this.#texts = new Texts(this.#file);
  }

  /** Takes over a stage's columns and wakes who waits for them. */
  stageDone({ stage, value }: StageDone): void {
    Object.assign(this.#stages, { [stage]: value });
    this.#view = null;
    this.#lists.clear(); // orders by kept-alive bytes may have changed
    for (let i = this.#waiting.length - 1; i >= 0; i--) {
      if (this.#waiting[i]?.stage === stage) this.#waiting.splice(i, 1)[0]?.resolve();
    }
  }

  async answer<M extends AnswererMethod>(method: M, request: AnswererRequest<M>, tick: Tick): Promise<unknown> {
    const handler = this.#handlers[method] as (request: AnswererRequest<M>, tick: Tick) => Promise<unknown>;
    return handler(request, tick);
  }

  readonly #handlers: { [M in AnswererMethod]: (request: AnswererRequest<M>, tick: Tick) => Promise<unknown> } = {
    summary: async () => {
      const view = await this.#viewAt("graph");
      const { meta, format } = await this.#stage("types");
      return summary(view, meta, this.#file.path, format);
    },

    types: async ({ source, sort, filter, offset, limit }, tick) => {
      const rows = typeRows(await this.#typeColumns(source, tick), filter.text, sort);
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

    objects: async ({ source, sort, filter, offset, limit }, tick) => {
      const view = await this.#viewAt(sort.by === "retained" ? "dominators" : stageFor(source));
      this.#checkSource(view, source);
      const objects = this.#lists.get(JSON.stringify(["objects", source, sort, filter]), () =>
        inOrder(view, ofTypesLike(view, this.#objects(view, source, tick), filter.text), sort),
      );
      return {
        total: objects.length,
        rows: Array.from(objects.subarray(offset, offset + limit), (o) => objectRow(view, o)),
      };
    },

    references: async ({ source, sort, filter, offset, limit }) => {
      if (source.kind !== "referents" && source.kind !== "referrers")
        throw new HeapError({ code: "bad-request", what: "references are listed of one object, or to one" });
      const view = await this.#viewAt(sort.by === "retained" ? "dominators" : stageFor(source));
      this.#checkSource(view, source);
      const { kind, object } = source;
      const places = this.#lists.get(JSON.stringify(["references", source, sort, filter]), () =>
        referencePlaces(view, kind, object, filter.text, sort),
      );
      return { total: places.length, rows: referenceRows(view, kind, object, places.subarray(offset, offset + limit)) };
    },

    object: async ({ object }) => {
      const view = await this.#viewAt("graph");
      checkObject(view, object);
      return objectDetail(view, object);
    },

    why: async ({ object, paths, ignore }, tick) => {
      const view = await this.#viewAt("graph");
      for (const id of [object, ...ignore]) checkObject(view, id);
      return whyAlive(view, object, { paths, ignored: ignore }, tick);
    },

    cycles: async ({ of, sort, filter, offset, limit }) =>
      cyclePage(await this.#viewAt("cycles"), { of, sort, text: filter.text, offset, limit }),

    exportTables: async ({ path }, tick) => exportTables(relational(await this.#viewAt("graph")), path, tick),
  };

  #objects(view: HeapView, source: Source, tick: Tick): Int32Array {
    return this.#lists.get(JSON.stringify(["set", source]), () =>
      objectsOf(view, source, (text, progress) => this.#texts.search(text, progress), tick),
    );
  }

  /** Of all types at once where that is asked for, without waiting for the columns; else counted in the source. */
  async #typeColumns(source: Source, tick: Tick): Promise<TypeColumns> {
    const { types } = await this.#stage("types");
    const { columns, dominators } = this.#stages;
    if (source.kind === "all") {
      return {
        types,
        count: columns?.typeCount ?? types.map((type) => type.count),
        bytes: columns?.typeBytes ?? types.map((type) => type.bytes),
        retained: dominators?.retainedByType ?? null,
      };
    }
    const view = await this.#viewAt(stageFor(source));
    this.#checkSource(view, source);
    const { heap } = view.columns;
    const count = new Float64Array(types.length);
    const bytes = new Float64Array(types.length);
    for (const object of this.#objects(view, source, tick)) {
      count[heap.type[object]]++;
      bytes[heap.type[object]] += heap.shallow[object];
    }
    return { types, count, bytes, retained: null };
  }

  async #viewAt(stage: Exclude<Stage, "types">): Promise<HeapView> {
    const columns = await this.#stage("columns");
    await this.#stage(stage);
    const { graph = null, dominators = null, cycles = null } = this.#stages;
    this.#moduleOfDict ??= moduleDicts(columns, this.#texts);
    this.#view ??= {
      texts: this.#texts,
      columns,
      graph,
      dominators,
      cycles,
      rootsOf: graph === null ? null : rootsByObject(graph),
      moduleOfDict: this.#moduleOfDict,
      cycleIndex: null,
      scratch: null,
    };
    return this.#view;
  }

  async #stage<S extends Stage>(stage: S): Promise<StageValues[S]> {
    if (this.#stages[stage] === undefined) await new Promise<void>((resolve) => this.#waiting.push({ stage, resolve }));
    return this.#stages[stage] as StageValues[S]; // sound: woken by `stageDone` only
  }

  #checkSource(view: HeapView, source: Source): void {
    if ("object" in source && source.object !== null) checkObject(view, source.object);
  }
}

function stageFor(source: Source): Exclude<Stage, "types"> {
  switch (source.kind) {
    case "dominated":
      return "dominators";
    case "cycle":
      return "cycles";
    case "referrers":
    case "held-outside":
    case "unreachable":
      return "graph";
    default:
      return "columns";
  }
}

function checkObject({ columns: { heap } }: HeapView, object: number): void {
  if (object >= heap.objectCount)
    throw new HeapError({ code: "no-such-object", object: String(object), objects: heap.objectCount });
}

function rootsByObject({ graph }: StageValues["graph"]): Map<number, RootInfo[]> {
  const byObject = new Map<number, RootInfo[]>();
  for (const { object, kind, name, place } of graph.roots) {
    const info = { kind, name, place };
    const known = byObject.get(object);
    if (known === undefined) byObject.set(object, [info]);
    else known.push(info);
  }
  return byObject;
}
