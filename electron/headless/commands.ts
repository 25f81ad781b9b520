import type {
  CyclePage,
  CycleRow,
  GrowthRow,
  ObjectRow,
  Page,
  ReferenceRow,
  TypeSort,
} from "../../shared/session/contract.ts";
import { HeapError } from "../../shared/types/failure.ts";
import { asObjectId, type ObjectId, parseAddress } from "../../shared/types/ids.ts";
import type { Source } from "../../shared/types/route.ts";
import type { OpenDump } from "./open-dumps.ts";
import { rows, usage } from "./rows.ts";
import { runThreads } from "./stack-command.ts";
import { bytes, type Column, number, printable, table } from "./table.ts";

export interface Options {
  /** What stands after the file. */
  readonly args: readonly string[];
  readonly limit: number;
  readonly offset: number;
  readonly sort: string | undefined;
  readonly filter: string | undefined;
  readonly type: string | undefined;
  readonly address: string | undefined;
  readonly text: string | undefined;
  readonly object: string | undefined;
  readonly paths: number;
  readonly ignore: readonly string[];
  /** Cycles of classes and functions instead of data. */
  readonly code: boolean;
  /** Each cycle by itself, where like ones would share a row. */
  readonly each: boolean;
  /** Advice as a document instead of a list. */
  readonly document: "markdown" | "html" | null;
  /** Bytes; a container that grew by more fails the comparison. */
  readonly failIfGrew: number | null;
}

/** A command's result, for scripts and for people. */
export interface Answer {
  readonly json: unknown;
  human(): string;
  /** Set where a gate that was asked for has failed: why, in one sentence. */
  readonly failed?: string;
}

interface Command {
  /** Words behind the command; each that begins with FILE is a dump to open. */
  readonly arguments: readonly string[];
  run(dump: OpenDump, options: Options, other: OpenDump): Promise<Answer>;
}

export type CommandName = keyof typeof COMMANDS;

export const COMMANDS = {
  summary: { arguments: ["FILE"], run: runSummary },
  overview: { arguments: ["FILE"], run: runOverview },
  types: { arguments: ["FILE"], run: runTypes },
  find: { arguments: ["FILE"], run: runFind },
  object: { arguments: ["FILE", "ID"], run: runObject },
  why: { arguments: ["FILE", "ID"], run: runWhy },
  dominators: { arguments: ["FILE"], run: runDominators },
  cycles: { arguments: ["FILE"], run: runCycles },
  advise: { arguments: ["FILE"], run: runAdvise },
  threads: { arguments: ["FILE"], run: runThreads },
  compare: { arguments: ["FILE-BEFORE", "FILE-AFTER"], run: runCompare },
  tables: { arguments: ["FILE", "OUT"], run: runTables },
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
    ["types", number(summary.types)],
    ["own sizes", bytes(summary.shallowBytes)],
    ["reached by name", `${number(summary.reachable.objects)} objects, ${bytes(summary.reachable.bytes)}`],
    ["held from outside", `${number(summary.heldOutside.objects)} objects, ${bytes(summary.heldOutside.bytes)}`],
    ["no known holder", `${number(summary.unreachable.objects)} objects, ${bytes(summary.unreachable.bytes)}`],
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
        `gc.collect() now would free ${number(collector.wouldFree.objects)} objects, ${bytes(collector.wouldFree.bytes)}`,
        ...overview.unseen.map((line) => `note: ${printable(line)}`),
      ].join("\n"),
  };
}

const TYPE_SORTS: readonly string[] = ["retained", "shallow", "count"] satisfies TypeSort[];

async function runTypes({ client, snapshot }: OpenDump, { limit, offset, sort, filter }: Options): Promise<Answer> {
  const by = sort ?? "retained";
  if (!TYPE_SORTS.includes(by)) throw usage(`--sort takes ${TYPE_SORTS.join(", ")}, not ${by}`);
  const page = await rows(offset, limit, (range) =>
    client.types({
      snapshot,
      source: { kind: "all" },
      sort: { by: by as TypeSort, descending: true },
      filter: { text: filter ?? "" },
      ...range,
    }),
  );
  return list(page, [
    { title: "type", text: (row) => row.type },
    { title: "objects", align: "right", text: (row) => number(row.count) },
    { title: "own size", align: "right", text: (row) => bytes(row.shallowBytes) },
    { title: "keeps alive", align: "right", text: (row) => bytes(row.retainedBytes) },
  ]);
}

