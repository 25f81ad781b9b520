import type { DumpInfo } from "../../shared/session/contract.ts";
import type { CaptureId } from "../../shared/types/ids.ts";
import type { Route } from "../../shared/types/route.ts";

type Dated = Pick<DumpInfo, "capture" | "createdAt">;

/** Where two dumps are compared: the later one is the screen's dump. Without times the first one counts as the earlier. */
export function pairRoute(one: Dated, other: Dated): Extract<Route, { view: "compare" }> {
  const swapped = Date.parse(one.createdAt ?? "") > Date.parse(other.createdAt ?? "");
  const [before, after] = swapped ? [other, one] : [one, other];
  return { view: "compare", capture: after.capture, before: before.capture };
}

/** The dumps of a comparison, the first one first; none on any other screen. */
export function comparedIn(route: Route): readonly CaptureId[] {
  if (route.view === "compare") return [route.before, route.capture];
  return route.view === "series" ? [...route.earlier, route.capture] : [];
}

/** Where another dump joins a comparison, in the order of their times; dumps without one keep their places. */
export function joinedRoute(route: Route, open: readonly Dated[], added: Dated): Extract<Route, { view: "series" }> {
  const known = comparedIn(route).flatMap((capture) => open.filter((each) => each.capture === capture));
  const time = ({ createdAt }: Dated): number => Date.parse(createdAt ?? "");
  const row = [...known, added].sort((a, b) => time(a) - time(b) || 0).map(({ capture }) => capture);
  return { view: "series", capture: row.at(-1) ?? added.capture, earlier: row.slice(0, -1) };
}
