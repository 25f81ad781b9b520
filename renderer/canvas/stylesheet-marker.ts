/**
 * Cytoscape adds a style element unless there is one of its name; our Content-Security-Policy would refuse it and say so
 * on the console. Its one rule, `position: relative`, stands with the container.
 */
export function claimStylesheet(): void {
  const id = "__________cytoscape_stylesheet";
  if (document.getElementById(id) !== null) return;
  const marker = document.createElement("meta");
  marker.id = id;
  document.head.append(marker);
}