async function runFind(dump: OpenDump, options: Options): Promise<Answer> {
  const given = [options.type, options.address, options.text].filter((value) => value !== undefined);
  if (given.length !== 1) throw usage("find takes one of --type, --address and --text");
  const { typeId } =
    options.type === undefined
      ? { typeId: null }
      : await dump.client.typeNamed({ snapshot: dump.snapshot, name: options.type });
  if (options.address !== undefined && parseAddress(options.address) === null)
    throw usage(`${options.address} is not an address`);
  const source: Source =
    typeId !== null
      ? { kind: "type", type: typeId }
      : options.address !== undefined
        ? { kind: "address", address: options.address }
        : { kind: "text", text: options.text ?? "" };
  const page = await objects(dump, source, options);
  return list(page, OBJECT_COLUMNS);
}

async function runDominators(dump: OpenDump, options: Options): Promise<Answer> {
  const object = options.object === undefined ? null : await objectId(dump, options.object);
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
    ...OBJECT_COLUMNS,
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
        "",
        `holds ${number(referents.total)}`,
        table(columns, referents.rows),
        "",
        `held by ${number(referrers.total)}`,
        table(columns, referrers.rows),
      ].join("\n"),
  };
}

/** `frees 3.1 MiB at once, 0.2 MiB more at the next collection`. */
const freesText = ({ retainedBytes, releasedByRefcountBytes: atOnce }: ObjectRow): string =>
  atOnce === null || retainedBytes === null
    ? "frees at once: not known, its reference count can't be trusted"
    : `frees ${bytes(atOnce)} at once${retainedBytes > atOnce ? `, ${bytes(retainedBytes - atOnce)} more at the next collection` : ""}`;

async function runWhy(dump: OpenDump, { args, paths, ignore }: Options): Promise<Answer> {
  const { client, snapshot } = dump;
  const object = await objectId(dump, args[0] ?? "");
  const ignored = await Promise.all(ignore.map((id) => objectId(dump, id)));
  const why = await client.why({ snapshot, object, paths, ignore: ignored });
  return {
    json: why,
    human: () =>
      [
        `${printable(why.sentence)}.`,
        ...why.paths.flatMap((path) => [
          "",
          printable(path.text),
          ...(path.skipped > 0 ? [`  (${number(path.skipped)} objects left out behind the first 100)`] : []),
          table(
            [
              { title: "  how it is held", text: (step) => `  ${step.edge ?? step.root?.kind ?? ""}`, most: 40 },
              { title: "object", text: (step) => step.label },
              { title: "id", align: "right", text: (step) => (step.id === null ? "" : String(step.id)) },
              { title: "own size", align: "right", text: (step) => bytes(step.shallowBytes) },
              { title: "keeps alive", align: "right", text: (step) => bytes(step.retainedBytes) },
            ],
            path.steps,
          ),
        ]),
        ...(why.weakTotal > 0 ? ["", weakReferences(why.weakTotal)] : []),
        ...(why.complete ? [] : ["", "There may be more ways: the search ended at its bound."]),
      ].join("\n"),
  };
}

async function runCycles({ client, snapshot }: OpenDump, options: Options): Promise<Answer> {
  const { offset, limit, filter, code, each } = options;
  const ask = (grouped: boolean): Promise<CyclePage> =>
    rows(offset, limit, (range) =>
      client.cycles({
        snapshot,
        of: code ? "code" : "data",
        grouped,
        source: { kind: "all" },
        sort: { by: "retained", descending: true },
        filter: { text: filter ?? "" },
        ...range,
      }),
    );
  const [single, alike] = [await ask(false), await ask(true)];
  const common: Column<CycleRow>[] = [
    { title: "", text: (row) => (row.reachable ? "held" : "garbage waiting") },
    { title: each ? "smallest ring" : "cycles like", text: ringText, most: 80 },
    { title: "make weak", text: (row) => (row.weaken === null ? "" : `${row.weaken.fromType}${row.weaken.edge}`) },
  ];
  const human = each
    ? list(single, [
        { title: "objects", align: "right", text: (row) => number(row.objects) },
        { title: "own size", align: "right", text: (row) => bytes(row.shallowBytes) },
        { title: "keeps alive", align: "right", text: (row) => bytes(row.retainedBytes) },
        ...common,
      ])
    : list(alike, [
        { title: "cycles", align: "right", text: (row) => number(row.alike.cycles) },
        { title: "objects", align: "right", text: (row) => number(row.alike.objects) },
        { title: "own size", align: "right", text: (row) => bytes(row.alike.shallowBytes) },
        { title: "keep alive", align: "right", text: (row) => bytes(row.alike.retainedBytes) },
        ...common,
      ]);
  return {
    json: { ...single, groups: alike.rows, groupsTotal: alike.total, warnings: [] },
    human: () => human.human(),
  };
}

