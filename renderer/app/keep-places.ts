import type { Navigation } from "../state/navigation.svelte.ts";

/** How long a screen may take until it is as long as it was. */
const PATIENCE_MS = 5000;

/** How far the elements of a screen were scrolled, and which had the focus; elements go by their place in the screen. */
interface Places {
  readonly tops: Map<string, number>;
  focus: { readonly path: string; readonly says: string } | null;
}

/**
 * Brings a person back to where they were on the screen: each entry of the history remembers what was scrolled and what
 * had the focus, and finds it again by Back and Forward. Long lists remember their own rows.
 */
export function keepPlaces(screen: HTMLElement, navigation: Navigation): { arrive(entry: number): void; stop(): void } {
  const entries = new Map<number, Places>();
  let restoring: number | undefined;

  const at = (): Places => {
    const entry = navigation.entry;
    const known = entries.get(entry) ?? { tops: new Map(), focus: null };
    entries.set(entry, known);
    return known;
  };
  const onscroll = ({ target }: Event) => {
    if (
      restoring !== undefined ||
      !(target instanceof HTMLElement) ||
      target.role === "grid" ||
      target.role === "treegrid"
    )
      return;
    if (target.isConnected) at().tops.set(pathOf(screen, target), target.scrollTop);
  };
  const onfocus = ({ target }: FocusEvent) => {
    if (restoring === undefined && target instanceof HTMLElement)
      at().focus = { path: pathOf(screen, target), says: saysOf(target) };
  };
  const stopRestoring = () => {
    if (restoring !== undefined) cancelAnimationFrame(restoring);
    restoring = undefined;
  };

  const restore = ({ tops, focus }: Places, started: number) => {
    let waits = false;
    for (const [path, top] of tops) {
      const element = elementAt(screen, path);
      if (element === null) waits = true;
      else if (Math.abs(element.scrollTop - top) > 1) {
        element.scrollTop = top;
        waits ||= Math.abs(element.scrollTop - top) > 1;
      }
    }
    if (focus !== null) {
      const element = elementThatSays(screen, focus);
      if (element === null) waits = true;
      else element.focus({ preventScroll: true });
    }
    if (!waits || performance.now() - started > PATIENCE_MS) stopRestoring();
    else restoring = requestAnimationFrame(() => restore({ tops, focus }, started));
  };

  screen.addEventListener("scroll", onscroll, { capture: true, passive: true });
  screen.addEventListener("focusin", onfocus);
  // Whoever does something now has a will of their own.
  for (const type of ["wheel", "keydown", "pointerdown"]) addEventListener(type, stopRestoring, { passive: true });

  return {
    arrive(entry) {
      stopRestoring();
      if (!navigation.returned) {
        for (const later of [...entries.keys()]) if (later >= entry) entries.delete(later);
        return;
      }
      const places = entries.get(entry);
      if (places === undefined) return;
      const copy = { tops: new Map(places.tops), focus: places.focus };
      restoring = requestAnimationFrame(() => restore(copy, performance.now()));
    },
    stop() {
      stopRestoring();
      screen.removeEventListener("scroll", onscroll, { capture: true });
      screen.removeEventListener("focusin", onfocus);
      for (const type of ["wheel", "keydown", "pointerdown"]) removeEventListener(type, stopRestoring);
    },
  };
}

/** `0/2/1`: which child of which child. */
function pathOf(screen: HTMLElement, element: HTMLElement): string {
  const path: number[] = [];
  for (let each: Element | null = element; each !== null && each !== screen; each = each.parentElement)
    path.unshift(each.parentElement === null ? 0 : [...each.parentElement.children].indexOf(each));
  return path.join("/");
}

function elementAt(screen: HTMLElement, path: string): HTMLElement | null {
  let element: Element | undefined = screen;
  if (path !== "") for (const index of path.split("/")) element = element?.children[Number(index)];
  return element instanceof HTMLElement ? element : null;
}

/** The element at its place, or elsewhere, where an answer that came later has put something before it. */
function elementThatSays(screen: HTMLElement, { path, says }: { path: string; says: string }): HTMLElement | null {
  const element = elementAt(screen, path);
  if (element !== null && saysOf(element) === says) return element;
  const alike = screen.querySelectorAll<HTMLElement>(says.slice(0, says.indexOf(" ")));
  return [...alike].find((each) => saysOf(each) === says) ?? null;
}

const saysOf = (element: HTMLElement): string =>
  `${element.tagName} ${element.getAttribute("href") ?? element.ariaLabel ?? element.textContent.slice(0, 80)}`;
