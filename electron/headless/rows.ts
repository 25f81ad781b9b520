import type { ListRequest, Page } from "../../shared/session/contract.ts";
import { HeapError } from "../../shared/types/failure.ts";

/** The session gives at most this many rows at a time. */
const PAGE_ROWS = 1000;

/** As many rows as were asked for, page by page, with what a page says of the whole list. */
export async function rows<Row, P extends Page<Row>>(
  offset: number,
  limit: number,
  ask: (range: Pick<ListRequest<never>, "offset" | "limit">) => Promise<P & Page<Row>>,
): Promise<P & Page<Row>> {
  const found: Row[] = [];
  for (;;) {
    const page = await ask({ offset: offset + found.length, limit: Math.min(PAGE_ROWS, limit - found.length) });
    found.push(...page.rows);
    if (page.rows.length === 0 || found.length >= limit) return { ...page, rows: found };
  }
}

export const usage = (what: string): HeapError => new HeapError({ code: "bad-request", what });
