import { expect, it } from "vitest";
import { cycleStage, dominatorStage, graphStage } from "../../shared/analyses/stages.ts";
import { loadDump, readExtent } from "../../shared/store/load.ts";
import { openDump } from "../../shared/store/open-file.ts";
import type { Tick } from "../../shared/types/graph.ts";
import { madeDump } from "../bench/made-dump.ts";

it("each stage's progress grows from its beginning to its end, in small steps", () => {
  const file = openDump(madeDump({ objects: 100_000 }));
  const told: Record<string, number[]> = {};
  const ticking =
    (stage: string): Tick =>
    (fraction) => {
      told[stage] ??= [];
      told[stage].push(fraction);
    };
  const { heap, roots } = loadDump(file, readExtent(file), ticking("columns"));
  file.close();
  const { stage: graph, parent } = graphStage(heap, roots, ticking("graph"));
  const dominators = dominatorStage(heap, graph, parent, ticking("dominators"));
  cycleStage(heap, graph, dominators, ticking("cycles"));

  for (const [stage, fractions] of Object.entries(told)) {
    expect(fractions, stage).toEqual(fractions.toSorted((a, b) => a - b));
    const whole = [0, ...fractions, 1];
    const steps = whole.slice(1).map((fraction, i) => fraction - (whole[i] ?? 0));
    expect(Math.min(...steps), stage).toBeGreaterThanOrEqual(0);
    expect(Math.max(...steps), stage).toBeLessThan(0.25);
  }
  expect(Object.keys(told)).toEqual(["columns", "graph", "dominators", "cycles"]);
});
