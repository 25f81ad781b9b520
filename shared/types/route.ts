import type { CaptureId, ObjectId, SetId, TypeId } from "./ids.ts";
import type { SiteGrouping } from "./sites.ts";
import type { StackRef } from "./stack-rows.ts";

/** Which list of objects a person looks at; every list can be drilled into, so each is a value. */
export type Source =
  | { readonly kind: "all" }
  | { readonly kind: "type"; readonly type: TypeId }
  /** The objects of several types. */
  | { readonly kind: "types"; readonly types: readonly TypeId[] }
  /** Objects, of one type or of all (null), whose own size or generation lies within bounds; generation -1 is none. */
  | {
      readonly kind: "within";
      readonly by: "size" | "generation";
      readonly type: TypeId | null;
      readonly from: number;
      readonly to: number;
    }
  /** What an object dominates directly; the biggest holders of all when it is null. */
  | { readonly kind: "dominated"; readonly object: ObjectId | null }
  /** All that would be gone with the object, itself included. */
  | { readonly kind: "kept"; readonly object: ObjectId }
  | { readonly kind: "referents"; readonly object: ObjectId }
  | { readonly kind: "referrers"; readonly object: ObjectId }
  /** Neighbours of one type that are referred to in one way: a key of `NeighbourGroup`. */
  | {
      readonly kind: "neighbours";
      readonly object: ObjectId;
      readonly direction: "referents" | "referrers";
      readonly group: string;
    }
  /** Objects whose text contains this, ignoring ASCII case. */
  | { readonly kind: "text"; readonly text: string }
  /** Objects whose text a regular expression matches, ignoring case. */
  | { readonly kind: "pattern"; readonly pattern: string }
  | { readonly kind: "address"; readonly address: string }
  /** What the instances of a type hold under this name. */
  | { readonly kind: "attribute"; readonly type: TypeId; readonly name: string }
  /** Objects that somebody has kept under a name. */
  | { readonly kind: "set"; readonly set: SetId }
  | { readonly kind: "combined"; readonly how: Combination; readonly first: SetId; readonly second: SetId }
  /**
   * Objects, of one type or of all (null), that one place allocated: a number that is given with the place, by line, by
   * file, or by traceback.
   */
  | { readonly kind: "site"; readonly by: SiteGrouping; readonly site: number; readonly type: TypeId | null }
  | { readonly kind: "held-outside" }
  | { readonly kind: "unreachable" }
  /** The members of one reference cycle. */
  | { readonly kind: "cycle"; readonly cycle: number }
  /** The members of all cycles of this one's shape, itself included. */
  | { readonly kind: "cycles-alike"; readonly cycle: number }
  /** Objects that another dump of the same process has too (`still-there`), or has not: `new` since then, or `gone`. */
  | { readonly kind: "fate"; readonly fate: Fate; readonly other: CaptureId };

/** What the types screen puts together in one row, where that is not a type. */
export const TYPE_GROUPS = ["module", "size", "generation", "line"] as const;
export type TypeGroup = (typeof TYPE_GROUPS)[number];

/** Of two sets: what is in either, in both, or in the first only. */
export type Combination = "union" | "intersection" | "difference";

export type Fate = "new" | "gone" | "still-there";

/** Where the user is. A link, a tab and the Back button are the same value; dumps go by their capture id. */
export type Route =
  | { readonly view: "start" }
  | { readonly view: "overview"; readonly capture: CaptureId }
  /** `filter`: of the rows of this grouping; `group` is left out for one row a type. */
  | { readonly view: "types"; readonly capture: CaptureId; readonly filter: string; readonly group?: TypeGroup }
  /** `filter`: of the list, left out where there is none. */
  | { readonly view: "objects"; readonly capture: CaptureId; readonly source: Source; readonly filter?: string }
  | { readonly view: "object"; readonly capture: CaptureId; readonly object: ObjectId }
  /** The object among its neighbours, drawn. */
  | {
      readonly view: "graph";
      readonly capture: CaptureId;
      readonly object: ObjectId;
      /** Holders that the way to it may not pass through; left out where there is none. */
      readonly ignore?: readonly ObjectId[];
    }
  /** Who keeps how much alive, as a map and a table; from one object down, or of all. */
  | { readonly view: "holders"; readonly capture: CaptureId; readonly object: ObjectId | null }
  | { readonly view: "cycles"; readonly capture: CaptureId }
  /** How all objects of a list are held. */
  | { readonly view: "held"; readonly capture: CaptureId; readonly source: Source }
  /** What somebody has kept of this dump: object sets and notes. */
  | { readonly view: "notebook"; readonly capture: CaptureId }
  /** What is wrong with the heap, in words; `before`: an earlier dump that is looked at too. */
  | { readonly view: "advisor"; readonly capture: CaptureId; readonly before?: CaptureId }
  /** Threads and tasks, with one stack in view. */
  | { readonly view: "threads"; readonly capture: CaptureId; readonly stack: StackRef | null }
  /** Where memory was allocated. */
  | { readonly view: "allocations"; readonly capture: CaptureId; readonly by: SiteGrouping }
  /** Two dumps side by side; `capture` is the later one. */
  | { readonly view: "compare"; readonly capture: CaptureId; readonly before: CaptureId; readonly filter?: string }
  /** Three dumps or more, the first one first; `capture` is the last of them. */
  | { readonly view: "series"; readonly capture: CaptureId; readonly earlier: readonly CaptureId[] }
  | {
      readonly view: "why";
      readonly capture: CaptureId;
      readonly object: ObjectId;
      /** Holders that paths may not pass through. */
      readonly ignore: readonly ObjectId[];
    };
