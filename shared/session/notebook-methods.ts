import type { Notebook } from "../store/notebook.ts";
import { HeapError } from "../types/failure.ts";
import type { CaptureId, SetId, SnapshotId } from "../types/ids.ts";
import type { Source } from "../types/route.ts";
import type { SessionMethods } from "./session.ts";
import type { Snapshot } from "./snapshot.ts";

type Kept = "sets" | "keepSet" | "changeSet" | "notes" | "saveNote";

interface Dumps {
  get(snapshot: SnapshotId): Snapshot;
  captureOf(snapshot: SnapshotId): Promise<CaptureId>;
  /** The dump's objects in a list, increasing. */
  members: (
    request: { snapshot: SnapshotId } & Pick<Parameters<SessionMethods["keepSet"]>[0], "source" | "filter">,
    signal?: AbortSignal,
  ) => Promise<Int32Array>;
}

/** The methods about what a person has written: notes and object sets. The objects themselves are the dump's. */
export function notebookMethods(notebook: Notebook, dumps: Dumps): Pick<SessionMethods, Kept> {
  return {
    sets: async ({ snapshot }) => ({ rows: notebook.sets(await dumps.captureOf(snapshot)) }),

    keepSet: async ({ snapshot, name, source, filter }, signal) => {
      const capture = await dumps.captureOf(snapshot);
      return notebook.keepSet(capture, name, await dumps.members({ snapshot, source, filter }, signal));
    },

    changeSet: async ({ snapshot, set, ...change }) => notebook.changeSet(await dumps.captureOf(snapshot), set, change),

    notes: async ({ snapshot }, signal) => {
      const notes = notebook.notes(await dumps.captureOf(snapshot));
      const { rows } = await dumps.get(snapshot).ask("rowsOf", { objects: notes.map(({ object }) => object) }, signal);
      const byId = new Map(rows.map((row) => [row.id, row]));
      return {
        rows: notes.flatMap(({ object, text, changedAt }) => {
          const row = byId.get(object);
          return row === undefined ? [] : [{ ...row, text, changedAt }];
        }),
      };
    },

    saveNote: async ({ snapshot, object, text, base }) => {
      const capture = await dumps.captureOf(snapshot);
      const { extent } = await dumps.get(snapshot).header;
      if (object >= extent.objects)
        throw new HeapError({ code: "no-such-object", object: String(object), objects: extent.objects });
      return { text: notebook.saveNote(capture, object, { text, base }) };
    },
  };
}

/** The sets that a list is made of. */
export const setsIn = (source: Source): readonly SetId[] =>
  source.kind === "set" ? [source.set] : source.kind === "combined" ? [source.first, source.second] : [];
