import { bendPoint, bendsOf } from "./bends.ts";
import { type Box, borderOf, labelShifts, labelWidth } from "./edge-labels.ts";
import { EDGE_FONT, edgeLook, NODE_FONT, nodeLook, type Palette } from "./reference-looks.ts";
import type { Picture, PictureEdge, PictureNode } from "./reference-picture.ts";
import { heightOf, type Point, widthOf } from "./settle.ts";

const MARGIN = 24;
const ARROW = 8;
const LEGEND_LINE = 16;

/** A line of the legend: what looks like this, in words. */
export interface LegendEntry {
  readonly look: PictureEdge["look"];
  readonly words: string;
}

/**
 * The picture as an SVG document: shapes and text only. All text comes from a dump and is escaped; nothing is ever
 * written as markup, a link or a style of its own.
 */
export function writeSvg(
  { nodes, edges }: Picture,
  places: ReadonlyMap<string, Point>,
  palette: Palette,
  { title, legend }: { readonly title: string; readonly legend: readonly LegendEntry[] },
): string {
  const boxes = new Map(
    nodes.map((node): [string, Box] => [
      node.id,
      { ...(places.get(node.id) ?? { x: 0, y: 0 }), width: widthOf(node), height: heightOf(node) },
    ]),
  );
  const all = [...boxes.values()];
  const left = Math.min(...all.map(({ x, width }) => x - width / 2)) - MARGIN;
  const top = Math.min(...all.map(({ y, height }) => y - height / 2)) - MARGIN;
  const right = Math.max(...all.map(({ x, width }) => x + width / 2)) + MARGIN;
  const foot = Math.max(...all.map(({ y, height }) => y + height / 2)) + MARGIN;
  const bottom = foot + legend.length * LEGEND_LINE + (legend.length > 0 ? MARGIN / 2 : 0);
  const [width, height] = [Math.max(right - left, 260), bottom - top];
  const bends = bendsOf({ nodes, edges }, places);
  const shifts = labelShifts({ nodes, edges }, places, bends);
  const { colours, face } = palette;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${n(width)}" height="${n(height)}" viewBox="${n(left)} ${n(top)} ${n(width)} ${n(height)}" font-family="${attribute(face)}">`,
    `<title>${text(title)}</title>`,
    `<rect x="${n(left)}" y="${n(top)}" width="${n(width)}" height="${n(height)}" fill="${attribute(colours.panel)}"/>`,
    ...edges.map((edge) =>
      writeEdge(edge, boxes, palette, { bend: bends.get(edge.id) ?? 0, label: shifts.get(edge.id) ?? NOWHERE }),
    ),
    ...nodes.map((node) => writeNode(node, boxes, palette)),
    ...legend.map((entry, index) => writeLegend(entry, { x: left + MARGIN, y: foot + index * LEGEND_LINE }, palette)),
    "</svg>",
    "",
  ].join("\n");
}

function writeNode(node: PictureNode, boxes: ReadonlyMap<string, Box>, palette: Palette): string {
  const { x, y, width, height } = boxes.get(node.id) ?? NOWHERE;
  const { fill, border, borderWidth, dash, text: colour, bold, corner } = nodeLook(palette, node);
  const weight = bold ? ' font-weight="bold"' : "";
  const line = (words: string, at: number) =>
    `<text x="${n(x)}" y="${n(at)}" text-anchor="middle" font-size="${NODE_FONT}" fill="${attribute(colour)}"${weight}>${text(words)}</text>`;
  const second = node.detail !== "";
  return [
    `<rect x="${n(x - width / 2)}" y="${n(y - height / 2)}" width="${n(width)}" height="${n(height)}" rx="${n(Math.min(corner, height / 2))}" fill="${attribute(fill)}" stroke="${attribute(border)}" stroke-width="${borderWidth}"${dashes(dash)}/>`,
    line(node.label, y + (second ? -3 : 4)),
    ...(second ? [line(node.detail, y + 11)] : []),
  ].join("\n");
}

function writeEdge(
  edge: PictureEdge,
  boxes: ReadonlyMap<string, Box>,
  palette: Palette,
  shift: { readonly bend: number; readonly label: Point },
): string {
  const from = boxes.get(edge.from) ?? NOWHERE;
  const to = boxes.get(edge.to) ?? NOWHERE;
  const { line, width, dash, text: colour } = edgeLook(palette, edge.look);
  const bend =
    edge.from === edge.to
      ? { x: from.x + from.width / 2 + 20, y: from.y - from.height }
      : bendPoint(from, to, shift.bend);
  const start = edge.from === edge.to ? { x: from.x, y: from.y - from.height / 2 } : borderOf(from, bend);
  const end = edge.from === edge.to ? { x: from.x + from.width / 2, y: from.y } : borderOf(to, bend);
  const length = Math.hypot(end.x - bend.x, end.y - bend.y) || 1;
  const along = { x: (end.x - bend.x) / length, y: (end.y - bend.y) / length };
  const neck = { x: end.x - along.x * ARROW, y: end.y - along.y * ARROW };
  const wing = (side: number) => `${n(neck.x - side * along.y * 3.4)},${n(neck.y + side * along.x * 3.4)}`;
  const middle = {
    x: (start.x + 2 * bend.x + end.x) / 4 + shift.label.x,
    y: (start.y + 2 * bend.y + end.y) / 4 + shift.label.y,
  };
  const wide = labelWidth(edge.label);
  return [
    `<path d="M${n(start.x)},${n(start.y)} Q${n(bend.x)},${n(bend.y)} ${n(neck.x)},${n(neck.y)}" fill="none" stroke="${attribute(line)}" stroke-width="${width}"${dashes(dash)}/>`,
    `<polygon points="${n(end.x)},${n(end.y)} ${wing(1)} ${wing(-1)}" fill="${attribute(line)}"/>`,
    ...(edge.label === ""
      ? []
      : [
          `<rect x="${n(middle.x - wide / 2)}" y="${n(middle.y - 8)}" width="${n(wide)}" height="15" fill="${attribute(palette.colours.panel)}" fill-opacity="0.92"/>`,
          `<text x="${n(middle.x)}" y="${n(middle.y + 3.5)}" text-anchor="middle" font-size="${EDGE_FONT}" fill="${attribute(colour)}">${text(edge.label)}</text>`,
        ]),
  ].join("\n");
}

function writeLegend({ look, words }: LegendEntry, { x, y }: Point, palette: Palette): string {
  const { line, width, dash } = edgeLook(palette, look);
  // A cycle's mark is the dashed outline of its members.
  const shown = look === "cycle" ? [5, 3] : dash;
  return [
    `<path d="M${n(x)},${n(y)} h28" fill="none" stroke="${attribute(line)}" stroke-width="${width}"${dashes(shown)}/>`,
    `<text x="${n(x + 36)}" y="${n(y + 4)}" font-size="${EDGE_FONT}" fill="${attribute(palette.colours.soft)}">${text(words)}</text>`,
  ].join("\n");
}

const NOWHERE: Box = { x: 0, y: 0, width: 0, height: 0 };

const dashes = (dash: readonly number[]): string =>
  dash.length === 0 ? "" : ` stroke-dasharray="${dash.join(" ")}" stroke-linecap="round"`;

/** At most one decimal; what is no number at all can't be drawn. */
const n = (value: number): string => (Number.isFinite(value) ? String(Math.round(value * 10) / 10) : "0");

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
// What XML 1.0 has no way to write, escaped or not.
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

const text = (value: string): string =>
  value.replace(FORBIDDEN, "\ufffd").replace(/[&<>"']/g, (mark) => ESCAPES[mark] ?? "");
const attribute = text;
