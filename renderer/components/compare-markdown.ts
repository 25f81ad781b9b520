import type { Comparison, GrowthRow, Page, Series, SnapshotInfo, UsedBy } from "../../shared/session/contract.ts";
import { compareWords, dumpName } from "./compare-words.ts";
import { signedBytes } from "./delta.ts";
import { formatBytes, formatCount } from "./format.ts";
import { inCode, markdownText } from "./markdown.ts";
import { pathName, shortFile } from "./python-names.ts";
import { plain, type Sentence } from "./sentence.ts";
import { seriesWords } from "./series-words.ts";
import { shown } from "./visible-text.ts";

const MOST_ROWS = 20;

/** A comparison as Markdown for an issue or a chat: the sentence, the totals, the holders that grew. */
export function compareMarkdown(
  comparison: Comparison,
  growth: Page<GrowthRow>,
  dumps: readonly SnapshotInfo[],
  pid: number | null,
): string {
  const { before, after } = comparison;
  const rows = growth.rows.slice(0, MOST_ROWS).map((row) => {
    const entries =
      row.entriesB === null
        ? ""
        : `${row.entriesA === null ? "" : `${formatCount(row.entriesA)} → `}${formatCount(row.entriesB)}`;
    return [
      `${inCode(pathName(row.path))}${row.isShared ? ` (${compareWords.isShared})` : ""}`,
      signedBytes(row.deltaRetainedBytes),
      formatBytes(row.retainedB),
      entries,
      users(row),
    ];
  });
  return lines([
    headline(compareWords.headline(comparison, growth)),
    `${dumps.map((info) => inCode(dumpName(info))).join(" → ")}, ${markdownText(compareWords.apart(comparison, pid))}`,
    `${compareWords.rows.bytes}: ${formatBytes(before.bytes)} → ${formatBytes(after.bytes)}; ${compareWords.rows.garbageBytes.toLowerCase()}: ${known(before.garbageBytes)} → ${known(after.garbageBytes)}`,
    table([compareWords.holder, compareWords.change, "Keeps alive", compareWords.entries, "Used by"], rows),
  ]);
}

const known = (bytes: number | null): string => (bytes === null ? "not known" : formatBytes(bytes));

/** A row of dumps in the same way. */
export function seriesMarkdown(series: Series, dumps: readonly SnapshotInfo[]): string {
  const rows = series.holders
    .slice(0, MOST_ROWS)
    .map((row) => [
      inCode(pathName(row.path)),
      seriesWords.trend[row.trend],
      ...row.retained.map((size) => (size === null ? "–" : formatBytes(size))),
      users(row),
    ]);
  const kept = seriesWords.keptLead(series, dumps.slice(-3));
  return lines([
    headline(seriesWords.headline(series)),
    `${dumps.map((info) => inCode(dumpName(info))).join(" → ")}, ${markdownText(seriesWords.apart(series))}`,
    table(
      [compareWords.holder, seriesWords.trendTitle, ...dumps.map((info) => markdownText(dumpName(info))), "Used by"],
      rows,
    ),
    kept === null ? "" : markdownText(plain(kept)),
  ]);
}

const headline = (sentence: Sentence): string => `**${markdownText(shown(plain(sentence), 1000))}**`;

const users = ({ usedBy }: { readonly usedBy: readonly UsedBy[] }): string =>
  usedBy
    .slice(0, 3)
    .map((by) => inCode(`${by.function} ${shortFile(by.file)}:${by.line}`))
    .join(", ");

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [row(titles), row(titles.map(() => "---")), ...rows.map(row)].join("\n");
}

const lines = (parts: readonly string[]): string => `${parts.filter((part) => part !== "").join("\n\n")}\n`;
