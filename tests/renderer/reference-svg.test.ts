import { describe, expect, it } from "vitest";
import { bendsOf } from "../../renderer/canvas/bends.ts";
import { place } from "../../renderer/canvas/layout.ts";
import { withSubgraph } from "../../renderer/canvas/reference-graph.ts";
import type { Palette } from "../../renderer/canvas/reference-looks.ts";
import { pictureOf } from "../../renderer/canvas/reference-picture.ts";
import { writeSvg } from "../../renderer/canvas/reference-svg.ts";
import { drawingOf, heightOf, settle, widthOf } from "../../renderer/canvas/settle.ts";
import { expanded, link, object, start, subgraph } from "./graph-fixture.ts";

const grey = "rgb(1, 2, 3)";
const palette: Palette = {
  face: '"Fira", <monospace>',
  colours: {
    accent: grey,
    "accent-bg": grey,
    bg: grey,
    "c-garbage": grey,
    warn: grey,
    "warn-bg": grey,
    panel: grey,
    sunk: grey,
    "line-strong": grey,
    text: grey,
    soft: grey,
    faint: grey,
  },
};

const layOut = (picture: ReturnType<typeof pictureOf>, places = new Map<string, { x: number; y: number }>()) =>
  settle(picture, places, new Map(place(drawingOf(picture, places)).map((each) => [each.id, each])));

describe("an SVG file", () => {
  const HOSTILE = `</text><script>alert("1")</script>&'\u0000\ud800\u0007`;
  const picture = pictureOf(
    withSubgraph(
      start(),
      subgraph([object(9, { label: HOSTILE })], [link(3, 9, `['<a href="x">&']`, { kind: "value" })]),
    ),
  );
  const svg = writeSvg(picture, layOut(picture), palette, {
    title: HOSTILE,
    legend: [{ look: "weak", words: "weak: does not keep it alive" }],
  });

  it("has no elements but shapes and text", () => {
    const names = [...svg.matchAll(/<([a-z]+)/g)].map(([, name]) => name);
    expect(new Set(names)).toEqual(new Set(["svg", "title", "rect", "path", "polygon", "text"]));
    expect(names.filter((name) => name === "polygon")).toHaveLength(picture.edges.length);
    expect(svg).toContain("weak: does not keep it alive");
  });

  it("escapes all text, and has nothing that XML can't hold", () => {
    expect(svg).not.toMatch(/<script|<a /);
    expect(svg).toContain("&lt;/text&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;");
    expect(svg).toContain('font-family="&quot;Fira&quot;, &lt;monospace&gt;"');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(svg).not.toMatch(/[\u0000-\u0008\ud800-\udfff]/u);
    expect(svg.replaceAll(/&(amp|lt|gt|quot|#39);/g, "")).not.toContain("&");
  });

  it("has a number wherever one belongs", () => {
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    const nowhere = writeSvg(picture, new Map([["object:9", { x: Number.NaN, y: 0 }]]), palette, {
      title: "",
      legend: [],
    });
    expect(nowhere).not.toMatch(/NaN|Infinity/);
  });
});

describe("a line", () => {
  it("leads round nodes that it has nothing to do with, and away from the one that comes back", () => {
    const picture = pictureOf(
      withSubgraph(start(), subgraph([object(4)], [link(3, 4), link(4, 2, ".back"), link(3, 2, ".owner")])),
    );
    const row = new Map([1, 2, 3, 4].map((id) => [`object:${id}`, { x: 200 * id, y: 0 }]));
    const bends = bendsOf(picture, row);
    expect(bends.get("object:3>object:4")).toBe(0);
    expect(Math.abs(bends.get("object:4>object:2") ?? 0)).toBeGreaterThan(0);
    expect(bends.get("object:2>object:3")).toBe(26);
    expect(bends.get("object:3>object:2")).toBe(26);
  });
});

describe("places", () => {
  it("put holders to the left of what they hold", () => {
    const picture = pictureOf(expanded(9, 3));
    const places = layOut(picture);
    for (const { from, to } of picture.edges) expect(places.get(from)?.x).toBeLessThan(places.get(to)?.x ?? 0);
  });

  it("stay as they are when nodes come, which stand clear of all others", () => {
    const before = pictureOf(expanded(9, 4));
    const known = new Map(layOut(before));
    known.set("object:2", { x: -500, y: 40 });
    const grown = withSubgraph(
      expanded(9, 7),
      subgraph(
        [20, 21, 22].map((id) => object(id)),
        [20, 21, 22].map((id) => link(2, id, `.n${id}`)),
      ),
    );
    const after = pictureOf(grown);
    const places = layOut(after, known);
    for (const [id, at] of known) if (places.has(id)) expect(places.get(id)).toEqual(at);
    expect(places.size).toBe(after.nodes.length);
    const boxes = after.nodes.map((node) => ({ ...(places.get(node.id) ?? { x: 0, y: 0 }), node }));
    for (const [i, a] of boxes.entries())
      for (const b of boxes.slice(i + 1)) {
        const apart =
          Math.abs(a.x - b.x) >= (widthOf(a.node) + widthOf(b.node)) / 2 ||
          Math.abs(a.y - b.y) >= (heightOf(a.node) + heightOf(b.node)) / 2;
        expect(apart, `${a.node.label} and ${b.node.label}`).toBe(true);
      }
  });
});
