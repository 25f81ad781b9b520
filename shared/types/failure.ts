/** Why a request failed, in a form that survives structured clone, JSON and the user's eyes. */
export type Failure =
  | { readonly code: "no-such-file"; readonly path: string }
  | { readonly code: "not-a-file"; readonly path: string }
  | { readonly code: "no-permission"; readonly path: string }
  | { readonly code: "empty-file"; readonly path: string }
  | { readonly code: "not-a-snapshot"; readonly path: string; readonly looksLike: LooksLike }
  | { readonly code: "newer-version"; readonly path: string; readonly found: number; readonly supported: number }
  | { readonly code: "cut-short"; readonly path: string }
  | { readonly code: "damaged"; readonly path: string; readonly what: string }
  | { readonly code: "too-large"; readonly path: string; readonly what: string }
  | { readonly code: "file-changed"; readonly path: string }
  | { readonly code: "no-such-snapshot" }
  | { readonly code: "no-such-object"; readonly object: string; readonly objects: number }
  | { readonly code: "no-such-type"; readonly name: string; readonly candidates: readonly string[] }
  | { readonly code: "no-such-set"; readonly set: string }
  | { readonly code: "no-notebook"; readonly path: string; readonly why: string }
  | { readonly code: "file-exists"; readonly path: string }
  | { readonly code: "cannot-write"; readonly path: string; readonly why: string }
  | { readonly code: "bad-request"; readonly what: string }
  | { readonly code: "no-such-offer" }
  | { readonly code: "nothing-left"; readonly path: string; readonly what: string }
  | { readonly code: "no-token" }
  | { readonly code: "connection-lost" }
  | { readonly code: "cancelled" }
  | { readonly code: "bug"; readonly message: string };

/** What a file that is not ours seems to be. */
export type LooksLike = "sqlite" | "ivanyu-pyheap" | "heapsnapshot" | "gzip" | "unknown";

/** The one error class of the project. Throw it for what a user can cause; anything else is a bug. */
export class HeapError extends Error {
  override readonly name = "HeapError";
  readonly failure: Failure;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(describe(failure), options);
    this.failure = failure;
  }
}

const NOT_OURS: Record<LooksLike, string> = {
  sqlite: "is a SQLite database, but not a heap dump of PyHeap Explorer.",
  "ivanyu-pyheap":
    "was written by the older tool ivanyu/pyheap, which uses the same extension; this version can't read its files. Dump the process again with pyheap_dump.py.",
  heapsnapshot: "looks like JSON, perhaps a Chrome heap snapshot; this program opens heap dumps of Python processes.",
  gzip: "is compressed with gzip. Unpack it first: gunzip it, then open the result.",
  unknown: "is not a heap dump. Make one with pyheap_dump.py.",
};

/** One sentence for the user, seldom two: what happened, then what to do. */
export function describe(failure: Failure): string {
  switch (failure.code) {
    case "no-such-file":
      return `There is no file ${failure.path}. Check the path, or open the dump from its new place.`;
    case "not-a-file":
      return `${failure.path} is a folder or a device, not a file. Open the .pyheap file itself.`;
    case "no-permission":
      return `${failure.path} may not be read by this user. Dumps are written for their owner only: copy it, or change its owner.`;
    case "empty-file":
      return `${failure.path} is empty. The copy or the capture did not finish; take it again.`;
    case "not-a-snapshot":
      return `${failure.path} ${NOT_OURS[failure.looksLike]}`;
    case "newer-version":
      return `${failure.path} has format version ${failure.found}; this program reads up to ${failure.supported}. Update PyHeap Explorer.`;
    case "cut-short":
      return `${failure.path} was cut short: the capture or the copy did not finish. Copy it again, take the dump again, or save what is there with the command: pyheap-explorer recover FILE OUT.`;
    case "damaged":
      return `${failure.path} is damaged: ${failure.what}. Copy it again from where it was written, or save what is left with the command: pyheap-explorer recover FILE OUT.`;
    case "too-large":
      return `${failure.path} is too large for this program: ${failure.what}.`;
    case "file-changed":
      return `${failure.path} was overwritten while it was open, so that nothing more can be read of the dump that it was. Open it again for what it is now.`;
    case "no-such-snapshot":
      return "This dump is no longer open. Open the file again.";
    case "no-such-object":
      return failure.objects === 0
        ? `There is no object ${failure.object} in this dump; it has none at all.`
        : `There is no object ${failure.object} in this dump; it has objects 0 to ${failure.objects - 1}.`;
    case "no-such-type":
      return failure.candidates.length > 0
        ? `The type name ${failure.name} is not unique. It could be ${failure.candidates.join(", ")}.`
        : `No object in this dump is of type ${failure.name}.`;
    case "no-such-set":
      return `There is no object set ${failure.set} of this dump; perhaps it was removed.`;
    case "no-notebook":
      return `Notes and object sets can't be kept in ${failure.path}: ${failure.why}. Repair the file, or move it away to begin a new one.`;
    case "file-exists":
      return `${failure.path} already exists. Choose another name; nothing is overwritten.`;
    case "cannot-write":
      return `${failure.path} could not be written: ${failure.why}.`;
    case "bad-request":
      return `The request can't be understood: ${failure.what}.`;
    case "no-such-offer":
      return "This file is not on offer any more. Open it again.";
    case "nothing-left":
      return `Nothing can be saved of ${failure.path}: ${failure.what}. Copy it again from where it was written, or take the dump again.`;
    case "no-token":
      return "This page may not ask: its address lacks the token. Open the whole address that was printed, with all that follows the #.";
    case "connection-lost":
      return "The connection to the analysis was lost. Check that pyheap-explorer is still running, then reload; if it was started anew, open the address that it printed.";
    case "cancelled":
      return "Cancelled.";
    case "bug":
      return `Unexpected error: ${failure.message}`;
    default:
      return assertNever(failure);
  }
}

/** The failure in terms of the name that a person knows, where the path is of a temporary copy. */
export const withPath = (failure: Failure, path: string): Failure =>
  "path" in failure ? { ...failure, path } : failure;

/** Anything thrown becomes a `Failure` exactly once, at the session boundary. */
export function toFailure(thrown: unknown): Failure {
  if (thrown instanceof HeapError) return thrown.failure;
  return { code: "bug", message: thrown instanceof Error ? thrown.message : String(thrown) };
}

/** Compile-time proof that a `switch` covers its union. */
export function assertNever(value: never): never {
  throw new Error(`Unhandled case: ${JSON.stringify(value)}`);
}
