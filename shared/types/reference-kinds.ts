/** Every kind of reference a file may name, and what it means for life and for counts (docs/format.md). */
export const REFERENCE_KINDS = {
  attribute: { retains: true, owns: true },
  slot: { retains: true, owns: true },
  dict: { retains: true, owns: true },
  item: { retains: true, owns: true },
  key: { retains: true, owns: true },
  value: { retains: true, owns: true },
  member: { retains: true, owns: true },
  cell: { retains: true, owns: true },
  default: { retains: true, owns: true },
  annotation: { retains: true, owns: true },
  global: { retains: true, owns: true },
  local: { retains: true, owns: true },
  frame: { retains: true, owns: true },
  code: { retains: true, owns: true },
  constant: { retains: true, owns: true },
  type: { retains: true, owns: true },
  base: { retains: true, owns: true },
  mro: { retains: true, owns: true },
  weak: { retains: false, owns: false },
  "weak callback": { retains: true, owns: true },
  traceback: { retains: true, owns: true },
  cause: { retains: true, owns: true },
  context: { retains: true, owns: true },
  awaiting: { retains: true, owns: true },
  buffer: { retains: true, owns: true },
  wrapped: { retains: true, owns: true },
  borrowed: { retains: false, owns: false },
  unnamed: { retains: true, owns: true },
} as const satisfies Record<string, { retains: boolean; owns: boolean }>;

export type ReferenceKind = keyof typeof REFERENCE_KINDS;

export const isReferenceKind = (name: string): name is ReferenceKind => Object.hasOwn(REFERENCE_KINDS, name);
