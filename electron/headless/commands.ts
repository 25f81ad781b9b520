import type {
  CacheInfo,
  ReferenceRow,
  SizeFigures,
  SpreadRow,
  Summary,
  Totals,
  TypeSort,
} from "../../shared/session/contract.ts";
import { SITE_GROUPINGS } from "../../shared/types/sites.ts";
import { wrongCondition } from "../../shared/types/type-conditions.ts";
import { runAdvise } from "./advise-command.ts";
import { allocatedLine, runAllocations, runObjectSites } from "./allocations-command.ts";
import { type Answer, list, type Options } from "./answers.ts";
import { runCompare } from "./compare-command.ts";
import { runCycles } from "./cycles-command.ts";
import { runExport, runFind, runNames, runNotes, runSets } from "./find-command.ts";
import { freesText, ringLine, runCut, runDrop, runHeldBy, runHolderGroups, runKeeps, runWhy } from "./held-commands.ts";
import { NEIGHBOUR_COLUMNS, OBJECT_COLUMNS, objects } from "./object-rows.ts";
import type { OpenDump } from "./open-dumps.ts";
import { objectId, rows, usage } from "./rows.ts";
import { runThreads } from "./stack-command.ts";
import { bytes, type Column, number, printable, table } from "./table.ts";

interface Command {
  /**
   * Words behind the command; each that begins with FILE is a dump to open. The last one may end in `…` (one or more); one
   * that ends in `?` may be left out.
   */
  readonly arguments: readonly string[];
  run(dumps: readonly [OpenDump, ...OpenDump[]], options: Options): Promise<Answer>;
}

export type CommandName = keyof typeof COMMANDS;

export const COMMANDS = {
  summary: { arguments: ["FILE"], run: ([dump]) => runSummary(dump) },
  overview: { arguments: ["FILE"], run: ([dump]) => runOverview(dump) },
  types: { arguments: ["FILE"], run: ([dump], options) => runTypes(dump, options) },
  find: { arguments: ["FILE"], run: ([dump], options) => runFind(dump, options) },
  names: { arguments: ["FILE", "TEXT"], run: ([dump], options) => runNames(dump, options) },
  object: { arguments: ["FILE", "ID"], run: ([dump], options) => runObject(dump, options) },
  why: { arguments: ["FILE", "ID?"], run: ([dump], options) => runWhy(dump, options) },
  cut: { arguments: ["FILE", "FROM", "TO"], run: ([dump], options) => runCut(dump, options) },
  keeps: { arguments: ["FILE", "ID"], run: ([dump], options) => runKeeps(dump, options) },
  dominators: { arguments: ["FILE"], run: ([dump], options) => runDominators(dump, options) },
  cycles: { arguments: ["FILE"], run: ([dump], options) => runCycles(dump, options) },
  advise: { arguments: ["FILE-BEFORE?", "FILE"], run: runAdvise },
  threads: { arguments: ["FILE"], run: ([dump], options) => runThreads(dump, options) },
  allocations: { arguments: ["FILE"], run: ([dump], options) => runAllocations(dump, options) },
  compare: { arguments: ["FILE-BEFORE", "FILE-AFTER…"], run: runCompare },
  sets: { arguments: ["FILE"], run: ([dump]) => runSets(dump) },
  notes: { arguments: ["FILE"], run: ([dump]) => runNotes(dump) },
  export: { arguments: ["FILE", "OUT"], run: ([dump], options) => runExport(dump, options) },
  tables: { arguments: ["FILE", "OUT"], run: ([dump], options) => runTables(dump, options) },
} satisfies Record<string, Command>;

