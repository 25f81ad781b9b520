import cytoscape, { type Core, type ElementDefinition, type StylesheetJson } from "cytoscape";
import { bendsOf } from "./bends.ts";
import { labelShifts } from "./edge-labels.ts";
import { EDGE_FONT, edgeLook, NODE_FONT, nodeLook, type Palette, paletteOf } from "./reference-looks.ts";
import type { Picture, PictureEdge, PictureNode } from "./reference-picture.ts";
import { heightOf, type Point, widthOf } from "./settle.ts";
import { LARGEST_ZOOM, MARGIN, READABLE_ZOOM } from "./sizes.ts";
import { claimStylesheet } from "./stylesheet-marker.ts";

const MOVING = 260;

export interface ReferenceControls {
  /** Shows another picture: what stays keeps its place, what is new grows out of what it is tied to. */
  show(picture: Picture, places: ReadonlyMap<string, Point>): void;
  select(node: string | null): void;
  zoom(factor: number): void;
  showAll(): void;
  recolour(): void;
  palette(): Palette;
  /** The whole picture, in its colours. */
  png(): Promise<Blob>;
  destroy(): void;
}

export interface ReferenceEvents {
  onselect(node: string | null): void;
  /** Double click. */
  onact(node: string): void;
  onmove(node: string, to: Point): void;
}

/** An empty picture of references in a container, to be filled by `show`. */
export function drawReferences(container: HTMLElement, events: ReferenceEvents): ReferenceControls {
  claimStylesheet();
  // A bent line has no place while its nodes lie on each other: as they grow out of one another, or are dragged.
  cytoscape.warnings(false);
  let palette = paletteOf(container);
  let picture: Picture = { nodes: [], edges: [] };
  const core = cytoscape({
    container,
    layout: { name: "preset" },
    style: stylesheet(palette),
    minZoom: 0.1,
    maxZoom: 3,
    boxSelectionEnabled: false,
    selectionType: "single",
  });
  // Selecting from outside must not come back as a choice made in the picture.
  let quiet = false;
  core.on("select", "node", (event) => {
    if (!quiet) events.onselect(event.target.id());
  });
  core.on("unselect", "node", () => {
    if (!quiet) events.onselect(null);
  });
  core.on("dbltap", "node", (event) => events.onact(event.target.id()));
  core.on("dragfree", "node", (event) => {
    events.onmove(event.target.id(), { ...event.target.position() });
    bend(core, picture, new Map(core.nodes().map((node) => [node.id(), node.position()])));
  });
  core.on("mouseover", "node", () => container.classList.add("on-node"));
  core.on("mouseout", "node", () => container.classList.remove("on-node"));
  let width = core.width();
  const resized = new ResizeObserver(() => {
    core.resize();
    // A picture that was fitted once is fitted again; small changes leave it as it is.
    if (Math.abs(core.width() - width) > 40 && core.nodes().nonempty()) showMost(core);
    width = core.width();
  });
  resized.observe(container);

  return {
    show(next, places) {
      const first = picture.nodes.length === 0;
      const before = picture;
      picture = next;
      quiet = true;
      const fresh = change(core, before, next, places, palette);
      bend(core, next, places);
      quiet = false;
      if (first) showMost(core);
      else if (fresh.length > 0) bringIntoView(core, fresh);
    },
    select(node) {
      quiet = true;
      core.elements(":selected").unselect();
      if (node !== null) core.getElementById(node).select();
      quiet = false;
    },
    zoom(factor) {
      core.zoom({ level: core.zoom() * factor, renderedPosition: { x: core.width() / 2, y: core.height() / 2 } });
    },
    showAll: () => showAll(core),
    recolour() {
      palette = paletteOf(container);
      core.style(stylesheet(palette));
      core.batch(() => {
        for (const node of picture.nodes) core.getElementById(node.id).data(nodeData(palette, node));
        for (const edge of picture.edges) core.getElementById(edge.id).data(edgeData(palette, edge));
      });
    },
    palette: () => palette,
    async png() {
      // What is chosen now is nobody's business in a file.
      const chosen = core.elements(":selected");
      quiet = true;
      chosen.unselect();
      try {
        return await core.png({
          output: "blob-promise",
          full: true,
          scale: 2,
          bg: palette.colours.panel,
          maxWidth: 12_000,
          maxHeight: 12_000,
        });
      } finally {
        chosen.select();
        quiet = false;
      }
    },
    destroy() {
      resized.disconnect();
      core.stop(true, true);
      core.destroy();
    },
  };
}

