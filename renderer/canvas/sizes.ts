/** Monospaced text of 11 px: a character's width, measured on the common fonts and rounded up. */
const CHARACTER = 6.8;
export const NODE_HEIGHT = 26;

export interface Placed {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** Widths by text length; the text itself is drawn later. */
export const nodeWidth = (label: string): number => Math.max(48, Math.ceil([...label].length * CHARACTER) + 18);

/** Up to this a small graph is blown up. */
export const LARGEST_ZOOM = 1.15;
/** Below this nothing can be read: a larger graph starts with its middle in view, and is not shrunk further. */
export const READABLE_ZOOM = 0.6;
export const MARGIN = 20;

/** How high a picture must be to show a graph in a given width. */
export function heightFor(places: readonly Placed[], width: number): number {
  const left = Math.min(...places.map((place) => place.x - place.width / 2));
  const right = Math.max(...places.map((place) => place.x + place.width / 2));
  const top = Math.min(...places.map((place) => place.y));
  const bottom = Math.max(...places.map((place) => place.y));
  const zoom = Math.min(LARGEST_ZOOM, Math.max(READABLE_ZOOM, (width - 2 * MARGIN) / (right - left)));
  return Math.ceil((bottom - top + NODE_HEIGHT) * zoom + 2 * MARGIN);
}
