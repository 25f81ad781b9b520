import { DATA_CYCLES } from "../analyses/data-cycles.ts";
import { RELEASE_FLAGS } from "../analyses/released.ts";
import { RELABEL } from "../graph/relabel.ts";
import { REVERSE } from "../graph/reverse.ts";
import { REFERENCES } from "../store/load.ts";
import type { AsideTask } from "../types/aside.ts";
import { toFailure } from "../types/failure.ts";
import type { Tick } from "../types/graph.ts";
import { collectGarbage } from "./collect-garbage.ts";
import { type AsideRequest, type AsideResult, HELP, type HelperLine } from "./other-core.ts";

/** All that another core may be asked to do. */
const TASKS = new Map([REFERENCES, RELABEL, REVERSE, DATA_CYCLES, RELEASE_FLAGS].map((task) => [task.name, task]));

/** Does what the builder asks for, one task after the other, until the builder has ended. `tick` throws to stop a task. */
export function help({ port, signal }: HelperLine, tick: Tick): void {
  port.on("message", ({ name, input }: AsideRequest) => {
    const result = resultOf(TASKS.get(name) as AsideTask<unknown, unknown> | undefined, input, tick);
    port.postMessage(result, privateMemory(result));
    Atomics.add(signal, HELP.answered, 1);
    Atomics.notify(signal, HELP.answered);
    setImmediate(collectGarbage); // when nothing here knows the columns any more
  });
}

function resultOf(task: AsideTask<unknown, unknown> | undefined, input: unknown, tick: Tick): AsideResult {
  try {
    if (task === undefined) throw new Error("There is no such task");
    return { ok: true, value: task.run(input, tick) };
  } catch (thrown) {
    return { ok: false, failure: toFailure(thrown) };
  }
}

/** The columns of a result that are not shared: they are handed over instead of copied. */
function privateMemory(result: AsideResult): ArrayBuffer[] {
  if (!result.ok || typeof result.value !== "object" || result.value === null) return [];
  return Object.values(result.value).flatMap((column: unknown) =>
    ArrayBuffer.isView(column) && column.buffer instanceof ArrayBuffer ? [column.buffer] : [],
  );
}
