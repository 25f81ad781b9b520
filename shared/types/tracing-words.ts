import { assertNever } from "./failure.ts";
import type { TracingState } from "./sites.ts";

/** Why it is not known where objects were allocated, in one sentence; null where it is known. */
export function whyNoSites(state: TracingState): string | null {
  switch (state) {
    case "on":
      return null;
    case "off":
      return "Where objects were allocated is not known: tracemalloc was not tracing when the dump was taken.";
    case "private":
      return "Where objects were allocated is not known: tracemalloc was tracing, and at privacy none no file is named.";
    case "old-file":
      return "Where objects were allocated is not known: tracemalloc was tracing, and the dump is of a capture that did not record it.";
    default:
      return assertNever(state);
  }
}

/** What to do about it; null where nothing is missing. */
export function howToTrace(state: TracingState): string | null {
  switch (state) {
    case "on":
      return null;
    case "off":
      return "Start the program with PYTHONTRACEMALLOC=10, or call tracemalloc.start(10) early in it, then take the dump with --fork.";
    case "private":
      return "Where it is allowed, take the dump with --privacy names.";
    case "old-file":
      return "Take the dump again with this version of pyheap_dump.py.";
    default:
      return assertNever(state);
  }
}
