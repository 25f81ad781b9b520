import { allocationPage, siteOfObject } from "../analyses/allocations.ts";
import { attributePlaces, attributeRows } from "../analyses/attributes.ts";
import { wayBetween } from "../analyses/between.ts";
import { holderGroups } from "../analyses/holder-groups.ts";
import { bigDrop } from "../analyses/holders.ts";
import { objectDetail } from "../analyses/object-detail.ts";
import { stackDetail, stackPage } from "../analyses/stack-rows.ts";
import { type Stack, stacksOf } from "../analyses/stacks.ts";
import { type FunctionIndex, usersOfObject } from "../analyses/used-by.ts";
import type { HeapView } from "../analyses/view.ts";
import { readCode } from "../store/small-tables.ts";
import { readCaches, readStackTables } from "../store/stack-tables.ts";
import { addressAt } from "../types/addresses.ts";
import { HeapError } from "../types/failure.ts";
import type { Tick } from "../types/graph.ts";
import type { CacheInfo } from "../types/heap.ts";
import { checkObject } from "./members.ts";
import { rememberRecent } from "./recent-values.ts";
import type { StagedDump } from "./staged-dump.ts";
import type { AnswererRequest } from "./worker-messages.ts";

export type InspectionMethod =
  | "holderGroups"
  | "bigDrop"
  | "object"
  | "attributes"
  | "between"
  | "stacks"
  | "stack"
  | "allocations";
type Handlers = { [M in InspectionMethod]: (request: AnswererRequest<M>, tick: Tick) => Promise<unknown> };

/** Questions about single objects, what they hold alone, and about running code; what they need of the whole dump is made once. */
export function inspections(dump: StagedDump, functionsOf: (view: HeapView) => FunctionIndex): Handlers {
  const attributes = rememberRecent<Int32Array>(4);
  let stacks: readonly Stack[] | null = null;
  let caches: ReadonlyMap<number, CacheInfo> | null = null;
  const stacksIn = (view: HeapView, tick: Tick): readonly Stack[] => {
    const { file } = dump;
    stacks ??= stacksOf(view, { ...readStackTables(file), code: readCode(file) }, tick);
    return stacks;
  };

  return {
    holderGroups: async ({ object, by }) => {
      const view = await dump.viewAt("dominators");
      if (object !== null) checkObject(view, object);
      return { rows: holderGroups(view, object, by) };
    },

    bigDrop: async ({ object }) => {
      const view = await dump.viewAt("dominators");
      if (object !== null) checkObject(view, object);
      return bigDrop(view, object);
    },

    object: async ({ object }, tick) => {
      const view = await dump.viewAt("graph");
      checkObject(view, object);
      const { meta } = await dump.stage("types");
      const found = dump.sites.grouped(view, "line");
      caches ??= readCaches(dump.file);
      return {
        ...objectDetail(view, object, tick),
        allocated: siteOfObject(dump.sites.tracing(view, meta), found, object),
        usedBy: usersOfObject(view, functionsOf(view), object),
        cache: caches.get(addressAt(view.columns.heap.address, object)) ?? null,
      };
    },

    attributes: async ({ object, filter, offset, limit }) => {
      const view = await dump.viewAt("columns");
      checkObject(view, object);
      const pairs = attributes.get(JSON.stringify([object, filter.text]), () =>
        attributePlaces(view, object, filter.text),
      );
      const rows = attributeRows(view, object, pairs.subarray(2 * offset, 2 * (offset + limit)));
      return { total: pairs.length / 2, rows };
    },

    allocations: async ({ by, sort, filter, offset, limit }) => {
      const view = await dump.viewAt("columns");
      const { meta } = await dump.stage("types");
      const query = { text: filter.text, sort, offset, limit };
      return allocationPage(view, dump.sites.tracing(view, meta), dump.sites.grouped(view, by), query);
    },

    between: async ({ from, to }, tick) => {
      const view = await dump.viewAt("columns");
      for (const id of [from, to]) checkObject(view, id);
      return wayBetween(view, from, to, tick);
    },

    stacks: async ({ of, sort, filter, offset, limit }, tick) => {
      const view = await dump.viewAt("graph");
      return stackPage(view, stacksIn(view, tick), { of, sort, text: filter.text, offset, limit });
    },

    stack: async ({ of, number, ...part }, tick) => {
      const view = await dump.viewAt("graph");
      const found = stacksIn(view, tick).find(({ info }) => info.of === of && info.number === number);
      if (found === undefined) throw new HeapError({ code: "bad-request", what: `there is no ${of} number ${number}` });
      return stackDetail(view, found, part);
    },
  };
}
