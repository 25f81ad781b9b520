import type { Confidence } from "../../types/advice.ts";
import { formatBytes, formatShare } from "../../types/format.ts";
import type { Meta } from "../../types/heap.ts";
import { type Sentence, sentence } from "../../types/sentence.ts";
import { buckets } from "../overview.ts";
import { numberOf } from "../summary.ts";
import type { HeapView } from "../view.ts";
import type { HeapFacts } from "./facts.ts";
import { type Found, type Rule, suspect } from "./finding.ts";

const MEGABYTE = 1024 * 1024;
/** The interpreter and its libraries need some memory of their own, whatever the program does. */
const LEAST_OUTSIDE = 64 * MEGABYTE;
const SHARE_OUTSIDE = 0.35;
const LEAST_FREE = 32 * MEGABYTE;
const SHARE_FREE = 0.25;
/** A process that works grows by so much now and then. */
const LEAST_GROWTH = 16 * MEGABYTE;
const SHARE_GROWTH = 0.1;
/** Growth outside of Python is likely trouble where it is this share of all growth. */
const MOST_OF_GROWTH = 2 / 3;

/** Resident memory that is in no Python object: of C extensions, or free in Python's allocator; and how memory grew. */
export const outsidePython: Rule = (facts) => {
  const { view, meta, since } = facts;
  const now = partsOf(view, meta);
  if (now === null) return [];
  const before = since?.sameProcess === true ? partsOf(since.pair.before, since.pair.beforeMeta) : null;
  const grown = before === null ? null : growth(before, now);
  const told = grown?.most ?? null;
  return [
    ...(grown === null ? [] : [grownFound(grown, before, now)]),
    ...(told === "outside" ? [] : outsideFound(now)),
    ...(told === "free" ? [] : freeFound(facts, now)),
  ].map((found) => suspect(view, found));
};

/** Where the resident memory of a process is, in bytes. */
interface Parts {
  readonly rss: number;
  readonly objects: number;
  /** Null where the file does not say what the allocator has. */
  readonly free: number | null;
  /** In none of the others; with what is free where that is not known. */
  readonly outside: number;
  /** Pages of files (libraries), which are shared and can be dropped: they are nobody's leak. */
  readonly files: number;
}

function partsOf(view: HeapView, meta: Meta): Parts | null {
  const rss = numberOf(meta.memory.rss_bytes);
  // Code and data are told together here.
  const known = buckets(view, new Uint8Array(0), meta);
  const rest = known.outsidePython ?? known.unexplained;
  if (rss === null || rest === null) return null;
  const files = numberOf(meta.memory.file_bytes) ?? 0;
  const objects = (known.yourData ?? 0) + (known.loadedCode ?? 0) + (known.garbage ?? 0);
  return { rss, objects, free: known.allocatorFree, outside: Math.max(0, rest - files), files };
}

type Part = "objects" | "free" | "outside" | "files";

interface Growth {
  readonly rss: number;
  /** What grew, most first. */
  readonly parts: readonly { readonly part: Part; readonly bytes: number }[];
  readonly most: Part;
}

function growth(before: Parts, now: Parts): Growth | null {
  const rss = now.rss - before.rss;
  if (rss < Math.max(LEAST_GROWTH, SHARE_GROWTH * before.rss)) return null;
  const parts = (["objects", "free", "outside", "files"] as const)
    .map((part) => ({ part, bytes: (now[part] ?? 0) - (before[part] ?? 0) }))
    .sort((a, b) => b.bytes - a.bytes);
  return { rss, parts, most: parts[0].part };
}

const WHERE: Readonly<Record<Part, string>> = {
  objects: "in Python's objects",
  free: "free in Python's allocator",
  outside: "outside of Python's objects",
  files: "in mapped files",
};

/** What to look at and to measure next, by what grew most. */
const NEXT: Readonly<Record<Part, Pick<Found, "text" | "fix" | "snippet" | "caveat">>> = {
  objects: {
    text: "Most of it is in Python's objects. Which holders grew is told one by one, here and where the two dumps are compared.",
    fix: "Look at the holders that grew.",
    snippet: "pyheap-explorer compare EARLIER FILE",
    caveat: "A process that was just started loads what it needs: look at two later moments too.",
  },
  free: {
    text: "Most of it was taken for objects that are gone. Python's allocator gives an arena back when nothing is left in it, and objects that stay lie between those that went.",
    fix: "Lower the peak: work in parts, or do the large step in a process of its own that ends. Watch the number to see whether it goes on to grow.",
    snippet: "sys._debugmallocstats()  # to the standard error output: arenas, and what is free in each size",
    caveat: "Python uses this memory for its next objects: it is no leak unless it grows again.",
  },
  outside: {
    text: "Most of it is in no Python object that the dump can measure: C extensions, the C library's own free memory, threads' stacks.",
    fix: "See first whether malloc has it free: after malloc_trim the resident size falls. If it does not, somebody in C has it: record who asks for it.",
    snippet:
      'ctypes.CDLL("libc.so.6").malloc_trim(0)  # in the process; then look at VmRSS in /proc/self/status\nmemray run --native -o native.bin app.py\nmemray flamegraph --leaks native.bin',
    caveat:
      "Arrays and tensors whose size the dump could not read are in this number too, and buffers that a library keeps for its next use.",
  },
  files: {
    text: "Most of it are pages of mapped files: libraries that were loaded, or files that were opened with mmap. The system can drop them when it needs the memory.",
    fix: "Look which files are mapped, if it matters.",
    snippet: "grep -A2 -E 'r--s|r--p' /proc/PID/smaps | sort -u",
    caveat: "Such pages are shared with other processes, and count once for all of them.",
  },
};

