/** The ways to take a dump of a process: what is possible, and the line to copy. The table is that of docs/capture.md. */
import { messages } from "../messages.ts";

export const PROGRAMS = ["restart", "listens", "unprepared"] as const;
export const PYTHONS = ["new", "old"] as const;
export const PLACES = ["same", "other", "traced", "container"] as const;

export interface Situation {
  /** Whether it can be started anew, listens already, or runs unprepared. */
  readonly program: (typeof PROGRAMS)[number];
  /** 3.14 and later, or 3.9 to 3.13. */
  readonly python: (typeof PYTHONS)[number];
  /** Run by the same user; by another; where ptrace is restricted; in a container. */
  readonly place: (typeof PLACES)[number];
}

export interface Way {
  readonly possible: boolean;
  /** The answer as a sentence. */
  readonly title: string;
  readonly lines: string;
  readonly hint: string;
}

/** Which questions decide; the others are not asked. */
export function asked({ program, python }: Situation): { python: boolean; place: boolean } {
  const unprepared = program === "unprepared";
  return { python: unprepared, place: program === "listens" || (unprepared && python === "new") };
}

/** What is possible in a situation: one or two ways, the shorter first. */
export function waysFor({ program, python, place }: Situation): readonly Way[] {
  const say = messages.capture.ways;
  const way = (title: string, lines: string, hint = "", possible = true): Way => ({ possible, title, lines, hint });
  if (program === "restart") {
    return [
      way(say.run, "python3 pyheap_dump.py run app.py", say.runHint),
      way(say.call, 'import pyheap_dump\npyheap_dump.dump("app.pyheap")', say.callHint),
      way(say.listen, "import pyheap_dump\npyheap_dump.listen()", say.listenHint),
    ];
  }
  if (program === "listens") {
    if (place === "container") return [way(say.askInside, inContainer("ask 1"), say.askHint)];
    if (place === "other") return [way(say.askRoot, "sudo python3 pyheap_dump.py ask PID", say.askHint)];
    return [
      way(say.ask, "python3 pyheap_dump.py ask PID", say.askHint),
      way(say.workers, "python3 pyheap_dump.py ask --all-workers PID --fork", say.workersHint),
    ];
  }
  if (python === "old") return [way(say.never, "import pyheap_dump\npyheap_dump.listen()", say.neverHint, false)];
  if (place === "container") return [way(say.attachInside, inContainer("attach 1"), say.attachInsideHint)];
  if (place === "same") return [way(say.attach, "python3 pyheap_dump.py attach PID", say.attachHint)];
  return [way(say.attachRoot, "sudo python3 pyheap_dump.py attach PID", say.attachHint)];
}

function inContainer(command: string): string {
  return [
    "kubectl cp pyheap_dump.py POD:/tmp/",
    `kubectl exec POD -- python3 /tmp/pyheap_dump.py ${command} -o - > app.pyheap`,
  ].join("\n");
}