async function runSummary({ client, snapshot }: OpenDump): Promise<Answer> {
  const summary = await client.summary({ snapshot });
  const facts: [string, string][] = [
    ["file", summary.file],
    ["label", summary.label ?? "–"],
    ["Python", summary.python ?? "–"],
    ["process", summary.pid === null ? "–" : String(summary.pid)],
    ["host", summary.host ?? "–"],
    ["running for", summary.uptimeSeconds === null ? "–" : `${number(Math.round(summary.uptimeSeconds))} s`],
    ["taken", summary.createdAt ?? "–"],
    ["objects", number(summary.objects)],
    ["references", number(summary.references)],
    ["without a name", withoutName(summary)],
    ["types", number(summary.types)],
    ["own sizes", bytes(summary.shallowBytes)],
    ["reached by name", `${number(summary.reachable.objects)} objects, ${bytes(summary.reachable.bytes)}`],
    ["held from outside", `${number(summary.heldOutside.objects)} objects, ${bytes(summary.heldOutside.bytes)}`],
    ["no known holder", inWords(summary.unreachable)],
    ["starting points", summary.roots.map(({ kind, count }) => `${number(count)} ${kind}`).join(", ")],
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  return {
    json: summary,
    human: () =>
      [
        ...facts.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}`),
        ...summary.warnings.map((warning) => `note: ${printable(warning)}`),
      ].join("\n"),
  };
}

const inWords = (totals: Totals | null): string =>
  totals === null ? "not known" : `${number(totals.objects)} objects, ${bytes(totals.bytes)}`;

const MOST_TYPES = 8;

function withoutName({ unnamed, references }: Summary): string {
  if (unnamed === null) return "–";
  const share = references === 0 ? "0" : ((100 * unnamed.references) / references).toFixed(2);
  const types = unnamed.types.slice(0, MOST_TYPES).map((row) => `${row.type} ${number(row.references)}`);
  const more = unnamed.types.length > MOST_TYPES ? " …" : "";
  return `${number(unnamed.references)} references, ${share} %${types.length > 0 ? `: ${types.join(", ")}${more}` : ""}`;
}

async function runOverview({ client, snapshot }: OpenDump): Promise<Answer> {
  const overview = await client.overview({ snapshot });
  const { buckets, collector } = overview;
  const parts: [string, number | null][] = [
    ["your data", buckets.yourData],
    ["loaded code", buckets.loadedCode],
    ["garbage waiting", buckets.garbage],
    ["free in Python's allocator", buckets.allocatorFree],
    ["outside Python", buckets.outsidePython],
    ["not explained", buckets.unexplained === 0 ? null : buckets.unexplained],
  ];
  const told = parts.filter(([, size]) => size !== null);
  return {
    json: overview,
    human: () =>
      [
        `${told.map(([name, size]) => `${name} ${bytes(size)}`).join(" · ")} of ${bytes(overview.rssBytes)} resident`,
        "",
        ...overview.holders.flatMap((row) => [
          `${printable(row.path)} (${printable(row.label)}) keeps ${bytes(row.retainedBytes)} alive, ${(100 * row.share).toFixed(0)} %`,
          ...(row.usedBy.length === 0
            ? []
            : [
                `  used by ${row.usedBy
                  .slice(0, 5)
                  .map((by) => printable(`${by.function} ${by.file}:${by.line}`))
                  .join(", ")}`,
              ]),
        ]),
        "",
        collector.wouldFree === null
          ? "what gc.collect() now would free is not known"
          : `gc.collect() now would free ${inWords(collector.wouldFree)}`,
        ...overview.unseen.map((line) => `note: ${printable(line)}`),
      ].join("\n"),
  };
}

/** `types FILE --by size`: all objects by the allocator's size classes, by generation, or by the place that allocated them. */
async function runGroups(dump: OpenDump, by: string, options: Options): Promise<Answer> {
  const site = SITE_GROUPINGS.find((each) => each === by);
  if (site !== undefined) return runObjectSites(dump, site, typeSort(options.sort), options);
  if (by !== "size" && by !== "generation")
    throw usage(`--by takes size, generation, ${SITE_GROUPINGS.join(", ")}, not ${by}`);
  const { client, snapshot } = dump;
  const spread = await client.spread({ snapshot, source: { kind: "all" }, by });
  const name = ({ from, to }: SpreadRow) =>
    by === "size" ? `${number(from)} to ${number(to)} bytes` : from < 0 ? "none" : String(from);
  return {
    json: spread,
    human: () =>
      [
        table(
          [
            { title: by, text: name },
            { title: "objects", align: "right", text: (row) => number(row.objects) },
            { title: "own size", align: "right", text: (row) => bytes(row.shallowBytes) },
          ],
          spread.rows,
        ),
        ...figureLine(spread.figures),
      ].join("\n"),
  };
}

/** `median 57 bytes, 90 % up to 136 bytes, 99 % up to 1,240 bytes; largest 295,008 bytes: object 41`. */
function figureLine(figures: SizeFigures | null): string[] {
  if (figures === null) return [];
  const { median, p90, p99, largest, largestObject } = figures;
  const of = (size: number) => `${number(size)} bytes`;
  return [
    `median ${of(median)}, 90 % up to ${of(p90)}, 99 % up to ${of(p99)}; largest ${of(largest)}: object ${largestObject}`,
  ];
}

const TYPE_SORTS: readonly string[] = ["retained", "shallow", "count"] satisfies TypeSort[];

function typeSort(sort: string | undefined): TypeSort {
  const by = sort ?? "retained";
  if (!TYPE_SORTS.includes(by)) throw usage(`--sort takes ${TYPE_SORTS.join(", ")}, not ${by}`);
  return by as TypeSort;
}

async function runTypes(dump: OpenDump, options: Options): Promise<Answer> {
  const { limit, offset, sort, filter, by } = options;
  if (by !== undefined) return runGroups(dump, by, options);
  const { client, snapshot } = dump;
  const page = await rows(offset, limit, (range) =>
    client.types({
      snapshot,
      source: { kind: "all" },
      sort: { by: typeSort(sort), descending: true },
      filter: { text: filter ?? "" },
      ...range,
    }),
  );
  const wrong = page.total === 0 ? wrongCondition(filter ?? "") : null;
  if (wrong !== null) throw usage(wrong);
  return list(page, [
    { title: "type", text: (row) => row.type },
    { title: "objects", align: "right", text: (row) => number(row.count) },
    { title: "own size", align: "right", text: (row) => bytes(row.shallowBytes) },
    { title: "keeps alive", align: "right", text: (row) => bytes(row.retainedBytes) },
  ]);
}

async function runDominators(dump: OpenDump, options: Options): Promise<Answer> {
  if (options.type !== undefined) return runHeldBy(dump, options);
  const object = options.object === undefined ? null : await objectId(dump, options.object);
  if (options.drop) return runDrop(dump, object);
  if (options.by !== undefined) return runHolderGroups(dump, object, options.by);
  const page = await objects(dump, { kind: "dominated", object }, options);
  return list(page, [
    ...OBJECT_COLUMNS,
    { title: "holds directly", align: "right", text: (row) => number(row.children) },
  ]);
}

async function runObject(dump: OpenDump, { args, offset, limit }: Options): Promise<Answer> {
  const { client, snapshot } = dump;
  const object = await objectId(dump, args[0] ?? "");
  const detail = await client.object({ snapshot, object });
  const references = (kind: "referents" | "referrers") =>
    rows(offset, limit, (range) =>
      client.references({
        snapshot,
        source: { kind, object },
        sort: { by: "place", descending: false },
        filter: { text: "" },
        ...range,
      }),
    );
  const [referents, referrers] = [await references("referents"), await references("referrers")];
  const columns: Column<ReferenceRow>[] = [
    { title: "as", text: (row) => row.edge, most: 40 },
    ...NEIGHBOUR_COLUMNS,
    { title: "", text: (row) => (row.retains ? "" : "does not keep it alive") },
  ];
  const count = detail.refcount === null ? "not known" : number(detail.refcount);
  return {
    json: {
      ...detail,
      referents: referents.rows,
      referentsTotal: referents.total,
      referrers: referrers.rows,
      referrersTotal: referrers.total,
    },
    human: () =>
      [
        `${printable(detail.label)}  (${printable(detail.type)} ${detail.address}, object ${detail.id})`,
        `own size ${bytes(detail.shallowBytes)}, keeps alive ${bytes(detail.retainedBytes)}`,
        freesText(detail),
        `references: ${number(detail.explainedReferences)} found of ${count}`,
        ...(detail.distance === null
          ? []
          : [`distance ${number(detail.distance)}: references from the nearest starting point`]),
        ...ringLine(detail),
        ...allocatedLine(detail.allocated.frames),
        ...cacheLine(detail.cache),
        "",
        `holds ${number(referents.total)}`,
        table(columns, referents.rows),
        "",
        `held by ${number(referrers.total)}`,
        table(columns, referrers.rows),
      ].join("\n"),
  };
}

/** `cache of page: 64 of 64 results, 0 hits, 2,000 misses`; nothing for what is no cache. */
function cacheLine(cache: CacheInfo | null): string[] {
  if (cache === null) return [];
  const limit = cache.maxsize === null ? "any number of" : number(cache.maxsize);
  const calls = `${number(cache.hits)} hits, ${number(cache.misses)} misses`;
  return [`cache of ${printable(cache.function)}: ${number(cache.currsize)} of ${limit} results, ${calls}`];
}

async function runTables({ session, snapshot }: OpenDump, { args }: Options): Promise<Answer> {
  const [path = ""] = args;
  const written = await session.exportTables(snapshot, path);
  return {
    json: { path, ...written },
    human: () => `${printable(path)}: ${number(written.objects)} objects, ${number(written.references)} references`,
  };
}
