import type { Route, Source } from "../../shared/types/route.ts";
import { siteWords } from "../components/site-words.ts";
import { messages } from "../messages.ts";
import type { OpenSnapshot } from "../state/open-snapshot.svelte.ts";

/** A screen about a dump as a whole, which can be reached from everywhere. */
export interface ScreenLink {
  readonly title: string;
  /** One line of explanation. */
  readonly hint: string;
  readonly route: Route;
  /** How many rows it has; null where that is not known, or means nothing. */
  readonly count: number | null;
  /** True for the routes that belong to it. */
  readonly isAt: (route: Route) => boolean;
}

/** The screens of a dump, as the list at the left and the palette offer them. */
export function screensOf(snapshot: OpenSnapshot): readonly ScreenLink[] {
  const { capture, types } = snapshot.info;
  const summary = snapshot.summary.value;
  const say = messages.frame;
  const objects = (source: Source): Route => ({ view: "objects", capture, source });
  const lists = (route: Route, kind: Source["kind"]) => route.view === "objects" && route.source.kind === kind;
  return [
    {
      title: say.overview,
      hint: say.hints.overview,
      route: { view: "overview", capture },
      count: null,
      isAt: (route) => route.view === "overview",
    },
    {
      title: messages.advisor.screen,
      hint: messages.advisor.hint,
      route: { view: "advisor", capture },
      count: snapshot.advice.value?.suspects.length ?? null,
      isAt: (route) => route.view === "advisor",
    },
    {
      title: say.types,
      hint: say.hints.types,
      route: { view: "types", capture, filter: "" },
      count: types,
      isAt: (route) => route.view === "types" || lists(route, "type"),
    },
    {
      title: say.holders,
      hint: say.hints.holders,
      route: { view: "holders", capture, object: null },
      count: null,
      isAt: (route) => route.view === "holders" || lists(route, "dominated"),
    },
    {
      title: messages.cycles.screen,
      hint: messages.cycles.hint,
      route: { view: "cycles", capture },
      count: snapshot.cycles.value,
      isAt: (route) => route.view === "cycles" || lists(route, "cycle"),
    },
    {
      title: messages.stacks.screen,
      hint: messages.stacks.hint,
      route: { view: "threads", capture, stack: null },
      count: null,
      isAt: (route) => route.view === "threads",
    },
    {
      title: siteWords.screen,
      hint: siteWords.hint,
      route: { view: "allocations", capture, by: "line" },
      count: null,
      isAt: (route) => route.view === "allocations" || lists(route, "site"),
    },
    {
      title: say.heldOutside,
      hint: say.hints.heldOutside,
      route: objects({ kind: "held-outside" }),
      count: summary?.heldOutside.objects ?? null,
      isAt: (route) => lists(route, "held-outside"),
    },
    {
      title: say.unreachable,
      hint: say.hints.unreachable,
      route: objects({ kind: "unreachable" }),
      count: summary?.unreachable?.objects ?? null,
      isAt: (route) => lists(route, "unreachable"),
    },
    {
      title: messages.notebook.screen,
      hint: messages.notebook.hint,
      route: { view: "notebook", capture },
      count: snapshot.notebook.sets.length + snapshot.notebook.notes.size || null,
      isAt: (route) => route.view === "notebook" || lists(route, "set") || lists(route, "combined"),
    },
  ];
}
