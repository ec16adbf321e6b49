import { Box, ButtonBase } from '@mui/material';
import type { Step } from '@/api/generated';
import { Elapsed } from '@/components/Figures';
import { Panel } from '@/components/Panel';
import { StateChip } from '@/components/StateChip';

interface Props {
  steps: readonly Step[];
  states: ReadonlyMap<string, string>;
  selected: string | undefined;
  onSelect: (stepId: string) => void;
}

/** The steps as a list: what the graph shows, for the keyboard, screen readers and small screens. */
export function StepList({ steps, states, selected, onSelect }: Props) {
  return (
    <Panel isFlush>
      <Box component="ol" sx={{ listStyle: 'none', m: 0, p: 0.75, maxHeight: { xs: 240, md: 520 }, overflow: 'auto' }}>
        {steps.map((step) => (
          <li key={step.step_id}>
            <ButtonBase
              onClick={() => onSelect(step.step_id)}
              aria-current={step.step_id === selected || undefined}
              sx={{
                width: 1,
                display: 'grid',
                gridTemplateColumns: '1fr auto',
                gap: 1,
                alignItems: 'center',
                textAlign: 'left',
                px: 1.25,
                py: 0.75,
                borderRadius: 1,
                fontSize: 13.5,
                bgcolor: step.step_id === selected ? 'subtle' : 'transparent',
                '&:hover': { bgcolor: 'subtle' },
              }}
            >
              <Box sx={{ minWidth: 0 }}>
                <Box sx={{ fontWeight: 500, overflowWrap: 'anywhere' }}>{step.step_id}</Box>
                <Box sx={{ fontSize: 12, color: 'text.secondary' }}>
                  {step.type}
                  {step.attempt > 1 && ` · attempt ${step.attempt}`}
                  {step.start_time && ' · '}
                  {step.start_time && <Elapsed start={step.start_time} end={step.end_time} />}
                </Box>
              </Box>
              <StateChip state={states.get(step.step_id) ?? step.state} />
            </ButtonBase>
          </li>
        ))}
      </Box>
    </Panel>
  );
}
