import type { WhyAlive } from "../../shared/session/contract.ts";
import type { ObjectId } from "../../shared/types/ids.ts";
import { foldSteps } from "../components/fold.ts";
import { shown } from "../components/visible-text.ts";

/** More than this can't be read, and takes long to draw. */
export const MOST_NODES = 120;
const NODE_TEXT = 28;
const EDGE_TEXT = 24;

export interface GraphNode {
  readonly id: string;
  /** Null for a starting point that is no object. */
  readonly object: ObjectId | null;
  readonly label: string;
  readonly role: "root" | "holder" | "target" | "weak";
  /** Part of the way that the sentence tells. */
  readonly main: boolean;
}

export interface GraphEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly weak: boolean;
  readonly main: boolean;
  /** The one to make weak. */
  readonly advised?: boolean;
}

export interface WhyGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** Objects that are not drawn, because there are too many. */
  readonly left: number;
}

/**
 * All ways that an answer tells, and its weak referrers, as one graph. The first way is drawn whole before the second,
 * so what is left out is what matters least.
 */
export function whyGraph(
  why: WhyAlive,
  target: { readonly id: ObjectId; readonly label: string },
  most = MOST_NODES,
): WhyGraph {
  const nodes = new Map<string, GraphNode>();
  const edges = new Map<string, GraphEdge>();
  const left = new Set<string>();

  const add = (node: GraphNode): boolean => {
    if (nodes.has(node.id)) return true;
    if (nodes.size >= most) {
      left.add(node.id);
      return false;
    }
    nodes.set(node.id, node);
    return true;
  };

  // The last step of a weak way is drawn with the weak references, dotted.
  for (const [index, path] of [...why.paths, ...why.weakPaths].entries()) {
    let previous: string | null = null;
    const steps = foldSteps(path.steps);
    for (const step of path.weak ? steps.slice(0, -1) : steps) {
      const id: string = step.id === null ? `root:${step.root?.kind}:${step.root?.name}` : `object:${step.id}`;
      const role = step.id === target.id ? "target" : step.root !== null ? "root" : "holder";
      const drawn = add({ id, object: step.id, label: shown(step.label, NODE_TEXT), role, main: index === 0 });
      const edge = `${previous}>${id}>${step.edge}`;
      if (drawn && previous !== null && !edges.has(edge)) {
        const label = shown((step.edge ?? "").trim(), EDGE_TEXT);
        edges.set(edge, { id: edge, from: previous, to: id, label, weak: false, main: index === 0 });
      }
      previous = drawn ? id : null;
    }
  }
  const to = `object:${target.id}`;
  if (why.paths.length === 0)
    add({ id: to, object: target.id, label: shown(target.label, NODE_TEXT), role: "target", main: true });
  for (const row of why.weak) {
    const from = `object:${row.id}`;
    const known = nodes.has(from);
    const label = shown(row.label, NODE_TEXT);
    if (!add({ id: from, object: row.id, label, role: "weak", main: false }) || !nodes.has(to)) continue;
    const id = `${known ? "also " : ""}${from}>${to}>weak ${row.edge}`;
    edges.set(id, { id, from, to, label: row.kind, weak: true, main: false });
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()], left: left.size };
}
