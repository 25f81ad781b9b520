import cytoscape, { type Core, type ElementDefinition, type StylesheetJson } from "cytoscape";
import type { ObjectId } from "../../shared/types/ids.ts";
import { coloursOf } from "./colours.ts";
import type { WhyGraph } from "./elements.ts";
import { LARGEST_ZOOM, MARGIN, NODE_HEIGHT, type Placed, READABLE_ZOOM } from "./sizes.ts";
import { claimStylesheet } from "./stylesheet-marker.ts";

/** What the buttons beside the picture do. */
export interface GraphControls {
  zoom(factor: number): void;
  showAll(): void;
  select(object: ObjectId | null): void;
  /** Draws again in the colours of the page as they are now. */
  recolour(): void;
  destroy(): void;
}

export interface GraphEvents {
  onselect(object: ObjectId | null): void;
  onopen(object: ObjectId): void;
}

/** Draws a placed graph into a container; the only module that knows Cytoscape. */
export function drawGraph(
  container: HTMLElement,
  graph: WhyGraph,
  places: readonly Placed[],
  events: GraphEvents,
): GraphControls {
  claimStylesheet();
  const core = cytoscape({
    container,
    elements: elementsOf(graph, places),
    layout: { name: "preset" },
    style: stylesheet(container),
    minZoom: 0.1,
    maxZoom: 3,
    autoungrabify: true,
    boxSelectionEnabled: false,
    selectionType: "single",
  });
  showMost(core);
  const objectOf = (id: string) => graph.nodes.find((node) => node.id === id)?.object ?? null;
  core.on("select", "node", (event) => events.onselect(objectOf(event.target.id())));
  core.on("unselect", "node", () => events.onselect(null));
  // Two quick taps count as a double one for Cytoscape wherever the first of them was.
  const tapped: unknown[] = [];
  core.on("tap", (event) => {
    tapped.splice(0, tapped.length - 1);
    tapped.push(event.target);
  });
  core.on("dbltap", "node", (event) => {
    const object = objectOf(event.target.id());
    if (object !== null && tapped[0] === tapped[1]) events.onopen(object);
  });
  core.on("mouseover", "node", () => container.classList.add("on-node"));
  core.on("mouseout", "node", () => container.classList.remove("on-node"));
  const resized = new ResizeObserver(() => {
    core.resize();
    showMost(core);
  });
  resized.observe(container);

  return {
    zoom(factor) {
      core.zoom({
        level: core.zoom() * factor,
        renderedPosition: { x: core.width() / 2, y: core.height() / 2 },
      });
    },
    showAll: () => showAll(core),
    select(object) {
      core.elements(":selected").unselect();
      const node = graph.nodes.find((each) => each.object === object && object !== null);
      if (node !== undefined) core.getElementById(node.id).select();
    },
    recolour: () => void core.style(stylesheet(container)),
    destroy() {
      resized.disconnect();
      core.destroy();
    },
  };
}

/** All of it in view, but small graphs not blown up. */
function showAll(core: Core): void {
  core.fit(undefined, MARGIN);
  if (core.zoom() > LARGEST_ZOOM) {
    core.zoom(LARGEST_ZOOM);
    core.center();
  }
}

/** All of it, if it can be read then; else the object, with as much round it as there is room for. */
function showMost(core: Core): void {
  showAll(core);
  if (core.zoom() >= READABLE_ZOOM) return;
  core.zoom(READABLE_ZOOM + 0.15);
  core.center(core.nodes(".target"));
}

function elementsOf(graph: WhyGraph, places: readonly Placed[]): ElementDefinition[] {
  const placeOf = new Map(places.map((place) => [place.id, place]));
  const nodes = graph.nodes.map((node): ElementDefinition => {
    const { x = 0, y = 0, width = 80 } = placeOf.get(node.id) ?? {};
    return {
      data: { id: node.id, label: node.label, width },
      position: { x, y },
      classes: node.main ? `${node.role} main` : node.role,
    };
  });
  const arriving = new Set<string>();
  const meeting = new Set<string>();
  for (const { to } of graph.edges) (arriving.has(to) ? meeting : arriving).add(to);
  const edges = graph.edges.map(
    (edge): ElementDefinition => ({
      data: { id: edge.id, source: edge.from, target: edge.to, label: edge.label },
      classes: [
        edge.weak ? "weak" : edge.main ? "main" : "",
        meeting.has(edge.to) ? "meeting" : "",
        edge.advised ? "advised" : "",
      ].join(" "),
      selectable: false,
    }),
  );
  return [...nodes, ...edges];
}

const COLOURS = ["accent", "accent-bg", "panel", "sunk", "line-strong", "text", "soft", "faint", "freed"] as const;

function stylesheet(container: HTMLElement): StylesheetJson {
  const colours = coloursOf(container, COLOURS);
  const colour = (name: (typeof COLOURS)[number]) => colours[name];
  const face = getComputedStyle(container).getPropertyValue("--mono");
  return [
    {
      selector: "node",
      style: {
        shape: "round-rectangle",
        "corner-radius": "5",
        width: "data(width)",
        height: NODE_HEIGHT,
        "background-color": colour("sunk"),
        "border-color": colour("line-strong"),
        "border-width": 1,
        label: "data(label)",
        color: colour("text"),
        "font-family": face,
        "font-size": 11,
        "text-valign": "center",
        "text-halign": "center",
      },
    },
    { selector: "node.main", style: { "background-color": colour("accent-bg"), "border-color": colour("accent") } },
    { selector: "node.root", style: { "corner-radius": `${NODE_HEIGHT / 2}` } },
    { selector: "node.target", style: { "font-weight": "bold", "border-width": 2.4 } },
    {
      selector: "node.weak",
      style: { "border-style": "dashed", "border-dash-pattern": [2, 3], "border-width": 1.5, color: colour("soft") },
    },
    {
      selector: "node:selected",
      style: { "overlay-color": colour("accent"), "overlay-opacity": 0.16, "overlay-padding": 4 },
    },
    { selector: "node:active", style: { "overlay-color": colour("accent"), "overlay-opacity": 0.1 } },
    {
      selector: "edge",
      style: {
        width: 1.2,
        "line-color": colour("faint"),
        "target-arrow-color": colour("faint"),
        "target-arrow-shape": "triangle",
        "arrow-scale": 0.9,
        "curve-style": "bezier",
        // Two references in opposite directions leave room for both names.
        "control-point-step-size": 64,
        label: "data(label)",
        color: colour("soft"),
        "font-family": face,
        "font-size": 10,
        "text-background-color": colour("panel"),
        "text-background-opacity": 0.92,
        "text-background-padding": "2",
      },
    },
    {
      selector: "edge.main",
      style: {
        width: 1.8,
        "line-color": colour("accent"),
        "target-arrow-color": colour("accent"),
        color: colour("accent"),
      },
    },
    // Where edges meet, labels in their middles would meet too.
    { selector: "edge.meeting", style: { label: "", "source-label": "data(label)", "source-text-offset": 26 } },
    {
      selector: "edge.advised",
      style: {
        width: 2,
        "line-style": "dashed",
        "line-dash-pattern": [2, 4],
        "line-color": colour("freed"),
        "target-arrow-color": colour("freed"),
        color: colour("freed"),
        "text-wrap": "wrap",
      },
    },
    { selector: "edge.weak", style: { "line-style": "dashed", "line-dash-pattern": [2, 4], width: 1.6 } },
  ];
}