/** Brings the elements up to date and gives the new nodes. */
function change(
  core: Core,
  before: Picture,
  next: Picture,
  places: ReadonlyMap<string, Point>,
  palette: Palette,
): readonly string[] {
  const wanted = new Set([...next.nodes, ...next.edges].map(({ id }) => id));
  const known = new Set(before.nodes.map(({ id }) => id));
  const fresh = next.nodes.filter(({ id }) => !known.has(id));
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches || before.nodes.length === 0;
  core.stop(true, true);
  core.batch(() => {
    for (const { id } of [...before.edges, ...before.nodes]) if (!wanted.has(id)) core.getElementById(id).remove();
    const added: ElementDefinition[] = [];
    for (const node of next.nodes) {
      const at = places.get(node.id) ?? { x: 0, y: 0 };
      const data = nodeData(palette, node);
      if (!known.has(node.id)) {
        added.push({
          data,
          classes: node.isFocus ? "focus" : "",
          position: still ? { ...at } : birthplace(next, node.id, places, known),
        });
        continue;
      }
      const element = core.getElementById(node.id);
      element.data(data);
      const { x, y } = element.position();
      if (still && (x !== at.x || y !== at.y)) element.position({ ...at });
    }
    const knownEdges = new Set(before.edges.map(({ id }) => id));
    for (const edge of next.edges) {
      const data = edgeData(palette, edge);
      if (knownEdges.has(edge.id)) core.getElementById(edge.id).data(data);
      else added.push({ group: "edges", data, selectable: false });
    }
    core.add(added);
  });
  if (!still) {
    for (const { id } of next.nodes) {
      const element = core.getElementById(id);
      const at = places.get(id);
      const { x, y } = element.position();
      if (at !== undefined && (x !== at.x || y !== at.y))
        element.animate({ position: { ...at } }, { duration: MOVING, easing: "ease-out" });
    }
  }
  return fresh.map(({ id }) => id);
}

/** Leads lines round the nodes that they have nothing to do with, and moves labels along them clear of each other. */
function bend(core: Core, picture: Picture, places: ReadonlyMap<string, Point>): void {
  const bends = bendsOf(picture, places);
  const shifts = labelShifts(picture, places, bends);
  core.batch(() => {
    for (const [id, distance] of bends)
      core.getElementById(id).data({ bend: distance, labelX: shifts.get(id)?.x ?? 0, labelY: shifts.get(id)?.y ?? 0 });
  });
}

/** Where a new node starts from: at a placed one that it is tied to. */
function birthplace(
  { edges }: Picture,
  id: string,
  places: ReadonlyMap<string, Point>,
  known: ReadonlySet<string>,
): Point {
  const tie = edges.find(({ from, to }) => (from === id && known.has(to)) || (to === id && known.has(from)));
  const parent = tie === undefined ? id : tie.from === id ? tie.to : tie.from;
  return { ...(places.get(parent) ?? places.get(id) ?? { x: 0, y: 0 }) };
}

function nodeData(palette: Palette, node: PictureNode) {
  const { fill, border, borderWidth, dash, text, corner } = nodeLook(palette, node);
  return {
    id: node.id,
    label: node.detail === "" ? node.label : `${node.label}\n${node.detail}`,
    width: widthOf(node),
    height: heightOf(node),
    fill,
    border,
    borderWidth,
    borderStyle: dash.length > 0 ? "dashed" : "solid",
    borderDash: dash.length > 0 ? dash : [4, 2],
    text,
    corner,
  };
}

function edgeData(palette: Palette, { id, from, to, label, look }: PictureEdge) {
  const { line, width, dash, text } = edgeLook(palette, look);
  return {
    id,
    source: from,
    target: to,
    label,
    line,
    width,
    lineStyle: dash.length > 0 ? "dashed" : "solid",
    dash: dash.length > 0 ? dash : [6, 3],
    text,
  };
}

/** All of it in view, but small pictures not blown up. */
function showAll(core: Core): void {
  core.stop(true, true);
  core.fit(undefined, MARGIN);
  if (core.zoom() > LARGEST_ZOOM) {
    core.zoom(LARGEST_ZOOM);
    core.center();
  }
}

