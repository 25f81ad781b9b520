import type { Suspect } from "../../types/advice.ts";
import { formatBytes, formatShare } from "../../types/format.ts";
import { sentence } from "../../types/sentence.ts";
import { buckets } from "../overview.ts";
import { numberOf } from "../summary.ts";
import { type Rule, suspect } from "./finding.ts";

const MEGABYTE = 1024 * 1024;
/** The interpreter and its libraries need some memory of their own, whatever the program does. */
const LEAST_OUTSIDE = 64 * MEGABYTE;
const SHARE_OUTSIDE = 0.35;
const LEAST_FREE = 32 * MEGABYTE;
const SHARE_FREE = 0.25;

/** Resident memory that is in no Python object: of C extensions, or free in Python's allocator. */
export const outsidePython: Rule = ({ view, meta, isCode }) => {
  const rss = numberOf(meta.memory.rss_bytes);
  const known = buckets(view, isCode, meta);
  if (rss === null) return [];
  const suspects: Suspect[] = [];
  const shared = { objects: [], holder: null, usedBy: [], snippet: null } as const;
  // Pages of files (libraries) are shared and can be dropped: they are nobody's leak.
  const files = numberOf(meta.memory.file_bytes) ?? 0;
  const outside = (known.outsidePython ?? 0) - files;
  if (outside >= Math.max(LEAST_OUTSIDE, SHARE_OUTSIDE * rss))
    suspects.push(
      suspect(view, {
        ...shared,
        kind: "outside-python",
        says: sentence`${formatBytes(outside)} of ${formatBytes(rss)} resident memory (${formatShare(outside, rss)}) are in no Python object that this dump can measure`,
        text: "Memory that C extensions, the C library or threads' stacks take: buffers of images and models, database drivers, free memory that malloc has not given back.",
        bytes: outside,
        confidence: "possible",
        seen: [
          `Python's objects take ${formatBytes((known.yourData ?? 0) + (known.loadedCode ?? 0) + (known.garbage ?? 0))}`,
          `Free in Python's allocator: ${formatBytes(known.allocatorFree ?? 0)}`,
          ...(files > 0 ? [`Mapped files, such as libraries: ${formatBytes(files)}`] : []),
        ],
        fix: "Look for it with a tool for native memory, such as memray with --native; try a smaller number of malloc's arenas.",
        snippet: "MALLOC_ARENA_MAX=2 python app.py\nmemray run --native app.py",
        caveat: "Arrays and tensors whose size the dump could not read are in this number too.",
      }),
    );
  const free = known.allocatorFree ?? 0;
  if (free >= Math.max(LEAST_FREE, SHARE_FREE * rss))
    suspects.push(
      suspect(view, {
        ...shared,
        kind: "outside-python",
        says: sentence`${formatBytes(free)} of ${formatBytes(rss)} resident memory (${formatShare(free, rss)}) are free in Python's allocator, and not given back`,
        text: "Small objects were freed, but each arena that still has one of them stays: the process had a peak, or objects that live long lie between others.",
        bytes: free,
        confidence: "possible",
        seen: [`At its largest the process had ${formatBytes(numberOf(meta.memory.peak_rss_bytes) ?? rss)}`],
        fix: "Lower the peak: work in parts, or do the large step in a process of its own that ends.",
        snippet:
          "with concurrent.futures.ProcessPoolExecutor(max_tasks_per_child=1) as pool:\n    result = pool.submit(large_step).result()",
        caveat: "Python uses this memory for its next objects: it is no leak unless it grows.",
      }),
    );
  return suspects;
};
