/** An object's number in its file: 0 <= id < object count, in address order. Means nothing in another file. */
export type ObjectId = number & { readonly __brand: "ObjectId" };

/**
 * A node's number in the engine's depth-first preorder. Never leaves the engine: on the wire there are only object
 * numbers. The first number is the graph's artificial root.
 */
export type Preorder = number & { readonly __brand: "Preorder" };

/** A type's number in its file. */
export type TypeId = number & { readonly __brand: "TypeId" };

/** An open snapshot, as the session knows it. Dies with the session; links use the capture id. */
export type SnapshotId = string & { readonly __brand: "SnapshotId" };

/** The random 32 hex digits that a capture writes into its file. Survives restarts and renames. */
export type CaptureId = string & { readonly __brand: "CaptureId" };

/** CPython's `id(object)` as people see it: `0x7f0c…`. */
export type Address = string & { readonly __brand: "Address" };

/** The number of a kept object set. It belongs to one capture, and survives restarts. */
export type SetId = number & { readonly __brand: "SetId" };

/** A size in bytes, exact up to 2^53. */
export type Bytes = number;

/** The only places where a plain value becomes an id. */
export const asObjectId = (value: number): ObjectId => value as ObjectId;
export const asTypeId = (value: number): TypeId => value as TypeId;
export const asSetId = (value: number): SetId => value as SetId;
export const asSnapshotId = (value: string): SnapshotId => value as SnapshotId;
export const asCaptureId = (value: string): CaptureId => value as CaptureId;
export const asAddress = (value: number): Address => `0x${value.toString(16)}` as Address;

/** `"0x7f0c"` or `"7f0c"` -> 32524; null for anything else, and for what a double can't hold. */
export function parseAddress(text: string): number | null {
  if (!/^(0x)?[0-9a-f]{1,14}$/i.test(text)) return null;
  const value = Number.parseInt(text.replace(/^0x/i, ""), 16);
  return Number.isSafeInteger(value) ? value : null;
}
