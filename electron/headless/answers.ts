import type { Page } from "../../shared/session/contract.ts";
import { type Column, number, table } from "./table.ts";

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
  /** A regular expression. */
  readonly pattern: string | undefined;
  /** The name of a kept object set. */
  readonly set: string | undefined;
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
  /** Ways through frames are left out. */
  readonly noFrames: boolean;
  /** How holders are grouped. */
  readonly by: string | undefined;
  /** Down to the first holder whose bytes are spread. */
  readonly drop: boolean;
}

/** A command's result, for scripts and for people. */
export interface Answer {
  readonly json: unknown;
  human(): string;
  /** Set where a gate that was asked for has failed: why, in one sentence. */
  readonly failed?: string;
}

export function list<Row extends object>(page: Page<Row>, columns: readonly Column<Row>[]): Answer {
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
