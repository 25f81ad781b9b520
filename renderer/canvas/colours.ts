/** The page's colours, as the browser resolves them now: a custom property alone still says `light-dark(…)`. */
export function coloursOf<Name extends string>(container: HTMLElement, names: readonly Name[]): Record<Name, string> {
  const probe = document.createElement("i");
  probe.hidden = true;
  container.append(probe);
  const colours = names.map((name) => {
    probe.style.color = `var(--${name})`;
    return [name, getComputedStyle(probe).color];
  });
  probe.remove();
  return Object.fromEntries(colours) as Record<Name, string>; // sound: one entry per name
}
