import { Graph, layout } from "@dagrejs/dagre";
import { NODE_HEIGHT, nodeWidth, type Placed } from "./sizes.ts";

/** What a layout needs to know of a graph. */
export interface Drawing {
  readonly nodes: readonly {
    readonly id: string;
    readonly label: string;
    /** By the label's length and one line high, unless given. */
    readonly width?: number;
    readonly height?: number;
  }[];
  readonly edges: readonly {
    readonly id: string;
    readonly from: string;
    readonly to: string;
    readonly label: string;
    /** Drawn as straight as possible. */
    readonly main: boolean;
  }[];
  /** Holders to the left of what they hold, rather than above it. */
  readonly across?: boolean;
}

/** Places starting points above the object, or to its left; runs in a worker, since it takes a tenth of a second and more. */
export function place({ nodes, edges, across = false }: Drawing): readonly Placed[] {
  const drawing = new Graph({ multigraph: true });
  drawing.setGraph(
    across
      ? { rankdir: "LR", nodesep: 12, ranksep: 30, edgesep: 6, marginx: 8, marginy: 8 }
      : { rankdir: "TB", nodesep: 44, ranksep: 44, marginx: 8, marginy: 8 },
  );
  for (const { id, label, width = nodeWidth(label), height = NODE_HEIGHT } of nodes)
    drawing.setNode(id, { width, height });
  for (const edge of edges) {
    const label = {
      width: Math.ceil([...edge.label].length * 6),
      height: 14,
      labelpos: "c" as const,
      weight: edge.main ? 4 : 1,
    };
    drawing.setEdge(edge.from, edge.to, label, edge.id);
  }
  layout(drawing);
  return nodes.map(({ id, label, width = nodeWidth(label) }) => {
    const { x = 0, y = 0 } = drawing.node(id);
    return { id, x, y, width };
  });
}
