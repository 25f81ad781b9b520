import { formatRoute, parseRoute } from "../../shared/session/route.ts";
import type { Route } from "../../shared/types/route.ts";

/** Where the user is. The address holds all of it, so links, reload, Back and Forward need no further code. */
export class Navigation {
  route = $state.raw<Route>(parseRoute(location.hash));
  /** Place of the current entry among those of this page, so that Back and Forward know whether they lead anywhere. */
  #index = $state(0);
  #last = $state(0);
  /** True where Back or Forward led to the current entry. */
  returned = $state(false);
  readonly canGoBack = $derived(this.#index > 0);
  readonly canGoForward = $derived(this.#index < this.#last);

  constructor() {
    this.#index = indexOf(history.state) ?? 0;
    this.#last = this.#index;
    history.replaceState({ index: this.#index }, "");
    addEventListener("hashchange", () => this.#arrive());
  }

  /** The current entry's number among those of this page. */
  get entry(): number {
    return this.#index;
  }

  go(route: Route): void {
    location.hash = formatRoute(route);
  }

  /** Changes the address of the current entry: for what a person types, which is no step to go back to. */
  replace(route: Route): void {
    history.replaceState({ index: this.#index }, "", formatRoute(route));
    this.route = route;
  }

  /** `replace` for what takes effect a moment later; nothing where the person has gone elsewhere by then. */
  replaceHere(): (route: Route) => void {
    const here = location.hash;
    return (route) => {
      if (location.hash === here) this.replace(route);
    };
  }

  back(): void {
    if (this.canGoBack) history.back();
  }

  forward(): void {
    if (this.canGoForward) history.forward();
  }

  #arrive(): void {
    const known = indexOf(history.state);
    this.returned = known !== null;
    if (known === null) {
      this.#index++;
      this.#last = this.#index;
      history.replaceState({ index: this.#index }, "");
    } else {
      this.#index = known;
      this.#last = Math.max(this.#last, known);
    }
    this.route = parseRoute(location.hash);
  }
}

const indexOf = (state: unknown): number | null =>
  typeof state === "object" && state !== null && "index" in state && typeof state.index === "number"
    ? state.index
    : null;
