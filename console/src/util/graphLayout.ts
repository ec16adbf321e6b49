import { Graph, layout, type EdgeLabel, type GraphLabel, type NodeLabel } from '@dagrejs/dagre';
import type { DefinitionStep } from '@/util/definition';

export const NODE_WIDTH = 216;
export const NODE_HEIGHT = 60;

/** From this many steps on the layout is the quick one: half a second matters more than the shortest arrows. */
const MANY_STEPS = 80;

export interface PlacedStep {
  id: string;
  /** Top left corner, pixels. */
  x: number;
  y: number;
}

export interface StepEdge {
  id: string;
  source: string;
  target: string;
  /** "then" or "else" on the edges of a condition, else "". */
  label: string;
}

export interface StepGraph {
  nodes: PlacedStep[];
  edges: StepEdge[];
  width: number;
  height: number;
}

/** Places steps in ranks, each below what it waits for (or right of it). A cycle is drawn, not refused: the editor shows it. */
export function layoutSteps(steps: readonly DefinitionStep[], direction: 'TB' | 'LR' = 'TB'): StepGraph {
  const graph = new Graph<GraphLabel, NodeLabel, EdgeLabel>();
  const ranker = steps.length < MANY_STEPS ? 'network-simplex' : 'longest-path';
  graph.setGraph({ rankdir: direction, ranker, nodesep: 28, ranksep: 44, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const step of steps) graph.setNode(step.id, { width: NODE_WIDTH, height: NODE_HEIGHT });
  const edges = withoutImplied(edgesOf(steps));
  for (const edge of edges) graph.setEdge(edge.source, edge.target);
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  const nodes = steps.map((step) => {
    const { x = 0, y = 0 } = graph.node(step.id);
    return { id: step.id, x: x - NODE_WIDTH / 2, y: y - NODE_HEIGHT / 2 };
  });
  return { nodes, edges, width, height };
}

/** The direction in which the graph is drawn larger in a space; along the reading direction when both fit. */
export function layoutToFit(
  steps: readonly DefinitionStep[],
  width: number,
  height: number,
): StepGraph & { direction: 'TB' | 'LR' } {
  if (steps.length >= MANY_STEPS) {
    const direction = width > height ? 'LR' : 'TB';
    return { ...layoutSteps(steps, direction), direction };
  }
  const along = layoutSteps(steps, 'LR');
  const down = layoutSteps(steps, 'TB');
  const scale = (graph: StepGraph) => Math.min(1, width / graph.width, height / graph.height);
  return scale(down) > scale(along) ? { ...down, direction: 'TB' } : { ...along, direction: 'LR' };
}

/** Leaves out edges that a longer way implies: a step that waits for c, which waits for a, need not be drawn to wait for a. */
function withoutImplied(edges: readonly StepEdge[]): StepEdge[] {
  const next = Map.groupBy(edges, (edge) => edge.source);
  const reaches = (from: string, target: string, seen: Set<string>): boolean =>
    (next.get(from) ?? []).some((edge) => {
      if (edge.target === target) return true;
      if (seen.has(edge.target)) return false;
      seen.add(edge.target);
      return reaches(edge.target, target, seen);
    });
  return edges.filter(
    ({ source, target }) =>
      !(next.get(source) ?? []).some(
        (edge) => edge.target !== target && reaches(edge.target, target, new Set([source])),
      ),
  );
}

function edgesOf(steps: readonly DefinitionStep[]): StepEdge[] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  return steps.flatMap((step) =>
    step.needs
      .filter((source) => byId.has(source))
      .map((source) => ({
        id: `${source}→${step.id}`,
        source,
        target: step.id,
        label: byId.get(source)?.branches.find((choice) => choice.step === step.id)?.branch ?? '',
      })),
  );
}