/** `Request.response ⇄ Response.request`; a longer ring with an arrow for each step. */
function ringText({ smallestCycle: steps, types }: CycleRow): string {
  if (steps.length === 0) return `${types.map(({ type, count }) => `${number(count)} ${type}`).join(", ")} …`;
  return steps.map(({ label, edge }) => `${label}${edge}`).join(steps.length === 2 ? " ⇄ " : " → ");
}

async function runAdvise({ client, snapshot }: OpenDump, { document }: Options): Promise<Answer> {
  if (document !== null) {
    const { text } = await client.adviceReport({ snapshot, format: document });
    return { json: { format: document, text }, human: () => text.trimEnd() };
  }
  const advice = await client.advise({ snapshot });
  return {
    json: advice,
    human: () =>
      [
        ...(advice.suspects.length === 0 ? ["Nothing suspicious was found."] : []),
        ...advice.suspects.flatMap(({ title, confidence, text, usedBy, evidence, fix, snippet, caveat }, i) => [
          `${i + 1}. ${printable(title)} (${confidence})`,
          ...wrapped("why", text),
          ...usedBy.slice(0, 5).map((by) => `   used by ${printable(`${by.function} ${by.file}:${by.line}`)}`),
          ...evidence.map(
            (each) =>
              `   seen: ${printable(each.text)}${each.id === null ? "" : ` (${printable(each.label ?? "")}, id ${each.id})`}`,
          ),
          ...wrapped("fix", fix),
          ...(snippet === null ? [] : snippet.split("\n").map((line) => `      ${printable(line)}`)),
          ...wrapped("could be wrong", caveat),
          "",
        ]),
        "What this dump can't tell:",
        ...advice.unknowns.map(({ text, measure }) => `- ${printable(text)} ${printable(measure)}`),
      ].join("\n"),
  };
}

const wrapped = (name: string, text: string): string[] => [`   ${name}: ${printable(text)}`];

async function runCompare({ client, snapshot: before }: OpenDump, options: Options, after: OpenDump): Promise<Answer> {
  const { offset, limit, filter } = options;
  const pair = { snapshot: after.snapshot, before, filter: { text: filter ?? "" } };
  const compared = await client.compare(pair);
  const types = await rows(offset, limit, (range) =>
    client.compareTypes({ ...pair, sort: { by: "deltaBytes", descending: true }, ...range }),
  );
  const holders = await rows(offset, limit, (range) =>
    client.growth({ ...pair, sort: { by: "growth", descending: true }, ...range }),
  );
  const gate = await grownBeyond(options.failIfGrew, () =>
    client.growth({ ...pair, sort: { by: "growth", descending: true }, offset: 0, limit: 1 }),
  );
  const grew = holders.rows.map((row) => ({
    how: row.path,
    entries: row.entriesB === null ? "" : `${number(row.entriesA)} → ${number(row.entriesB)}`,
    row,
  }));
  return {
    ...gate,
    json: {
      ...compared,
      types: types.rows,
      typesTotal: types.total,
      holders: holders.rows,
      holdersTotal: holders.total,
    },
    human: () =>
      [
        ...compared.warnings.map((warning) => `note: ${printable(warning)}`),
        `own sizes ${bytes(compared.before.bytes)} → ${bytes(compared.after.bytes)}, ${signed(compared.after.bytes - compared.before.bytes)}`,
        `garbage waiting ${bytes(compared.before.garbageBytes)} → ${bytes(compared.after.garbageBytes)}`,
        ...(compared.objects === null
          ? []
          : [
              `objects: ${number(compared.objects.new.objects)} new, ${number(compared.objects.gone.objects)} gone, ${number(compared.objects.survived.objects)} still there (${compared.matching.how})`,
            ]),
        "",
        table(
          [
            { title: "holder that grew", text: ({ how }) => how, most: 70 },
            { title: "grew by", align: "right", text: ({ row }) => signed(row.deltaRetainedBytes) },
            { title: "keeps alive", align: "right", text: ({ row }) => bytes(row.retainedB) },
            { title: "entries", align: "right", text: ({ entries }) => entries },
          ],
          grew,
        ),
        "",
        table(
          [
            { title: "type", text: (row) => row.type },
            { title: "objects", align: "right", text: (row) => `${number(row.countA)} → ${number(row.countB)}` },
            { title: "own size", align: "right", text: (row) => signed(row.deltaBytes) },
          ],
          types.rows,
        ),
      ].join("\n"),
  };
}

