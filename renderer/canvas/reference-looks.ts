import { coloursOf } from "./colours.ts";
import type { Look, PictureNode } from "./reference-picture.ts";

const COLOURS = [
  "accent",
  "accent-bg",
  "bg",
  "c-garbage",
  "warn",
  "warn-bg",
  "panel",
  "sunk",
  "line-strong",
  "text",
  "soft",
  "faint",
] as const;

/** The colours and the face that a picture is drawn with, on screen and in a file. */
export interface Palette {
  readonly colours: Readonly<Record<(typeof COLOURS)[number], string>>;
  readonly face: string;
}

export const paletteOf = (container: HTMLElement): Palette => ({
  colours: coloursOf(container, COLOURS),
  face: getComputedStyle(container).getPropertyValue("--mono"),
});

export interface NodeLook {
  readonly fill: string;
  readonly border: string;
  readonly borderWidth: number;
  /** Lengths of strokes and gaps; empty for a plain line. */
  readonly dash: readonly number[];
  readonly text: string;
  readonly bold: boolean;
  readonly corner: number;
}

export interface EdgeLook {
  readonly line: string;
  readonly width: number;
  readonly dash: readonly number[];
  readonly text: string;
}

export const NODE_FONT = 11;
export const EDGE_FONT = 10;
const DASHED = [5, 3];
const DOTTED = [1.5, 3];

export function nodeLook({ colours }: Palette, node: PictureNode): NodeLook {
  const { fill, border, text, dash } = baseLook(colours, node);
  return {
    fill,
    border,
    text,
    dash,
    borderWidth: node.isFocus ? 2.4 : dash.length > 0 ? 1.5 : 1,
    bold: node.isFocus,
    corner: node.isRoot ? 14 : node.meaning.kind === "cycle" ? 12 : 5,
  };
}

function baseLook(
  colours: Palette["colours"],
  { meaning, look, inCycle, isHub }: PictureNode,
): Pick<NodeLook, "fill" | "border" | "text" | "dash"> {
  // The dashed outline also where the way leads through the cycle.
  const dash = inCycle ? DASHED : [];
  if (look === "path") return { fill: colours["accent-bg"], border: colours.accent, text: colours.text, dash };
  if (look === "cycle")
    return { fill: colours["warn-bg"], border: colours["c-garbage"], text: colours.text, dash: DASHED };
  if (meaning.kind === "rest") return { fill: colours.panel, border: colours.faint, text: colours.soft, dash: DOTTED };
  if (isHub) return { fill: colours.panel, border: colours["line-strong"], text: colours.soft, dash };
  return { fill: colours.sunk, border: colours["line-strong"], text: colours.text, dash };
}

export function edgeLook({ colours }: Palette, look: Look): EdgeLook {
  switch (look) {
    case "path":
      return { line: colours.accent, width: 1.8, dash: [], text: colours.accent };
    case "cycle":
      return { line: colours["c-garbage"], width: 1.5, dash: [], text: colours.warn };
    case "weak":
      return { line: colours.faint, width: 1.5, dash: DOTTED, text: colours.soft };
    default:
      return { line: colours.faint, width: 1.1, dash: [], text: colours.soft };
  }
}
