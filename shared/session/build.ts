import { cycleStage, dominatorStage, graphStage, typeTotals } from "../analyses/stages.ts";
import { loadDump, readExtent } from "../store/load.ts";
import { openDump, SUPPORTED_VERSION } from "../store/open-file.ts";
import { readMeta, readTypes } from "../store/small-tables.ts";
import { toFailure } from "../types/failure.ts";
import type { Csr, Tick } from "../types/graph.ts";
import type { Stage } from "./contract.ts";
import type { FromBuilder, StageDone, StageValues } from "./worker-messages.ts";

/** Often enough to look alive, seldom enough to cost nothing. */
const PROGRESS_INTERVAL_MS = 50;

/** Runs all stages of one dump, telling what is done. The only code that decides their order. */
export function build(path: string, tell: (message: FromBuilder) => void): void {
  try {
    runStages(path, tell);
  } catch (thrown) {
    tell({ kind: "failed", failure: toFailure(thrown) });
  }
}

function runStages(path: string, tell: (message: FromBuilder) => void): void {
  function run<S extends Stage, Value extends StageValues[S]>(stage: S, work: (tick: Tick) => Value): Value {
    const started = performance.now();
    let told = 0;
    const tick: Tick = (fraction) => {
      const now = performance.now();
      if (now - told < PROGRESS_INTERVAL_MS) return;
      told = now;
      tell({ kind: "progress", stage, fraction: Math.min(1, Math.max(0, fraction)) });
    };
    tick(0);
    const value = work(tick);
    const done = { stage, value, milliseconds: performance.now() - started };
    tell({ kind: "done", done: done as unknown as StageDone }); // sound: S ties stage and value together
    return value;
  }

  const file = openDump(path);
  try {
    const { extent } = run("types", () => ({
      meta: readMeta(file),
      format: SUPPORTED_VERSION,
      fileBytes: file.bytes,
      extent: readExtent(file),
      types: readTypes(file),
    }));
    const { heap, roots } = run("columns", (tick) => {
      const { heap, roots, missing, warnings } = loadDump(file, extent, tick);
      return { heap, roots, missing, warnings, ...typeTotals(heap) };
    });
    let retaining: Csr | null = null;
    const graph = run("graph", (tick) => {
      const { retaining: references, ...stage } = graphStage(heap, roots, tick);
      retaining = references;
      return stage;
    });
    run("dominators", (tick) => dominatorStage(heap, graph, tick));
    run("cycles", (tick) => {
      if (retaining === null) throw new Error("The cycles come after the graph");
      return cycleStage(heap, graph, retaining, tick);
    });
  } finally {
    file.close();
  }
}
