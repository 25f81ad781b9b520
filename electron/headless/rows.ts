import type { ListRequest, Page } from "../../shared/session/contract.ts";
import { HeapError } from "../../shared/types/failure.ts";
import { asObjectId, type ObjectId, parseAddress, type TypeId } from "../../shared/types/ids.ts";
import type { OpenDump } from "./open-dumps.ts";

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

/** An object by its number, or by its address. */
export async function objectId({ client, snapshot }: OpenDump, text: string): Promise<ObjectId> {
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

/** A sentence where no object in the dump has such a type: that is an answer, not a mistake. */
export async function typeNamed({ client, snapshot }: OpenDump, name: string): Promise<TypeId | string> {
  try {
    return (await client.typeNamed({ snapshot, name })).typeId;
  } catch (thrown) {
    if (!(thrown instanceof HeapError) || thrown.failure.code !== "no-such-type") throw thrown;
    if (thrown.failure.candidates.length > 0) throw thrown;
    return thrown.message;
  }
}
