import { Graph, layout } from "@dagrejs/dagre";
import type { WhyGraph } from "./elements.ts";
import { NODE_HEIGHT, nodeWidth, type Placed } from "./sizes.ts";

/** Places starting points above and the object below; runs in a worker, since it takes a tenth of a second and more. */
export function place(graph: Pick<WhyGraph, "nodes" | "edges">): readonly Placed[] {
  const drawing = new Graph({ multigraph: true });
  drawing.setGraph({ rankdir: "TB", nodesep: 14, ranksep: 40, marginx: 8, marginy: 8 });
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
