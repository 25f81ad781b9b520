import type { RingStep } from "../components/ring.ts";
import { shown } from "../components/visible-text.ts";
import type { GraphEdge, WhyGraph } from "./elements.ts";
import { nodeWidth, type Placed } from "./sizes.ts";

/** A longer ring can't be read as a picture. */
export const MOST_RING_NODES = 24;
const NODE_TEXT = 24;
const EDGE_TEXT = 20;
/** Room for the name of a reference between two neighbours. */
const BETWEEN = 136;
const LEAST_HEIGHT = 84;

/** A ring as a graph; `advised` says which reference to make weak, in front of its name. */
export function ringGraph(ring: readonly RingStep[], advised: string): WhyGraph {
  const nodes = ring.map(({ id, label }) => ({
    id: `object:${id}`,
    object: id,
    label: shown(label, NODE_TEXT),
    role: "holder" as const,
    main: false,
  }));
  const edges = ring.map((step, index): GraphEdge => {
    const name = shown(step.edge, EDGE_TEXT);
    return {
      id: `edge:${index}`,
      from: `object:${step.id}`,
      to: `object:${ring[(index + 1) % ring.length]?.id}`,
      label: step.advised ? `${name}\n${advised}` : name,
      weak: false,
      main: false,
      advised: step.advised,
    };
  });
  return { nodes, edges, left: 0 };
}

/** Places the objects round an ellipse, clockwise from the top in the order of the ring; two stand side by side. */
export function placeRing({ nodes }: Pick<WhyGraph, "nodes">): readonly Placed[] {
  const widths = nodes.map(({ label }) => nodeWidth(label));
  const widest = Math.max(0, ...widths);
  const chord = 2 * Math.sin(Math.PI / Math.max(2, nodes.length));
  const across = nodes.length < 2 ? 0 : Math.max(widest + BETWEEN, 2 * LEAST_HEIGHT) / chord;
  const down = nodes.length < 3 ? 0 : Math.max(LEAST_HEIGHT, LEAST_HEIGHT / chord);
  const start = nodes.length === 2 ? Math.PI : -Math.PI / 2;
  return nodes.map(({ id }, index) => {
    const angle = start + (2 * Math.PI * index) / nodes.length;
    return { id, x: across * Math.cos(angle), y: down * Math.sin(angle), width: widths[index] ?? widest };
  });
}
