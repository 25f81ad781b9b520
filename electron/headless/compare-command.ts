import type {
  CompareTypeRow,
  Comparison,
  DumpTotals,
  GrowthRow,
  Page,
  Series,
  SeriesHolder,
  Trend,
  UsedBy,
} from "../../shared/session/contract.ts";
import { rateOf, secondsToLimit } from "../../shared/types/rate.ts";
import { allocationLines } from "./allocations-command.ts";
import type { Answer, Options } from "./answers.ts";
import type { OpenDump } from "./open-dumps.ts";
import { rows } from "./rows.ts";
import { bytes, type Column, number, printable, signed, span, table } from "./table.ts";

/** Functions that are told of each holder. */
const MOST_USERS = 3;

/** What grew from the first dump to the last; with more than two, also how it moved from each to the next. */
export async function runCompare(dumps: readonly OpenDump[], options: Options): Promise<Answer> {
  const [first, ...others] = dumps;
  const last = others[others.length - 1];
  const { client } = last;
  const { offset, limit, filter } = options;
  const pair = { snapshot: last.snapshot, before: first.snapshot, filter: { text: filter ?? "" } };
  const compared = await client.compare(pair);
  const types = await rows(offset, limit, (range) =>
    client.compareTypes({ ...pair, sort: { by: "deltaBytes", descending: true }, ...range }),
  );
  const changed = await rows(offset, limit, (range) =>
    client.compareTypes({ ...pair, sort: { by: "change", descending: true }, ...range }),
  );
  const allocations = await rows(offset, limit, (range) =>
    client.compareAllocations({ ...pair, by: "line", sort: { by: "deltaBytes", descending: true }, ...range }),
  );
  const growth = { ...pair, sort: { by: "growth", descending: true } } as const;
  const holders = await rows(offset, limit, (range) => client.growth({ ...growth, ...range }));
  const { leastBytes: least } = await client.growth({ ...growth, offset: 0, limit: 1 });
  const gate = await grownBeyond(options.failIfGrew, () => client.growth({ ...growth, offset: 0, limit: 1 }));
  const series = dumps.length > 2 ? await client.series({ snapshots: dumps.map(({ snapshot }) => snapshot) }) : null;
  return {
    ...gate,
    json: {
      ...compared,
      leastGrowthBytes: least,
      types: types.rows,
      typesTotal: types.total,
      allocations: allocations.rows,
      allocationsTotal: allocations.total,
      allocatedDelta: allocations.deltaBytes,
      holders: holders.rows,
      holdersTotal: holders.total,
      ...(series === null ? {} : { series: { ...series, holders: series.holders.slice(offset, offset + limit) } }),
    },
    human: () =>
      [
        ...(series ?? compared).warnings.map((warning) => `note: ${printable(warning)}`),
        ...(series === null ? pairLines(compared, holders, least) : seriesLines(series, limit)),
        "",
        typeTable(changed.rows.filter(isChanged)),
        ...allocationLines(allocations),
      ].join("\n"),
  };
}

function pairLines(compared: Comparison, holders: Page<GrowthRow>, least: number): string[] {
  const { before, after, objects, secondsBetween } = compared;
  // From one process to another nothing grows at a rate.
  const seconds = objects === null ? null : secondsBetween;
  const rate = seconds === null ? null : rateOf(after.bytes - before.bytes, seconds);
  const inAll = rate === null || seconds === null ? "" : ` in ${span(seconds)} = ${signed(rate.bytes)}/${rate.per}`;
  const left = secondsToLimit(before.rssBytes, after.rssBytes, seconds, after.limitBytes);
  return [
    `own sizes ${bytes(before.bytes)} → ${bytes(after.bytes)}, ${signed(after.bytes - before.bytes)}${inAll}`,
    ...(left === null ? [] : [`reaches its limit of ${bytes(after.limitBytes)} in about ${span(left)} at this rate`]),
    `garbage waiting ${bytes(before.garbageBytes)} → ${bytes(after.garbageBytes)}`,
    ...(objects === null
      ? []
      : [
          `objects: ${number(objects.new.objects)} new, ${number(objects.gone.objects)} gone, ${number(objects.survived.objects)} still there (${compared.matching.how})`,
        ]),
    "",
    ...(holders.rows.length === 0
      ? [`no holder keeps as much as ${bytes(least)} more alive`]
      : [
          table<GrowthRow>(
            [
              {
                title: "holder that grew",
                text: (row) => `${row.path}${row.isShared ? " (with others)" : ""}`,
                most: 70,
              },
              { title: "grew by", align: "right", text: (row) => signed(row.deltaRetainedBytes) },
              { title: "keeps alive", align: "right", text: (row) => bytes(row.retainedB) },
              {
                title: "entries",
                align: "right",
                text: ({ entriesA, entriesB }) =>
                  entriesB === null ? "" : `${number(entriesA)} → ${number(entriesB)}`,
              },
              { title: "used by", text: users },
            ],
            holders.rows,
          ),
        ]),
  ];
}

