/**
 * Links after which a way down the tree of holders is a chain: each holds the next one of its kind, as in a linked list,
 * with a `__dict__` or a list between them or not. A chain is told by its first object: below it is more of the same.
 */
const CHAIN = 16;
/** Objects from one link to the next at most. */
const LONGEST_LINK = 4;

/** A way down the tree of holders by the objects' types, and how many of the last ones are of a chain. */
export interface Way {
  readonly type: number;
  readonly above: Way | null;
  readonly links: number;
}

/** The way, one object further down. */
export const wayTo = (above: Way | null, type: number): Way => ({
  type,
  above,
  links: above !== null && stepsToSame(above, type) !== null ? above.links + 1 : 0,
});

/** How many steps above the end of the way its chain begins; null where the way does not end in one. */
export function chainBegins({ above, type, links }: Way): number | null {
  if (links < CHAIN || above === null) return null;
  return links - 1 + (stepsToSame(above, type) ?? 0);
}

/** How many steps further up than the way the nearest object of the type is, the way's own included. */
function stepsToSame(way: Way, type: number): number | null {
  let steps = 1;
  for (let each: Way | null = way; each !== null && steps <= LONGEST_LINK; each = each.above, steps++)
    if (each.type === type) return steps;
  return null;
}