/** All of it, if it can be read then; else the focus, with as much round it as there is room for. */
function showMost(core: Core): void {
  showAll(core);
  if (core.zoom() >= READABLE_ZOOM) return;
  core.zoom(READABLE_ZOOM + 0.15);
  core.center(core.nodes(".focus"));
  const { x1, x2, y1, y2 } = core.elements().renderedBoundingBox();
  core.panBy({ x: spare(x1, x2, core.width()), y: spare(y1, y2, core.height()) });
}

/** How far a picture that is cut at one side only can move into the room that is left at the other. */
function spare(from: number, to: number, room: number): number {
  const [before, after] = [from - MARGIN, room - MARGIN - to];
  if (before < 0 && after > 0) return Math.min(-before, after);
  return before > 0 && after < 0 ? Math.max(-before, after) : 0;
}

/** Moves as little as it takes to see what is new: not at all, or to all of it, or to the new nodes alone. */
function bringIntoView(core: Core, fresh: readonly string[]): void {
  const isFresh = new Set(fresh);
  // What is new was asked for at the chosen node.
  const nodes = core.nodes().filter((node) => isFresh.has(node.id()) || node.selected());
  const settle = () => {
    const { x1, x2, y1, y2 } = nodes.boundingBox();
    const view = core.extent();
    if (x1 >= view.x1 && x2 <= view.x2 && y1 >= view.y1 && y2 <= view.y2) return;
    const all = core.elements().boundingBox();
    const whole = Math.min((core.width() - 2 * MARGIN) / all.w, (core.height() - 2 * MARGIN) / all.h);
    const eles = whole >= READABLE_ZOOM ? core.elements() : nodes;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const level = Math.min(core.zoom(), LARGEST_ZOOM);
    if (whole >= READABLE_ZOOM) core.animate({ fit: { eles, padding: MARGIN } }, { duration: still ? 0 : MOVING });
    else core.animate({ center: { eles }, zoom: Math.max(READABLE_ZOOM, level) }, { duration: still ? 0 : MOVING });
  };
  // Where the new nodes end up is known once they have moved there.
  setTimeout(() => {
    if (!core.destroyed() && nodes.nonempty()) settle();
  }, MOVING + 20);
}

function stylesheet({ colours, face }: Palette): StylesheetJson {
  return [
    {
      selector: "node",
      style: {
        shape: "round-rectangle",
        "corner-radius": "data(corner)",
        width: "data(width)",
        height: "data(height)",
        "background-color": "data(fill)",
        "border-color": "data(border)",
        "border-width": "data(borderWidth)",
        "border-style": "data(borderStyle)" as never,
        "border-dash-pattern": "data(borderDash)" as never,
        label: "data(label)",
        color: "data(text)",
        "font-family": face,
        "font-size": NODE_FONT,
        "line-height": 1.3,
        "text-wrap": "wrap",
        "text-max-width": "1000px",
        "text-valign": "center",
        "text-halign": "center",
      },
    },
    { selector: "node.focus", style: { "font-weight": "bold" } },
    {
      selector: "node:selected",
      style: { "overlay-color": colours.accent, "overlay-opacity": 0.16, "overlay-padding": 4 },
    },
    { selector: "node:active", style: { "overlay-color": colours.accent, "overlay-opacity": 0.1 } },
    {
      selector: "edge",
      style: {
        width: "data(width)",
        "line-color": "data(line)",
        "line-style": "data(lineStyle)" as never,
        "line-dash-pattern": "data(dash)" as never,
        "target-arrow-color": "data(line)",
        "target-arrow-shape": "triangle",
        "arrow-scale": 0.8,
        "curve-style": "bezier",
        label: "data(label)",
        color: "data(text)",
        "font-family": face,
        "font-size": EDGE_FONT,
        "text-background-color": colours.panel,
        "text-background-opacity": 0.92,
        "text-background-padding": "2",
      },
    },
    {
      selector: "edge[?labelX], edge[?labelY]",
      style: { "text-margin-x": "data(labelX)" as never, "text-margin-y": "data(labelY)" as never },
    },
    {
      selector: "edge[?bend]",
      style: {
        "curve-style": "unbundled-bezier",
        "edge-distances": "node-position",
        "control-point-distances": "data(bend)" as never,
        "control-point-weights": "0.5" as never,
      },
    },
  ];
}