const TRENDS: Record<Trend, string> = {
  "every-step": "grew in every step",
  lately: "grew in the last step",
  "no-longer": "no longer grows",
};

function seriesLines({ dumps, secondsBetween, holders, kept }: Series, limit: number): string[] {
  const row = (pick: (dump: DumpTotals) => number | null) => dumps.map((dump) => bytes(pick(dump))).join(" → ");
  const apart = secondsBetween.map((seconds) => (seconds === null ? "–" : span(seconds))).join(", then ");
  return [
    `own sizes ${row((dump) => dump.bytes)}, ${apart} apart`,
    `garbage waiting ${row((dump) => dump.garbageBytes)}`,
    "",
    holders.length === 0
      ? "no holder keeps noticeably more alive"
      : table<SeriesHolder>(
          [
            { title: "holder", text: (each) => each.path, most: 70 },
            { title: "trend", text: (each) => TRENDS[each.trend] },
            { title: "keeps alive", text: (each) => each.retained.map(bytes).join(" → "), most: 120 },
            {
              title: "entries",
              text: ({ entries }) => (entries.every((each) => each === null) ? "" : entries.map(number).join(" → ")),
              most: 120,
            },
            { title: "used by", text: users },
          ],
          holders.slice(0, limit),
        ),
    ...(kept === null || kept.new.objects === 0
      ? []
      : [
          "",
          `of ${number(kept.new.objects)} objects (${bytes(kept.new.bytes)}) that were new in the last dump but one, ${number(kept.stillThere.objects)} (${bytes(kept.stillThere.bytes)}) are still there`,
        ]),
    "",
    "types, from the first dump to the last",
  ];
}

const users = ({ usedBy }: { readonly usedBy: readonly UsedBy[] }): string =>
  usedBy
    .slice(0, MOST_USERS)
    .map((by) => `${by.function} ${by.file.slice(by.file.lastIndexOf("/") + 1)}:${by.line}`)
    .join(", ");

const isChanged = ({ deltaCount, deltaBytes }: CompareTypeRow): boolean => deltaCount !== 0 || deltaBytes !== 0;

function typeTable(changed: readonly CompareTypeRow[]): string {
  if (changed.length === 0) return "no type has more or fewer objects, or other sizes";
  const columns: Column<CompareTypeRow>[] = [
    { title: "type", text: (row) => row.type },
    { title: "objects", align: "right", text: (row) => `${number(row.countA)} → ${number(row.countB)}` },
    { title: "own size", align: "right", text: (row) => signed(row.deltaBytes) },
  ];
  return table(columns, changed);
}

/** The sentence with which the comparison fails, if the container that grew most did so by more than `most` bytes. */
async function grownBeyond(most: number | null, biggest: () => Promise<Page<GrowthRow>>): Promise<{ failed?: string }> {
  if (most === null) return {};
  const [row] = (await biggest()).rows;
  if (row === undefined || row.deltaRetainedBytes <= most) return {};
  return { failed: `${row.path} grew by ${bytes(row.deltaRetainedBytes)}, more than ${bytes(most)}` };
}
