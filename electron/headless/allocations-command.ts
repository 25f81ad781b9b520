import type {
  AllocationPage,
  AllocationRow,
  AllocationSort,
  CompareAllocationPage,
  CompareAllocationRow,
  ObjectSitePage,
  SiteFrame,
  SiteGrouping,
  TypeSort,
} from "../../shared/session/contract.ts";
import { SITE_GROUPINGS } from "../../shared/types/sites.ts";
import { howToTrace, whyNoSites } from "../../shared/types/tracing-words.ts";
import { type Answer, list, type Options } from "./answers.ts";
import type { OpenDump } from "./open-dumps.ts";
import { rows, usage } from "./rows.ts";
import { bytes, type Column, number, printable, signed, table } from "./table.ts";

/** A whole traceback is a long line. */
const MOST_WIDE = 1000;
const SORTS: readonly string[] = ["bytes", "blocks", "objects", "name"] satisfies AllocationSort[];

/** `allocations FILE`: where memory was allocated that is in use. */
export async function runAllocations(
  { client, snapshot }: OpenDump,
  { limit, offset, sort, filter, by }: Options,
): Promise<Answer> {
  const grouping = groupingOf(by);
  const order = sort ?? "bytes";
  if (!SORTS.includes(order)) throw usage(`--sort takes ${SORTS.join(", ")}, not ${order}`);
  const page: AllocationPage = await rows(offset, limit, (range) =>
    client.allocations({
      snapshot,
      by: grouping,
      sort: { by: order as AllocationSort, descending: order !== "name" },
      filter: { text: filter ?? "" },
      ...range,
    }),
  );
  return { json: page, human: () => allocationsText(page) };
}

/** `types FILE --by line`: all objects by the place that allocated them. */
export async function runObjectSites(
  { client, snapshot }: OpenDump,
  grouping: SiteGrouping,
  by: TypeSort,
  { limit, offset, filter }: Options,
): Promise<Answer> {
  const page: ObjectSitePage = await rows(offset, limit, (range) =>
    client.objectSites({
      snapshot,
      source: { kind: "all" },
      by: grouping,
      sort: { by, descending: true },
      filter: { text: filter ?? "" },
      ...range,
    }),
  );
  const why = whyNoSites(page.tracing.state);
  if (why !== null) return { json: page, human: () => [why, howToTrace(page.tracing.state)].join("\n") };
  const { objects, bytes: untraced } = page.untraced;
  const answer = list(page, [
    { title: "allocated at", text: ({ frames }) => placeOf(frames), most: MOST_WIDE },
    { title: "objects", align: "right", text: (row) => number(row.count) },
    { title: "own size", align: "right", text: (row) => bytes(row.shallowBytes) },
    { title: "keeps alive", align: "right", text: (row) => bytes(row.retainedBytes) },
  ]);
  return {
    json: page,
    human: () => `${answer.human()}\n${number(objects)} objects (${bytes(untraced)}) have no place`,
  };
}

function allocationsText({ tracing, totals, untraced, rows: found, total }: AllocationPage): string {
  const why = whyNoSites(tracing.state);
  if (why !== null) return [why, howToTrace(tracing.state)].join("\n");
  const columns: Column<AllocationRow>[] = [
    { title: "allocated at", text: ({ frames }) => placeOf(frames), most: MOST_WIDE },
    { title: "bytes", align: "right", text: (row) => bytes(row.bytes) },
    { title: "blocks", align: "right", text: (row) => number(row.blocks) },
    { title: "objects", align: "right", text: (row) => number(row.objects) },
    { title: "their own size", align: "right", text: (row) => bytes(row.objectBytes) },
  ];
  return [
    `traced ${bytes(totals.bytes)} in ${number(totals.blocks)} blocks in use; ${number(totals.objects)} objects (${bytes(totals.objectBytes)}) have a place, ${number(untraced.objects)} (${bytes(untraced.bytes)}) have none`,
    table(columns, found),
    ...(found.length < total
      ? [`${number(found.length)} of ${number(total)} rows; --offset and --limit show others`]
      : []),
  ].join("\n");
}

/** The lines of `compare` about places. */
export function allocationLines({ before, after, rows: found, deltaBytes }: CompareAllocationPage): string[] {
  if (deltaBytes === null) {
    // Most dumps are not traced: not worth a word, unless one of the two is.
    if (before.state !== "on" && after.state !== "on") return [];
    return ["", `Only the ${before.state === "on" ? "earlier" : "later"} dump was traced: places can't be compared.`];
  }
  if (found.length === 0) return ["", "no place has more or less memory in use"];
  const columns: Column<CompareAllocationRow>[] = [
    { title: "allocated at", text: ({ frames }) => placeOf(frames), most: MOST_WIDE },
    { title: "bytes", align: "right", text: (row) => bytes(row.after.bytes) },
    { title: "grew by", align: "right", text: (row) => signed(row.deltaBytes) },
    { title: "blocks", align: "right", text: (row) => number(row.after.blocks) },
    {
      title: "more",
      align: "right",
      text: ({ deltaBlocks }) => (deltaBlocks > 0 ? `+${number(deltaBlocks)}` : number(deltaBlocks)),
    },
  ];
  return ["", `traced memory ${signed(deltaBytes)}`, table(columns, found)];
}

/** `app.py:41 ← main.py:7`: the innermost first; a file alone has no line. */
const placeOf = (frames: readonly SiteFrame[]): string =>
  frames.map(({ file, line }) => (line === 0 ? file : `${file}:${line}`)).join(" ← ");

/** One line for `object`: where it was allocated. */
export const allocatedLine = (frames: readonly SiteFrame[]): string[] =>
  frames.length === 0 ? [] : [`allocated at ${printable(placeOf(frames))}`];

function groupingOf(by: string | undefined): SiteGrouping {
  if (by === undefined) return "line";
  const found = SITE_GROUPINGS.find((each) => each === by);
  if (found === undefined) throw usage(`--by takes ${SITE_GROUPINGS.join(", ")}, not ${by}`);
  return found;
}
