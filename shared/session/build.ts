import type { DataCycles } from "../analyses/data-cycles.ts";
import { cycleStage, cyclesAside, dominatorStage, graphStage, typeTotals, wrongTotals } from "../analyses/stages.ts";
import { contentDigest } from "../store/content-digest.ts";
import { BadIndex, type IndexKey, StoredIndex, storeIndex } from "../store/index-cache.ts";
import { loadDump, readExtent } from "../store/load.ts";
import { type DumpFile, type DumpPlace, openAt, openDump, SUPPORTED_VERSION } from "../store/open-file.ts";
import { readLayouts, readMeta, readTypes } from "../store/small-tables.ts";
import { importSpool } from "../store/spool.ts";
import { unreadableTexts } from "../store/text.ts";
import type { Aside } from "../types/aside.ts";
import { toFailure } from "../types/failure.ts";
import type { IndexColumn, Tick } from "../types/graph.ts";
import type { Meta } from "../types/heap.ts";
import { collectGarbage } from "./collect-garbage.ts";
import type { Stage } from "./contract.ts";
import { engineVersion } from "./engine-version.ts";
import { storedColumns, storedCycles, storedDominators, storedForm, storedGraph } from "./stored-stages.ts";
import type { FromBuilder, StageDone, StageValues } from "./worker-messages.ts";

/** Often enough to look alive, seldom enough to cost nothing. */
const PROGRESS_INTERVAL_MS = 50;
/** A smaller dump is analysed as fast as its index would be read. */
const FEWEST_CACHED_OBJECTS = 50_000;

/** A smaller dump is analysed before another worker has started. */
const FEWEST_SHARED_OBJECTS = 150_000;

export interface CacheUse {
  /** Null for none. */
  readonly folder: string | null;
  /** A dump with fewer objects is not worth it. */
  readonly fewest?: number;
}

/**
 * Runs all stages of one dump, telling what is done, and keeps them in the cache. The only code that decides order.
 * `otherCore` is asked for another core once, by a dump that is worth it. `goOn` throws where nobody waits any more.
 */
export function build(
  place: DumpPlace,
  use: CacheUse,
  tell: (message: FromBuilder) => void,
  otherCore: () => Aside | null = () => null,
  goOn: () => void = () => {},
): void {
  const ticksOf = (stage: Stage): Tick => ticking(stage, tell, goOn);
  try {
    const tick = ticksOf("types");
    tick(0);
    if (place.database !== place.path) importSpool(place.path, place.database, tick);
    const file = openAt(place, openDump);
    try {
      runStages(file, place, use, { tell, ticksOf, otherCore });
    } finally {
      file.close();
    }
  } catch (thrown) {
    tell({ kind: "failed", failure: toFailure(thrown) });
  }
}

function ticking(stage: Stage, tell: (message: FromBuilder) => void, goOn: () => void): Tick {
  let told = 0;
  return (fraction) => {
    goOn();
    const now = performance.now();
    if (now - told < PROGRESS_INTERVAL_MS) return;
    told = now;
    tell({ kind: "progress", stage, fraction: Math.min(1, Math.max(0, fraction)) });
  };
}

/** What is known of the index of the dump while its stages run. */
interface Cache {
  folder: string | null;
  key: IndexKey | null;
  /** Null where there is none, or none that can be used any further. */
  index: StoredIndex | null;
  /** What a person should know about it. */
  note: string | null;
}

interface Surroundings {
  readonly tell: (message: FromBuilder) => void;
  readonly ticksOf: (stage: Stage) => Tick;
  readonly otherCore: () => Aside | null;
}

