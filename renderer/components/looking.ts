import { getContext, setContext } from "svelte";

/** The inspector beside a screen, as the screen's lists know it. */
export interface Looking {
  /** Whether it is there: a click then chooses a row instead of opening it. */
  readonly open: boolean;
  /** Shows the object that a link leads to; false for links that lead elsewhere. */
  look(href: string): boolean;
}

const KEY = Symbol("looking");

/** For all that is within this component; undefined: its lists choose nothing. */
export const provideLooking = (looking: Looking | undefined): void => void setContext(KEY, looking);

export const lookingHere = (): Looking | undefined => getContext<Looking | undefined>(KEY);
