import { cutMiddle } from "../components/visible-text.ts";
import type { Cell, Icicle } from "../state/icicle.ts";
import { TINTS, type Tint } from "../state/map-paint.ts";
import { coloursOf } from "./colours.ts";

export const CELL_HEIGHT = 22;
const TEXT = 11.5;
const PADDING = 6;
/** Narrower cells have no text: less than a word can't be read. */
const LEAST_WIDTH_FOR_TEXT = 34;
const HATCH = 6;

const COLOURS = [...TINTS, "map-rest", "sunk", "text", "soft"] as const;
/** How strong cells are that are not what is looked for. */
const DIM = 0.22;

/** What drawing needs and what only changes with the colours of the page. */
export interface Pen {
  readonly colours: Readonly<Record<(typeof COLOURS)[number], string>>;
  readonly font: string;
  /** Of one character of the monospaced face. */
  readonly character: number;
}

export function penFor(container: HTMLElement, context: CanvasRenderingContext2D): Pen {
  const font = `${TEXT}px ${getComputedStyle(container).getPropertyValue("--mono")}`;
  context.font = font;
  return { colours: coloursOf(container, COLOURS), font, character: context.measureText("0").width };
}

export interface Picture {
  readonly icicle: Icicle;
  /** In CSS pixels. */
  readonly width: number;
  readonly rows: number;
  /** Device pixels per CSS pixel. */
  readonly ratio: number;
  tintOf(cell: Cell): Tint;
  isDim(cell: Cell): boolean;
  /** What a cell says, from most to least: the first that fits is drawn. */
  textsOf(cell: Cell): readonly string[];
}

/** Draws all of it: a few thousand rectangles take some milliseconds. What is pointed at or selected is marked above it. */
export function drawIcicle(context: CanvasRenderingContext2D, pen: Pen, picture: Picture): void {
  const { icicle, width, rows, ratio } = picture;
  const { colours } = pen;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, rows * CELL_HEIGHT);
  context.font = pen.font;
  context.textBaseline = "middle";
  context.direction = "ltr";
  const hatch = hatching(context, pen, ratio);
  for (const row of icicle.rows.slice(0, rows)) {
    for (const cell of row) {
      const box = boxOf(cell, picture);
      context.globalAlpha = picture.isDim(cell) ? DIM : 1;
      context.fillStyle = cell.rest ? colours.sunk : colours[picture.tintOf(cell)];
      context.fillRect(box.x, box.y, box.width, box.height);
      if (cell.rest && hatch !== null) {
        context.fillStyle = hatch;
        context.fillRect(box.x, box.y, box.width, box.height);
      }
      if (box.width >= LEAST_WIDTH_FOR_TEXT) {
        context.fillStyle = cell.rest ? colours.soft : colours.text;
        write(context, pen, box, picture.textsOf(cell));
      }
    }
  }
  context.globalAlpha = 1;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** On whole device pixels, with a gap of one to the right and below; a cell is never narrower than one. */
function boxOf(cell: Cell, { width, ratio }: Pick<Picture, "width" | "ratio">): Box {
  const snap = (x: number) => Math.round(x * ratio) / ratio;
  const x = snap(cell.left * width);
  const wide = snap(cell.right * width) - x;
  const gap = 1 / ratio;
  return {
    x,
    y: cell.row * CELL_HEIGHT,
    width: Math.max(gap, wide > 3 * gap ? wide - 1 : wide - (wide > gap ? gap : 0)),
    height: CELL_HEIGHT - 1,
  };
}

function write(
  context: CanvasRenderingContext2D,
  { character }: Pen,
  { x, y, width, height }: Box,
  texts: readonly string[],
): void {
  const room = width - 2 * PADDING;
  const fits = Math.floor(room / character);
  if (fits < 3) return;
  const text = texts.find((each) => each.length <= fits) ?? cutMiddle(texts.at(-1) ?? "", fits);
  // Characters wider than those of the face are squeezed rather than drawn over the neighbour.
  context.fillText(text, x + PADDING, y + height / 2 + 0.5, room);
}

/** Diagonal lines: bytes that are there, but not drawn one by one. */
function hatching(context: CanvasRenderingContext2D, { colours }: Pen, ratio: number): CanvasPattern | null {
  const side = Math.round(HATCH * ratio);
  const tile = new OffscreenCanvas(side, side);
  const lines = tile.getContext("2d");
  if (lines === null) return null;
  lines.strokeStyle = colours["map-rest"];
  lines.lineWidth = ratio;
  lines.beginPath();
  for (const shift of [-side, 0, side]) {
    lines.moveTo(shift - 1, side + 1);
    lines.lineTo(shift + side + 1, -1);
  }
  lines.stroke();
  const pattern = context.createPattern(tile, "repeat");
  pattern?.setTransform(new DOMMatrix().scale(1 / ratio));
  return pattern;
}
