import { Box } from '@mui/material';
import { Handle, Position, type Node, type NodeProps } from '@xyflow/react';
import { Code, GitBranch, Globe, MessageSquareText, Split, type LucideIcon } from 'lucide-react';
import { memo } from 'react';
import { stateColour } from '@/components/StateChip';
import type { DefinitionStep } from '@/util/definition';
import { NODE_HEIGHT, NODE_WIDTH } from '@/util/graphLayout';

export type StepNodeType = Node<{ step: DefinitionStep | undefined; state: string; isHorizontal: boolean }, 'step'>;

const ICONS: Record<string, LucideIcon> = { prompt: MessageSquareText, transform: Code, condition: Split, http: Globe };

/** One step: what it is, what it does in a line, and how it stands. */
export const StepNode = memo(function StepNode({ data, selected }: NodeProps<StepNodeType>) {
  const { step, state, isHorizontal } = data;
  const Icon = ICONS[step?.type ?? ''] ?? GitBranch;
  const colour = state ? stateColour(state) : undefined;
  return (
    <Box
      sx={{
        width: NODE_WIDTH,
        height: NODE_HEIGHT,
        display: 'flex',
        alignItems: 'center',
        gap: 1.25,
        px: 1.5,
        borderRadius: 2,
        border: 1,
        borderColor: selected ? 'primary.main' : 'divider',
        boxShadow: selected ? '0 0 0 3px var(--pp-ring)' : '0 1px 2px rgb(0 0 0 / 5%)',
        bgcolor: 'background.paper',
        opacity: state === 'skipped' || state === 'cancelled' ? 0.55 : 1,
        borderLeft: colour ? `3px solid ${colour}` : undefined,
        '.react-flow__node:focus-visible &': { boxShadow: '0 0 0 3px var(--pp-ring)', borderColor: 'primary.main' },
      }}
    >
      <Handle
        type="target"
        position={isHorizontal ? Position.Left : Position.Top}
        isConnectable={false}
        style={hidden}
      />
      <Box sx={{ color: 'text.secondary', display: 'grid' }}>
        <Icon size={16} strokeWidth={1.7} aria-hidden />
      </Box>
      <Box sx={{ flex: 1, minWidth: 0, lineHeight: 1.35 }}>
        <Box sx={{ display: 'flex', gap: 1, alignItems: 'baseline' }}>
          <Box component="span" sx={{ fontSize: 13, fontWeight: 600, ...ellipsis, flex: 1 }}>
            {step?.id}
          </Box>
          {state && (
            <Box component="span" sx={{ fontSize: 11, fontWeight: 500, color: colour }}>
              {state}
            </Box>
          )}
        </Box>
        <Box sx={{ fontSize: 11.5, color: 'text.secondary', ...ellipsis }}>{step?.summary || step?.type}</Box>
      </Box>
      <Handle
        type="source"
        position={isHorizontal ? Position.Right : Position.Bottom}
        isConnectable={false}
        style={hidden}
      />
    </Box>
  );
});

const hidden = { opacity: 0, pointerEvents: 'none' } as const;
const ellipsis = { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' } as const;
