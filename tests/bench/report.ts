import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";

/** What a bench found of one case: figures by name, in the unit that the name says or, where it says none, in ms. */
export interface Case {
  readonly name: string;
  readonly figures: Readonly<Record<string, number>>;
}

/** What benches write with `--json FILE`; `difference.ts` compares two of them. */
export interface Report {
  readonly machine: string;
  readonly node: string;
  /** Of the last minute: times taken under load are worth less. */
  readonly load: number;
  readonly cases: readonly Case[];
}

/** Writes the figures to the file, if there is one to write. */
export function report(file: string | undefined, cases: readonly Case[]): void {
  if (file === undefined) return;
  const machine = `${cpus().length} × ${cpus()[0]?.model}`;
  const all: Report = { machine, node: process.versions.node, load: loadavg()[0] ?? 0, cases };
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`);
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** Cases as columns, figures as rows. */
export function asTable(cases: readonly Case[]): string {
  const names = [...new Set(cases.flatMap(({ figures }) => Object.keys(figures)))];
  const shown = (value: number | undefined): string =>
    value === undefined ? "" : value.toLocaleString("en-US", { maximumFractionDigits: value < 100 ? 1 : 0 });
  const rows = [
    ["", ...cases.map(({ name }) => name)],
    ...names.map((name) => [name, ...cases.map(({ figures }) => shown(figures[name]))]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  ");
  return `${rows.map(line).join("\n")}\n`;
}
