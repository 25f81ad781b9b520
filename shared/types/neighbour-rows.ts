import type { Bytes, ObjectId } from "./ids.ts";
import type { ReferenceKind } from "./reference-kinds.ts";
import type { ObjectRow, Page, ReferenceRow, RootInfo } from "./rows.ts";

/*
 * What the reference graph asks for: the neighbours of an object in groups of alike ones, and the references among the
 * objects that it shows.
 */

export type Direction = "referents" | "referrers";

/** What a picture of an object needs besides its row. */
export interface GraphFacts {
  /** A module, a class, a built-in or one of the few objects that half the heap refers to: no news as a neighbour. */
  readonly hub: boolean;
  /** The reference cycle that it is in; null where it is in none, or none is known yet. */
  readonly cycle: number | null;
  /** Its first starting point, where it is one. */
  readonly root: RootInfo | null;
  /** References of it and to it, those to objects outside the file included. */
  readonly referents: number;
  readonly referrers: number;
}

export interface GraphObject extends ObjectRow, GraphFacts {}
export interface NeighbourRow extends ReferenceRow, GraphFacts {}

/** Neighbours of one type that are referred to in one way. */
export interface NeighbourGroup {
  /** Names the group in later questions about the same object. */
  readonly key: string;
  readonly type: string;
  /** The way for all members: `.body`, `[…]` for any item or value, ` key`. */
  readonly edge: string;
  readonly kind: ReferenceKind;
  /** Different objects. */
  readonly objects: number;
  readonly references: number;
  readonly shallowBytes: Bytes;
  /** What each member keeps alive, summed up; members that hold one another are counted again. Null: not known yet. */
  readonly retainedBytes: Bytes | null;
  /** False for weak references. */
  readonly retains: boolean;
  /** Whether the members are in the object's own reference cycle. Null: not known yet. */
  readonly inCycle: boolean | null;
  /** The first members, those that keep most alive first, each with the first reference of this kind. */
  readonly rows: readonly NeighbourRow[];
}

export interface CycleFacts {
  readonly cycle: number;
  readonly objects: number;
  readonly retainedBytes: Bytes;
}

/** The groups with the largest members first, weak ones and hubs last. */
export interface Neighbours extends Page<NeighbourGroup> {
  readonly object: GraphObject;
  /** References in all groups together, and those to objects that the file does not have. */
  readonly references: number;
  readonly missing: number;
  /** The cycles that the rows name. */
  readonly cycles: readonly CycleFacts[];
}

/** The references among some objects. Several from one object to another are one row each, up to a limit. */
export interface Subgraph {
  readonly objects: readonly GraphObject[];
  readonly links: readonly GraphLink[];
  readonly cycles: readonly CycleFacts[];
}

export interface GraphLink {
  readonly from: ObjectId;
  readonly to: ObjectId;
  readonly edge: string;
  readonly kind: ReferenceKind;
  readonly retains: boolean;
}
