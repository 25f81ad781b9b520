import type { OfferedFile } from "../../shared/session/contract.ts";
import type { CaptureId, ObjectId } from "../../shared/types/ids.ts";
import type { Route } from "../../shared/types/route.ts";
import type { SessionState } from "./session.svelte.ts";

/** The two days of the shop, as the files on offer know them. */
export interface Samples {
  readonly monday: CaptureId;
  readonly tuesday: CaptureId;
}

const WHOSE = "shop.http.Request";

/** The samples, where the program brought both along. */
export function samplesAmong(files: readonly OfferedFile[]): Samples | null {
  const captureOf = (name: string) =>
    files.find((file) => file.origin === "sample" && file.name === name)?.dump?.capture ?? null;
  const [monday, tuesday] = [captureOf("shop-monday.pyheap"), captureOf("shop-tuesday.pyheap")];
  return monday === null || tuesday === null ? null : { monday, tuesday };
}

/** What each card shows. A link opens the dump that it names; only which request is the largest must be asked first. */
export const overviewOf = ({ tuesday }: Samples): Route => ({ view: "overview", capture: tuesday });
export const comparisonOf = ({ monday, tuesday }: Samples): Route => ({
  view: "compare",
  capture: tuesday,
  before: monday,
});

/** Why the shop's largest request is alive; the list of types where it has none. */
export async function whyOf({ tuesday }: Samples, session: SessionState): Promise<Route> {
  await session.openCapture(tuesday);
  const snapshot = session.snapshotOf(tuesday)?.info.snapshot;
  if (snapshot === undefined) return { view: "overview", capture: tuesday }; // says why it can't be opened
  const { typeId } = await session.client.typeNamed({ snapshot, name: WHOSE });
  const object = await largest(session, snapshot, typeId);
  return object === null
    ? { view: "types", capture: tuesday, filter: "" }
    : { view: "why", capture: tuesday, object, ignore: [] };
}

async function largest(
  { client }: SessionState,
  snapshot: Parameters<SessionState["client"]["types"]>[0]["snapshot"],
  type: Extract<Parameters<SessionState["client"]["objects"]>[0]["source"], { kind: "type" }>["type"],
): Promise<ObjectId | null> {
  const { rows } = await client.objects({
    snapshot,
    source: { kind: "type", type },
    sort: { by: "retained", descending: true },
    filter: { text: "" },
    offset: 0,
    limit: 1,
  });
  return rows[0]?.id ?? null;
}
