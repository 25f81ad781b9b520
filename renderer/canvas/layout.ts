import { Graph, layout } from "@dagrejs/dagre";
import type { WhyGraph } from "./elements.ts";

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
export const nodeWidth = (label: string): number => Math.max(48, Math.ceil([...label].length * CHARACTER) + 22);

/** Places starting points above and the object below; runs in a worker, since it takes a tenth of a second and more. */
export function place(graph: Pick<WhyGraph, "nodes" | "edges">): readonly Placed[] {
  const drawing = new Graph({ multigraph: true });
  drawing.setGraph({ rankdir: "TB", nodesep: 26, ranksep: 44, marginx: 8, marginy: 8 });
  for (const node of graph.nodes) drawing.setNode(node.id, { width: nodeWidth(node.label), height: NODE_HEIGHT });
  for (const edge of graph.edges) {
    const label = {
      width: Math.ceil([...edge.label].length * 6),
      height: 14,
      labelpos: "c" as const,
      weight: edge.main ? 4 : 1,
    };
    drawing.setEdge(edge.from, edge.to, label, edge.id);
  }
  layout(drawing);
  return graph.nodes.map(({ id, label }) => {
    const { x = 0, y = 0 } = drawing.node(id);
    return { id, x, y, width: nodeWidth(label) };
  });
}
