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

/** More dumps than this are no row that can be read. */
export const MOST_COMPARED = 10;

/** By their times; dumps without one keep their places. */
export function inOrder<Dump extends Dated>(dumps: readonly Dump[]): readonly Dump[] {
  const time = ({ createdAt }: Dated): number => Date.parse(createdAt ?? "");
  return [...dumps].sort((a, b) => time(a) - time(b) || 0);
}

/** Where two dumps or more are compared; the overview of a single one. */
export function routeOfAll(dumps: readonly Dated[]): Route {
  const row = inOrder(dumps).map(({ capture }) => capture);
  const [before, capture] = [row[0], row.at(-1)];
  if (before === undefined || capture === undefined) return { view: "start" };
  if (row.length === 1) return { view: "overview", capture };
  return row.length === 2
    ? { view: "compare", capture, before }
    : { view: "series", capture, earlier: row.slice(0, -1) };
}

/** The dumps of a comparison, the first one first; none on any other screen. */
export function comparedIn(route: Route): readonly CaptureId[] {
  if (route.view === "compare") return [route.before, route.capture];
  return route.view === "series" ? [...route.earlier, route.capture] : [];
}

/** Where another dump joins a comparison, in the order of their times; dumps without one keep their places. */
export function joinedRoute(route: Route, open: readonly Dated[], added: Dated): Extract<Route, { view: "series" }> {
  const known = comparedIn(route).flatMap((capture) => open.filter((each) => each.capture === capture));
  const row = inOrder([...known, added]).map(({ capture }) => capture);
  return { view: "series", capture: row.at(-1) ?? added.capture, earlier: row.slice(0, -1) };
}