/** `+1.5 KiB`, `−3 B`. */
const signed = (size: number): string => `${size < 0 ? "−" : "+"}${bytes(Math.abs(size))}`;

const weakReferences = (count: number): string =>
  count === 1
    ? "1 weak reference: it does not keep it alive."
    : `${number(count)} weak references: they do not keep it alive.`;

/** The sentence with which the comparison fails, if the container that grew most did so by more than `most` bytes. */
async function grownBeyond(most: number | null, biggest: () => Promise<Page<GrowthRow>>): Promise<{ failed?: string }> {
  if (most === null) return {};
  const [row] = (await biggest()).rows;
  if (row === undefined || row.deltaRetainedBytes <= most) return {};
  return { failed: `${row.path} grew by ${bytes(row.deltaRetainedBytes)}, more than ${bytes(most)}` };
}

async function runTables({ session, snapshot }: OpenDump, { args }: Options): Promise<Answer> {
  const [path = ""] = args;
  const written = await session.exportTables(snapshot, path);
  return {
    json: { path, ...written },
    human: () => `${printable(path)}: ${number(written.objects)} objects, ${number(written.references)} references`,
  };
}

const OBJECT_COLUMNS: Column<ObjectRow>[] = [
  { title: "object", text: (row) => row.label },
  { title: "type", text: (row) => row.type, most: 40 },
  { title: "id", align: "right", text: (row) => String(row.id) },
  { title: "own size", align: "right", text: (row) => bytes(row.shallowBytes) },
  { title: "keeps alive", align: "right", text: (row) => bytes(row.retainedBytes) },
  { title: "frees at once", align: "right", text: (row) => bytes(row.releasedByRefcountBytes) },
];

const objects = (
  { client, snapshot }: OpenDump,
  source: Source,
  { offset, limit }: Options,
): Promise<Page<ObjectRow>> =>
  rows(offset, limit, (range) =>
    client.objects({ snapshot, source, sort: { by: "retained", descending: true }, filter: { text: "" }, ...range }),
  );

function list<Row extends object>(page: Page<Row>, columns: readonly Column<Row>[]): Answer {
  return {
    json: { ...page, warnings: unknownCounts(page.rows) },
    human: () =>
      [
        table(columns, page.rows),
        page.rows.length < page.total
          ? `${number(page.rows.length)} of ${number(page.total)} rows; --offset and --limit show others`
          : "",
      ]
        .filter((part) => part !== "")
        .join("\n"),
  };
}

function unknownCounts(rows: readonly object[]): string[] {
  const isUnknown = (row: object) => "releasedByRefcountBytes" in row && row.releasedByRefcountBytes === null;
  return rows.some(isUnknown)
    ? ["`releasedByRefcountBytes` is null for objects whose reference count can't be trusted."]
    : [];
}

/** An object by its number, or by its address. */
async function objectId({ client, snapshot }: OpenDump, text: string): Promise<ObjectId> {
  if (/^\d{1,10}$/.test(text)) return asObjectId(Number(text));
  if (!/^0x/i.test(text) || parseAddress(text) === null)
    throw usage(`${text} is neither an object's number nor an address (0x…)`);
  const page = await client.objects({
    snapshot,
    source: { kind: "address", address: text },
    sort: { by: "id", descending: false },
    filter: { text: "" },
    offset: 0,
    limit: 1,
  });
  const [found] = page.rows;
  if (found === undefined) {
    const { objects: count } = await client.summary({ snapshot });
    throw new HeapError({ code: "no-such-object", object: text, objects: count });
  }
  return found.id;
}
