import type { Route } from "../../shared/types/route.ts";
import { messages } from "../messages.ts";
import { dock } from "../state/inspector.svelte.ts";
import type { Navigation } from "../state/navigation.svelte.ts";
import type { OpenSnapshot } from "../state/open-snapshot.svelte.ts";
import type { SessionState } from "../state/session.svelte.ts";
import type { Theme } from "../state/theme.svelte.ts";

/** Something that the palette can do. */
export interface Command {
  readonly title: string;
  /** Other words that people use for it. */
  readonly also?: string;
  run(): void;
}

/** What can be done now, whatever the screen. */
export function commandsOf(
  session: SessionState,
  navigation: Navigation,
  theme: Theme,
  snapshot: OpenSnapshot | undefined,
): readonly Command[] {
  const say = messages.find.commands;
  const go = (title: string, route: Route): Command => ({ title, run: () => navigation.go(route) });
  const others = session.open.filter((each) => each !== snapshot);
  const open = new Set(session.open.map((each) => each.info.capture));
  const closed = (session.files.value ?? []).filter(({ dump }) => dump !== null && !open.has(dump.capture));
  return [
    { title: say.open, also: say.also.open, run: () => void session.pickFile() },
    { ...go(say.start, { view: "start" }), also: say.also.start },
    ...(snapshot === undefined
      ? []
      : [{ title: dock.open ? say.hideInspector : say.showInspector, run: () => dock.toggle() }]),
    ...others.map(({ info }) => go(say.show(info.name), { view: "overview", capture: info.capture })),
    ...(snapshot === undefined
      ? []
      : others.map(({ info }) =>
          go(say.compareWith(info.name), { view: "compare", capture: snapshot.info.capture, before: info.capture }),
        )),
    ...closed.map(({ file, name }) => ({ title: say.openFile(name), run: () => void session.openFile(file, name) })),
    ...(["light", "dark", "system"] as const)
      .filter((choice) => choice !== theme.choice)
      .map((choice) => ({ title: say[choice], also: say.also.colours, run: () => theme.choose(choice) })),
    ...(navigation.canGoBack ? [{ title: say.back, run: () => navigation.back() }] : []),
    ...(navigation.canGoForward ? [{ title: say.forward, run: () => navigation.forward() }] : []),
    ...(snapshot === undefined
      ? []
      : [{ title: say.close(snapshot.info.name), run: () => void session.close(snapshot) }]),
  ];
}
