import type {
  HolderRow,
  ObjectDetail,
  OfferedFile,
  Overview,
  RootInfo,
  SnapshotInfo,
  Stage,
  Summary,
  TypeRow,
} from "../shared/session/contract.ts";
import type { Source } from "../shared/types/route.ts";
import { adviceWords } from "./components/advice-words.ts";
import { compareWords } from "./components/compare-words.ts";
import { cutWords } from "./components/cut-words.ts";
import { cycleWords } from "./components/cycle-words.ts";
import { formatSpan } from "./components/delta.ts";
import { findWords } from "./components/find-words.ts";
import { formatBytes, formatCount, formatDate, formatDuration, formatShare, plural } from "./components/format.ts";
import { heldWords } from "./components/held-words.ts";
import { notebookWords } from "./components/notebook-words.ts";
import { pathName } from "./components/python-names.ts";
import { code, type Sentence, sentence } from "./components/sentence.ts";
import { seriesWords } from "./components/series-words.ts";
import { siteWords } from "./components/site-words.ts";
import { stackWords } from "./components/stack-words.ts";
import { typeWords } from "./components/type-words.ts";
import { onHover, shown } from "./components/visible-text.ts";

/** Every text of the page, so that one file has the words, and a typo in a name of one is a compile error. */
export const messages = {
  app: "PyHeap Explorer",
  loading: "Loading…",
  retry: "Try again",
  dismiss: "Dismiss",
  copy: "Copy",
  copied: "Copied",
  copyFailed: "The browser did not allow copying",
  notThere: "–",
  skip: "Skip to content",

  start: {
    title: "What keeps your Python process's memory alive?",
    lead: "Open a heap dump. It is read on this computer, and nothing leaves it.",
    open: "Open a file…",
    dropHint: "or drop a .pyheap file anywhere on this window",
    drop: "Drop to open",
    dropLead: "Heap dumps end in .pyheap. Several can be open at once.",
    files: "Files",
    filesLead: "named on the command line, or open not long ago",
    columns: { name: "File", program: "Program", python: "Python", date: "Taken", size: "Size" },
    origins: {
      "command-line": "command line",
      recent: "recent",
      picked: "opened by you",
      dropped: "dropped",
      sample: "sample",
    } satisfies Record<OfferedFile["origin"], string>,
    jobs: {
      title: "What it is for",
      lead: "to try on two dumps of a small shop that leaks",
      open: {
        title: "Open a file",
        lead: "What the process was, where its bytes are, and which containers hold most of them.",
        sample: "Look at the shop on Tuesday",
      },
      why: {
        title: "Who keeps it alive?",
        lead: "For any object the chain of Python names that holds it, as a sentence and as a graph.",
        sample: "Ask it for one of the shop's requests",
      },
      grew: {
        title: "What grew?",
        lead: "Two dumps side by side: the container that holds the growth, what is new, what is gone.",
        sample: "Compare Monday with Tuesday",
      },
    },
    isOpen: "open",
    forget: (name: string) => `Take ${shown(name, 60)} off this list; the file stays`,
    clearRecent: "Clear recent files",
    clearRecentHint: "Takes the recent files off this list; the files themselves stay where they are",
    cannotOpen: "can't be opened",
    noFiles: "No dumps yet. Take one as shown below, then drop the file here.",
    sending: (name: string) => `Sending ${shown(name, 60)}`,
    reading: (name: string) => (name === "" ? "Opening the file…" : `Opening ${shown(name, 60)}…`),
    failedToOpen: (name: string) => `${shown(name, 60)} was not opened.`,
  },

  capture: {
    title: "Capture a process",
    lead: "pyheap_dump.py is one file and needs only the standard library of CPython 3.9 or later. Copy it to where the program runs.",
    program: "The program",
    programs: {
      restart: "can be started anew",
      listens: "runs, and has called listen()",
      unprepared: "runs, and nothing was prepared",
    },
    python: "Its Python",
    pythons: { new: "3.14 or later", old: "3.9 to 3.13" },
    place: "Where it runs",
    places: {
      same: "as my user, on this machine",
      other: "as another user",
      traced: "where kernel.yama.ptrace_scope is 1 or 2",
      container: "in a container",
    },
    ways: {
      run: "Run it under the dumper",
      runHint:
        "Dumped when it ends, also by an error. It can also be dumped at intervals, or when memory grows above a limit: see its --help.",
      call: "Dump at a line of it",
      callHint: "Put this where memory is high: at the end of a job, or in a view that only you can call.",
      listen: "Let it be asked later",
      listenHint:
        "Put this at its start; forked workers listen too. “pyheap_dump.py install” prints the lines for gunicorn, Celery, Docker.",
      ask: "Ask it for a dump",
      askHint:
        "It stands still for a few seconds per million objects; --fork shortens that to a moment. It goes on afterwards.",
      askRoot: "Ask it for a dump, as its user or root",
      askInside: "Ask it, inside the container",
      workers: "Ask it and its workers, one after the other",
      workersHint:
        "By a fork, because some servers restart a worker that is silent for seconds: uvicorn after five, gunicorn after thirty.",
      attach: "Attach to it, with the same Python",
      attachHint:
        "It dumps itself as soon as it runs Python; one that sleeps is left alone after --wait S. PYTHON_DISABLE_REMOTE_DEBUG in its environment forbids it.",
      attachRoot: "Attach to it as root",
      attachInside: "Attach to it, inside the container",
      attachInsideHint:
        "1 is its process number in there. Where kernel.yama.ptrace_scope is 1 or more, the container needs the capability SYS_PTRACE.",
      never: "Not possible without a restart; add this line now",
      neverHint:
        "Nobody can safely enter a Python before 3.14 from outside. With this line at its start it can be asked from the next start on.",
    },
  },

  frame: {
    tabs: "Open dumps",
    home: "Files",
    closeTab: (name: string) => `Close ${shown(name, 60)}`,
    back: "Back",
    forward: "Forward",
    screens: "Screens",
    moreScreens: "More screens",
    overview: "Overview",
    types: "Types",
    holders: "Biggest holders",
    heldOutside: "Held from outside Python",
    unreachable: "No known holder",
    hints: {
      overview: "Where the bytes are, what keeps them alive, and what the cyclic collector does",
      types: "Every type, how many objects it has, and how much memory they use",
      holders: "The objects that keep the most memory alive: without one of them, that much would be gone",
      heldOutside: "Objects that nothing in the dump holds, though their reference count says that something does",
      unreachable: "Objects that nothing holds: garbage that waits for the collector, or a holder that can't be seen",
    },
    theme: { system: "Colours: as the system", light: "Colours: light", dark: "Colours: dark" },
    notOpen: "This link leads to a dump that isn't open here.",
    notOpenLead:
      "Open the file it came from, then follow the link again. Links name a dump by its own id, not by its path.",
    toStart: "Show the files",
    noScreen: "This version has no such screen yet.",
    opening: "Opening the dump that this link names…",
  },

  find: findWords,

  status: {
    fromCache: "kept from an earlier opening",
    stages: {
      types: "Counting types",
      columns: "Reading objects and references",
      graph: "Following references",
      dominators: "Finding the biggest holders",
      cycles: "Finding reference cycles",
    } satisfies Record<Stage, string>,
    waiting: "Waiting to start",
    cancel: "Stop and close",
    done: (duration: string) => `Analysed in ${duration}`,
    stopped: "The analysis stopped",
    python: (version: string) => `Python ${shown(version, 40)}`,
    progress: "Analysis",
  },

  table: {
    waiting: "Waiting for the analysis…",
    updating: "Updating…",
    noRows: "Nothing here.",
    noMatch: (text: string) => `Nothing matches “${shown(text, 60)}”.`,
    showAll: "Show all",
    filterTypes: "Filter by type name",
    shown: (total: number, of: number | null, what: string) =>
      of === null || of === total ? plural(total, what) : `${formatCount(total)} of ${plural(of, what)}`,
    notYet: "…",
    notYetHint: "Known once the biggest holders are found",
  },

  columns: {
    type: "Type",
    module: "Module",
    count: "Objects",
    shallow: "Own size",
    retained: "Keeps alive",
    released: "Frees at once",
    object: "Object",
    address: "Address",
    edge: "Reference",
    hints: {
      shallow: "Own size (shallow size): the object itself, without what it refers to",
      retained: "Keeps alive (retained size): what would be gone without it, each byte counted once",
      released:
        "Frees at once: what reference counts alone would free if all that stays let go of it; the rest of what it keeps alive waits for the next collection",
      count: "How many objects have this type",
      address: "What id() gave in the process",
      edge: "How the holder names it",
    },
  },

  overview: {
    title: (info: SnapshotInfo, summary: Summary | null, overview: Overview | null): Sentence => {
      if (overview === null) return messages.types.title(info, summary, null);
      const { wouldFree } = overview.collector;
      const { yourData, loadedCode } = overview.buckets;
      const [holder] = overview.holders;
      if (
        wouldFree !== null &&
        wouldFree.bytes > (holder?.retainedBytes ?? 0) &&
        wouldFree.bytes > overview.liveBytes / 10
      )
        return sentence`${plural(wouldFree.objects, "object")} wait for the cyclic collector: ${formatBytes(wouldFree.bytes)} of garbage`;
      if (holder === undefined)
        return sentence`No container stands out: ${formatBytes(overview.liveBytes)} are alive, none keeps a large part of it`;
      const name = messages.overview.holder(holder);
      const { retainedBytes: bytes, share } = holder;
      if (share >= 0.1) return sentence`${name} keeps ${formatBytes(bytes)} alive, ${formatShare(share, 1)}`;
      const most = sentence`${name} keeps most alive: ${formatBytes(bytes)}`;
      return (loadedCode ?? 0) > (yourData ?? 0)
        ? sentence`Most is loaded code: ${formatBytes(loadedCode ?? 0)} of ${formatBytes(overview.liveBytes)}. Of your data, ${most}`
        : sentence`No container stands out. ${most}, ${formatShare(share, 1)}`;
    },
    holder: (holder: HolderRow): Sentence => {
      const { path, label } = holder;
      return sentence`${code(shown(pathName(path), 90))}${path.endsWith(label) ? "" : sentence` (${shown(label, 60)})`}`;
    },
    facts: (info: SnapshotInfo, summary: Summary | null): readonly string[] => {
      const pause = summary?.capture.pauseSeconds;
      const { host = null, uptimeSeconds = null } = summary ?? {};
      return [
        info.pid === null ? "" : `process ${info.pid}${typeof host === "string" ? ` on ${shown(host, 40)}` : ""}`,
        info.python === null ? "" : `Python ${shown(info.python, 40)}`,
        info.createdAt === null ? "" : `taken ${formatDate(info.createdAt)}`,
        uptimeSeconds === null ? "" : `after running for ${formatSpan(uptimeSeconds)}`,
        typeof pause === "number" ? `paused ${formatDuration(1000 * pause)}` : "",
        plural(info.objects, "object"),
      ].filter((fact) => fact !== "");
    },
    program: "Program",
    label: "Label given when the dump was taken",
    analysing: "Finding out what keeps what alive",
    analysingLead: "The types are there already; the rest of this screen follows.",
    stopped: "The analysis stopped before this was known.",
    stageDone: "done",
    stageWaiting: "waiting",
    buckets: {
      title: (bytes: number | null): string =>
        bytes === null ? "Where the bytes are" : `Where the process's ${formatBytes(bytes)} are`,
      names: {
        yourData: "Your data",
        loadedCode: "Loaded code",
        garbage: "Garbage waiting",
        allocatorFree: "Free in Python's allocator",
        outsidePython: "Outside Python",
        unexplained: "Not explained",
      },
      hints: {
        yourData: "Objects that are not the program itself: what a leak is made of",
        loadedCode: "Modules, functions, classes, and what belongs to them alone",
        garbage: "Objects that nothing holds any more; a run of the cyclic collector frees them",
        allocatorFree: "Memory that Python's allocator keeps for new objects",
        outsidePython: "Memory of C extensions, of the interpreter itself, and what C's allocator keeps",
        unexplained: "Resident memory in which no Python object of this dump lies",
      },
      unexplained:
        "Not explained: free memory in Python's allocator or memory outside Python; this dump can't tell them apart.",
      notResident: (bytes: number): string =>
        `The objects are larger than the ${formatBytes(bytes)} that were resident: some of them were swapped out or shared.`,
      noResident:
        "The dump does not say how large the process was, so memory outside of Python's objects is not known.",
      notKnown: (name: string): string => `${name}: not known.`,
      peak: (bytes: number): string => `At its largest the process had ${formatBytes(bytes)}.`,
      limit: (bytes: number, rss: number): string =>
        rss > bytes
          ? `Its limit of ${formatBytes(bytes)} is exceeded by ${formatBytes(rss - bytes)}.`
          : `${formatBytes(bytes - rss)} below its limit of ${formatBytes(bytes)}.`,
    },
    holders: "Biggest holders",
    holdersLead: "containers of your data, and the functions that use them",
    noHolders: "No container of your data keeps more than 0.5 % alive.",
    allHolders: "All biggest holders",
    ofAll: (share: number): string => `${formatShare(share, 1)} of all that is alive`,
    usedBy: "Used by",
    moduleLevel: "module level",
    moreUses: (count: number): string => `and ${formatCount(count)} more`,
    copyPlace: (place: string): string => `Copy ${onHover(place)}`,
    types: "Top types",
    typesBy: (retained: boolean): string => (retained ? "by what they keep alive" : "by their own size"),
    allTypes: "All types",
    unseen: "What this dump can't tell",
    collector: {
      title: "Cyclic collector",
      generation: "Gen.",
      objects: "Objects",
      count: "Count / limit",
      runs: "Runs",
      freed: "Freed",
      hints: {
        generation: "Generation: how many runs an object has survived, youngest first",
        objects: "Tracked objects that were in the generation when the dump was taken",
        count:
          "gc.get_count() / gc.get_threshold(): for 0, new objects since the last run; for 1 and 2, runs of the generation before. A run begins when the count passes the limit; a full run also waits until a quarter more objects are there.",
        runs: "How often it ran since the program began: gc.get_stats()",
        freed: "Objects that it freed since the program began: gc.get_stats()",
      },
      numbersOf: "Its numbers by generation",
      automatic: "Automatic",
      enabled: (enabled: boolean | null): string =>
        enabled === null ? "not known" : enabled ? "on" : "off: gc.disable() was called",
      untracked: "Not looked at",
      untrackedHint: "Objects that can't be part of a cycle, such as numbers and text",
      frozen: "Frozen",
      frozenHint: "Objects that gc.freeze() set aside: the collector never looks at them",
      garbage: "gc.garbage",
      garbageHint: "Objects that the collector found and could not, or was told not to, free",
      uncollectable: "Could not be freed",
      debug: "Debug flags",
      nowUnknown: sentence`What ${code("gc.collect()")} now would free is not known: references or reference counts are not in this dump.`,
      now: (free: number, bytes: number): Sentence =>
        free === 0
          ? sentence`${code("gc.collect()")} now would free nothing.`
          : sentence`${code("gc.collect()")} now would free ${plural(free, "object")}, ${formatBytes(bytes)}.`,
      stuck: (count: number): string =>
        `${plural(count, "object")} more ${count === 1 ? "is" : "are"} in gc.garbage, which it would not free.`,
      show: "Show them",
    },
  },

  map: {
    title: "Memory map",
    lead: "what keeps what alive, by size",
    whole: "all that is alive",
    label: (label: string, bytes: number): string => `${shown(label, 120)}, keeps ${formatBytes(bytes)} alive`,
    restText: (size: string): string => `${size} in smaller objects`,
    restLabel: (bytes: number): string => `${formatBytes(bytes)} in smaller objects, not drawn one by one`,
    hint: "Click to zoom in. Arrow keys move, Enter zooms, Backspace goes back, Space opens the object.",
    listRest: "List them",
    listAll: "List what it keeps",
    place: "Where the map is",
    more: (count: number): string => `${formatCount(count)} more between`,
    data: "Data",
    code: "Loaded code",
    smaller: "Smaller objects",
    keeps: (bytes: number, whole: number): string => `keeps ${formatBytes(bytes)} alive, ${formatShare(bytes, whole)}`,
    own: (bytes: number): string => `${formatBytes(bytes)} itself`,
    deeper: (rows: number): string =>
      `${plural(rows, "level")} more below: zoom in to see ${rows === 1 ? "it" : "them"}.`,
    empty: "Nothing is alive in this dump.",
  },

  types: {
    title: (info: SnapshotInfo, summary: Summary | null, top: TypeRow | null): Sentence => {
      const start = `${plural(info.objects, "object")} of ${plural(info.types, "type")}`;
      if (summary === null) return sentence`${start}`;
      const used = sentence`${start} use ${formatBytes(summary.shallowBytes)}`;
      if (top === null) return used;
      const share = formatShare(top.shallowBytes, summary.shallowBytes);
      return sentence`${used}. ${code(shown(top.type, 60))} uses most: ${formatBytes(top.shallowBytes)}, ${share}`;
    },
    label: "Types",
  },

  objects: {
    breadcrumb: "Types",
    label: "Objects",
    ofType: (type: string, total: number, shallow: number | null, retained: number | null): Sentence => {
      const start = sentence`${plural(total, "object")} of type ${code(shown(type, 80))}`;
      if (shallow === null) return start;
      const use = sentence`${start} ${total === 1 ? "uses" : "use"} ${formatBytes(shallow)}`;
      if (retained === null) return use;
      return sentence`${use} and ${total === 1 ? "keeps" : "keep"} ${formatBytes(retained)} alive`;
    },
    biggest: (label: string, bytes: string, share: string): Sentence =>
      sentence`${code(shown(label, 80))} keeps ${bytes} alive, ${share} of all that is alive`,
    source: (source: Source): Sentence => {
      switch (source.kind) {
        case "all":
          return sentence`All objects`;
        case "type":
          return sentence`Objects of one type`;
        case "within":
          return typeWords.within(source);
        case "types":
          return sentence`Objects of ${plural(source.types.length, "type")}`;
        case "dominated":
          return source.object === null ? sentence`Biggest holders` : sentence`What would be gone with this object`;
        case "kept":
          return sentence`All that would be gone with this object`;
        case "referents":
          return sentence`What this object holds`;
        case "referrers":
          return sentence`What holds this object`;
        case "neighbours":
          return sentence`${source.direction === "referents" ? "What this object holds in one way" : "What holds this object in one way"}`;
        case "text":
          return sentence`Objects whose text contains ${code(shown(source.text, 60))}`;
        case "pattern":
          return sentence`Objects whose text matches ${code(`/${shown(source.pattern, 60)}/`)}`;
        case "attribute":
          return sentence`What instances hold as ${code(`.${shown(source.name, 60)}`)}`;
        case "set":
          return sentence`Object set`;
        case "combined":
          return sentence`${{ union: "In either set", intersection: "In both sets", difference: "In the first set only" }[source.how]}`;
        case "address":
          return sentence`Object at ${code(shown(source.address, 40))}`;
        case "site":
          return siteWords.source(source.by);
        case "held-outside":
          return sentence`Held from outside Python`;
        case "unreachable":
          return sentence`No known holder`;
        case "cycle":
          return sentence`Members of one reference cycle`;
        case "cycles-alike":
          return sentence`Members of like reference cycles`;
        case "fate":
          return sentence`Objects that are ${source.fate === "still-there" ? "still there" : source.fate}`;
      }
    },
    heldOutside: (count: number, bytes: number): Sentence =>
      count === 0
        ? sentence`Every object is held by something in this dump`
        : sentence`${plural(count, "object")}, ${formatBytes(bytes)}, ${count === 1 ? "is" : "are"} held from outside Python`,
    unreachable: (waiting: Summary["unreachable"]): Sentence => {
      if (waiting === null) return sentence`Which objects have no holder is not known`;
      const { objects: count, bytes } = waiting;
      return count === 0
        ? sentence`Every object has a known holder`
        : sentence`${plural(count, "object")}, ${formatBytes(bytes)}, ${count === 1 ? "has" : "have"} no known holder`;
    },
    explained: {
      dominated: "Without one of these, everything it keeps alive would be gone. Nothing else holds that.",
      "held-outside":
        "Their reference counts say that something holds them, but nothing in the dump does: a C extension, a C global, or a frame that was not captured.",
      unreachable: "Nothing in the dump refers to them from a starting point. Most wait for the cyclic collector.",
    },
    text: (text: string, total: number): Sentence =>
      total === 0
        ? sentence`No object's text contains ${code(shown(text, 60))}`
        : sentence`${plural(total, "object")} whose text contains ${code(shown(text, 60))}`,
    pattern: (pattern: string, total: number): Sentence =>
      total === 0
        ? sentence`No object's text matches ${code(`/${shown(pattern, 60)}/`)}`
        : sentence`${plural(total, "object")} whose text matches ${code(`/${shown(pattern, 60)}/`)}`,
    noAddress: (address: string): Sentence => sentence`There is no object at ${code(shown(address, 40))}`,
    noAddressLead: "An address is only good for one dump: the process reuses it once the object is gone.",
  },

  object: {
    whyAlive: "Why alive?",
    title: (label: string, shallow: number, retained: number | null): Sentence => {
      const uses = sentence`${code(shown(label, 120))} uses ${formatBytes(shallow)}`;
      if (retained === null) return uses;
      return retained > shallow
        ? sentence`${uses} and keeps ${formatBytes(retained)} alive`
        : sentence`${uses} and keeps nothing else alive`;
    },
    copyAddress: "Copy address",
    copyLabel: "Copy text",
    facts: "Facts",
    ownSize: "Own size",
    ownSizeParts: (reported: number, hidden: number) =>
      `${formatBytes(reported)} reported + ${formatBytes(hidden)} hidden`,
    ownSizeHint: "What sys.getsizeof says, and what it leaves out (inline values, the collector's header, buffers)",
    keepsAlive: "Keeps alive",
    freesAtOnce: "Frees at once",
    freesAtOnceHint:
      "What reference counts alone would free if all that stays let go of it; the rest waits for the next collection",
    freesRest: (rest: number) => (rest > 0 ? `${formatBytes(rest)} more at the next collection` : "all of it"),
    freesUnknown: "its count can't be trusted",
    /** `frees 3.1 MB at once, 0.2 MB more at the next collection`. */
    frees: (atOnce: number, all: number): string =>
      atOnce === all
        ? "all of it is freed at once"
        : `frees ${atOnce === 0 ? "nothing" : formatBytes(atOnce)} at once, ${formatBytes(all - atOnce)}${atOnce === 0 ? "" : " more"} at the next collection`,
    references: "References to it",
    referencesHint: "Its reference count, and how much of it the dump explains",
    generation: "Collector",
    generationHint: "The generation of the cyclic collector that it was in",
    reach: "Reached",
    reachHint: "Whether a chain of references leads to it from a module, a thread or another starting point",
    chain: "Biggest holders around it",
    chainLead: "without any one of these, it would be gone",
    chainNone: "No single object holds it alone.",
    chainCut: "The chain is longer; its outer part is left out.",
    chainMore: (count: number) => `${formatCount(count)} more`,
    here: "this object",
    holds: "Holds",
    heldBy: "Held by",
    holdsNothing: "It refers to nothing.",
    heldByNothing: "Nothing in the dump refers to it.",
    missing: (count: number) =>
      `${plural(count, "reference")} of it ${count === 1 ? "leads" : "lead"} to objects that the dump leaves out.`,
    weak: "weak",
    weakHint: "A weak reference: it does not keep the object alive",
    borrowed: "borrowed",
    borrowedHint: "A pointer without a reference: it does not keep the object alive",
    immortal: "immortal: it is never freed, its count means nothing",
    countUnknown: "this Python's count can't be trusted",
    references_: (detail: Pick<ObjectDetail, "refcount" | "explainedReferences">): string => {
      const { refcount, explainedReferences: found } = detail;
      if (refcount === null) return messages.object.countUnknown;
      if (found > refcount) return `${formatCount(found)} found, though the count says ${formatCount(refcount)}`;
      const start = `${formatCount(found)} of ${plural(refcount, "reference")} found`;
      return found === refcount ? start : `${start}, ${formatCount(refcount - found)} from outside the graph`;
    },
    generation_: (detail: Pick<ObjectDetail, "generation" | "tracked">): string => {
      if (!detail.tracked) return "not tracked: it can't be part of a cycle";
      return detail.generation === null ? "tracked, generation unknown" : `generation ${detail.generation}`;
    },
    reach_: {
      named: "from a named starting point",
      "held-outside": "only from outside Python",
      unreachable: "not reached: no known holder",
    },
    distanceOf: ({ distance }: Pick<ObjectDetail, "distance">): string =>
      distance === null
        ? ""
        : distance === 0
          ? "it is one itself"
          : `${plural(distance, "reference")} from the nearest one`,
    cycle: "Reference cycle",
    cycleOf: (objects: number | null): string =>
      objects === null ? "not known yet" : objects === 0 ? "in none" : `one of ${plural(objects, "object")}`,
    ring: (steps: NonNullable<ObjectDetail["smallestCycle"]>): string =>
      steps.length === 0
        ? ""
        : `smallest: ${steps
            .slice(0, 4)
            .map(({ label, edge }) => shown(`${label}${edge}`, 40))
            .join(" → ")}${steps.length > 4 ? ` → … (${steps.length})` : ""}`,
    cycleHint: "Objects that hold each other in a ring: reference counts alone never free them",
  },

  advisor: adviceWords,
  compare: compareWords,
  series: seriesWords,
  cycles: cycleWords,
  cut: cutWords,
  held: heldWords,
  stacks: stackWords,
  notebook: notebookWords,

  why: {
    asking: "Looking for what keeps it alive…",
    how: "How it is held",
    skipped: (count: number): string => `… ${plural(count, "object")} in between left out …`,
    startingPoint: "starting point",
    withVariables: "with its variables",
    withVariablesHint:
      "What its __dict__ keeps alive; others hold that too, as a module's functions hold its variables",
    thisObject: "this object",
    ignore: "Ignore this holder",
    ignoreShort: "Ignore",
    ignored: "Ignored holders",
    ignoredLead: "ways through these are left out",
    bringBack: "Bring back",
    bringAllBack: "Bring all back",
    others: "Other ways it is held",
    othersLead: (count: number, complete: boolean) =>
      `${formatCount(count)}${complete ? "" : ", perhaps more"}, with no holder in common`,
    noOthers: "None: every way to it passes one of the objects above.",
    noOthersIncomplete: "None found; the search was bounded, so there may be more.",
    weak: "Weak references",
    weakLead: "they do not keep it alive",
    weakRow: "does not keep it alive",
    weakWays: "Show how the weak references themselves are held",
    noWeakWays: "Nothing with a name holds them.",
    frames: "Count frames as holders",
    framesHint: "running functions, generators, and frames that a traceback keeps",
    weakMore: (count: number) => `and ${formatCount(count)} more`,
    graph: "Graph",
    graphLabel: (nodes: number) =>
      `The ways it is held, drawn: ${plural(nodes, "object")}. The list says the same in words.`,
    graphLeft: (left: number) => `${plural(left, "object")} left out of the picture`,
    graphWorking: "Drawing…",
    graphHint: "Click an object to select it, twice to open it.",
    graphFailed: "The picture could not be drawn. The list says the same in words.",
    zoomIn: "Zoom in",
    zoomOut: "Zoom out",
    fit: "Show all",
    openObject: "Open this object",
    copyMarkdown: "Copy as Markdown",
    heldOutsideLead:
      "Nothing in the dump holds it. A C extension, a C global or a frame that was not captured may; Python code alone can't tell.",
    unreachableLead: (collectorIsOff: boolean): string =>
      collectorIsOff
        ? "It is no longer in use, and goes only when gc.collect() is called: the cyclic collector is off in this process."
        : "It is no longer in use. The next run of the cyclic collector frees it.",
    paths: "No way from a starting point was found.",
  },
} as const;

/** `module shop.sessions`, `thread MainThread, handle app.py:41`. */
export function rootName(root: RootInfo): Sentence {
  const kinds: Record<RootInfo["kind"], string> = {
    module: "module",
    modules: "loaded modules",
    thread: "thread",
    builtin: "built in",
    type: "built-in type",
    frozen: "frozen",
    c_held: "held from outside Python",
    immortal: "immortal",
    uncounted: "count unknown",
  };
  const place = root.place === null ? sentence`` : sentence`, ${code(shown(root.place, 80))}`;
  if (root.name === "") return sentence`${kinds[root.kind]}${place}`;
  return sentence`${kinds[root.kind]} ${code(shown(root.name, 80))}${place}`;
}
