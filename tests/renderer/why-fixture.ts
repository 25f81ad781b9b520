import type { PathStep, ReferenceRow, WhyAlive } from "../../shared/session/contract.ts";
import { asAddress, asObjectId, asTypeId } from "../../shared/types/ids.ts";
import type { ReferenceKind } from "../../shared/types/reference-kinds.ts";

/** `[id, label, edge, kind]`; the first step is a module. */
export type Drawn = readonly [id: number, label: string, edge?: string, kind?: ReferenceKind];

const step = ([id, label, edge, kind]: Drawn, index: number): PathStep => ({
  id: asObjectId(id),
  root: index === 0 ? { kind: "module", name: label.replace("module ", ""), place: null } : null,
  address: asAddress(id * 16),
  type: "app.Thing",
  label,
  edge: edge ?? null,
  kind: kind ?? null,
  shallowBytes: 64,
  retainedBytes: 2048,
});

export const weakRow = (id: number, label: string): ReferenceRow => ({
  id: asObjectId(id),
  address: asAddress(id * 16),
  type: "weakref.KeyedRef",
  typeId: asTypeId(1),
  label,
  shallowBytes: 88,
  retainedBytes: 88,
  releasedByRefcountBytes: null,
  children: 0,
  edge: " weak reference",
  kind: "weak",
  retains: false,
});

export function why(paths: readonly (readonly Drawn[])[], weak: readonly ReferenceRow[] = []): WhyAlive {
  return {
    sentence: "This Session is alive",
    parts: [
      { text: "This ", code: false },
      { text: "Session", code: true },
      { text: " is alive", code: false },
    ],
    reach: "named",
    paths: paths.map((steps) => ({ weak: false, text: "module app › x", steps: steps.map(step), skipped: 0 })),
    complete: true,
    weakPaths: [],
    weak,
    weakTotal: weak.length,
    ignored: [],
    warnings: [],
  };
}
