import * as v from "valibot";
import { SITE_GROUPINGS } from "../types/sites.ts";
import { STACK_KINDS } from "../types/stack-rows.ts";
import type { Method } from "./contract.ts";

/*
 * What each method accepts. Requests come from a page, and a page shows hostile data: nothing is believed that was not
 * checked here. Unknown keys are dropped.
 */

const index = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0x7fffffff));
const snapshot = v.pipe(v.string(), v.maxLength(40));
const file = v.pipe(v.string(), v.maxLength(100));
const text = v.pipe(v.string(), v.maxLength(10_000));

const limit = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1000));
const name = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200));
/** What a person writes: long, but not without end. */
const note = v.pipe(v.string(), v.maxLength(100_000));

const source = v.variant("kind", [
  v.object({ kind: v.literal("all") }),
  v.object({ kind: v.literal("type"), type: index }),
  v.object({ kind: v.literal("types"), types: v.pipe(v.array(index), v.maxLength(1000)) }),
  v.object({
    kind: v.literal("within"),
    by: v.picklist(["size", "generation"]),
    type: v.nullable(index),
    from: v.pipe(v.number(), v.integer()),
    to: v.pipe(v.number(), v.integer()),
  }),
  v.object({ kind: v.literal("dominated"), object: v.nullable(index) }),
  v.object({ kind: v.literal("kept"), object: index }),
  v.object({ kind: v.literal("referents"), object: index }),
  v.object({ kind: v.literal("referrers"), object: index }),
  v.object({
    kind: v.literal("neighbours"),
    object: index,
    direction: v.picklist(["referents", "referrers"]),
    group: text,
  }),
  v.object({ kind: v.literal("text"), text }),
  v.object({ kind: v.literal("pattern"), pattern: text }),
  v.object({ kind: v.literal("address"), address: text }),
  v.object({ kind: v.literal("attribute"), type: index, name: text }),
  v.object({ kind: v.literal("set"), set: index }),
  v.object({
    kind: v.literal("combined"),
    how: v.picklist(["union", "intersection", "difference"]),
    first: index,
    second: index,
  }),
  v.object({ kind: v.literal("site"), by: v.picklist(SITE_GROUPINGS), site: index, type: v.nullable(index) }),
  v.object({ kind: v.literal("held-outside") }),
  v.object({ kind: v.literal("unreachable") }),
  v.object({ kind: v.literal("cycle"), cycle: index }),
  v.object({ kind: v.literal("cycles-alike"), cycle: index }),
  v.object({
    kind: v.literal("fate"),
    fate: v.picklist(["new", "gone", "still-there"]),
    other: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
  }),
]);

const siteGrouping = v.picklist(SITE_GROUPINGS);
const stackKind = v.picklist(STACK_KINDS);

const part = { offset: index, limit };
const range = (...by: string[]) => ({
  sort: v.object({ by: v.picklist(by), descending: v.boolean() }),
  filter: v.object({ text }),
  ...part,
});
const list = (...by: string[]) => v.object({ snapshot, source, ...range(...by) });
const pairList = (...by: string[]) => v.object({ snapshot, before: snapshot, ...range(...by) });

export const REQUESTS: Record<Method, v.GenericSchema> = {
  files: v.object({}),
  forgetFiles: v.object({ file: v.nullable(file) }),
  open: v.object({ file }),
  close: v.object({ snapshot }),
  snapshots: v.object({}),
  watch: v.object({ snapshot, seen: index }),
  summary: v.object({ snapshot }),
  overview: v.object({ snapshot }),
  memoryMap: v.object({ snapshot, object: v.nullable(index) }),
  holderGroups: v.object({ snapshot, object: v.nullable(index), by: v.picklist(["type", "module"]) }),
  spread: v.object({ snapshot, source, by: v.picklist(["size", "generation"]) }),
  bigDrop: v.object({ snapshot, object: v.nullable(index) }),
  types: list("retained", "shallow", "count", "name"),
  modules: v.object({ snapshot, ...range("retained", "shallow", "count", "name") }),
  objects: list("retained", "released", "shallow", "id"),
  references: list("place", "retained", "shallow"),
  object: v.object({ snapshot, object: index }),
  why: v.object({
    snapshot,
    object: index,
    paths: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)),
    ignore: v.pipe(v.array(index), v.maxLength(1000)),
    frames: v.optional(v.boolean()),
    weak: v.optional(v.boolean()),
  }),
  cut: v.object({ snapshot, from: index, to: index }),
  howHeld: v.object({ snapshot, source, filter: v.object({ text }) }),
  dominatorsOf: v.object({ snapshot, source, by: v.picklist(["type", "module"]) }),
  neighbours: v.object({
    snapshot,
    object: index,
    direction: v.picklist(["referents", "referrers"]),
    group: v.nullable(text),
    offset: index,
    limit: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100)),
  }),
  subgraph: v.object({ snapshot, objects: v.pipe(v.array(index), v.maxLength(1000)) }),
  cycles: v.intersect([
    list("retained", "shallow", "objects"),
    v.object({ of: v.picklist(["data", "code"]), grouped: v.boolean() }),
  ]),
  advise: v.object({ snapshot, before: v.optional(snapshot) }),
  adviceReport: v.object({ snapshot, before: v.optional(snapshot), format: v.picklist(["markdown", "html"]) }),
  attributes: v.object({ snapshot, object: index, filter: v.object({ text }), ...part }),
  between: v.object({ snapshot, from: index, to: index }),
  stacks: v.object({ snapshot, of: v.nullable(stackKind), ...range("retained", "name", "frames") }),
  stack: v.object({ snapshot, of: stackKind, number: index, ...part }),
  allocations: v.object({ snapshot, by: siteGrouping, ...range("bytes", "blocks", "objects", "name") }),
  objectSites: v.intersect([list("retained", "shallow", "count", "name"), v.object({ by: siteGrouping })]),
  compareAllocations: v.intersect([pairList("deltaBytes", "deltaBlocks", "name"), v.object({ by: siteGrouping })]),
  compare: v.object({ snapshot, before: snapshot }),
  compareTypes: pairList("change", "deltaBytes", "deltaCount", "deltaRetained", "bytes", "name"),
  growth: pairList("growth"),
  series: v.object({ snapshots: v.pipe(v.array(snapshot), v.minLength(3), v.maxLength(10)) }),
  typeNamed: v.object({ snapshot, name: text }),
  names: v.object({ snapshot, text, offset: index, limit }),
  findText: v.object({ snapshot, text, pattern: v.boolean(), limit }),
  sizes: v.object({ snapshot, source, filter: v.object({ text }) }),
  exportObjects: v.intersect([
    list("retained", "released", "shallow", "id"),
    v.object({ format: v.picklist(["csv", "json", "markdown"]) }),
  ]),
  sets: v.object({ snapshot }),
  keepSet: v.object({ snapshot, name, source, filter: v.object({ text }) }),
  changeSet: v.object({ snapshot, set: index, name, note, base: note, removed: v.boolean() }),
  notes: v.object({ snapshot }),
  saveNote: v.object({ snapshot, object: index, text: note, base: note }),
  cancel: v.object({ request: v.pipe(v.string(), v.maxLength(100)) }),
};
