import type { CDPSession, Page } from "playwright";

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** Longer tasks make a page feel stuck. */
export const LONG_MS = 50;

export interface Figure {
  readonly what: string;
  readonly tasks: number;
  readonly longestMs: number;
  readonly longestCpuMs: number;
  readonly over50: number;
  /** Pictures that the page drew, a second of the run, and the longest time without a new one. */
  readonly framesPerSecond: number;
  readonly longestPauseMs: number;
}

/** Runs the steps under tracing, and reads the main thread's tasks and the pictures that were drawn. */
export async function traced(page: Page, what: string, run: () => Promise<void>): Promise<Figure> {
  const session: CDPSession = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  await session.send("Tracing.start", {
    traceConfig: {
      includedCategories: ["toplevel", "__metadata", "disabled-by-default-devtools.timeline.frame"],
      recordMode: "recordAsMuchAsPossible",
    },
    transferMode: "ReportEvents",
  });
  await run();
  const complete = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
  await session.send("Tracing.end");
  await complete;
  await session.detach();
  const mains = new Set(
    events
      .filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain")
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = events.filter(
    ({ name, ph, pid, tid }) => ph === "X" && /RunTask$/.test(name) && mains.has(`${pid} ${tid}`),
  );
  const longest = (pick: (event: TraceEvent) => number) =>
    tasks.reduce((most, event) => Math.max(most, pick(event)), 0) / 1000;
  if (tasks.length === 0) throw new Error("The trace has no task of the main thread");
  const pids = new Set([...mains].map((main) => Number(main.split(" ")[0])));
  const drawn = events.filter(({ name, pid }) => name === "DrawFrame" && pids.has(pid)).map(({ ts }) => ts / 1000);
  drawn.sort((a, b) => a - b);
  const [first = 0, last = 0] = [drawn[0], drawn.at(-1)];
  return {
    what,
    tasks: tasks.length,
    longestMs: longest(({ dur = 0 }) => dur),
    longestCpuMs: longest(({ tdur = 0 }) => tdur),
    framesPerSecond: last > first ? (1000 * (drawn.length - 1)) / (last - first) : 0,
    longestPauseMs: drawn.slice(1).reduce((most, at, i) => Math.max(most, at - (drawn[i] ?? at)), 0),
    over50: tasks.filter(({ dur = 0 }) => dur > 1000 * LONG_MS).length,
  };
}
