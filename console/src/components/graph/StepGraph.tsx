import '@xyflow/react/dist/base.css';
import { Background, Controls, MarkerType, ReactFlow, type Edge, type OnNodesChange } from '@xyflow/react';
import { Box, useColorScheme } from '@mui/material';
import { useMemo } from 'react';
import { StepNode, type StepNodeType } from '@/components/graph/StepNode';
import type { DefinitionStep } from '@/util/definition';
import { layoutToFit } from '@/util/graphLayout';
import { useWidth } from '@/util/useWidth';

interface Props {
  steps: readonly DefinitionStep[];
  /** State by step id; absent where nothing runs. */
  states?: ReadonlyMap<string, string>;
  selected?: string | undefined;
  onSelect?: (stepId: string) => void;
  height?: number;
}

const nodeTypes = { step: StepNode }; // one object for ever: a new one would rebuild every node

/** The steps of a pipeline as a graph, to look at: arrows from what a step waits for. */
export default function StepGraph({ steps, states, selected, onSelect, height = 320 }: Props) {
  const { mode } = useColorScheme();
  const { ref, width } = useWidth();
  const graph = useMemo(() => layoutToFit(steps, width, height), [steps, width, height]);
  const isHorizontal = graph.direction === 'LR';
  const nodes = useMemo<StepNodeType[]>(() => {
    const byId = new Map(steps.map((step) => [step.id, step]));
    return graph.nodes.map(({ id, x, y }) => ({
      id,
      type: 'step',
      position: { x, y },
      selected: id === selected,
      focusable: onSelect !== undefined,
      data: { step: byId.get(id), state: states?.get(id) ?? '', isHorizontal },
      // A name needs a role, also where the node is only looked at.
      ariaRole: 'group',
      ariaLabel: [id, byId.get(id)?.type, states?.get(id)].filter(Boolean).join(', '),
    }));
  }, [graph, steps, states, selected, isHorizontal, onSelect]);
  const edges = useMemo<Edge[]>(
    () =>
      graph.edges.map(({ id, source, target, label }) => ({
        id,
        source,
        target,
        ...(label && { label }),
        focusable: false,
        animated: states?.get(target) === 'running',
        markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16, color: 'var(--pp-edge)' },
        style: { stroke: 'var(--pp-edge)', strokeDasharray: states?.get(target) === 'skipped' ? '4 4' : undefined },
      })),
    [graph, states],
  );
  // A click, or Enter on a focused step. Not `onSelectionChange`: that also tells of selections made here.
  const select: OnNodesChange<StepNodeType> = (changes) => {
    for (const change of changes) if (change.type === 'select' && change.selected) onSelect?.(change.id);
  };
  return (
    <Box ref={ref} sx={{ height: Math.max(180, Math.min(height, graph.height + 60)), ...look }}>
      <ReactFlow
        key={`${graph.direction} ${Math.round(width / 80)} ${steps.length}`} // fits the view anew when the space or the steps change
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        onNodesChange={select}
        colorMode={mode ?? 'system'}
        fitView
        fitViewOptions={{ padding: 0.12, maxZoom: 1 }}
        minZoom={0.1}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        zoomOnScroll={false}
        preventScrolling={false}
        onlyRenderVisibleElements={steps.length > 150}
        proOptions={{ hideAttribution: true }}
      >
        <Background gap={18} size={1} />
        {width > 560 && <Controls showInteractive={false} position="bottom-right" orientation="horizontal" />}
      </ReactFlow>
    </Box>
  );
}

const look = {
  '& .react-flow': {
    '--xy-background-color': 'transparent',
    '--xy-background-pattern-color': 'var(--mui-palette-divider)',
  },
  '& .react-flow__edge-textbg': { fill: 'var(--mui-palette-background-paper)' },
  '& .react-flow__edge-text': { fill: 'var(--mui-palette-text-secondary)', fontSize: 11 },
  '& .react-flow__node:focus-visible': { outline: 'none' },
  '& .react-flow__controls': {
    display: 'flex',
    boxShadow: 'none',
    border: 1,
    borderColor: 'divider',
    borderRadius: 1,
    overflow: 'hidden',
  },
  '& .react-flow__controls-button': {
    width: 26,
    height: 26,
    p: '7px',
    border: 0,
    borderLeft: 1,
    borderColor: 'divider',
    bgcolor: 'background.paper',
    color: 'text.secondary',
    cursor: 'pointer',
    '&:first-of-type': { borderLeft: 0 },
    '& svg': { fill: 'currentColor', width: 1, height: 1, display: 'block' },
  },
} as const;