function runStages(file: DumpFile, place: DumpPlace, use: CacheUse, { tell, ticksOf, otherCore }: Surroundings): void {
  const cache: Cache = { folder: null, key: null, index: null, note: null };
  const tellDone = <S extends Stage>(stage: S, value: StageValues[S], milliseconds: number, fromCache: boolean) =>
    tell({ kind: "done", done: { stage, value, milliseconds, fromCache } as unknown as StageDone }); // sound: S ties both

  /** `read` gets the stage from the index; where there is none, or it turns out to be damaged, `compute` makes it. */
  function run<S extends Stage>(
    stage: S,
    compute: (tick: Tick) => StageValues[S],
    read?: (index: StoredIndex) => StageValues[S],
  ): StageValues[S] {
    const started = performance.now();
    const tick = ticksOf(stage);
    if (stage !== "types") tick(0); // that one has begun already, with making a database of a spool
    const stored = read === undefined ? null : fromIndex(cache, read);
    const value = stored ?? compute(tick);
    tellDone(stage, value, performance.now() - started, stored !== null);
    if (stored === null) collectGarbage();
    return value;
  }

  try {
    const { meta, extent, types } = run("types", () => ({
      meta: readMeta(file),
      format: SUPPORTED_VERSION,
      fileBytes: file.bytes,
      extent: readExtent(file),
      types: readTypes(file),
    }));
    if (extent.objects >= (use.fewest ?? FEWEST_CACHED_OBJECTS)) openIndex(cache, use.folder, file, meta);

    let aside: Aside | null = null;
    let columns = run(
      "columns",
      (tick) => {
        if (extent.objects >= FEWEST_SHARED_OBJECTS) aside = otherCore();
        const loaded = loadDump(file, extent, tick, aside === null ? null : { aside, place });
        const totals = typeTotals(loaded.heap);
        return { ...loaded, ...totals, warnings: [...loaded.warnings, ...wrongTotals(types, totals)] };
      },
      (index) => storedColumns(index, extent, types, readLayouts(file)),
    );
    const { heap, roots } = columns;
    const isWhole = columns.warnings.length === 0;

    const built: { parent: IndexColumn | null; cycles: (() => DataCycles) | null } = { parent: null, cycles: null };
    const graph = run(
      "graph",
      (tick) => {
        const { stage, parent } = graphStage(heap, roots, tick, aside);
        built.parent = parent;
        if (aside !== null) built.cycles = cyclesAside(heap, stage, aside);
        return stage;
      },
      (index) => storedGraph(index, columns),
    );
    const dominators = run(
      "dominators",
      (tick) => {
        // The forest is in no index. Where only the dominators of one are damaged, the walk is made again.
        const { parent: kept } = built;
        const parent = kept ?? graphStage(heap, roots, (done) => tick(0.5 * done)).parent;
        built.parent = null;
        return dominatorStage(heap, graph, parent, (done) => tick(kept === null ? 0.5 + 0.5 * done : done), aside);
      },
      (index) => storedDominators(index, columns, graph),
    );
    // Before the last stage is told: whoever waits for all of them knows all warnings.
    const lostTexts = unreadableTexts(file, extent.objects);
    if (lostTexts > 0) {
      const warning = `The texts of ${lostTexts} objects could not be read: their pages are damaged, and no search finds what stood there; copy the file again.`;
      columns = { ...columns, warnings: [...columns.warnings, warning] };
      tellDone("columns", columns, 0, false);
    }
    const cycles = run(
      "cycles",
      (tick) => cycleStage(heap, graph, dominators, tick, built.cycles),
      (index) => storedCycles(index, columns),
    );

    if (cache.note !== null) {
      columns = { ...columns, warnings: [...columns.warnings, cache.note] };
      tellDone("columns", columns, 0, false);
    }
    // A dump whose pages could not all be read is read again next time: it may have been copied anew.
    if (cache.folder !== null && cache.key !== null && cache.index === null && isWhole) {
      const stored = storedForm({ columns, graph, dominators, cycles });
      storeIndex(cache.folder, cache.key, stored.facts, stored.columns);
    }
  } finally {
    cache.index?.close();
  }
}

function openIndex(cache: Cache, folder: string | null, file: DumpFile, { captureId }: Meta): void {
  if (folder === null) return;
  cache.folder = folder;
  const key: IndexKey = { captureId, digest: contentDigest(file), engine: engineVersion() };
  cache.key = key;
  unlessBad(cache, () => {
    cache.index = StoredIndex.open(folder, key);
  });
}

const fromIndex = <T>(cache: Cache, read: (index: StoredIndex) => T): T | null => {
  const { index } = cache;
  return index === null ? null : unlessBad(cache, () => read(index));
};

/** A damaged index is not used any further; what came from it before has passed its checks. */
function unlessBad<T>(cache: Cache, read: () => T): T | null {
  try {
    return read();
  } catch (thrown) {
    if (!(thrown instanceof BadIndex)) throw thrown;
    cache.note = `The index kept of this dump was damaged (${thrown.message}); it was computed again.`;
    cache.index?.close();
    cache.index = null;
    return null;
  }
}
