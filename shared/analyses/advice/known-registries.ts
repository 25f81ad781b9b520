import type { HeapView } from "../view.ts";
import type { Holding } from "./holding.ts";

/** What a library keeps on purpose, as its source and its documentation say. */
export interface KnownRegistry {
  /** Whether the library itself sees to it that it does not grow for ever. */
  readonly bounded: boolean;
  readonly caveat: string;
  readonly fix: string;
  readonly snippet: string | null;
}

const KNOWN: readonly (readonly [name: RegExp, KnownRegistry])[] = [
  [
    /^django\.db\.backends\..*DatabaseWrapper\.queries_log$/,
    {
      bounded: true,
      caveat:
        "This is Django's log of queries, a deque of at most 9,000 for each connection: it stops growing by itself. It is kept only while settings.DEBUG or connection.force_debug_cursor is on.",
      fix: "Turn DEBUG off where the program serves; in a long script that needs it, empty the log now and then.",
      snippet: "django.db.reset_queries()",
    },
  ],
  [
    /^linecache\.cache$/,
    {
      bounded: false,
      caveat:
        "Here linecache keeps the lines of each source file that a traceback showed: as many as there are files. Lines of generated code, under names such as <generated 7>, are added by who generates it, and nothing takes them out.",
      fix: "Whoever puts lines of generated code here should take them out when the code is gone; or generate each piece of code once.",
      snippet: "linecache.cache.pop(name, None)",
    },
  ],
  [
    /^logging\.Manager\.loggerDict$/,
    {
      bounded: false,
      caveat: "One logger for each module is what every program has. logging never drops a logger.",
      fix: "Ask for loggers by a fixed set of names, and give what differs from one to the next as an argument or in an adapter.",
      snippet: 'log = logging.LoggerAdapter(logging.getLogger("shop"), {"request": number})',
    },
  ],
  [
    /^weakref\.finalize\._registry$/,
    {
      bounded: false,
      caveat: "A finalizer stays here until its object is gone: as many as there are such objects are no leak.",
      fix: "What the finalizer calls, and its arguments, must not refer to the object, or it never goes.",
      snippet: "weakref.finalize(obj, shutil.rmtree, obj.path)  # not obj.close, nor a lambda that uses obj",
    },
  ],
  [
    /^multiprocessing\.util\._finalizer_registry$/,
    {
      bounded: false,
      caveat: "Finalizers of multiprocessing stay here until they are called, or the process ends.",
      fix: "Close pools, queues and listeners when they are done: each takes its finalizer out.",
      snippet: "with multiprocessing.Pool() as pool:\n    ...",
    },
  ],
  [
    /^(re|re\._cache|sre_compile)\._cache2?$/,
    {
      bounded: true,
      caveat: "The cache of re has at most 512 compiled patterns.",
      fix: "Nothing has to be done; re.purge() empties it.",
      snippet: null,
    },
  ],
  [
    /^sys\.path_importer_cache$/,
    {
      bounded: true,
      caveat: "Python keeps what it found in each folder of sys.path: as many as there are folders.",
      fix: "Nothing has to be done; importlib.invalidate_caches() and sys.path_importer_cache.clear() empty it.",
      snippet: null,
    },
  ],
];

/** What is known of a holder by what gives it its name: a module, a class or an instance's class. */
export function knownRegistry(view: HeapView, { itself }: Holding): KnownRegistry | null {
  const { owner, variable } = itself ?? { owner: null, variable: null };
  if (owner === null || owner.id === null || variable === null) return null;
  const module = view.moduleOfDict?.get(owner.id);
  const cls = /^class (.*)$/s.exec(owner.label)?.[1];
  const name = `${module ?? cls ?? owner.type}.${variable}`;
  return KNOWN.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}