function grownFound({ rss, parts, most }: Growth, before: Parts | null, now: Parts): Found {
  const [first] = parts;
  const bytes = first.bytes;
  const likely = most === "outside" && bytes >= Math.max(LEAST_OUTSIDE, MOST_OF_GROWTH * rss, SHARE_GROWTH * now.rss);
  const confidence: Confidence = likely ? "likely" : "possible";
  const others = parts.slice(1).filter((each) => Math.abs(each.bytes) >= MEGABYTE);
  const says: Sentence = sentence`The process has ${formatBytes(rss)} more in memory than at the earlier dump: ${[first, ...others].map((each) => partText(each)).join(", ")}`;
  return {
    kind: "outside-python",
    says,
    bytes,
    grewBytes: bytes,
    confidence,
    objects: [],
    holder: null,
    usedBy: [],
    seen: [
      `Resident memory ${formatBytes(before?.rss ?? 0)} then, ${formatBytes(now.rss)} now`,
      ...parts.map(({ part }) => {
        const [then, is] = [before?.[part] ?? null, now[part]];
        return then === null || is === null
          ? `What is ${WHERE[part]} is not known`
          : `${WHERE[part][0].toUpperCase()}${WHERE[part].slice(1)} ${formatBytes(then)} then, ${formatBytes(is)} now`;
      }),
    ],
    ...NEXT[most],
  };
}

const partText = ({ part, bytes }: Growth["parts"][number]): string =>
  `${formatBytes(Math.abs(bytes))} ${bytes < 0 ? "less " : ""}${WHERE[part]}`;

function outsideFound({ rss, objects, free, outside, files }: Parts): Found[] {
  // Without the allocator's figures what is free would be told as somebody's.
  if (free === null || outside < Math.max(LEAST_OUTSIDE, SHARE_OUTSIDE * rss)) return [];
  return [
    {
      kind: "outside-python",
      says: sentence`${formatBytes(outside)} of ${formatBytes(rss)} resident memory (${formatShare(outside, rss)}) are in no Python object that this dump can measure`,
      text: "Memory that C extensions, the C library or threads' stacks take: buffers of images and models, database drivers, free memory that malloc has not given back.",
      bytes: outside,
      confidence: "possible",
      objects: [],
      holder: null,
      usedBy: [],
      seen: [
        `Python's objects take ${formatBytes(objects)}`,
        `Free in Python's allocator: ${formatBytes(free)}`,
        ...(files > 0 ? [`Mapped files, such as libraries: ${formatBytes(files)}`] : []),
      ],
      fix: "Look for it with a tool for native memory, such as memray with --native; try a smaller number of malloc's arenas.",
      snippet: "MALLOC_ARENA_MAX=2 python app.py\nmemray run --native app.py",
      caveat: "Arrays and tensors whose size the dump could not read are in this number too.",
    },
  ];
}

function freeFound({ meta }: HeapFacts, { rss, free }: Parts): Found[] {
  if (free === null || free < Math.max(LEAST_FREE, SHARE_FREE * rss)) return [];
  return [
    {
      kind: "outside-python",
      says: sentence`${formatBytes(free)} of ${formatBytes(rss)} resident memory (${formatShare(free, rss)}) are free in Python's allocator, and not given back`,
      text: "Small objects were freed, but each arena that still has one of them stays: the process had a peak, or objects that live long lie between others.",
      bytes: free,
      confidence: "possible",
      objects: [],
      holder: null,
      usedBy: [],
      seen: [`At its largest the process had ${formatBytes(numberOf(meta.memory.peak_rss_bytes) ?? rss)}`],
      fix: "Lower the peak: work in parts, or do the large step in a process of its own that ends.",
      snippet:
        "with concurrent.futures.ProcessPoolExecutor(max_tasks_per_child=1) as pool:\n    result = pool.submit(large_step).result()",
      caveat: "Python uses this memory for its next objects: it is no leak unless it grows.",
    },
  ];
}
