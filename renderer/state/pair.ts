import type { DumpInfo } from "../../shared/session/contract.ts";
import type { Route } from "../../shared/types/route.ts";

type Dated = Pick<DumpInfo, "capture" | "createdAt">;

/** Where two dumps are compared: the later one is the screen's dump. Without times the first one counts as the earlier. */
export function pairRoute(one: Dated, other: Dated): Extract<Route, { view: "compare" }> {
  const swapped = Date.parse(one.createdAt ?? "") > Date.parse(other.createdAt ?? "");
  const [before, after] = swapped ? [other, one] : [one, other];
  return { view: "compare", capture: after.capture, before: before.capture };
}
